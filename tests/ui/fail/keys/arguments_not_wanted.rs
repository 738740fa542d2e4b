#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_start("1s")]
    fn start(&mut self) {}

    #[on_settled(stream = "names")]
    fn settled(&mut self) {}

    #[on_stop(x)]
    fn stop(&mut self) {}
}

fn main() {}
