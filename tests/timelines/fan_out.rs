//! S8: one event with several readers.

use asp_tests::at;

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct First;

#[strategy]
impl First {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        say(format_args!("hello {name}"));
        cx.at(cx.now()).wave();
    }

    #[after]
    fn wave(&mut self) {
        say("wave");
    }
}

struct Second;

#[strategy]
impl Second {
    #[on_event(stream = "names")]
    fn write_down(&mut self, name: &String) {
        say(format_args!("{name}, noted"));
    }

    #[on_event(stream = "names")]
    fn count(&mut self) {
        say("one more");
    }
}

fn runner() -> Runner {
    let names = at(&[(1.0, "Jane".to_owned())]);
    Runner::new().feed(First::NAMES, names).add(First).add(Second)
}
// ANCHOR_END: scenario

#[test]
fn s08_fan_out() {
    Timeline::of_history(runner).shown_as("fan-out");
}
