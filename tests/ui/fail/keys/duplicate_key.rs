#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names", stream = "friends")]
    fn greet(&mut self, name: String) {}

    #[on_event(stream = "names", stream = "names")]
    fn welcome(&mut self, name: String) {}
}

fn main() {}
