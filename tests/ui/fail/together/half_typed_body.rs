#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[every("1s")]
    fn tick(&mut self) {
        self.
    }

    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        cx.after(Duration::from_secs(1)).close();
    }

    #[after]
    fn close(&mut self) {}
}

fn main() {}
