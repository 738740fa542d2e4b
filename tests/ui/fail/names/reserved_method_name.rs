#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn __asp_run(&mut self, name: String) {}
}

fn main() {}
