#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("30min1h")]
    fn tick(&mut self) {}

    #[every("1s1s")]
    fn tick1(&mut self) {}
}

fn main() {}
