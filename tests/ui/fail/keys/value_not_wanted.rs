#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s", immediate = true)]
    fn tick(&mut self) {}
}

fn main() {}
