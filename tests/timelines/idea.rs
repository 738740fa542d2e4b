//! The first picture of the book: streams, a timer and a call in one order, over history and live.

use asp::ManualClock;
use asp_tests::{d, s, texts, visitors};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Shop;

#[strategy]
impl Shop {
    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, item: String) {
        say(&item);
        cx.after(d(1.5)).remind(item);
    }

    #[on_event(stream = "payments")]
    fn payment(&mut self, item: String) {
        say(format_args!("{item} paid"));
    }

    #[after]
    fn remind(&mut self, item: String) {
        say(format_args!("{item} due"));
    }

    #[every("1s")]
    fn count(&mut self) {
        say("count");
    }
}

fn runner(clock: &ManualClock) -> Runner {
    let recorded = Source::past(texts(&[(0.5, "tea")]));
    let orders = recorded.then_live(visitors(clock, &[(2.4, "rice")]));
    let recorded = Source::past(texts(&[(1.0, "tea")]));
    let payments = recorded.then_live(visitors(clock, &[(3.0, "rice")]));
    Runner::new()
        .start(s(0.0))
        .end(s(4.0))
        .feed(Shop::ORDERS, orders)
        .feed(Shop::PAYMENTS, payments)
        .add(Shop)
}
// ANCHOR_END: scenario

#[test]
fn s34_one_order_over_history_and_live() {
    Timeline::of_live(2.2, runner).leads("tea", "tea due").leads("rice", "rice due").shown_as("idea");
}
