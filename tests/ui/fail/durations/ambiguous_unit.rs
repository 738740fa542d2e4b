#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("5m")]
    fn tick(&mut self) {}

    #[every("1M")]
    fn tick1(&mut self) {}

    #[every("3months")]
    fn tick2(&mut self) {}
}

fn main() {}
