#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy(emits(greetings: String), fuse = true)]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self) {}
}

struct Other;

#[strategy(fuse(Greeter), fuse)]
impl Other {
    #[on_event(stream = Greeter::GREETINGS)]
    fn hear(&mut self, _: &String) {}
}

fn main() {
    let _ = Runner::new().fuse::<(Greeter, Other)>();
}
