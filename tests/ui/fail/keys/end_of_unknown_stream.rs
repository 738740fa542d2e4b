#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}

    #[on_end(stream = "nams")]
    fn no_more_names(&mut self) {}

    #[on_end(stream = "orders")]
    fn no_more_orders(&mut self) {}
}

fn main() {}
