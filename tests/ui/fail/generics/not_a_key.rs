#![allow(unused)]

use asp::prelude::*;

#[derive(Clone, PartialEq)]
struct Symbol(&'static str);

struct Quote {
    symbol: Symbol,
    price: f64,
}

struct Book;

#[strategy]
impl Book {
    #[on_event(stream = "quotes")]
    fn quote(&mut self, _: &Quote) {}
}

fn main() {
    let by_symbol = Keyed::new(|_| Book).by(Book::QUOTES, |quote| quote.symbol.clone());
    let by_price = Keyed::new(|_: f64| Book).by(Book::QUOTES, |quote| quote.price);
    let _ = Runner::new().add(by_symbol).add(by_price);
}
