#![allow(unused)]

use asp::prelude::*;

struct Greeter;

trait Greet {}

#[strategy]
impl dyn Greet {
    #[every("1s")]
    fn tick(&mut self) {}
}

#[strategy]
impl &mut Greeter {
    #[every("1s")]
    fn tick(&mut self) {}

    fn count(&self) {}
}

#[strategy]
impl [u8] {
    #[every("1s")]
    fn tick(&mut self) {}
}

#[strategy]
impl (Greeter, u8) {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {
    Greeter.count();
}
