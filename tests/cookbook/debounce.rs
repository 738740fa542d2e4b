//! A contact that bounces.

use crate::kit::{shows, times};

// ANCHOR: recipe
use asp::prelude::*;

const SETTLES: Duration = Duration::from_millis(50);

/// Believes a door contact when it has not moved for 50 ms.
#[derive(Default)]
struct Debounce {
    is_open: bool,
    pending: Option<CallKey>,
}

#[strategy(emits(door: &'static str))]
impl Debounce {
    #[on_event(stream = "contact")]
    fn contact(&mut self, cx: &Context<Self>, is_open: bool) {
        if let Some(pending) = self.pending.take() {
            cx.cancel(pending);
        }
        self.pending = Some(cx.after(SETTLES).settled(is_open));
    }

    #[after]
    fn settled(&mut self, cx: &Context<Self>, is_open: bool) {
        if std::mem::replace(&mut self.is_open, is_open) != is_open {
            cx.emit(Self::DOOR, if is_open { "open" } else { "closed" });
        }
    }
}

#[test]
fn a_door_that_bounces_opens_once() {
    let contact = times([
        ("09:00:00.000", true),
        ("09:00:00.010", false),
        ("09:00:00.015", true),
        ("09:00:03.000", false), // a knock
        ("09:00:03.020", true),
        ("09:00:08.000", false),
    ]);
    let runner = Runner::new().feed(Debounce::CONTACT, contact).add(Debounce::default());
    shows("debounce", runner, Debounce::DOOR);
}
// ANCHOR_END: recipe
