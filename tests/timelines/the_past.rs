//! S11: a call for a time that is over.

use asp_tests::{s, seconds, texts};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Late;

#[strategy]
impl Late {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        say(name);
        cx.at(s(4.0)).greet();
    }

    #[after]
    fn greet(&mut self, cx: &Context<Self>) {
        say(format_args!("due {}", seconds(cx.due())));
    }
}

fn runner() -> Runner {
    let names = texts(&[(3.0, "Ann"), (5.0, "Bob"), (5.0, "Eve")]);
    Runner::new().feed(Late::NAMES, names).add(Late)
}
// ANCHOR_END: scenario

#[test]
fn s11_the_past() {
    Timeline::of_history(runner).shown_as("the-past");
}
