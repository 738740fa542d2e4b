#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self) {}
}

#[strategy]
impl Greeter {
    #[on_start]
    fn start(&mut self) {}
}

fn main() {}
