//! S10: calls that are due at one time.

use asp_tests::{d, s, texts};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Desk;

#[strategy]
impl Desk {
    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, order: String) {
        say(&order);
        let delay = if order == "slow" { d(2.0) } else { d(1.0) };
        cx.after(delay).confirm(order);
    }

    #[after]
    fn confirm(&mut self, order: String) {
        say(format_args!("{order} done"));
    }
}

fn runner() -> Runner {
    let orders = texts(&[(1.0, "slow"), (2.0, "fast"), (2.0, "quick")]);
    Runner::new().start(s(0.0)).feed(Desk::ORDERS, orders).add(Desk)
}
// ANCHOR_END: scenario

#[test]
fn s10_first_in_first_out() {
    Timeline::of_history(runner).shown_as("first-in-first-out");
}
