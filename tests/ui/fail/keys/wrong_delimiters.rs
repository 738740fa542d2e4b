#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every["1s"]]
    fn tick(&mut self) {}

    #[every{"1s", immediate}]
    fn tock(&mut self) {}
}

fn main() {}
