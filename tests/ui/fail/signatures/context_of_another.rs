#![allow(unused)]

use asp::prelude::*;

struct Greeter;

struct Other;

#[strategy]
impl Other {
    #[on_start]
    fn start(&mut self) {}
}

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Other>, name: String) {}
}

fn main() {}
