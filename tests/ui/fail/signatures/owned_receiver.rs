#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(self, name: String) {}

    #[on_event(stream = "names1")]
    fn leave(mut self, name: String) {}
}

fn main() {}
