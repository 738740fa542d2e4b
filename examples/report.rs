//! The report of a run: a strategy that follows the trend of a price, and its prices, trades and profit on a page.
//!
//! ```text
//! cargo run --release --features report --example report -- run.html
//! cargo run --release --features report --example report -- run.html 400 before.json
//! ```
//!
//! The second argument is the length of the average that the strategy compares prices with. The third is the data of
//! another run, which a first argument that ends in `.json` writes.

use std::error::Error;

use asp::prelude::*;
use asp::report::{Recorder, RunData};
use serde::Serialize;

#[derive(Clone, Copy, Debug, Serialize)]
struct Trade {
    price: f64,
    quantity: f64,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Account {
    profit: f64,
    position: f64,
}

struct Trend {
    length: f64,
    average: Option<f64>,
    last: f64,
    cash: f64,
    position: f64,
    trades: u32,
}

#[strategy(emits(trades: Trade, account: Account))]
impl Trend {
    /// Buys above the average, sells below it.
    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: f64) {
        let average = self.average.unwrap_or(price);
        let next = average + (price - average) / self.length;
        (self.average, self.last) = (Some(next), price);
        let target = if price > next * 1.002 {
            10.0
        } else if price < next * 0.998 {
            -10.0
        } else {
            self.position
        };
        if target != self.position {
            let quantity = target - self.position;
            self.cash -= quantity * price;
            self.position = target;
            self.trades += 1;
            cx.emit(Self::TRADES, Trade { price, quantity });
        }
    }

    #[every("10min")]
    fn value(&mut self, cx: &Context<Self>) {
        let profit = self.cash + self.position * self.last;
        cx.emit(Self::ACCOUNT, Account { profit, position: self.position });
    }
}

/// A walk that looks random and is the same each time, more often by day.
fn prices() -> impl Iterator<Item = (Timestamp, f64)> + Send {
    let mut time: Timestamp = "2025-03-03".parse().expect("a time");
    let (mut state, mut price) = (7_u64, 100.0_f64);
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 33) as f64 / f64::from(1_u32 << 31) - 0.5;
        price *= 1.0 + noise * 0.001;
        let hour = time.as_nanos() / 3_600_000_000_000 % 24;
        time += Duration::from_millis(if (8..18).contains(&hour) { 4_000 } else { 40_000 });
        (time, (price * 100.0).round() / 100.0)
    })
    .take(80_000)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next();
    let length = arguments.next().map_or(Ok(100.0), |length| length.parse())?;

    // ANCHOR: record
    let strategy = Trend { length, average: None, last: 0.0, cash: 0.0, position: 0.0, trades: 0 };
    let runner = Runner::new().feed(Trend::PRICES, prices()).add(strategy);
    let recorder = Recorder::new()
        .title("Following a trend")
        .parameter("average over", length)
        .chart(Trend::PRICES)
        .chart(Trend::ACCOUNT)
        .chart(Trend::TRADES);
    let (runner, recorder) = recorder.attach(runner);
    let mut outcome = runner.run()?;
    let data = recorder.finish(&outcome);
    // ANCHOR_END: record

    // ANCHOR: write
    match (path, arguments.next()) {
        (Some(path), _) if path.ends_with(".json") => data.write_json(path)?,
        (Some(path), Some(other)) => {
            std::fs::write(path, data.to_html_beside(&RunData::read(&other)?, &other))?;
        }
        (Some(path), None) => data.write_html(path)?,
        (None, _) => {}
    }
    // ANCHOR_END: write

    let trend: Trend = outcome.take()?;
    println!("{} trades, profit {:.2}", trend.trades, trend.cash + trend.position * trend.last);
    for series in &data.series {
        println!("{}: {} values, {:.2} to {:.2}", series.name(), series.count, series.min, series.max);
    }
    Ok(())
}
