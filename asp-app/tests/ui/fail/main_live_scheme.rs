#![allow(unused)]

use asp::prelude::*;

#[derive(Default)]
struct Greeter;

#[strategy(emits(greetings: String))]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

#[asp::main(
    live(Greeter::NAMES = "names.csv", Greeter::GREETINGS = "tial:greetings.csv", names = "n.csv"),
    live = "n.csv",
    feed(Greeter::NAMES = "tail:names.csv"),
    record(Greeter::GREETINGS = "tail:greetings.csv"),
)]
fn main() -> Greeter {
    Greeter::default()
}
