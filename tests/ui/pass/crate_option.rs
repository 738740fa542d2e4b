//! asp under another name: `::asp` leads nowhere useful from here.

mod vendor {
    pub mod engine {
        pub use ::asp::*;
    }
}

use vendor::engine::{Context, Runner, strategy};

struct Greeter;

#[strategy(emits(greetings: String), crate = crate::vendor::engine)]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        cx.emit(Self::GREETINGS, name);
    }
}

fn main() {
    let _ = Runner::new().add(Greeter);
}
