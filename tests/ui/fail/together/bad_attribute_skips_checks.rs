#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(steam = "names")]
    fn greet(&self, name: &str, other: impl Sized) {}
}

fn main() {}
