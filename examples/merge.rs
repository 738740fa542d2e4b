//! Several streams and a timer on one clock: what happens first when all fall on the same instant.
//!
//! Look at the seconds 1 and 2. Events come before ticks, so that a tick sees all that happened up to its own
//! instant. Streams come in the order in which `main` feeds them, whatever the order of the methods; events of one
//! stream in the order of their source.

#[path = "shared/mod.rs"]
mod shared;

use asp::prelude::*;
use shared::say;

#[derive(Default)]
struct Merge {
    seen: u32,
}

#[strategy]
impl Merge {
    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        say(cx, format_args!("tick, {} events so far", self.seen));
    }

    #[on_event(stream = "pairs")]
    fn pair(&mut self, cx: &Context<Self>, letter: char) {
        self.seen += 1;
        say(cx, format_args!("pairs {letter}"));
    }

    #[on_event(stream = "slow")]
    fn slow(&mut self, cx: &Context<Self>, text: String) {
        self.seen += 1;
        say(cx, format_args!("slow {text}"));
    }

    #[on_event(stream = "fast")]
    fn fast(&mut self, cx: &Context<Self>, number: u32) {
        self.seen += 1;
        say(cx, format_args!("fast {number}"));
    }
}

fn main() -> asp::Result<()> {
    let start: Timestamp = "2025-01-01".parse()?;
    let second = |n| start + Duration::from_secs(n);
    let fast = timestamps(start, "500ms".parse()?).zip(1..=6);
    let slow = timestamps(second(1), "1s".parse()?).zip(["one", "two"].map(String::from));
    let pairs = [(second(2), 'a'), (second(2), 'b')];
    Runner::new()
        .feed(Merge::FAST, fast)
        .feed(Merge::SLOW, slow)
        .feed(Merge::PAIRS, pairs)
        .add(Merge::default())
        .run()?;
    Ok(())
}
