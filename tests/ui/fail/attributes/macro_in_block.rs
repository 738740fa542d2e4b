#![allow(unused)]

use asp::prelude::*;

macro_rules! handlers {
    () => {
        fn tick(&mut self) {}
    };
}

struct Greeter;

#[strategy]
impl Greeter {
    handlers! {}
}

fn main() {}
