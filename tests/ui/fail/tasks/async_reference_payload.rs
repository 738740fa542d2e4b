#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, name: &String) {}

    #[on_event(stream = "names")]
    async fn leave(this: Shared<Self>, name: &str) {}

    #[on_event(stream = "names")]
    async fn wave(&mut self, event: &Event<String>) {}

    #[after]
    async fn call(&mut self, name: &mut String) {}
}

fn main() {}
