//! From the past into the present: two recorded names, then two that arrive while the program runs.
//!
//! Each line shows the wall time, `now()`, the event time, and the text. Look at the first two columns. Before the
//! marker `now()` is in 2025, whatever the wall says, and a recorded second takes microseconds. After the marker both
//! tell the same time. The strategy does not know the difference, and need not. With `--fast` the live part, too,
//! passes in milliseconds, and `now()` in it is a time of 2025 as well.

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
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        say(cx, format_args!("hello {name}"));
    }

    #[on_live]
    fn live(&mut self) {
        println!("** Running live **");
    }
}

async fn travel() -> asp::Result<()> {
    let second = Duration::from_secs(1);
    let recorded = timestamps("2025-01-01".parse()?, second).zip(["Jane", "John"].map(String::from));
    let arriving = testing::live(["Sarah", "Paul"].map(String::from), second);
    let runner = Runner::new().feed(Greeter::NAMES, Source::past(recorded).then_live(arriving)).add(Greeter);
    on_clock(runner).run_live().await?;
    Ok(())
}

fn main() -> asp::Result<()> {
    runtime()?.block_on(travel())
}
