#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(name: String) {}

    #[on_event(stream = "names1")]
    fn nothing() {}
}

fn main() {}
