#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s", missed = "delay")]
    fn tick(&mut self) {}

    #[every("1s", missed = "none")]
    fn tock(&mut self) {}

    #[every("1s", missed = skip)]
    fn tack(&mut self) {}
}

fn main() {}
