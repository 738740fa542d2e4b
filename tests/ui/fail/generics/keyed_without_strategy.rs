#![allow(unused)]

use asp::Stream;
use asp::prelude::*;

struct Book;

const QUOTES: Stream<u32> = Stream::new("quotes");

fn main() {
    let books = Keyed::new(|_| Book).by(QUOTES, |quote| *quote);
    let _ = Runner::new().add(books);
}
