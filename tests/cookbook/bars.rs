//! Bars of one minute.

use crate::kit::{clock, shows, times};

// ANCHOR: recipe
use asp::prelude::*;

const MINUTE: Duration = Duration::from_mins(1);

struct Bar {
    begins: Timestamp,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
}

/// Open, high, low and close of each minute that has a trade.
#[derive(Default)]
struct Bars {
    bar: Option<Bar>,
}

#[strategy(emits(bars: String))]
impl Bars {
    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, price: f64) {
        self.close(cx); // a trade at the full minute belongs to the next bar
        let begins = Timestamp::from_nanos(cx.now().as_nanos() / MINUTE.as_nanos() * MINUTE.as_nanos());
        let bar = self.bar.get_or_insert(Bar { begins, open: price, high: price, low: price, close: price });
        bar.high = bar.high.max(price);
        bar.low = bar.low.min(price);
        bar.close = price;
    }

    #[every("1min", aligned)]
    fn close(&mut self, cx: &Context<Self>) {
        if let Some(bar) = self.bar.take_if(|bar| cx.now() >= bar.begins + MINUTE) {
            let Bar { begins, open, high, low, close } = bar;
            cx.emit(Self::BARS, format!("bar of {}: {open} {high} {low} {close}", clock(begins)));
        }
    }
}

#[test]
fn a_trade_at_the_full_minute_belongs_to_the_next_bar() {
    let trades = times([
        ("09:00:05", 10.0),
        ("09:00:30", 12.0),
        ("09:00:59", 11.0),
        ("09:01:00", 13.0),
        ("09:03:10", 9.0),
    ]);
    let end = "2025-01-02T10:00:00Z".parse().unwrap();
    shows("bars", Runner::new().end(end).feed(Bars::TRADES, trades).add(Bars::default()), Bars::BARS);
}
// ANCHOR_END: recipe
