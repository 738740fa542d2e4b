#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(self: std::pin::Pin<&mut Self>, name: String) {}

    #[on_event(stream = "names1")]
    fn leave(self: Box<Self>, name: String) {}
}

fn main() {}
