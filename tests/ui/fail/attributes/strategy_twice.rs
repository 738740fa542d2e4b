#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
#[asp::strategy]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
