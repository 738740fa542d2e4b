#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("0.1ns")]
    fn tick(&mut self) {}
}

fn main() {}
