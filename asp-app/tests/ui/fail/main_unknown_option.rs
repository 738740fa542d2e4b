#![allow(unused)]

use asp::prelude::*;

#[derive(Default)]
struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

#[asp::main(strat = "2025-01-01", colour, end = "2025-01-01", end = "2025-01-02")]
fn main() -> Greeter {
    Greeter::default()
}
