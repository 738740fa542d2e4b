//! Live data: five names arrive one second apart, in real time, and each is greeted when it arrives.
//!
//! The strategy is that of `past`, to the letter; only what feeds it is another. Each line shows the wall time,
//! `now()`, the event time, and the text. A live event gets its time when it arrives, so that the three agree.
//! With `--fast` the five seconds pass in milliseconds.

#[path = "shared/fast.rs"]
mod fast;
#[path = "shared/mod.rs"]
mod shared;

use std::collections::HashSet;

use asp::prelude::*;
use asp::testing;
use fast::{on_clock, runtime};
use shared::say;

#[derive(Default)]
struct Greeter {
    greeted: HashSet<String>,
}

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        let again = if self.greeted.contains(&name) { " again" } else { "" };
        say(cx, format_args!("hello{again} {name}"));
        self.greeted.insert(name);
    }
}

async fn greet_visitors() -> asp::Result<()> {
    let names = ["Jane", "John", "Sarah", "Paul", "Jane"].map(String::from);
    let visitors = testing::live(names, Duration::from_secs(1)); // any `futures::Stream` of names would do
    let runner = Runner::new().feed(Greeter::NAMES, Source::live(visitors)).add(Greeter::default());
    on_clock(runner).run_live().await?;
    Ok(())
}

fn main() -> asp::Result<()> {
    runtime()?.block_on(greet_visitors())
}
