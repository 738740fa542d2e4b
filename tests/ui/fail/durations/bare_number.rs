#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every(5)]
    fn tick(&mut self) {}

    #[every(0.5)]
    fn tick1(&mut self) {}
}

fn main() {}
