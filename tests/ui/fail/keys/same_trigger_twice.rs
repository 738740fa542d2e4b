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
}

fn main() {}
