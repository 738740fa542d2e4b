#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, cx: &TaskContext<Other>, name: String) {}

    #[every("1s")]
    async fn tick(this: Shared<Other>) {}
}

struct Other;

#[strategy]
impl Other {
    #[on_start]
    fn start(&mut self) {}
}

fn main() {}
