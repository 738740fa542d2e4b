//! A trailing stop.

use crate::kit::{shows, times};

// ANCHOR: recipe
use asp::prelude::*;

/// What an order takes to the exchange and back.
const LATENCY: Duration = Duration::from_millis(40);

/// Sells when the price is five below the highest since it bought.
#[derive(Default)]
struct TrailingStop {
    highest: i64,
    price: i64,
    has_sold: bool,
}

#[strategy(emits(lines: String))]
impl TrailingStop {
    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: i64) {
        self.price = price;
        self.highest = self.highest.max(price);
        if !self.has_sold && price <= self.highest - 5 {
            self.has_sold = true;
            cx.emit(Self::LINES, format!("sell: {price} is five below {}", self.highest));
            cx.after(LATENCY).filled();
        }
    }

    /// At the price that is there by then, not at the one that was seen.
    #[after]
    fn filled(&mut self, cx: &Context<Self>) {
        cx.emit(Self::LINES, format!("sold at {}", self.price));
    }
}

#[test]
fn sells_five_below_the_highest() {
    let prices = times([
        ("09:00:00.000", 100),
        ("09:00:01.000", 108),
        ("09:00:02.000", 104),
        ("09:00:03.000", 103),
        ("09:00:03.010", 99), // while the order is under way
        ("09:00:04.000", 110),
    ]);
    let runner = Runner::new().feed(TrailingStop::PRICES, prices).add(TrailingStop::default());
    shows("trailing", runner, TrailingStop::LINES);
}
// ANCHOR_END: recipe
