#![deny(unused_must_use)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        cx.after(Duration::from_secs(1));
        cx.after(Duration::from_secs(1)).greet(name);
    }

    #[on_event(stream = "orders")]
    async fn order(&mut self, cx: &TaskContext<Self>, _: u32) {
        cx.every(Duration::from_secs(1));
    }

    #[after]
    fn greet(&mut self, _: String) {}
}

fn main() {}
