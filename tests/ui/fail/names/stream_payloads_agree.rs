#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}

    #[on_event(stream = "names")]
    fn count(&mut self, count: u32) {}

    #[on_event(stream = "names")]
    fn list(&mut self, names: &Vec<String>) {}

    #[on_event(stream = "names")]
    fn event(&mut self, event: Event<u64>) {}

    #[on_event(stream = "names")]
    fn fine(&mut self, event: &Event<String>) {}
}

fn main() {}
