#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event]
    fn greet(&mut self, name: String) {}

    #[on_end()]
    fn no_more(&mut self) {}

    #[on_notice]
    fn feed_state(&mut self, notice: Notice) {}
}

fn main() {}
