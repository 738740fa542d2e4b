#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[after("60s")]
    fn close(&mut self, id: u32) {}
}

fn main() {}
