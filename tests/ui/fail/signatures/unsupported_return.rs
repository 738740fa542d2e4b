#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) -> u32 {
        1
    }

    #[on_event(stream = "names1")]
    fn maybe(&mut self, name: String) -> Option<()> {
        None
    }
}

fn main() {}
