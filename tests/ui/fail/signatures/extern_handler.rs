#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    extern "C" fn greet(&mut self, name: String) {}
}

fn main() {}
