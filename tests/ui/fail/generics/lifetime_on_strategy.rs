#![allow(unused)]

use asp::prelude::*;

struct View<'a> {
    names: &'a [String],
}

#[strategy]
impl<'a> View<'a> {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

struct Elided<'a>(&'a str);

#[strategy]
impl Elided<'_> {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
