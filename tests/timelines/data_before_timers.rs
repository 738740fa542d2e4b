//! S7: an event, a call and a tick at one instant.

use asp_tests::{at, d, s};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Minute;

#[strategy]
impl Minute {
    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, price: u32) {
        say(price);
        cx.after(d(1.0)).check();
    }

    #[after]
    fn check(&mut self) {
        say("check");
    }

    #[every("1s")]
    fn tick(&mut self) {
        say("tick");
    }
}

fn runner() -> Runner {
    let trades = at(&[(1.0, 101), (2.0, 102), (2.0, 103)]);
    Runner::new().start(s(0.0)).end(s(3.0)).feed(Minute::TRADES, trades).add(Minute)
}
// ANCHOR_END: scenario

#[test]
fn s07_data_before_timers() {
    Timeline::of_history(runner).shown_as("data-before-timers");
}
