#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, name: String) -> u32 {
        1
    }

    #[on_event(stream = "names")]
    #[after]
    async fn leave(this: Shared<Self>, name: String) -> Result<u32, std::fmt::Error> {
        Ok(1)
    }
}

fn main() {}
