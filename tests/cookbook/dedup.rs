//! What is sent twice is seen once.

use crate::kit::{shows, times};

// ANCHOR: recipe
use std::collections::HashSet;

use asp::prelude::*;
use asp::window::TimeWindow;

/// Forgets an id ten minutes after it has first seen it.
struct Dedup {
    ids: HashSet<u64>,
    seen: TimeWindow<u64>,
}

#[strategy(emits(unique: &'static str))]
impl Dedup {
    #[on_event(stream = "messages")]
    fn message(&mut self, cx: &Context<Self>, (id, text): (u64, &'static str)) {
        for (_, old) in self.seen.evict(cx.now()) {
            self.ids.remove(&old);
        }
        if self.ids.insert(id) {
            self.seen.push(cx.now(), id);
            cx.emit(Self::UNIQUE, text);
        }
    }
}

#[test]
fn a_message_that_is_sent_again_within_ten_minutes_is_dropped() {
    let messages = times([
        ("09:00:00", (1, "pay 10")),
        ("09:00:01", (2, "pay 25")),
        ("09:00:02", (1, "pay 10")), // sent again
        ("09:09:59", (1, "pay 10")),
        ("09:10:00", (1, "pay 10")), // the id is free again
    ]);
    let dedup = Dedup { ids: HashSet::new(), seen: TimeWindow::new(Duration::from_mins(10)) };
    let runner = Runner::new().feed(Dedup::MESSAGES, messages).add(dedup);
    shows("dedup", runner, Dedup::UNIQUE);
}
// ANCHOR_END: recipe
