#![allow(unused)]

use asp::prelude::*;

use std::fmt::Display;

struct Greeter;

#[strategy(emits(greetings: &str, shown: impl Display))]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
