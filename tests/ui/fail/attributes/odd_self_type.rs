#![allow(unused)]

use asp::prelude::*;

struct Greeter;

trait Greet {}

#[strategy]
impl dyn Greet {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
