#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names", immediate)]
    fn greet(&mut self, name: String) {}

    #[on_notice(stream = "names", missed = "all")]
    fn feed_state(&mut self, notice: Notice) {}

    #[every("1s", stream = "names")]
    fn tick(&mut self) {}
}

fn main() {}
