#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event("names")]
    fn greet(&mut self, name: String) {}
}

fn main() {
    let _ = Greeter::NAMES;
}
