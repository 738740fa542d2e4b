#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every = "1s"]
    fn tick(&mut self) {}

    #[on_event = "names"]
    fn greet(&mut self, name: String) {}
}

fn main() {}
