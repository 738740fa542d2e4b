#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    fn greet(&mut self) {}
}

fn main() {}
