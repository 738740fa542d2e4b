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

    #[on_live("1s")]
    fn live(&mut self) {}

    #[on_caught_up(stream = "names")]
    fn caught_up(&mut self) {}
}

fn main() {}
