//! What the report of a run costs: the run with it and without, and the time and size of what is written.
//!
//! `scripts/report` runs it. Times are CPU time, the least of three.

use asp::prelude::*;
use asp::report::{Recorder, RunData};
use cpu_time::ThreadTime;
use serde::Serialize;

#[derive(Clone, Copy, Serialize)]
struct Price {
    bid: f64,
    ask: f64,
}

#[derive(Clone, Copy, Serialize)]
struct Trade {
    price: f64,
    profit: f64,
}

/// Trades at each tenth price.
#[derive(Default)]
struct Trader {
    count: u64,
    profit: f64,
}

#[strategy(emits(trades: Trade))]
impl Trader {
    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: Price) {
        self.count += 1;
        self.profit += price.ask - price.bid - 0.01;
        if self.count.is_multiple_of(10) {
            cx.emit(Self::TRADES, Trade { price: price.bid, profit: self.profit });
        }
    }
}

fn runner(events: u64) -> Runner {
    let mut random = fastrand::Rng::with_seed(7);
    let mut bid = 100.0;
    let start = "2025-01-01".parse().expect("a time");
    let prices = timestamps(start, Duration::from_millis(10)).zip((0..events).map(move |_| {
        bid += random.f64() - 0.5;
        Price { bid, ask: bid + random.f64() * 0.02 }
    }));
    Runner::new().feed(Trader::PRICES, prices).add(Trader::default()).sink(Trader::TRADES, |_| ())
}

/// Seconds of CPU time, the least of three, and what came of the last.
fn timed<T>(mut work: impl FnMut() -> T) -> (f64, T) {
    let mut once = || {
        let begun = ThreadTime::now();
        let done = work();
        (begun.elapsed().as_secs_f64(), done)
    };
    let (first, _) = once();
    let (second, _) = once();
    let (third, done) = once();
    (first.min(second).min(third), done)
}

fn recorded(events: u64, recorder: Recorder) -> RunData {
    let (runner, recorder) = recorder.attach(runner(events));
    recorder.finish(&runner.run().expect("a run"))
}

fn main() {
    println!(
        "  events | without, ns | trades, ns | all, ns | slower | page, ms | page, kB | data, ms | data, kB"
    );
    for events in [100_000, 1_000_000, 10_000_000] {
        let nanos = |seconds: f64| seconds * 1e9 / events as f64;
        let (without, _) = timed(|| runner(events).run().expect("a run"));
        let (trades, _) = timed(|| recorded(events, Recorder::new().chart(Trader::TRADES)));
        let all = || Recorder::new().chart(Trader::TRADES).chart(Trader::PRICES);
        let (all, data) = timed(|| recorded(events, all()));
        let (page_took, page) = timed(|| data.to_html());
        let (json_took, json) = timed(|| serde_json::to_vec(&data).expect("data is JSON"));
        println!(
            "{events:8} | {:11.1} | {:10.1} | {:7.1} | {:3.1} {:.1} | {:8.1} | {:8} | {:8.1} | {:8}",
            nanos(without),
            nanos(trades),
            nanos(all),
            trades / without,
            all / without,
            page_took * 1e3,
            page.len() / 1000,
            json_took * 1e3,
            json.len() / 1000,
        );
    }
}
