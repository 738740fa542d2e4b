#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) -> Result<u32, std::fmt::Error> {
        Ok(1)
    }
}

fn main() {}
