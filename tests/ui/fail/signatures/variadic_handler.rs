#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, args: ...) {}

    #[on_event(stream = "numbers")]
    fn count(&mut self, cx: &Context<Self>, first: u32, rest: ...) {
        let _: u32 = first;
    }
}

fn main() {}
