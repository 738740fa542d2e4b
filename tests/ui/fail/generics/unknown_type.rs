#![allow(unused)]

use asp::prelude::*;

#[strategy]
impl Nope {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
