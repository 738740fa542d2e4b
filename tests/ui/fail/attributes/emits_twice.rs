#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy(emits(sums: u8, sums: u8))]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self) {}
}

struct Other;

#[strategy(emits(sums: u8), emits(sums: u8, names: String))]
impl Other {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
