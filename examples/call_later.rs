//! Deferred calls: whoever arrives is greeted one second later.
//!
//! `#[after]` makes `greet` a method that can be called later, as `cx.after(delay).greet(name)`. Look at the second
//! that follows Jane's arrival: John arrives at the very instant of her greeting and comes first, since events go
//! before calls of the same time. The run goes on until the last call has been made.
//!
//! Jane and John are history, Sarah arrives while the program runs. The greetings of the two are due in the past, so
//! they are heard before the run goes live, hence before Sarah arrives: what happens is in the order of its times on
//! either side of the hand-over and across it.

#[path = "shared/fast.rs"]
mod fast;
#[path = "shared/mod.rs"]
mod shared;

use asp::prelude::*;
use asp::testing;
use fast::{on_clock, runtime};
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

    #[on_live]
    fn live(&mut self) {
        println!("** Running live **");
    }
}

async fn greet_visitors() -> asp::Result<()> {
    let second = Duration::from_secs(1);
    let recorded = timestamps("2025-01-01".parse()?, second).zip(["Jane", "John"].map(String::from));
    let arriving = testing::live(["Sarah".to_owned()], second);
    let runner = Runner::new().feed(Greeter::NAMES, Source::past(recorded).then_live(arriving)).add(Greeter);
    on_clock(runner).run_live().await?;
    Ok(())
}

fn main() -> asp::Result<()> {
    runtime()?.block_on(greet_visitors())
}
