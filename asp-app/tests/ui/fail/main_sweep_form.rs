#![allow(unused)]

use asp::prelude::*;

#[derive(Default, Params)]
struct Greeter {
    #[param(range = 1..=5)]
    count: u32,
}

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

mod method_alone {
    use super::*;

    #[asp::main(feed(Greeter::NAMES = "n.csv"), sweep(Greeter::count), sweep())]
    fn main() -> Greeter {
        Greeter::default()
    }
}

mod twice {
    use super::*;

    #[asp::main(sweep(count = Greeter::count, count = Greeter::count))]
    fn main() -> Greeter {
        Greeter::default()
    }
}

#[asp::main(feed(Greeter::NAMES = "n.csv"), sweep(count = Greeter::count))]
async fn main() -> Greeter {
    Greeter::default()
}
