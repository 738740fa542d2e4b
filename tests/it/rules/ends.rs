//! S27 to S29 and S54: how a run ends, and how a stream does.

use asp::prelude::*;
use asp::{ErrorKind, StopReason};

use crate::kit::*;

#[derive(Default)]
struct Defers {
    log: Log,
}

#[strategy]
impl Defers {
    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
        cx.after(d(2.5)).d();
    }

    #[after]
    fn d(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "d");
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

fn defers(end: Option<f64>) -> (String, asp::Outcome) {
    let defers = Defers::default();
    let log = defers.log.clone();
    let runner = Runner::new().start(s(0.0)).feed(Defers::A, at(&[(1.0, "e")])).add(defers);
    let runner = match end {
        Some(end) => runner.end(s(end)),
        None => runner,
    };
    let outcome = runner.run().unwrap();
    (log.take(), outcome)
}

#[test]
fn s27_with_an_end_time_reaches_it() {
    let (log, outcome) = defers(Some(6.0));
    assert_eq!(log, "e@1, tick@1, tick@2, tick@3, d@3.5, tick@4, tick@5, stop@6");
    assert_eq!((outcome.report().now, outcome.report().reason), (s(6.0), StopReason::Finished));
}

#[test]
fn s27_what_is_due_at_the_end_or_later_is_pending() {
    let (log, outcome) = defers(Some(3.5));
    assert_eq!(log, "e@1, tick@1, tick@2, tick@3, stop@3.5");
    assert_eq!(outcome.report().pending, 1);
}

#[test]
fn s28_without_an_end_the_run_ends_when_nothing_is_pending() {
    let (log, outcome) = defers(None);
    assert_eq!(log, "e@1, tick@1, tick@2, tick@3, d@3.5, stop@3.5", "tick 4 never");
    assert_eq!((outcome.report().now, outcome.report().pending), (s(3.5), 0));
}

/// Its last call is at an instant at which it has more to do.
#[derive(Default)]
struct Rest {
    log: Log,
}

#[strategy(emits(out: Name))]
impl Rest {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
        cx.after(d(1.0)).last();
    }

    #[after]
    fn last(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "last");
        cx.emit(Self::OUT, "out");
    }

    #[on_event(stream = "out")]
    fn on_out(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[on_settled]
    fn settled(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "settled");
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }
}

#[test]
fn s28_what_is_left_of_the_last_instant_is_still_dispatched() {
    let rest = Rest::default();
    let log = rest.log.clone();
    Runner::new().feed(Rest::X, at(&[(1.0, "x")])).add(rest).run().unwrap();
    assert_eq!(log.take(), "x@1, settled@1, last@2, tick@2, out@2, settled@2");
}

/// Goes on and on, one step each second.
#[derive(Default)]
struct Endless {
    log: Log,
    early: u64,
    ticks: bool,
}

#[strategy(emits(out: u64))]
impl Endless {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, last: bool) {
        for k in 0..self.early {
            cx.after(d(1.0 + k as f64)).once();
        }
        if self.ticks {
            cx.every(Every::new(d(1.0)).times(1_000)).once();
        }
        if last {
            cx.after(d(1.0)).again();
        }
    }

    #[after]
    fn once(&mut self) {}

    #[after]
    fn again(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "again");
        cx.after(d(1.0)).again();
    }
}

fn drained(endless: Endless, events: &[(f64, bool)], limit: u64) -> Result<u64, (String, String, u64, u64)> {
    let runner = Runner::new().feed(Endless::X, at(events)).add(endless).drain_limit(limit);
    let error = match runner.run() {
        Ok(outcome) => return Ok(outcome.report().dispatched.total()),
        Err(error) => error,
    };
    let ErrorKind::DrainLimit { strategy, method, limit } = error.kind() else { panic!("{error}") };
    let found = (strategy.clone(), method.clone(), *limit);
    let report = error.into_outcome().unwrap().report().clone();
    Err((found.0, found.1, found.2, report.dispatched.calls + report.dispatched.ticks))
}

#[test]
fn s29_a_method_that_reschedules_itself_is_stopped_and_named() {
    let endless = Endless::default();
    let log = endless.log.clone();
    let (strategy, method, limit, _) = drained(endless, &[(0.0, true)], 3).unwrap_err();
    assert_eq!((strategy.as_str(), method.as_str(), limit), ("Endless", "again", 3));
    // The one that passes the limit may or may not have been made; the ones before it have.
    assert!(log.take().starts_with("again@1, again@2, again@3"));
}

