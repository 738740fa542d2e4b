//! Of those who are gone while the run goes on: a node, a monitor.

use super::{Engine, Limits};
use crate::core::Core;
use crate::desk::Desk;
use crate::graph::Graph;
use crate::monitor::Watch;
use crate::{
    Context, Duration, HandlerResult, IntoSource, Monitor, OnError, Pace, Slot, StopHandle, StopReason,
    Strategy, Stream, Timestamp, Wiring,
};

const ALONE: Stream<i64> = Stream::new("alone");
const SHARED: Stream<i64> = Stream::new("shared");

/// Reads one stream or both, and makes a call at 15.
struct Listener<const BOTH: bool> {
    heard: Vec<(i64, i64)>,
}

impl<const BOTH: bool> Listener<BOTH> {
    fn hear(&mut self, cx: &Context<Self>, value: i64) {
        self.heard.push((cx.now().as_nanos(), value));
    }
}

impl<const BOTH: bool> Strategy for Listener<BOTH> {
    const NAME: &'static str = if BOTH { "Both" } else { "One" };
    type Call = i64;
    type Calls<Q: Slot<i64>> = ();
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        wiring.on_start("begin", |_, cx| cx.defer(Duration::from_nanos(15), 0));
        wiring.on_event(SHARED, "hear", Self::hear);
        if BOTH {
            wiring.on_event(ALONE, "hear", Self::hear);
        }
    }

    fn calls<Q: Slot<i64>>(_: Q) {}

    fn call(&mut self, cx: &Context<Self>, call: i64) -> HandlerResult {
        self.hear(cx, call);
        Ok(())
    }

    fn call_name(_: &i64) -> &'static str {
        "hear"
    }
}

/// A run from 0, with events of "alone" and "shared" at these times, read by two of whom the first is `Both`.
fn engine(alone: &'static [i64], shared: &'static [i64]) -> Engine {
    let events = |times: &'static [i64]| times.iter().map(|&time| (Timestamp::from_nanos(time), time));
    let mut graph = Graph::default();
    graph.feed(&ALONE, events(alone).into_source());
    graph.feed(&SHARED, events(shared).into_source());
    graph.add(Listener::<true> { heard: Vec::new() }, None, Vec::new());
    graph.add(Listener::<false> { heard: Vec::new() }, None, Vec::new());
    let mut parts = graph.finish();
    let roster = std::mem::take(&mut parts.roster);
    let core = Core::new(Desk::new(false), roster, OnError::Stop, Vec::new());
    let limits = Limits {
        start: Some(Timestamp::EPOCH),
        end: None,
        max_rounds: 100,
        drain_limit: u64::MAX,
        pace: Pace::Max,
    };
    Engine::new(parts, core, limits, StopHandle::default())
}

#[test]
fn the_streams_of_a_node_that_is_gone_go_on() {
    let mut engine = engine(&[10, 11, 12, 20, 21, 22, 30], &[5, 11, 20, 25]);
    let entered = engine.enter();
    assert!(engine.open().is_ok_and(|stop| stop.is_none()));
    engine.stage.nodes.remove(0);
    let ended = engine.run_guarded();
    let closing = engine.begin_close(ended);
    let (mut outcome, errors) = engine.close(closing);
    engine.leave(entered);
    assert!(errors.is_empty());
    let other: Listener<false> = outcome.take().unwrap();
    assert_eq!(other.heard, [(5, 5), (11, 11), (15, 0), (20, 20), (25, 25)]);
    assert!(outcome.take::<Listener<true>>().is_err());
    let report = outcome.report();
    assert_eq!((report.reason, report.now.as_nanos()), (StopReason::Finished, 30));
    assert_eq!((report.dispatched.events, report.dispatched.calls), (4, 1));
}

#[test]
fn a_monitor_that_nobody_has_does_not_break_up_bursts() {
    let mut engine = engine(&[10], &[5]);
    let monitor = Monitor::new();
    engine.watch(Watch::new(monitor.clone()));
    assert!(engine.takes_portions());
    drop(monitor);
    assert!(!engine.takes_portions());
}
