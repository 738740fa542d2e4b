//! S15, S16: a source whose times go back, as it is and through a window.

use asp_tests::texts;

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Notes;

#[strategy]
impl Notes {
    #[on_event(stream = "sensor")]
    fn value(&mut self, value: String) {
        say(value);
    }
}

const LOG: [(f64, &str); 4] = [(1.0, "a"), (3.0, "b"), (2.0, "c"), (6.0, "d")];

fn as_it_is() -> Runner {
    Runner::new().feed(Notes::SENSOR, texts(&LOG)).add(Notes)
}

fn through_a_window() -> Runner {
    let sorted = Source::past(texts(&LOG)).reorder(Duration::from_secs(2));
    Runner::new().feed(Notes::SENSOR, sorted).add(Notes)
}
// ANCHOR_END: scenario

#[test]
fn s15_times_that_go_back() {
    Timeline::of_history(as_it_is).fed("sensor", &[1.0, 2.0, 3.0, 6.0]).shown_as("unordered");
}

#[test]
fn s16_reordered() {
    Timeline::of_history(through_a_window).shown_as("reordered");
}
