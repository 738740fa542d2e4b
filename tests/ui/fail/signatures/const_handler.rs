#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    const fn greet(&mut self, name: String) {}
}

fn main() {}
