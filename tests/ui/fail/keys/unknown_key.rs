#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names", colour = "red")]
    fn greet(&mut self, name: String) {}
}

fn main() {}
