#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet<'a>(&mut self, name: std::borrow::Cow<'a, str>) {}
}

fn main() {}
