//! S61: several sources of one stream.

use asp_tests::texts;

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Watch;

#[strategy]
impl Watch {
    #[on_event(stream = "quakes")]
    fn quake(&mut self, quake: String) {
        say(quake);
    }
}

fn runner() -> Runner {
    let north = texts(&[(1.0, "north 1"), (2.0, "north 2"), (2.0, "north 3")]);
    let south = texts(&[(2.0, "south 1"), (4.0, "south 2")]);
    let both = Source::merge([Source::past(north), Source::past(south)]);
    Runner::new().feed(Watch::QUAKES, both).add(Watch)
}
// ANCHOR_END: scenario

#[test]
fn s61_merged() {
    Timeline::of_history(runner).shown_as("merged");
}
