#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        cx.after("1s").greet();
        cx.after(1).greet();
        cx.every("1s").greet();
        cx.every(Every::new(0.5)).greet();
    }

    #[after]
    fn greet(&mut self) {}
}

fn main() {}
