#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn count(&mut self) {}

    #[on_notice(stream = "names")]
    fn feed_state(&mut self, notice: Notice) {}
}

fn main() {}
