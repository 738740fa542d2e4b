#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(this: Shared<Self>, cx: &TaskContext<Self>, name: String) {
        cx.sleep(Duration::from_secs(1)).await;
    }

    #[after]
    async fn leave(us: Shared<Self>, name: String, cx: &Context) {}
}

fn main() {}
