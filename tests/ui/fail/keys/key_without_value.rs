#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream)]
    fn greet(&mut self, name: String) {}

    #[on_event(stream = )]
    fn welcome(&mut self, name: String) {}

    #[every("1s", missed)]
    fn tick(&mut self) {}
}

fn main() {}
