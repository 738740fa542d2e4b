#![allow(unused)]

use asp::prelude::*;

#[strategy]
trait Greet {
    #[every("1s")]
    fn greet(&mut self);
}

fn main() {}
