#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, cx: &TaskContext<Self>, name: String) {
        cx.sleep(Duration::from_secs(1)).await;
        self.count += 1;
    }

    #[after]
    async fn leave(this: Shared<Self>, name: String) {
        this.now().await;
    }
}

fn main() {}
