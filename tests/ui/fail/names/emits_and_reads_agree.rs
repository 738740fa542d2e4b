#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy(emits(names: u32))]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

fn main() {}
