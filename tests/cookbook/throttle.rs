//! At most one alert a minute.

use crate::kit::{shows, texts};

// ANCHOR: recipe
use asp::prelude::*;

const PAUSE: Duration = Duration::from_mins(1);

/// Lets one fault a minute through, and counts the others.
#[derive(Default)]
struct Throttle {
    is_quiet: bool,
    held_back: u32,
}

#[strategy(emits(alerts: String))]
impl Throttle {
    #[on_event(stream = "faults")]
    fn fault(&mut self, cx: &Context<Self>, fault: String) {
        if self.is_quiet {
            self.held_back += 1;
        } else {
            self.alert(cx, fault);
        }
    }

    fn alert(&mut self, cx: &Context<Self>, text: String) {
        cx.emit(Self::ALERTS, text);
        cx.after(PAUSE).pause_over();
        self.is_quiet = true;
    }

    #[after]
    fn pause_over(&mut self, cx: &Context<Self>) {
        self.is_quiet = false;
        match std::mem::take(&mut self.held_back) {
            0 => {}
            count => self.alert(cx, format!("{count} more faults")), // which is an alert, too
        }
    }
}

#[test]
fn one_alert_a_minute_and_a_count_of_the_others() {
    let faults = texts([
        ("09:00:00", "disk full"),
        ("09:00:20", "disk full"),
        ("09:01:00", "disk full"),
        ("09:05:00", "fan stopped"),
    ]);
    let runner = Runner::new().feed(Throttle::FAULTS, faults).add(Throttle::default());
    shows("throttle", runner, Throttle::ALERTS);
}
// ANCHOR_END: recipe
