#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy(crate = asp)]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
