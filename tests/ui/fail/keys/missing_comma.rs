#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s" immediate)]
    fn tick(&mut self) {}
}

fn main() {}
