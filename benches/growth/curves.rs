//! The curves: what is run at which sizes, and how the cost of an event is to grow.

use asp::Stream;
use asp::prelude::*;

use crate::inputs::{self, Random};
use crate::{handwritten, workloads};

/// Runs a workload of about so many events; gives a checksum.
pub(crate) type Run = fn(u64) -> u64;

pub(crate) struct Point {
    pub(crate) size: u64,
    pub(crate) events: u64,
    pub(crate) asp: Run,
    pub(crate) hand: Option<Run>,
}

#[derive(Clone, Copy)]
pub(crate) enum Expected {
    Level,
    Logarithm,
}

pub(crate) struct Curve {
    pub(crate) name: &'static str,
    /// What the size is a number of, for pictures; of several curves in a picture, what this one is of.
    pub(crate) of: &'static str,
    pub(crate) expected: Expected,
    pub(crate) points: Vec<Point>,
}

pub(crate) fn all() -> [Curve; 6] {
    use Expected::{Level, Logarithm};
    let curve = |name, of, expected, points| Curve { name, of, expected, points };
    [
        curve("streams", "streams, read by one strategy", Logarithm, streams()),
        curve("strategies-events", "with a stream each", Logarithm, strategies()),
        curve("strategies-timers", "with a timer each", Logarithm, timers()),
        curve("pending-constant", "of a constant delay", Level, constant()),
        curve("pending-variable", "of variable delays", Logarithm, variable()),
        curve("events", "events of one stream", Level, events()),
    ]
}

fn streams() -> Vec<Point> {
    fn point<const LANES: u64>() -> Point {
        Point {
            size: LANES,
            events: 4_000_000,
            asp: workloads::merge_many::<LANES>,
            hand: Some(handwritten::merge_many::<LANES>),
        }
    }
    vec![point::<1>(), point::<8>(), point::<64>(), point::<512>(), point::<4096>()]
}

fn events() -> Vec<Point> {
    let point =
        |events| Point { size: events, events, asp: workloads::single, hand: Some(handwritten::single) };
    [100_000, 1_000_000, 10_000_000].map(point).into()
}

fn strategies() -> Vec<Point> {
    let point = |size, asp| Point { size, events: 4_000_000, asp, hand: None };
    vec![
        point(1, readers::<1>),
        point(10, readers::<10>),
        point(100, readers::<100>),
        point(1000, readers::<1000>),
        point(10_000, readers::<10_000>),
    ]
}

/// Strategies with a stream each.
fn readers<const COUNT: u64>(events: u64) -> u64 {
    let mut runner = Runner::new();
    for number in 0..COUNT {
        let stream: Stream<f64> = Stream::named(format!("s{number}"));
        runner = runner
            .feed(stream.clone(), inputs::irregular(events / COUNT, number + 1))
            .add_as(number.to_string(), workloads::Single::default())
            .rebind(workloads::Single::VALUES, stream);
    }
    runner.run().expect("the workload runs").report().dispatched.events
}

fn timers() -> Vec<Point> {
    let point = |size, asp| Point { size, events: 2_000_000, asp, hand: None };
    vec![
        point(1, tickers::<1>),
        point(10, tickers::<10>),
        point(100, tickers::<100>),
        point(1000, tickers::<1000>),
        point(10_000, tickers::<10_000>),
    ]
}

struct Ticker {
    interval: Duration,
    ticks: u64,
}

#[strategy]
impl Ticker {
    #[on_start]
    fn set(&mut self, cx: &Context<Self>) {
        cx.every(self.interval).on_tick();
    }

    #[after]
    fn on_tick(&mut self) {
        self.ticks += 1;
    }
}

/// Strategies with a timer each, of intervals between `COUNT` and 2 `COUNT` milliseconds: one tick each 1.4 ms or so.
fn tickers<const COUNT: u64>(ticks: u64) -> u64 {
    let mut random = Random::new(COUNT);
    let intervals: Vec<u64> =
        (0..COUNT).map(|_| COUNT * (1_000_000 + (random.next() >> 16) % 1_000_000)).collect();
    let frequency: f64 = intervals.iter().map(|interval| 1.0 / *interval as f64).sum();
    let end = Timestamp::from_nanos((ticks.max(1) as f64 / frequency) as i64);
    let mut runner = Runner::new().start(Timestamp::EPOCH).end(end);
    for (number, interval) in intervals.into_iter().enumerate() {
        let interval = Duration::from_nanos(interval as i64);
        runner = runner.add_as(number.to_string(), Ticker { interval, ticks: 0 });
    }
    runner.run().expect("the workload runs").report().dispatched.ticks
}

fn constant() -> Vec<Point> {
    let point = |size, asp| Point { size, events: 2_000_000, asp, hand: None };
    vec![
        point(10, defer::<10, 0>),
        point(1000, defer::<1000, 0>),
        point(10_000, defer::<10_000, 0>),
        point(100_000, defer::<100_000, 0>),
    ]
}

fn variable() -> Vec<Point> {
    let point = |size, asp| Point { size, events: 2_000_000, asp, hand: None };
    vec![
        point(10, defer::<10, 19>),
        point(1000, defer::<1000, 1999>),
        point(10_000, defer::<10_000, 19_999>),
        point(100_000, defer::<100_000, 199_999>),
    ]
}

/// Defers a call at each event, which come every millisecond.
struct Defer {
    least: u64,
    spread: u64,
    random: Random,
    hash: u64,
}

#[strategy]
impl Defer {
    #[on_event(stream = "values")]
    fn arrive(&mut self, cx: &Context<Self>, value: f64) {
        let more = if self.spread == 0 { 0 } else { self.random.next() % self.spread };
        cx.after(Duration::from_nanos((self.least + more) as i64)).follow(value);
    }

    #[after]
    fn follow(&mut self, value: f64) {
        self.hash = workloads::mix(self.hash, value);
    }
}

/// `PENDING` calls are pending, with delays of just that many milliseconds or of 1 to so many more, that many on average.
fn defer<const PENDING: u64, const SPREAD: u64>(events: u64) -> u64 {
    const MS: u64 = 1_000_000;
    let least = if SPREAD == 0 { PENDING * MS } else { MS };
    let defer = Defer { least, spread: SPREAD * MS, random: Random::new(PENDING), hash: 0 };
    let run = Runner::new().feed(Defer::VALUES, inputs::regular(events)).add(defer).run();
    run.and_then(|mut outcome| outcome.take::<Defer>()).expect("the workload runs").hash
}
