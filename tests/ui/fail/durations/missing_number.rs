#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("s")]
    fn tick(&mut self) {}
}

fn main() {}
