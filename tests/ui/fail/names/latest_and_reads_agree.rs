#![allow(unused)]

use asp::prelude::*;

struct Joiner;

#[strategy(latest(quotes: f64))]
impl Joiner {
    #[on_event(stream = "quotes")]
    fn quote(&mut self, quote: u32) {}
}

struct Maker;

#[strategy(latest(quotes: f64), emits(quotes: u32))]
impl Maker {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
