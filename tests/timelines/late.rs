//! S32, S33, S34, S37: the time of a live event.

use asp::ManualClock;
use asp::testing::Script;
use asp_tests::{s, texts};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Market;

#[strategy]
impl Market {
    #[on_event(stream = "quotes")]
    fn quote(&mut self, cx: &Context<Self>, quote: String) {
        say(format_args!("{quote}, lag {}", cx.lag()));
    }

    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, trade: String) {
        say(format_args!("{trade}, lag {}", cx.lag()));
    }
}

fn runner(clock: &ManualClock) -> Runner {
    // A quote of 10.5 arrives at 11.
    let quotes = Script::new(clock).stamped(s(11.0), s(10.5), "quote".to_owned());
    let quotes = Source::past(texts(&[(9.0, "old")])).then_live(quotes.end(s(11.0)).source());
    // A trade arrives at 11.5, while the past of its stream still has one of 12.
    let trades = Script::new(clock).event(s(11.5), "new".to_owned());
    let trades = Source::past(texts(&[(12.0, "past")])).then_live(trades.end(s(11.5)).source());
    Runner::new().feed(Market::QUOTES, quotes).feed(Market::TRADES, trades).add(Market)
}
// ANCHOR_END: scenario

#[test]
fn s32_the_time_of_a_live_event() {
    Timeline::of_live(10.0, runner).shown_as("late");
}
