#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}

    #[on_notice(stream = "names")]
    fn feed_state(&mut self, cx: &Context<Self>, name: String, notice: Notice) {}

    #[on_notice(stream = "names")]
    fn two(&mut self, first: &Notice, second: &Notice) {}
}

fn main() {}
