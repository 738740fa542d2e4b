#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}

    #[every("60s")]
    #[every("1min")]
    #[on_stop]
    #[on_stop]
    fn tick(&mut self) {}

    #[on_notice(stream = "names")]
    #[on_notice(stream = "names")]
    fn feed_state(&mut self, notice: Notice) {}

    #[on_live]
    #[on_live]
    #[on_caught_up]
    #[on_caught_up]
    fn live(&mut self) {}
}

fn main() {}
