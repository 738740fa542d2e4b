#![allow(unused)]

use asp::prelude::*;

struct Book(Vec<f64>);

struct Exchange;

#[strategy(emits(books: Book))]
impl Exchange {
    #[every("1s")]
    fn tick(&mut self) {}
}

struct Joiner;

#[strategy(latest(depth: Book, Exchange::BOOKS))]
impl Joiner {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
