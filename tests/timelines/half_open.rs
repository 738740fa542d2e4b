//! S17: a run covers its start and not its end.

use asp_tests::{s, texts};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Notes;

#[strategy]
impl Notes {
    #[on_event(stream = "names")]
    fn arrive(&mut self, name: String) {
        say(name);
    }

    #[every("1s", aligned)]
    fn tick(&mut self) {
        say("tick");
    }

    #[on_stop]
    fn stop(&mut self) {
        say("stop");
    }
}

fn runner(from: f64, to: f64) -> Runner {
    let names = texts(&[(0.0, "Ann"), (1.0, "Bob"), (2.0, "Eve"), (3.0, "Jim")]);
    Runner::new().start(s(from)).end(s(to)).feed(Notes::NAMES, names).add(Notes)
}
// ANCHOR_END: scenario

const ALL: [f64; 4] = [0.0, 1.0, 2.0, 3.0];

#[test]
fn s17_from_1_to_3() {
    Timeline::of_history(|| runner(1.0, 3.0)).fed("names", &ALL).covers(1.0, 3.0).shown_as("half-open");
}

#[test]
fn s17_from_3_to_4() {
    Timeline::of_history(|| runner(3.0, 4.0)).fed("names", &ALL).covers(3.0, 4.0).shown_as("half-open-next");
}
