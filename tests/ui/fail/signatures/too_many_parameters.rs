#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, first: String, last: String) {}

    #[on_event(stream = "names1")]
    fn three(&mut self, a: u8, cx: &Context<Self>, b: u8, c: u8) {}
}

fn main() {}
