#![allow(unused)]

use asp::prelude::*;

mod own {
    pub struct Notice;
}

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}

    #[on_notice(stream = "names")]
    fn by_value(&mut self, name: String) {}

    #[on_notice(stream = Greeter::NAMES)]
    fn by_reference(&mut self, cx: &Context<Self>, error: &own::Notice) {}

    #[on_event(stream = "names")]
    #[on_notice(stream = "names")]
    fn either(&mut self, name: String) {}
}

fn main() {}
