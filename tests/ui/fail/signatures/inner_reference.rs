#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: Option<&str>) {}

    #[on_event(stream = "names1")]
    fn item(&mut self, item: std::borrow::Cow<'_, str>) {}
}

fn main() {}
