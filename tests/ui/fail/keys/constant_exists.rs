#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    const NAMES: u32 = 1;

    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

fn main() {}
