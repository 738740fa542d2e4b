//! S60: one look at each instant, when all of it is in.

use asp_tests::at;

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

#[derive(Default)]
struct Spread {
    bid: u32,
    ask: u32,
}

#[strategy]
impl Spread {
    #[on_event(stream = "bids")]
    fn bid(&mut self, bid: u32) {
        self.bid = bid;
        say(format_args!("bid {bid}"));
    }

    #[on_event(stream = "asks")]
    fn ask(&mut self, ask: u32) {
        self.ask = ask;
        say(format_args!("ask {ask}"));
    }

    #[on_settled]
    fn settled(&mut self) {
        say(format_args!("spread {}", self.ask - self.bid));
    }
}

fn runner() -> Runner {
    Runner::new()
        .feed(Spread::BIDS, at(&[(1.0, 10), (2.0, 14)]))
        .feed(Spread::ASKS, at(&[(1.0, 12), (2.0, 15), (3.0, 17)]))
        .add(Spread::default())
}
// ANCHOR_END: scenario

#[test]
fn s60_settling() {
    Timeline::of_history(runner).shown_as("settling");
}
