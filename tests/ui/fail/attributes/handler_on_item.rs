#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s")]
    const N: u32 = 1;

    #[on_start]
    fn start(&mut self) {}
}

fn main() {}
