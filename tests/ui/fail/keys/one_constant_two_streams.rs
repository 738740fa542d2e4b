#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "order-book")]
    fn dash(&mut self, name: String) {}

    #[on_event(stream = "order_book")]
    fn underscore(&mut self, name: String) {}
}

fn main() {}
