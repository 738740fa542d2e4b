#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: &str) {}

    #[on_event(stream = "names1")]
    fn bytes(&mut self, bytes: &[u8]) {}

    #[on_event(stream = "names2")]
    fn shown(&mut self, shown: &dyn std::fmt::Display) {}
}

fn main() {
    let _ = (Greeter::NAMES, Greeter::NAMES1, Greeter::NAMES2);
}
