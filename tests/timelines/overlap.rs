//! S38: a feed that begins before history ends.

use asp::ManualClock;
use asp_tests::{at, script};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Ledger;

#[strategy]
impl Ledger {
    #[on_event(stream = "trades")]
    fn trade(&mut self, id: u32) {
        say(format_args!("no. {id}"));
    }
}

fn runner(clock: &ManualClock) -> Runner {
    let recorded = Source::past(at(&[(7.0, 1), (8.0, 2), (9.0, 3)]));
    let feed = script(clock, &[(10.2, 2), (10.5, 3), (11.0, 4)]);
    let trades = recorded.then_live(feed).splice_by_id(|id| *id);
    Runner::new().feed(Ledger::TRADES, trades).add(Ledger)
}
// ANCHOR_END: scenario

#[test]
fn s38_overlap() {
    Timeline::of_live(10.0, runner).fed("trades", &[10.2, 10.5, 11.0]).shown_as("overlap");
}
