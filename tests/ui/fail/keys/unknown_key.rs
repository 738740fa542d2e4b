#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names", colour = "red")]
    fn greet(&mut self, name: String) {}

    #[on_notice(stream = "names", kind = "lost")]
    fn feed_state(&mut self, notice: Notice) {}
}

fn main() {}
