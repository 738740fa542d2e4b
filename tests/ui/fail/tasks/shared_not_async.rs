#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(this: Shared<Self>, name: String) {
        this.sleep(Duration::from_secs(1)).await;
    }

    #[after]
    fn leave(&mut self, this: Shared<Self>) {
        this.with(|state, cx| cx.stop());
    }
}

fn main() {}
