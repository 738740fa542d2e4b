#![deny(unused_must_use)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        cx.after(Duration::from_secs(1)).leave(name);
    }

    #[after]
    fn leave(&mut self, _: String) {}
}

fn runner() -> Runner {
    Runner::new().feed(Greeter::NAMES, [(Timestamp::EPOCH, "Jane".to_owned())])
}

fn main() {
    runner().add(Greeter);
    runner().add(Greeter).run();
    runner().add(Greeter).run_live();
}
