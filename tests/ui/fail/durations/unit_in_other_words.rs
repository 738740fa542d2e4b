#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1sec")]
    fn tick(&mut self) {}

    #[every("2 hours")]
    fn tick1(&mut self) {}

    #[every("1 week")]
    fn tick2(&mut self) {}
}

fn main() {}
