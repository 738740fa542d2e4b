//! The code of `book/src/growing.md`, which includes it from here.

use std::collections::VecDeque;

use asp::prelude::*;

use crate::kit::*;

// ANCHOR: spawn
/// Watches the hour after each strong shock.
struct Watch;

#[strategy]
impl Watch {
    #[on_event(stream = "shocks")]
    fn shock(&mut self, cx: &Context<Self>, magnitude: f64) {
        if magnitude >= 6.0 {
            cx.spawn_as(format!("after {}", cx.now()), Aftershocks { count: 0 });
        }
    }
}

/// Counts the shocks of an hour.
struct Aftershocks {
    count: u32,
}

#[strategy(emits(counts: u32))]
impl Aftershocks {
    #[on_event(stream = Watch::SHOCKS)]
    fn shock(&mut self, _magnitude: f64) {
        self.count += 1;
    }

    /// Counts from the spawn.
    #[after("1h")]
    fn over(&mut self, cx: &Context<Self>) {
        cx.emit(Self::COUNTS, self.count);
        cx.retire();
    }
}
// ANCHOR_END: spawn

#[test]
fn a_spawned_strategy_lives_for_an_hour() -> asp::Result<()> {
    // ANCHOR: spawn_run
    let minutes = |minutes: i64| Timestamp::EPOCH + Duration::from_mins(minutes);
    let shocks = [(0, 6.1), (10, 4.0), (50, 6.3), (70, 4.2), (100, 4.1)].map(|(m, size)| (minutes(m), size));
    let mut outcome = Runner::new()
        .feed(Watch::SHOCKS, shocks)
        .opens(Aftershocks::COUNTS) // which nobody emits who is there at the start
        .collect(Aftershocks::COUNTS)
        .add(Watch)
        .run()?;
    let counts = outcome.collected(Aftershocks::COUNTS)?;
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    assert_eq!(counts, ["1970-01-01T01:00:00Z 2", "1970-01-01T01:50:00Z 2"]);
    assert_eq!(outcome.names().collect::<Vec<_>>(), ["Watch"]);
    // ANCHOR_END: spawn_run
    Ok(())
}

// ANCHOR: feed
/// Reads one day after the other.
struct Archive {
    days: VecDeque<Vec<(Timestamp, f64)>>,
    seen: Vec<f64>,
}

#[strategy]
impl Archive {
    #[on_start]
    #[on_end(stream = "prices")]
    fn open_next(&mut self, cx: &Context<Self>) {
        if let Some(day) = self.days.pop_front() {
            cx.feed(Self::PRICES, day);
        }
    }

    #[on_event(stream = "prices")]
    fn price(&mut self, price: f64) {
        self.seen.push(price);
    }
}
// ANCHOR_END: feed

#[test]
fn a_stream_goes_on_with_another_source() -> asp::Result<()> {
    // ANCHOR: feed_run
    let days = [vec![(s(1.0), 1.5), (s(2.0), 2.5)], vec![(s(3.0), 3.5)]].into();
    let archive = Archive { days, seen: Vec::new() };
    let mut outcome = Runner::new().start(s(0.0)).opens(Archive::PRICES).add(archive).run()?;
    assert_eq!(outcome.take::<Archive>()?.seen, [1.5, 2.5, 3.5]);
    // ANCHOR_END: feed_run
    Ok(())
}

// ANCHOR: keyed
type Symbol = &'static str;

/// What was traded of one symbol.
struct Traded {
    symbol: Symbol,
    shares: u32,
    quotes: u32,
}

#[strategy]
impl Traded {
    #[on_event(stream = "trades")]
    fn trade(&mut self, (_, shares): (Symbol, u32)) {
        self.shares += shares;
    }

    #[on_event(stream = "quotes")]
    fn quote(&mut self, _quote: (Symbol, f64)) {
        self.quotes += 1;
    }

    /// A split of all shares of the market, which has no symbol.
    #[on_event(stream = "splits")]
    fn split(&mut self, factor: u32) {
        self.shares *= factor;
    }
}
// ANCHOR_END: keyed

#[test]
fn a_keyed_strategy_has_an_instance_for_each_key() -> asp::Result<()> {
    // ANCHOR: keyed_run
    let traded = Keyed::new(|symbol: Symbol| Traded { symbol, shares: 0, quotes: 0 })
        .by(Traded::TRADES, |(symbol, _)| symbol)
        .by(Traded::QUOTES, |(symbol, _)| symbol);
    let mut outcome = Runner::new()
        .feed(Traded::TRADES, [(s(1.0), ("MSFT", 10)), (s(2.0), ("IBM", 5)), (s(3.0), ("MSFT", 20))])
        .feed(Traded::QUOTES, [(s(2.5), ("IBM", 210.0)), (s(2.5), ("TSLA", 250.0))])
        .feed(Traded::SPLITS, [(s(2.7), 2)])
        .add(traded)
        .run()?;
    let names: Vec<&str> = outcome.names().collect();
    assert_eq!(names, ["Traded[\"MSFT\"]", "Traded[\"IBM\"]", "Traded[\"TSLA\"]"]);

    let ibm: Traded = outcome.take_named("Traded[\"IBM\"]")?;
    assert_eq!((ibm.shares, ibm.quotes), (10, 1));
    let rest: Vec<Traded> = outcome.take_all();
    assert_eq!(
        rest.iter().map(|one| (one.symbol, one.shares)).collect::<Vec<_>>(),
        [("MSFT", 40), ("TSLA", 0)]
    );
    // ANCHOR_END: keyed_run
    Ok(())
}
