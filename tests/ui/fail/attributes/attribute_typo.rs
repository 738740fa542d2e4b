#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_start]
    fn start(&mut self) {}

    #[on_evnt(stream = "names")]
    fn greet(&mut self, name: String) {}
}

fn main() {}
