#![allow(unused)]

use asp::prelude::*;

struct Greeter;

struct Opaque;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) -> Result<(), Opaque> {
        Ok(())
    }
}

fn main() {}
