#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, cx: &Context<Self>, name: String) {
        cx.sleep(Duration::from_secs(1)).await;
    }

    #[after]
    async fn leave(&mut self, context: asp::Context<Self>, name: String) {
        context.sleep(Duration::from_secs(1)).await;
    }

    #[every("1s")]
    async fn tick(&mut self, cx: &Context) {
        cx.sleep(Duration::from_secs(1)).await;
    }
}

fn main() {}
