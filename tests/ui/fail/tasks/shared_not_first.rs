#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, this: Shared<Self>, name: String) {}

    #[on_event(stream = "names")]
    async fn leave(name: String, this: Shared<Self>) {}

    #[on_event(stream = "names")]
    async fn wave(this: Shared<Self>, other: Shared<Self>) {}
}

fn main() {}
