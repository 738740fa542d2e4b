#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, cx: TaskContext<Self>, name: String) {}

    #[on_event(stream = "names")]
    async fn leave(&mut self, cx: &mut TaskContext<Self>, name: String) {}

    #[every("1s")]
    async fn tick(&mut self, cx: &TaskContext) {}

    #[after]
    async fn wave(&mut self, name: String, cx: &TaskContext<Self>) {}
}

fn main() {}
