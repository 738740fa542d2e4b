//! A warm start.

use crate::kit::{at, had, times};

// ANCHOR: recipe
use asp::ManualClock;
use asp::prelude::*;
use asp::testing::Script;
use asp::window::CountWindow;
use futures::executor::block_on;

/// Learns from history, and buys from the moment on at which it knows the present.
struct Buyer {
    last: CountWindow<f64, 1>,
    may_trade: bool,
}

#[strategy(emits(lines: String))]
impl Buyer {
    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: f64) {
        let usual = self.last.mean().filter(|_| self.last.is_full());
        if self.may_trade && usual.is_some_and(|usual| price < usual) {
            cx.emit(Self::LINES, format!("buy at {price}"));
        }
        self.last.push(price);
    }

    #[on_live]
    fn live(&mut self, cx: &Context<Self>) {
        cx.emit(Self::LINES, format!("live, with {} prices", self.last.len()));
    }

    #[on_caught_up]
    fn trade(&mut self, cx: &Context<Self>) {
        self.may_trade = true;
        cx.emit(Self::LINES, "caught up".to_owned());
    }
}

#[test]
fn history_fills_the_window_and_buys_nothing() {
    let clock = ManualClock::jumping(at("09:00:00")); // the run begins at nine
    let history = times([("08:58:00", 10.0), ("08:59:00", 9.0), ("08:59:30", 11.0)]);
    let feed = Script::new(&clock).event(at("09:00:10"), 10.5).event(at("09:00:20"), 9.5);
    let prices = Source::past(history).then_live(feed.end(at("09:00:30")).source());

    let buyer = Buyer { last: CountWindow::of_numbers(3), may_trade: false };
    let runner = Runner::new().feed(Buyer::PRICES, prices).add(buyer).collect(Buyer::LINES);
    had("warm", block_on(runner.clock(clock).run_live()), Buyer::LINES);
}
// ANCHOR_END: recipe
