#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}

    #[on_event(stream = "names")]
    async fn count(&mut self, name: u32) {}

    #[on_event(stream = "names")]
    async fn beside(this: Shared<Self>, event: Event<u64>) {}
}

fn main() {}
