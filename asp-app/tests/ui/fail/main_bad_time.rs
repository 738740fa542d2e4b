#![allow(unused)]

use asp::prelude::*;

#[derive(Default)]
struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

#[asp::main(start = "yesterday", end = "2025-02-30", feed(Greeter::NAMES = "n.csv"))]
fn main() -> Greeter {
    Greeter::default()
}

mod without_zone {
    use super::Greeter;

    #[asp::main(start = "2025-01-01T00:00:00", end = 5)]
    fn main() -> Greeter {
        Greeter::default()
    }
}
