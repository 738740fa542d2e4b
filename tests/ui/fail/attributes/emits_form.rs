#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy(emits(greetings = String, "sums", totals, count: u32))]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        cx.emit(Self::COUNT, 1);
    }
}

fn main() {}
