#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("999999999d")]
    fn tick(&mut self) {}
}

fn main() {}
