#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(this: &Shared<Self>, name: String) {}

    #[on_event(stream = "names")]
    async fn leave(us: &mut Shared<Self>, name: String) {}

    #[after]
    async fn wave(this: Shared, name: String) {}
}

fn main() {}
