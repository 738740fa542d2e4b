#![deny(dead_code)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        let _ = cx.after(Duration::from_secs(1)).greet(name);
    }

    #[after]
    fn greet(&mut self, _: String) {}

    #[after]
    fn leave(&mut self, _: String) {}

    #[after]
    #[every("1s")]
    fn tick(&mut self) {}
}

fn main() {
    let _ = Runner::new().add(Greeter);
}
