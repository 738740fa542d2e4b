//! Strategies in a row, A to B to C: each reads what the one before emits, and what the last one emits is collected.
//!
//! `Trades` cleans raw trades, `Bars` makes bars of one minute of them, `Breakouts` looks at the bars. None of them knows
//! who reads it. What one emits is dispatched at the same instant, in its next round: a breakout has the time of the bar
//! that it is seen in.

use asp::prelude::*;

/// A: leaves out what cannot be.
struct Trades;

#[strategy(emits(trades: f64))]
impl Trades {
    #[on_event(stream = "raw")]
    fn clean(&mut self, cx: &Context<Self>, price: f64) {
        if price > 0.0 {
            cx.emit(Self::TRADES, price);
        }
    }
}

/// The lowest and the highest price of a minute, and the last one.
#[derive(Clone, Copy)]
struct Bar {
    low: f64,
    high: f64,
    close: f64,
}

/// B: a bar for each minute with a trade.
#[derive(Default)]
struct Bars {
    bar: Option<Bar>,
}

#[strategy(emits(bars: Bar))]
impl Bars {
    #[on_event(stream = Trades::TRADES)]
    fn trade(&mut self, price: f64) {
        let bar = self.bar.get_or_insert(Bar { low: price, high: price, close: price });
        *bar = Bar { low: bar.low.min(price), high: bar.high.max(price), close: price };
    }

    #[every("1min", aligned)]
    fn minute(&mut self, cx: &Context<Self>) {
        if let Some(bar) = self.bar.take() {
            cx.emit(Self::BARS, bar);
        }
    }
}

/// C: closes above all prices before, or below.
#[derive(Default)]
struct Breakouts {
    range: Option<(f64, f64)>,
}

#[strategy(emits(breakouts: String))]
impl Breakouts {
    #[on_event(stream = Bars::BARS)]
    fn bar(&mut self, cx: &Context<Self>, bar: Bar) {
        let (low, high) = self.range.unwrap_or((bar.low, bar.high));
        if bar.close > high {
            cx.emit(Self::BREAKOUTS, format!("up to {:.2}, above {high:.2}", bar.close));
        } else if bar.close < low {
            cx.emit(Self::BREAKOUTS, format!("down to {:.2}, below {low:.2}", bar.close));
        }
        self.range = Some((low.min(bar.low), high.max(bar.high)));
    }
}

fn main() -> asp::Result<()> {
    let open: Timestamp = "2025-01-02T09:30:00Z".parse()?;
    // A trade every ten seconds; each seventh is a slip of the feed.
    let raw = (0..90).map(move |k: i32| {
        let price = 100.0 + 2.0 * (f64::from(k) / 9.0).sin() + f64::from(k) / 60.0;
        (open + Duration::from_secs(10) * i64::from(k), if k % 7 == 6 { -1.0 } else { price })
    });
    let mut outcome = Runner::new()
        .feed(Trades::RAW, raw)
        .add(Trades)
        .add(Bars::default())
        .add(Breakouts::default())
        .collect(Trades::TRADES)
        .collect(Bars::BARS)
        .collect(Breakouts::BREAKOUTS)
        .run()?;

    let (trades, bars) = (outcome.collected(Trades::TRADES)?, outcome.collected(Bars::BARS)?);
    println!("{} trades, {} bars", trades.len(), bars.len());
    for breakout in outcome.collected(Breakouts::BREAKOUTS)? {
        println!("{breakout}");
    }
    Ok(())
}
