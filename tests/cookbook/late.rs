//! Several feeds, some of them out of order, in one stream.

use crate::kit::{shows, texts};

// ANCHOR: recipe
use asp::ErrorKind;
use asp::prelude::*;

/// Writes down what comes, in the order in which it comes.
struct Ledger;

#[strategy(emits(lines: String))]
impl Ledger {
    #[on_event(stream = "readings")]
    fn reading(&mut self, cx: &Context<Self>, reading: String) {
        cx.emit(Self::LINES, reading);
    }
}

#[test]
fn two_gateways_one_of_which_is_up_to_five_seconds_late() {
    let north = texts([("09:00:01", "north 1"), ("09:00:04", "north 2"), ("09:00:08", "north 3")]);
    let south = texts([
        ("09:00:03", "south 2"),
        ("09:00:01", "south 1"), // late
        ("09:00:06", "south 4"),
        ("09:00:09", "south 5"),
        ("09:00:05", "south 3"), // late
    ]);
    let feeds =
        |window| Source::merge([Source::past(north.clone()), Source::past(south.clone()).reorder(window)]);
    let runner = Runner::new().feed(Ledger::READINGS, feeds(Duration::from_secs(5))).add(Ledger);
    shows("late", runner, Ledger::LINES);

    // One that comes later than allowed is an error, and never in the wrong place.
    let runner = Runner::new().feed(Ledger::READINGS, feeds(Duration::from_secs(1))).add(Ledger);
    let error = runner.run().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unordered { .. }), "{error}");
}
// ANCHOR_END: recipe
