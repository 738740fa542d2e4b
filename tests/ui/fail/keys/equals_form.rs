#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every = "1s"]
    fn tick(&mut self) {}

    #[on_event = "names"]
    fn greet(&mut self, name: String) {}

    #[on_notice = "names"]
    fn feed_state(&mut self, notice: Notice) {}

    #[on_live = "1s"]
    fn live(&mut self) {}
}

fn main() {}
