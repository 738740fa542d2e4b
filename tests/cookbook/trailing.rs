//! A trailing stop.

use crate::kit::{shows, texts, times};

// ANCHOR: recipe
use asp::prelude::*;

/// What an order takes to the exchange and back.
const LATENCY: Duration = Duration::from_millis(40);
/// What a cancel takes, which does not stand in line.
const CANCEL_LATENCY: Duration = Duration::from_millis(20);

enum State {
    Out,
    In,
    /// With the call that fills the order.
    Selling(CallKey),
}

/// Buys, and sells when the price is five per cent below the highest since.
struct TrailingStop {
    state: State,
    price: i64,
    highest: i64,
}

#[strategy(emits(lines: String))]
impl TrailingStop {
    #[on_start]
    fn buy(&mut self, cx: &Context<Self>) {
        cx.after(LATENCY).bought();
    }

    /// At the price that is there by then. What was higher before does not count.
    #[after]
    fn bought(&mut self, cx: &Context<Self>) {
        self.state = State::In;
        self.highest = self.price;
        cx.emit(Self::LINES, format!("bought at {}", self.price));
    }

    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: i64) {
        self.price = price;
        self.highest = self.highest.max(price);
        if matches!(self.state, State::In) && price * 100 <= self.highest * 95 {
            self.state = State::Selling(cx.after(LATENCY).sold());
            cx.emit(Self::LINES, format!("sell: {price}, after {}", self.highest));
        }
    }

    #[on_event(stream = "cancels")]
    fn cancel(&mut self, cx: &Context<Self>, why: String) {
        cx.after(CANCEL_LATENCY).cancelled(why);
    }

    /// The cancel has come to the exchange, before the fill or after it.
    #[after]
    fn cancelled(&mut self, cx: &Context<Self>, why: String) {
        let line = match self.state {
            State::Selling(fill) if cx.cancel(fill) => {
                self.state = State::In;
                format!("cancelled: {why}")
            }
            _ => format!("too late to cancel: {why}"),
        };
        cx.emit(Self::LINES, line);
    }

    #[after]
    fn sold(&mut self, cx: &Context<Self>) {
        self.state = State::Out;
        cx.emit(Self::LINES, format!("sold at {}", self.price));
    }
}

#[test]
fn sells_five_per_cent_below_the_highest() {
    let prices = times([
        ("09:00:00.000", 103),
        ("09:00:00.010", 100),
        ("09:00:01.000", 108),
        ("09:00:02.000", 102),
        ("09:00:03.000", 110),
        ("09:00:04.000", 104),
        ("09:00:04.010", 99), // while the order is under way
    ]);
    let cancels = texts([("09:00:02.010", "a false alarm"), ("09:00:04.020", "another one")]);
    let stop = TrailingStop { state: State::Out, price: 0, highest: 0 };
    let runner = Runner::new().feed(TrailingStop::PRICES, prices).feed(TrailingStop::CANCELS, cancels);
    shows("trailing", runner.add(stop), TrailingStop::LINES);
}
// ANCHOR_END: recipe
