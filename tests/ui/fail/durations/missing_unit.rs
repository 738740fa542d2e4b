#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1")]
    fn tick(&mut self) {}

    #[every("1h30")]
    fn tick1(&mut self) {}
}

fn main() {}
