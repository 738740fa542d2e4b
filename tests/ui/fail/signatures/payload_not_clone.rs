#![allow(unused)]

use asp::prelude::*;

struct Greeter;

struct Msg;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, msg: Msg) {}

    #[on_event(stream = "names1")]
    fn several(&mut self, msgs: Vec<Msg>) {}
}

fn main() {}
