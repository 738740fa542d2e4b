#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[after]
    fn greet(&mut self, name: &String) {}

    #[after]
    fn part(&mut self, name: &'static str) {}
}

fn main() {}
