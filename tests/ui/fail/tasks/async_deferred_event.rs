#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[after]
    async fn greet(&mut self, event: Event<String>) {}
}

fn main() {}
