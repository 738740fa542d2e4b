#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s", "2s")]
    fn tick(&mut self) {}
}

fn main() {}
