#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_start]
    async fn start(&mut self, cx: &TaskContext<Self>) {
        cx.sleep(Duration::from_secs(1)).await;
    }

    #[on_live]
    #[every("1s")]
    async fn live(this: Shared<Self>) {}

    #[on_caught_up]
    async fn caught_up(&mut self, cx: &Context<Self>) {}

    #[on_settled]
    async fn settled(&mut self) {}

    #[on_event(stream = "names")]
    async fn greet(&mut self, name: String) {}

    #[on_notice(stream = "names")]
    async fn notice(&mut self, notice: &Notice) {}

    #[on_end(stream = "names")]
    async fn end(&mut self) {}

    #[on_stop]
    async fn stop(&mut self) {}
}

fn main() {}
