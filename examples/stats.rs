//! A window of time: the price of the last two minutes, weighted by volume, each minute.
//!
//! `TimeWindow` holds the trades and sums what was paid and how much was traded. The tick says what time it is, and what
//! is two minutes old by then is out. A minute without trades changes nothing until their time is up.

#[path = "shared/mod.rs"]
mod shared;

use asp::prelude::*;
use asp::window::TimeWindow;
use shared::say;

#[derive(Clone)]
struct Trade {
    price: f64,
    volume: f64,
}

struct Vwap {
    trades: TimeWindow<Trade, 2>,
}

#[strategy]
impl Vwap {
    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, trade: Trade) {
        self.trades.push(cx.now(), trade);
    }

    #[every("1min")]
    fn show(&mut self, cx: &Context<Self>) {
        self.trades.evict(cx.now());
        let [paid, volume] = self.trades.sums();
        match self.trades.len() {
            0 => say(cx, "no trades"),
            count => say(cx, format_args!("{:.4} (trades: {count}, volume: {volume})", paid / volume)),
        }
    }
}

fn main() -> asp::Result<()> {
    let start: Timestamp = "2020-01-02T09:30:00Z".parse()?;
    let trades = [
        (1.3, 20.00, 100.0),
        (2.3, 20.10, 300.0),
        (3.8, 20.40, 200.0),
        (4.1, 20.30, 100.0),
        (4.4, 20.25, 400.0),
        (5.1, 20.35, 100.0),
        (5.3, 20.50, 200.0),
        (6.3, 20.20, 500.0),
        (8.7, 20.05, 100.0),
    ]
    .map(|(minutes, price, volume)| {
        // A tenth of a minute is 6 s.
        (start + Duration::from_secs((minutes * 60.0_f64).round() as i64), Trade { price, volume })
    });
    let trades_of = |trade: &Trade| [trade.price * trade.volume, trade.volume];
    Runner::new()
        .start(start)
        .end(start + Duration::from_mins(12))
        .feed(Vwap::TRADES, trades)
        .add(Vwap { trades: TimeWindow::summing(Duration::from_mins(2), trades_of) })
        .run()?;
    Ok(())
}
