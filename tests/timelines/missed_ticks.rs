//! S26, S51: ticks that a stall has made late.

use asp::ManualClock;
use asp_tests::{s, texts, visitors};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Slow {
    clock: ManualClock,
}

#[strategy]
impl Slow {
    #[on_event(stream = "names")]
    fn arrive(&mut self, name: String) {
        say(name);
        self.clock.set(s(14.0)); // takes until 14 on the clock of the machine
    }

    #[every("1s")]
    fn all(&mut self, cx: &Context<Self>) {
        say(format_args!("{} late", cx.behind()));
    }

    #[every("1s", missed = "skip")]
    fn skip(&mut self, cx: &Context<Self>) {
        say(format_args!("missed {}", cx.missed()));
    }
}

fn runner(clock: &ManualClock) -> Runner {
    let arrivals = visitors(clock, &[(10.5, "Ann")]);
    Runner::new()
        .start(s(10.0))
        .end(s(15.0))
        .feed(Slow::NAMES, Source::past(texts(&[])).then_live(arrivals))
        .add(Slow { clock: clock.clone() })
}
// ANCHOR_END: scenario

#[test]
fn s26_missed_ticks() {
    Timeline::of_live(10.0, runner).shown_as("missed-ticks");
}
