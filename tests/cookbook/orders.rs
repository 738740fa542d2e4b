//! A state machine with a time-out that is cancelled.

use crate::kit::{shows, times};

// ANCHOR: recipe
use std::collections::BTreeMap;

use asp::prelude::*;

const PATIENCE: Duration = Duration::from_secs(5);

enum State {
    /// With the call that gives the order up.
    Sent(CallKey),
    Accepted,
}

/// An order that is not accepted within five seconds is cancelled.
#[derive(Default)]
struct Orders {
    open: BTreeMap<u32, State>,
}

#[strategy(emits(lines: String))]
impl Orders {
    #[on_event(stream = "orders")]
    fn send(&mut self, cx: &Context<Self>, order: u32) {
        self.open.insert(order, State::Sent(cx.after(PATIENCE).give_up(order)));
    }

    #[on_event(stream = "answers")]
    fn answer(&mut self, cx: &Context<Self>, (order, word): (u32, &'static str)) {
        let line = match (self.open.remove(&order), word) {
            (Some(State::Sent(timeout)), "accepted") => {
                cx.cancel(timeout);
                self.open.insert(order, State::Accepted);
                format!("{order} accepted")
            }
            (Some(State::Accepted), "filled") => format!("{order} filled"),
            _ => format!("{order} {word}, but it is not open"),
        };
        cx.emit(Self::LINES, line);
    }

    #[after]
    fn give_up(&mut self, cx: &Context<Self>, order: u32) {
        self.open.remove(&order);
        cx.emit(Self::LINES, format!("{order} cancelled"));
    }
}

#[test]
fn an_order_that_nobody_accepts_is_cancelled() {
    let orders = times([("09:00:00", 1), ("09:00:01", 2), ("09:00:02", 3)]);
    let answers = times([
        ("09:00:03", (2, "accepted")),
        ("09:00:07", (3, "accepted")), // at the very instant
        ("09:00:08", (2, "filled")),
        ("09:00:09", (1, "accepted")),
    ]);
    let runner = Runner::new().feed(Orders::ORDERS, orders).feed(Orders::ANSWERS, answers);
    shows("orders", runner.add(Orders::default()), Orders::LINES);
}
// ANCHOR_END: recipe
