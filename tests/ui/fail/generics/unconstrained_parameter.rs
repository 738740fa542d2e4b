#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl<T> Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        cx.after(Duration::from_secs(1)).leave();
    }

    #[after]
    fn leave(&mut self) {}
}

fn main() {
    let _ = Runner::new().add(Greeter);
}
