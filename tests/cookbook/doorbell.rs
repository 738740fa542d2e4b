//! The strategy whose expansion is in the book, `expanded.rs`.

use crate::kit::{shows, times};

// ANCHOR: strategy
use asp::prelude::*;

#[derive(Default)]
struct Doorbell {
    rings: u32,
}

#[strategy(emits(lines: String))]
impl Doorbell {
    /// Somebody is at the door.
    #[on_event(stream = "rings")]
    fn ring(&mut self, cx: &Context<Self>, button: u8) {
        self.rings += 1;
        cx.after(Duration::from_secs(5)).answer(button);
    }

    #[after]
    fn answer(&mut self, cx: &Context<Self>, button: u8) {
        cx.emit(Self::LINES, format!("button {button}, ring {}", self.rings));
    }

    #[every("1min", aligned)]
    fn minute(&mut self) {
        self.rings = 0;
    }
}
// ANCHOR_END: strategy

#[test]
fn prints_what_its_expansion_prints() {
    let rings = times([("09:00:10", 1), ("09:00:50", 2), ("09:01:20", 1)]);
    shows("doorbell", Runner::new().feed(Doorbell::RINGS, rings).add(Doorbell::default()), Doorbell::LINES);
}
