#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn lower(&mut self, name: String) {}

    #[on_event(stream = "Names")]
    fn upper(&mut self, name: String) {}
}

fn main() {}
