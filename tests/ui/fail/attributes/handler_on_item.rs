#![allow(unused)]

use asp::prelude::*;

macro_rules! nothing {
    () => {};
}

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s")]
    const N: u32 = 1;

    #[after]
    nothing! {}

    #[on_start]
    fn start(&mut self) {}
}

fn main() {}
