//! S46, S47: a handler that stops the run.

use asp_tests::{d, texts};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Guard;

#[strategy]
impl Guard {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        say(&name);
        if name == "Bob" {
            cx.stop();
        }
        cx.after(d(1.0)).greet(name);
    }

    #[after]
    fn greet(&mut self, name: String) {
        say(format_args!("hello {name}"));
    }

    #[on_stop]
    fn stop(&mut self) {
        say("stop");
    }
}

fn runner() -> Runner {
    let names = texts(&[(1.0, "Ann"), (2.0, "Bob"), (2.0, "Eve"), (3.0, "Jim")]);
    Runner::new().feed(Guard::NAMES, names).add(Guard)
}
// ANCHOR_END: scenario

#[test]
fn s46_stopping() {
    Timeline::of_history(runner).fed("names", &[1.0, 2.0, 3.0]).shown_as("stopping");
}
