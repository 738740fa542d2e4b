#![allow(unused)]

use asp::prelude::*;

struct Exchange;

#[strategy(emits(acks: u8))]
impl Exchange {
    #[every("1s")]
    fn tick(&mut self) {}
}

struct Joiner;

#[strategy(latest(quotes: f64, quotes: u8, Exchange::ACKS, Exchange::ACKS))]
impl Joiner {
    #[every("1s")]
    fn tick(&mut self) {}
}

struct Other;

#[strategy(latest(quotes: f64), latest(rates: &str))]
impl Other {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
