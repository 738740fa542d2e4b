//! S24, S27, S28: when a run ends.

use asp_tests::{d, s, texts};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Notes;

#[strategy]
impl Notes {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        say(name);
        cx.after(d(2.5)).greet();
    }

    #[after]
    fn greet(&mut self) {
        say("hello");
    }

    #[every("1s")]
    fn tick(&mut self) {
        say("tick");
    }

    #[on_stop]
    fn stop(&mut self) {
        say("stop");
    }
}

fn without_an_end() -> Runner {
    Runner::new().start(s(0.0)).feed(Notes::NAMES, texts(&[(1.0, "Ann")])).add(Notes)
}

fn with_an_end() -> Runner {
    without_an_end().end(s(5.0))
}
// ANCHOR_END: scenario

#[test]
fn s28_without_an_end() {
    Timeline::of_history(without_an_end).shown_as("without-an-end");
}

#[test]
fn s27_with_an_end() {
    Timeline::of_history(with_an_end).shown_as("with-an-end");
}
