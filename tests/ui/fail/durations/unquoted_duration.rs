#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[after(1s)]
    fn tick(&mut self) {}

    #[after(1.5h)]
    fn tick1(&mut self) {}

    #[after(1 s)]
    fn tick2(&mut self) {}
}

fn main() {}
