#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[cfg_attr(all(), every("1s"), allow(unused))]
    fn tick(&mut self) {}
}

fn main() {}
