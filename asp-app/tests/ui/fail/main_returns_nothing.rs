#![allow(unused)]

use asp::prelude::*;

#[derive(Default)]
struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

#[asp::main(feed(Greeter::NAMES = "n.csv"))]
fn main() {
    Greeter::default();
}
