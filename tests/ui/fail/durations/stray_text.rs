#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s later")]
    fn tick(&mut self) {}

    #[every("1,5s")]
    fn tick1(&mut self) {}
}

fn main() {}
