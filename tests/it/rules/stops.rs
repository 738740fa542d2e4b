//! S46 to S48: a stop on request, `on_stop`, and the report.

use asp::prelude::*;
use asp::{Dispatched, StopReason};

use crate::kit::*;

/// Stops the run where its field says.
#[derive(Default)]
struct Stopper {
    log: Log,
    name: &'static str,
    at: &'static str,
}

impl Stopper {
    fn visit(&mut self, cx: &Context<Self>, place: &'static str) {
        self.log.note(cx, format!("{}.{place}", self.name));
        if self.at == place {
            cx.stop();
            self.log.note(cx, "goes on");
        }
    }
}

#[strategy(emits(out: u32))]
impl Stopper {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.visit(cx, "start");
    }

    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, n: u32) {
        cx.after(Duration::ZERO).call();
        cx.after(d(9.0)).call();
        cx.emit(Self::OUT, n);
        self.visit(cx, "x");
        cx.emit(Self::OUT, n);
    }

    #[on_event(stream = "out")]
    fn on_out(&mut self, cx: &Context<Self>, _: u32) {
        self.visit(cx, "out");
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>) {
        self.visit(cx, "call");
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.visit(cx, "tick");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.visit(cx, "stop");
        cx.emit(Self::OUT, 100);
        cx.after(Duration::ZERO).call();
    }
}

fn stopped(place: &'static str) -> (String, asp::Outcome) {
    let log = Log::default();
    let stopper = |name, at| Stopper { log: log.clone(), name, at };
    let outcome = Runner::new()
        .feed(Stopper::X, at(&[(1.0, 1), (1.0, 2), (5.0, 5)]))
        .add_as("p", stopper("p", place))
        .add_as("q", stopper("q", ""))
        .collect(Stopper::OUT)
        .run()
        .unwrap();
    (log.take(), outcome)
}

#[test]
fn s46_the_handler_completes_and_nothing_else_is_dispatched() {
    let (log, mut outcome) = stopped("x");
    assert_eq!(log, "p.start@1, q.start@1, p.x@1, goes on@1, p.stop@1, q.stop@1");
    let report = outcome.report();
    assert_eq!((report.reason, report.now), (StopReason::Requested, s(1.0)));
    assert_eq!(report.pending, 4, "two calls and two emissions of `p`");
    let collected: Vec<_> =
        outcome.collected(Stopper::OUT).unwrap().into_iter().map(|event| event.value).collect();
    assert_eq!(collected, [100, 100], "what was pending is dropped, what `on_stop` emits is not");
}

#[test]
fn s46_from_a_call_a_tick_an_emission_and_the_start() {
    let (log, outcome) = stopped("out");
    assert!(log.ends_with("q.x@1, p.x@1, q.x@1, p.out@1, goes on@1, p.stop@1, q.stop@1"), "{log}");
    assert_eq!(outcome.report().pending, 8 + 7, "8 calls, 7 emissions");
    let (log, outcome) = stopped("call");
    assert!(log.ends_with("q.out@1, p.call@1, goes on@1, p.stop@1, q.stop@1"), "{log}");
    assert_eq!(outcome.report().pending, 7);
    let (log, outcome) = stopped("tick");
    assert!(log.ends_with("q.call@1, p.tick@2, goes on@2, p.stop@2, q.stop@2"), "{log}");
    assert_eq!(outcome.report().pending, 4);
    let (log, outcome) = stopped("start");
    assert_eq!(log, "p.start@1, goes on@1, p.stop@1", "`q` has not started");
    assert_eq!(outcome.report().reason, StopReason::Requested);
}

#[test]
fn s46_a_burst_of_one_reader_stops_as_well() {
    let stopper = Stopper { at: "x", ..Stopper::default() };
    let log = stopper.log.clone();
    let outcome = Runner::new().feed(Stopper::X, at(&[(1.0, 1), (1.0, 2)])).add(stopper).run().unwrap();
    assert_eq!(log.take(), ".start@1, .x@1, goes on@1, .stop@1");
    assert_eq!((outcome.report().pending, outcome.report().dispatched.events), (4, 1));
}

