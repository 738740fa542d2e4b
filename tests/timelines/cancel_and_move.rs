//! S13: calls that are cancelled, and calls that are moved.

use asp_tests::{at, d, texts};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

#[derive(Default)]
struct Watchdog {
    alarm: Option<CallKey>,
}

#[strategy]
impl Watchdog {
    #[on_event(stream = "beats")]
    fn beat(&mut self, cx: &Context<Self>, beat: String) {
        say(beat);
        let time = cx.now() + d(2.0);
        if !self.alarm.is_some_and(|alarm| cx.reschedule(alarm, time)) {
            self.alarm = Some(cx.at(time).ring());
        }
    }

    #[on_event(stream = "off")]
    fn off(&mut self, cx: &Context<Self>, _: ()) {
        let was_set = self.alarm.take().is_some_and(|alarm| cx.cancel(alarm));
        say(if was_set { "off in time" } else { "off" });
    }

    #[after]
    fn ring(&mut self) {
        say("alarm");
    }
}

fn runner() -> Runner {
    let beats = texts(&[(1.0, "one"), (2.0, "two"), (5.0, "three")]);
    let off = at(&[(7.0, ())]);
    let runner = Runner::new().feed(Watchdog::BEATS, beats).feed(Watchdog::OFF, off);
    runner.add(Watchdog::default())
}
// ANCHOR_END: scenario

#[test]
fn s13_cancel_and_move() {
    Timeline::of_history(runner).shown_as("cancel-and-move");
}
