#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: Context<Self>, name: String) {}

    #[on_event(stream = "names1")]
    fn leave(&mut self, cx: &mut Context<Self>, name: String) {}
}

fn main() {}
