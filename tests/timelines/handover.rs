//! S30 to S36: from history into live data.

use asp::ManualClock;
use asp_tests::{d, s, texts, visitors};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        say(&name);
        cx.after(d(1.0)).greet(name);
    }

    #[after]
    fn greet(&mut self, name: String) {
        say(format_args!("hello {name}"));
    }

    #[on_live]
    fn live(&mut self) {
        say("on_live");
    }

    #[on_caught_up]
    fn caught_up(&mut self) {
        say("caught up");
    }
}

fn runner(clock: &ManualClock) -> Runner {
    let recorded = texts(&[(0.0, "Jane"), (1.0, "John")]);
    let visitors = visitors(clock, &[(60.5, "Sarah")]);
    let names = Source::past(recorded).then_live(visitors);
    Runner::new().start(s(0.0)).feed(Greeter::NAMES, names).add(Greeter)
}
// ANCHOR_END: scenario

#[test]
fn s30_s35_handover() {
    Timeline::of_live(60.0, runner)
        .leads("Jane", "hello Jane")
        .leads("John", "hello John")
        .leads("Sarah", "hello Sarah")
        .shown_as("handover");
}
