#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}

    #[on_notice(stream = "nams")]
    fn names_state(&mut self, notice: Notice) {}

    #[on_notice(stream = "orders")]
    fn orders_state(&mut self, notice: Notice) {}
}

fn main() {}
