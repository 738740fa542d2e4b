#![allow(unused)]

use asp::prelude::*;

#[derive(Clone)]
struct Quote;

struct Exchange;

#[strategy(emits(quotes: Quote))]
impl Exchange {
    #[every("1s")]
    fn tick(&mut self) {}
}

struct Joiner;

#[strategy(latest(quotes, rates = f64, Exchange::QUOTES: Quote, Exchange::QUOTES))]
impl Joiner {
    #[every("1s")]
    fn tick(&mut self) {}
}

struct Other;

#[strategy(latest[quotes: Quote], latest = "quotes")]
impl Other {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
