#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: impl std::fmt::Display) {}

    #[on_event(stream = "names1")]
    fn several(&mut self, names: Vec<impl Into<String>>) {}
}

fn main() {}
