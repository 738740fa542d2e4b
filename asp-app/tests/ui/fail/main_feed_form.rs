#![allow(unused)]

use asp::prelude::*;

#[derive(Default)]
struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

#[asp::main(
    feed(names = "n.csv", "names" = "n.csv", Greeter::NAMES, Greeter::NAMES = 5),
    record("names.csv"),
    feed = "n.csv",
)]
fn main() -> Greeter {
    Greeter::default()
}
