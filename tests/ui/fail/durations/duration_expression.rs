#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every(Duration::from_secs(1))]
    fn tick(&mut self) {}

    #[every(TICK)]
    fn tick1(&mut self) {}
}

fn main() {}
