#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy(emit(greetings: String))]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self) {}
}

struct Other;

#[strategy(colour = "red", "names")]
impl Other {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {}
