//! An alarm on silence.

use crate::kit::{shows, texts};

// ANCHOR: recipe
use std::collections::BTreeMap;

use asp::prelude::*;

const SILENCE: Duration = Duration::from_secs(60);

/// Knows each host by its heartbeat, and the alarm that rings if there is no other one.
#[derive(Default)]
struct Watch {
    alarms: BTreeMap<String, CallKey>,
}

#[strategy(emits(alarms: String))]
impl Watch {
    #[on_event(stream = "beats")]
    fn beat(&mut self, cx: &Context<Self>, host: String) {
        let rings = cx.now() + SILENCE;
        match self.alarms.get(&host) {
            Some(alarm) if cx.reschedule(*alarm, rings) => {} // put off
            known => {
                if known.is_some() {
                    cx.emit(Self::ALARMS, format!("{host} is back"));
                }
                let alarm = cx.at(rings).silent(host.clone());
                self.alarms.insert(host, alarm);
            }
        }
    }

    #[after]
    fn silent(&mut self, cx: &Context<Self>, host: String) {
        cx.emit(Self::ALARMS, format!("{host} is silent"));
    }
}

#[test]
fn who_is_silent_for_a_minute_and_who_is_back() {
    let beats = texts([
        ("09:00:00", "web"),
        ("09:00:10", "db"),
        ("09:00:50", "web"),
        ("09:01:10", "db"), // just in time
        ("09:03:00", "web"),
        ("09:03:05", "db"),
    ]);
    let end = "2025-01-02T09:03:30Z".parse().unwrap();
    let runner = Runner::new().end(end).feed(Watch::BEATS, beats).add(Watch::default());
    shows("silence", runner, Watch::ALARMS);
}
// ANCHOR_END: recipe