#[test]
fn s29_calls_scheduled_before_the_last_event_do_not_count() {
    // 10 calls of the first event, 10 of the last: with a limit of 10 only those of the last count.
    let early = |limit| {
        let endless = Endless { early: 10, ..Endless::default() };
        drained(endless, &[(0.0, false), (0.5, false)], limit)
    };
    assert_eq!(early(10), Ok(22));
    assert_eq!(early(9).unwrap_err().1, "once");
}

#[test]
fn s29_ticks_count() {
    let ticking = |limit| {
        let endless = Endless { ticks: true, ..Endless::default() };
        drained(endless, &[(0.0, false)], limit)
    };
    assert_eq!(ticking(1_000), Ok(1_001));
    assert_eq!(ticking(999).unwrap_err().1, "once");
}

#[test]
fn s29_with_an_end_there_is_no_such_limit() {
    let endless = Endless::default();
    let log = endless.log.clone();
    let runner = Runner::new().feed(Endless::X, at(&[(0.0, true)])).add(endless).drain_limit(3).end(s(50.5));
    runner.run().unwrap();
    assert_eq!(log.take().split(", ").count(), 50);
}

/// Reads several streams, and hears of their ends.
#[derive(Default)]
struct Hears {
    log: Log,
}

#[strategy]
impl Hears {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "start");
    }

    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
        cx.after(Duration::ZERO).call();
    }

    #[on_end(stream = "a")]
    fn end_of_a(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "end a");
        cx.after(d(1.0)).call();
    }

    #[on_event(stream = "b")]
    fn on_b(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[on_end(stream = "b")]
    fn end_of_b(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "end b");
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "call");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

fn hears(a: &[(f64, Name)], b: &[(f64, Name)], limit: impl Fn(Runner) -> Runner) -> String {
    let hears = Hears::default();
    let log = hears.log.clone();
    let runner = Runner::new().feed(Hears::A, at(a)).feed(Hears::B, at(b)).add(hears);
    limit(runner).run().unwrap();
    log.take()
}

#[test]
fn s54_an_end_comes_in_the_next_round_of_the_last_event() {
    assert_eq!(
        hears(&[(1.0, "a1"), (2.0, "a2")], &[(2.0, "b2"), (2.0, "b3"), (5.0, "b5")], |runner| runner),
        "start@1, a1@1, call@1, a2@2, b2@2, b3@2, call@2, end a@2, call@3, b5@5, end b@5, stop@5"
    );
}

#[test]
fn s54_a_stream_without_events_ends_at_start() {
    let log = hears(&[], &[(3.0, "b3")], |runner| runner.start(s(1.0)));
    assert_eq!(log, "start@1, end a@1, call@2, b3@3, end b@3, stop@3");
    // Events that were skipped do not count.
    let log = hears(&[(0.5, "a0")], &[(3.0, "b3")], |runner| runner.start(s(1.0)));
    assert_eq!(log, "start@1, end a@1, call@2, b3@3, end b@3, stop@3");
}

#[test]
fn s54_a_stream_that_goes_on_after_the_end_of_the_run_has_no_end_in_it() {
    let log = hears(&[(1.0, "a1"), (9.0, "a9")], &[(2.0, "b2")], |runner| runner.end(s(5.0)));
    assert_eq!(log, "start@1, a1@1, call@1, b2@2, end b@2, stop@5");
}

#[test]
fn s54_each_reader_hears_of_it_in_the_order_of_strategies() {
    let runner = Runner::new()
        .feed(Hears::A, at(&[(1.0, "a1")]))
        .opens(Hears::B)
        .add_as("p", Hears::default())
        .add_as("q", Hears::default());
    assert_eq!(
        observed(runner),
        "p.start@1#0, q.start@1#0, p.on_a@1#0, q.on_a@1#0, p.call@1#1, q.call@1#1, p.end_of_a@1#1, \
         q.end_of_a@1#1, p.call@2#0, q.call@2#0, p.stop@2, q.stop@2"
    );
}

/// Emits on a stream that is also fed.
struct Emits;

#[strategy(emits(a: Name))]
impl Emits {
    #[on_event(stream = "b")]
    fn on_b(&mut self, cx: &Context<Self>, name: Name) {
        cx.emit(Self::A, name);
    }
}

#[test]
fn s54_a_stream_that_strategies_emit_never_ends_nor_does_one_that_is_only_announced() {
    let log = hears(&[(1.0, "a1")], &[(2.0, "b2")], |runner| runner.add(Emits));
    assert_eq!(log, "start@1, a1@1, call@1, b2@2, b2@2, end b@2, call@2, stop@2");
    let hears = Hears::default();
    let log = hears.log.clone();
    Runner::new().opens(Hears::A).feed(Hears::B, at(&[(2.0, "b2")])).add(hears).run().unwrap();
    assert_eq!(log.take(), "start@2, b2@2, end b@2, stop@2");
}
