#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn count(&mut self) {}

    #[on_event(stream = "names")]
    fn count_too(&mut self) {}
}

fn main() {}
