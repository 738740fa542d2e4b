#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
unsafe impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}
}

struct Other;

#[strategy]
default impl Other {
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {
    let _ = Runner::new().add(Greeter).add(Other);
}
