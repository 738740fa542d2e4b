//! Two streams, joined as of a time.

use crate::kit::{clock, shows, times};

// ANCHOR: recipe
use asp::prelude::*;

#[derive(Clone, Copy)]
struct Quote {
    bid: f64,
    ask: f64,
}

/// What each trade has cost, against the middle of the quote that was there when it was made.
struct Cost;

#[strategy(latest(quotes: Quote), emits(costs: String))]
impl Cost {
    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, price: f64) {
        let cost = match cx.latest(Self::QUOTES) {
            None => format!("{price} before the first quote"),
            Some(quote) => {
                let middle = (quote.value.bid + quote.value.ask) / 2.0;
                format!("{price} is {:+.2} from the quote of {}", price - middle, clock(quote.time))
            }
        };
        cx.emit(Self::COSTS, cost);
    }
}

#[test]
fn each_trade_with_the_quote_of_its_time() {
    let quotes =
        times([("09:00:00", Quote { bid: 10.0, ask: 10.2 }), ("09:00:10", Quote { bid: 10.1, ask: 10.3 })]);
    let trades = times([("08:59:59", 10.1), ("09:00:07", 10.2), ("09:00:10", 10.3), ("09:00:11", 10.1)]);
    let runner = Runner::new().feed(Cost::QUOTES, quotes).feed(Cost::TRADES, trades).add(Cost);
    shows("as_of", runner, Cost::COSTS);
}
// ANCHOR_END: recipe
