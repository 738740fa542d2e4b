#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, name: String) {}
}

fn main() {}
