//! S48: what the report says of the times of handlers, if it is asked to.

use std::time::{Duration as Real, Instant};

use asp::HandlerTimes;
use asp::prelude::*;

use crate::kit::*;

/// Is busy for as many milliseconds as an event says.
struct Slow;

fn work(millis: u64) {
    let begun = Instant::now();
    while begun.elapsed() < Real::from_millis(millis) {}
}

#[strategy]
impl Slow {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, n: u64) {
        work(n);
        cx.after(d(1.0)).call(n);
        cx.after(d(0.5)).waits(n);
    }

    #[after]
    fn call(&mut self, _n: u64) {}

    #[after]
    async fn waits(&mut self, cx: &TaskContext<Self>, n: u64) {
        work(n);
        cx.sleep(d(0.1)).await;
    }

    #[every("1s")]
    fn tick(&mut self) {}

    #[on_stop]
    fn stop(&mut self) {}
}

/// The same for each key.
struct Part;

#[strategy]
impl Part {
    #[on_event(stream = "x")]
    fn on_x(&mut self, _n: u64) {}
}

fn runner() -> Runner {
    let events = at(&[(0.0, 2_u64), (2.0, 50), (4.0, 0)]);
    Runner::new().feed(Slow::X, events).add(Slow)
}

fn calls(times: &[HandlerTimes]) -> Vec<(&str, u64)> {
    times.iter().map(|times| (times.handler.as_str(), times.calls)).collect()
}

#[test]
fn s48_handlers_are_timed_if_that_is_asked_for() {
    assert_eq!(runner().run().unwrap().report().handlers, []);
    let outcome = runner().end(s(10.0)).time_handlers().run().unwrap();
    let times = &outcome.report().handlers;
    // A task begins, and goes on once.
    assert_eq!(calls(times), [("on_x", 3), ("waits", 6), ("call", 3), ("tick", 9), ("stop", 1)]);
    for slow in &times[..2] {
        assert_eq!(slow.strategy, "Slow");
        assert!(slow.total >= Duration::from_millis(52) && slow.max >= Duration::from_millis(50), "{slow:?}");
        assert!(slow.max <= slow.total, "{slow:?}");
    }
    assert_eq!(times[0].max_at, s(2.0));
    assert_eq!(times[1].max_at, s(2.5));
}

#[test]
fn s48_the_instances_of_a_key_are_timed_together() {
    let events = at(&[(0.0, 1_u64), (1.0, 2), (2.0, 3)]);
    let parts = Keyed::new(|_: u64| Part).by(Part::X, |n: &u64| *n);
    let outcome = Runner::new().feed(Part::X, events).add(parts).time_handlers().run().unwrap();
    let times = &outcome.report().handlers;
    assert_eq!(times.len(), 1);
    assert_eq!((times[0].strategy.as_str(), times[0].handler.as_str(), times[0].calls), ("Part", "on_x", 3));
}

#[test]
fn s48_timing_changes_nothing() {
    let plain = runner().end(s(10.0)).digest().run().unwrap();
    let timed = runner().end(s(10.0)).digest().time_handlers().run().unwrap();
    assert_eq!(plain.report().digest, timed.report().digest);
    assert_eq!(plain.report().dispatched, timed.report().dispatched);
}
