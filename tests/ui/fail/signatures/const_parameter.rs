#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet<const N: usize>(&mut self, name: [u8; N]) {}
}

fn main() {}
