#![allow(unused)]

use asp::prelude::*;

struct Helper;

struct Book;

#[strategy]
impl Book {
    #[on_event(stream = "quotes")]
    fn quote(&mut self, cx: &Context<Self>, _: u32) {
        cx.spawn(Helper);
        cx.spawn_as("books", Keyed::new(|_| Book).by(Self::QUOTES, |quote| *quote));
    }
}

fn main() {}
