#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = 5)]
    fn number(&mut self, name: String) {}

    #[on_event(stream = acks())]
    fn call(&mut self, name: String) {}

    #[on_event(stream = b"x")]
    fn bytes(&mut self, name: String) {}
}

fn main() {}
