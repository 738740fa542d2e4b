#![allow(unused)]

use asp::prelude::*;

#[derive(Clone)]
struct Msg;

#[derive(Default)]
struct Greeter;

#[strategy(emits(replies: Msg))]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: Msg) {}
}

#[asp::main(feed(Greeter::NAMES = "n.csv"), record(Greeter::REPLIES))]
fn main() -> Greeter {
    Greeter::default()
}
