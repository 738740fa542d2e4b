#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        cx.after(Duration::from_secs(1)).gret(name);
    }

    #[after]
    fn greet(&mut self, name: String) {}
}

fn main() {}
