//! S41: handlers that wait.

use asp_tests::{d, s, texts};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Alone;

#[strategy]
impl Alone {
    #[on_event(stream = "names")]
    async fn arrive(&mut self, cx: &TaskContext<Self>, name: String) {
        say(&name);
        cx.sleep(d(3.0)).await;
        say(format_args!("bye {name}"));
    }
}

struct Beside;

#[strategy]
impl Beside {
    #[on_event(stream = "names")]
    async fn arrive(this: Shared<Self>, name: String) {
        say(&name);
        this.sleep(d(3.0)).await;
        say(format_args!("bye {name}"));
    }
}

fn runner() -> Runner {
    let names = texts(&[(0.0, "Jane"), (1.0, "John")]);
    Runner::new().start(s(0.0)).feed(Alone::NAMES, names).add(Alone).add(Beside)
}
// ANCHOR_END: scenario

#[test]
fn s41_waiting() {
    Timeline::of_history(runner).shown_as("waiting");
}
