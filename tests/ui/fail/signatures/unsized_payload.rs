#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: str) {
        let length: usize = name.len();
    }

    #[on_event(stream = "bytes")]
    fn bytes(&mut self, mut bytes: [u8]) {
        bytes.sort();
    }

    #[on_event(stream = "shown")]
    fn shown(&mut self, cx: &Context<Self>, shown: dyn std::fmt::Display) {
        println!("{} {shown}", cx.now());
    }

    #[after]
    fn later(&mut self, name: str) {}
}

fn main() {}
