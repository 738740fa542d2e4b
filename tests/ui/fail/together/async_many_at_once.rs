#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&self, cx: &Context<Self>, name: &String) {
        cx.sleep(Duration::from_secs(1)).await;
    }

    #[every("1s")]
    async fn tick(this: &Shared, n: u32) {}

    #[after("1m")]
    async fn late(self, cx: TaskContext) {}

    #[on_stop]
    async fn stop(this: Shared<Self>, cx: &TaskContext<Self>, total: &u32) {}

    #[every("2s")]
    fn look(this: Shared) {}

    #[after]
    async fn right(this: Shared<Self>, name: String) {}
}

fn main() {}
