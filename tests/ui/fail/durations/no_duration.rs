#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every]
    fn tick(&mut self) {}

    #[every()]
    fn tock(&mut self) {}

    #[every(immediate)]
    fn tack(&mut self) {}
}

fn main() {}
