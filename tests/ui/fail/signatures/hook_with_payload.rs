#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_start]
    fn start(&mut self, limit: u8) {}

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>, (a, b): (u8, u8)) {}

    #[on_live]
    fn live(&mut self, at: Timestamp) {}

    #[on_caught_up]
    fn trade_now(&mut self, cx: &Context<Self>, notice: Notice) {}
}

fn main() {}
