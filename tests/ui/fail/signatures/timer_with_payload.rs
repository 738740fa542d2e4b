#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self, n: u32) {}
}

fn main() {}
