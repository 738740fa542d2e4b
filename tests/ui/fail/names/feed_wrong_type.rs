#![allow(unused)]

use asp::prelude::*;

struct Book;

#[strategy]
impl Book {
    #[on_event(stream = "quotes")]
    fn quote(&mut self, cx: &Context<Self>, _: u32) {
        cx.feed(Self::QUOTES, timestamps(cx.now(), Duration::from_secs(1)).zip(["one", "two"]));
    }
}

fn main() {}
