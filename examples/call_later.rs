//! Deferred calls: whoever arrives is greeted one second later.
//!
//! `#[after]` makes `greet` a method that can be called later, as `cx.after(delay).greet(name)`. Look at the second
//! that follows an arrival: the next one arrives at the very instant of the greeting and comes first, since events
//! go before calls of the same time. The run goes on until the last call has been made.

#[path = "shared/mod.rs"]
mod shared;

use asp::prelude::*;
use shared::say;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        say(cx, format_args!("{name} arrives"));
        cx.after(Duration::from_secs(1)).greet(name);
    }

    #[after]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        say(cx, format_args!("hello {name}"));
    }
}

fn main() -> asp::Result<()> {
    let arrivals = timestamps("2025-01-01".parse()?, "1s".parse()?);
    let names = arrivals.zip(["Jane", "John", "Sarah"].map(String::from));
    Runner::new().feed(Greeter::NAMES, names).add(Greeter).run()?;
    Ok(())
}