#[test]
fn s46_whoever_asks_from_outside_may_be_gone_before_the_run_begins() {
    let for_ever = (0..).map(|n| {
        assert!(n < 1_000_000, "the run goes on");
        (s(f64::from(n)), n)
    });
    let runner = Runner::new().feed(Stopper::X, for_ever).collect(Stopper::X);
    let stop = runner.stop_handle();
    stop.stop();
    drop(stop);
    assert_eq!(runner.run().unwrap().report().reason, StopReason::Requested);
}

#[test]
fn s47_on_stop_is_called_once_and_what_it_asks_for_reaches_sinks_only() {
    let (log, mut outcome) = stopped("");
    assert_eq!(log.matches("p.stop").count(), 1);
    assert!(log.ends_with("p.stop@14, q.stop@14"), "{log}");
    assert_eq!((outcome.report().pending, outcome.report().reason), (0, StopReason::Finished));
    let collected = outcome.collected(Stopper::OUT).unwrap();
    let last: Vec<_> = collected.iter().rev().take(3).map(|event| (event.value, event.time)).collect();
    assert_eq!(last, [(100, s(14.0)), (100, s(14.0)), (5, s(5.0))]);
}

#[test]
fn s47_stopping_in_on_stop_spares_no_one() {
    let (log, outcome) = stopped("stop");
    assert!(log.ends_with("p.stop@14, goes on@14, q.stop@14"), "{log}");
    assert_eq!(outcome.report().reason, StopReason::Finished);
}

#[derive(Default)]
struct Busy;

#[strategy(emits(out: u32))]
impl Busy {
    #[on_start]
    fn start(&mut self) {}

    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, n: u32) {
        cx.emit(Self::OUT, n);
        cx.at(s(0.0)).call();
        cx.after(d(100.0)).call();
    }

    #[on_event(stream = "out")]
    fn on_out(&mut self, n: u32) -> Result<(), &'static str> {
        if n == 2 { Err("two") } else { Ok(()) }
    }

    #[after]
    fn call(&mut self) {}

    #[every("2s")]
    fn tick(&mut self) {}

    #[on_settled]
    fn settled(&mut self) {}

    #[on_end(stream = "x")]
    fn end(&mut self) {}

    #[on_stop]
    fn stop(&mut self) {}
}

#[test]
fn s48_every_run_ends_with_a_report() {
    let runner = Runner::new().feed(Busy::X, at(&[(0.0, 0), (1.0, 1), (2.0, 2), (3.0, 3)])).add(Busy);
    let outcome = runner.start(s(1.0)).end(s(10.0)).on_error(asp::OnError::Continue).run().unwrap();
    let report = outcome.report();
    assert_eq!((report.reason, report.start, report.now), (StopReason::Finished, s(1.0), s(10.0)));
    assert_eq!((report.skipped, report.clamped, report.pending, report.errors), (1, 3, 3, 1));
    let Dispatched { starts, events, calls, ticks, settled, stops, .. } = report.dispatched;
    // 3 events and 3 emissions; 3 clamped calls and the end of `x`; ticks at 3, 5, 7, 9.
    assert_eq!((starts, events, calls, ticks, settled, stops), (1, 6, 4, 4, 3, 1));
    assert_eq!(report.dispatched.total(), 19);
    assert_eq!(report.elapsed(), Some(d(9.0)));
    assert_eq!(
        report.to_string(),
        "finished at 1970-01-01T00:00:10Z, from 1970-01-01T00:00:01Z\n\
         dispatched 6 events, 4 calls, 4 ticks, 2 hooks, 3 settled\n\
         1 skipped, 3 clamped, 3 pending, 1 errors passed over"
    );
}

#[test]
fn s48_a_run_that_fails_has_a_report_too() {
    let runner = Runner::new().feed(Busy::X, at(&[(1.0, 1), (2.0, 2), (3.0, 3)])).add(Busy);
    let outcome = runner.run().unwrap_err().into_outcome().unwrap();
    let report = outcome.report();
    assert_eq!((report.reason, report.now), (StopReason::Failed, s(2.0)));
    assert_eq!((report.dispatched.events, report.clamped, report.pending), (4, 2, 3));
}
