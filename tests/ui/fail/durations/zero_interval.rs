#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("0s")]
    fn tick(&mut self) {}
}

fn main() {}
