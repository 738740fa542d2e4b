#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event("names")]
    fn greet(&mut self, name: String) {}

    #[on_notice("names")]
    fn feed_state(&mut self, notice: Notice) {}
}

fn main() {
    let _ = Greeter::NAMES;
}
