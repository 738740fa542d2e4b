//! S9: what is emitted for now joins the next round.

use asp_tests::texts;

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Signals;

#[strategy(emits(signals: String))]
impl Signals {
    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: String) {
        say(&price);
        cx.emit(Self::SIGNALS, format!("sig({price})"));
    }
}

struct Trader;

#[strategy]
impl Trader {
    #[on_event(stream = "volumes")]
    fn volume(&mut self, volume: String) {
        say(volume);
    }

    #[on_event(stream = Signals::SIGNALS)]
    fn signal(&mut self, signal: String) {
        say(signal);
    }
}

fn runner() -> Runner {
    Runner::new()
        .feed(Signals::PRICES, texts(&[(1.0, "p"), (1.0, "q")]))
        .feed(Trader::VOLUMES, texts(&[(1.0, "v"), (2.0, "w")]))
        .add(Signals)
        .add(Trader)
}
// ANCHOR_END: scenario

#[test]
fn s09_rounds() {
    Timeline::of_history(runner).shown_as("rounds");
}
