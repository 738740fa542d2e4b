#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s")]
    #[on_event(stream = "names")]
    fn tick(&mut self, name: String) {}

    #[after]
    #[on_start]
    fn greet(&mut self, name: String) {}

    #[on_caught_up]
    #[on_notice(stream = "names")]
    fn feed_state(&mut self, notice: Notice) {}
}

fn main() {}
