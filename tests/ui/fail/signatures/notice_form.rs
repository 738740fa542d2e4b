#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}

    #[on_notice(stream = "names")]
    fn text(&mut self, error: &str) {}

    #[on_notice(stream = "names")]
    fn event(&mut self, notice: Event<Notice>) {}

    #[on_notice(stream = "names")]
    fn changed(&mut self, notice: &mut Notice) {}

    #[on_notice(stream = "names")]
    fn kept(&mut self, notice: &'static Notice) {}

    #[on_notice(stream = "names")]
    fn opaque(&mut self, _: impl Into<Notice>) {}
}

fn main() {}
