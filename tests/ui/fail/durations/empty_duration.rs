#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("")]
    fn tick(&mut self) {}
}

fn main() {}
