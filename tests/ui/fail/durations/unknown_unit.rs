#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1x")]
    fn tick(&mut self) {}
}

fn main() {}
