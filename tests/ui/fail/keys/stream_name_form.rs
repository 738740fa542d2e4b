#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "my names")]
    fn space(&mut self, name: String) {}

    #[on_event(stream = "1st")]
    fn digit(&mut self, name: String) {}

    #[on_event(stream = "prix€")]
    fn letter(&mut self, name: String) {}

    #[on_event(stream = "..")]
    fn nothing(&mut self, name: String) {}
}

fn main() {}
