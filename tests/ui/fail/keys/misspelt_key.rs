#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(steam = "names")]
    fn greet(&mut self, name: String) {}

    #[on_notice(streem = "names")]
    fn feed_state(&mut self, notice: Notice) {}
}

fn main() {
    let _ = Greeter::NAMES;
}
