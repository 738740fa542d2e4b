//! S42: virtual time waits for what is outside.

use asp_tests::{s, texts};

use crate::seen::{in_another_thread, say};
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Lookup;

#[strategy]
impl Lookup {
    #[on_event(stream = "names")]
    async fn arrive(this: Shared<Self>, name: String) {
        say(&name);
        let age = this.external(in_another_thread(42)).await;
        say(format_args!("{name} is {age}"));
    }

    #[every("1s")]
    fn tick(&mut self) {
        say("tick");
    }
}

fn runner() -> Runner {
    let names = texts(&[(1.0, "Ann"), (1.5, "Bob")]);
    Runner::new().start(s(0.0)).end(s(3.0)).feed(Lookup::NAMES, names).add(Lookup)
}
// ANCHOR_END: scenario

#[test]
fn s42_time_stands_still() {
    Timeline::of_history(runner).shown_as("outside");
}
