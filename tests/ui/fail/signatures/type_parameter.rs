#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet<T: std::fmt::Display>(&mut self, name: T) {}
}

fn main() {}
