#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy(emits(greetings: String))]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        cx.emit(Self::GREETINGS, 5);
    }
}

fn main() {}
