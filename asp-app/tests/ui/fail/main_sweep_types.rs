#![allow(unused)]

use asp::prelude::*;

#[derive(serde::Deserialize)]
struct Msg {
    text: String,
}

#[derive(Default)]
struct Greeter {
    count: u32,
}

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: &Msg) {}
}

impl Greeter {
    fn count(&self) -> u32 {
        self.count
    }
}

#[asp::main(feed(Greeter::NAMES = "n.csv"), sweep(count = Greeter::count))]
fn main() -> Greeter {
    Greeter::default()
}
