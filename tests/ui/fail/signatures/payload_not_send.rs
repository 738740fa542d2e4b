#![allow(unused)]

use asp::prelude::*;
use std::rc::Rc;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, count: Rc<u8>) {}

    #[on_event(stream = "names1")]
    fn read(&mut self, count: &Rc<u8>) {}
}

fn main() {}
