#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[after]
    fn greet(&mut self, name: &String) {}
}

fn main() {}
