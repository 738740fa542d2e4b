#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s", immediate, immediate)]
    fn tick(&mut self) {}

    #[every("1s", missed = "skip", missed = "all")]
    fn tock(&mut self) {}
}

fn main() {}
