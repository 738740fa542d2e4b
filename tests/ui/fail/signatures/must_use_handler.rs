#![deny(deprecated)]
#![allow(dead_code)]

use asp::prelude::*;

struct Greeter {
    count: usize,
}

#[strategy]
impl Greeter {
    #[must_use]
    #[on_event(stream = "names")]
    fn greet(&mut self, name: &String) -> Result<(), std::fmt::Error> {
        self.count += name.len();
        Ok(())
    }

    #[every("1s")]
    #[must_use = "it may fail"]
    fn tick(&mut self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    #[must_use]
    fn count(&self) -> usize {
        self.count
    }
}

fn main() {}
