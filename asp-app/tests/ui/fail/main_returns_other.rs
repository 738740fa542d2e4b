#![allow(unused)]

use asp::prelude::*;

#[derive(Default)]
struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

mod number {
    #[asp::main]
    pub fn main() -> u8 {
        5
    }
}

mod result {
    #[asp::main]
    pub fn main() -> Result<String, std::io::Error> {
        Ok(String::new())
    }
}

mod tuple {
    use super::Greeter;

    #[asp::main]
    pub async fn main() -> (Greeter, u8) {
        (Greeter, 5)
    }
}

fn main() {}
