//! Stops, errors and panics of live runs, and their report (S43, S44, S46, S47, S48).

use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context as TaskContext, Poll, Waker};

use asp::prelude::*;
use asp::testing::Script;
use asp::{ErrorKind, ManualClock, OnError, Outcome, StopReason, Stream};
use futures::executor::block_on;

use crate::kit::{Log, Name, at, d, jumping, lived, s, script, seconds};

/// Notes all that it does; `act` is asked at each place.
struct Probe<F> {
    log: Log,
    act: F,
}

type Acts = Box<dyn FnMut(&str) -> Option<&'static str> + Send>;

impl<F: FnMut(&str) -> Option<&'static str> + Send + 'static> Probe<F> {
    /// Does what `act` says: fails, panics, stops, or defers calls.
    fn visit(&mut self, cx: &Context<Self>, place: &str) -> Result<(), &'static str> {
        self.log.note(cx, place);
        match (self.act)(place) {
            Some("fail") => return Err("as told"),
            Some("panic") => panic!("as told"),
            Some("stop") => cx.stop(),
            Some("defer") => {
                cx.after(Duration::ZERO).call("now");
                cx.after(d(0.000000001)).call("next");
                cx.after(d(1.0)).call("later");
            }
            _ => {}
        }
        Ok(())
    }
}

#[strategy]
impl<F: FnMut(&str) -> Option<&'static str> + Send + 'static> Probe<F> {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) -> Result<(), &'static str> {
        self.visit(cx, "start")
    }

    #[on_live]
    fn live(&mut self, cx: &Context<Self>) -> Result<(), &'static str> {
        self.visit(cx, "live")
    }

    #[on_caught_up]
    fn caught_up(&mut self, cx: &Context<Self>) -> Result<(), &'static str> {
        self.visit(cx, "caught up")
    }

    #[on_event(stream = "a")]
    fn a(&mut self, cx: &Context<Self>, name: Name) -> Result<(), &'static str> {
        self.visit(cx, name)
    }

    #[on_notice(stream = "a")]
    fn notice(&mut self, cx: &Context<Self>, notice: Notice) -> Result<(), &'static str> {
        self.visit(cx, &notice.to_string())
    }

    #[on_end(stream = "a")]
    fn end(&mut self, cx: &Context<Self>) -> Result<(), &'static str> {
        self.visit(cx, "end")
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>, name: Name) -> Result<(), &'static str> {
        self.visit(cx, name)
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) -> Result<(), &'static str> {
        self.visit(cx, "tick")
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) -> Result<(), &'static str> {
        self.visit(cx, "stop")
    }
}

/// Its stream.
fn stream() -> Stream<Name> {
    Probe::<Acts>::A
}

fn probe(log: &Log, act: impl FnMut(&str) -> Option<&'static str> + Send + 'static) -> Probe<Acts> {
    Probe { log: log.clone(), act: Box::new(act) }
}

/// Past at 8 and 9, live events at 11 and 12, in a run from 8 on that hands over at 10.
fn usual(clock: &ManualClock) -> Runner {
    let source = Source::past(at(&[(8.0, "p1"), (9.0, "p2")]));
    Runner::new().feed(stream(), source.then_live(script(clock, &[(11.5, "a1"), (12.5, "a2")])))
}

/// Everything that the usual run does, in order.
const USUAL: [&str; 13] = [
    "start@8",
    "p1@8",
    "p2@9",
    "tick@9",
    "live@10",
    "tick@10",
    "caught up@10.000000001",
    "tick@11",
    "a1@11.5",
    "tick@12",
    "a2@12.5",
    "end@12.500000001",
    "stop@12.500000001",
];

/// What the probe is doing in each line of it, but for the number of the visit.
fn place(line: &str) -> &str {
    line.split('@').next().unwrap()
}

/// Does `what` at the visit number `at`.
fn once(at: usize, mut what: impl FnMut() -> Option<&'static str> + Send + 'static) -> Acts {
    let mut visits = 0;
    Box::new(move |_| {
        visits += 1;
        if visits == at + 1 { what() } else { None }
    })
}

#[test]
fn s46_the_usual_run_is_as_it_should_be() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let outcome = lived(&clock, usual(&clock).add(probe(&log, |_| None)));
    assert_eq!(log.take(), USUAL.join(", "));
    assert_eq!(outcome.report().reason, StopReason::Finished);
}

#[test]
fn s46_a_stop_takes_effect_after_the_dispatch_in_progress_in_each_phase() {
    for by_handle in [false, true] {
        for at in 0..USUAL.len() - 1 {
            let (log, clock) = (Log::default(), jumping(10.0));
            let runner = usual(&clock);
            let handle = runner.stop_handle();
            let act = once(at, move || {
                if by_handle {
                    handle.stop();
                    return None;
                }
                Some("stop")
            });
            let outcome = lived(&clock, runner.add(probe(&log, act)));
            let (done, now) = (&USUAL[..=at], USUAL[at].split('@').nth(1).unwrap());
            assert_eq!(log.take(), format!("{}, stop@{now}", done.join(", ")), "by handle: {by_handle}");
            let report = outcome.report();
            assert_eq!((report.reason, seconds(report.now).as_str()), (StopReason::Requested, now));
        }
    }
}

#[test]
fn s46_a_stop_before_the_run_has_begun_calls_nothing() {
    let log = Log::default();
    let connect = async || {
        futures::future::pending::<()>().await;
        Ok::<_, std::io::Error>(futures::stream::pending::<Name>())
    };
    let runner = Runner::new().feed(stream(), Source::connect(connect)).add(probe(&log, |_| None));
    let handle = runner.stop_handle();
    let mut run = Box::pin(runner.clock(jumping(10.0)).run_live());
    let mut cx = TaskContext::from_waker(Waker::noop());
    assert!(run.as_mut().poll(&mut cx).is_pending());
    handle.stop();
    let Poll::Ready(outcome) = run.as_mut().poll(&mut cx) else { panic!("it goes on") };
    let outcome = outcome.unwrap();
    assert_eq!((outcome.report().reason, outcome.report().dispatched.total()), (StopReason::Requested, 0));
    assert_eq!(log.take(), "");
}

#[test]
fn s46_a_stop_wakes_a_run_that_waits() {
    let (log, clock) = (Log::default(), ManualClock::new(s(10.0)));
    let runner = Runner::new().feed(stream(), Source::live(futures::stream::pending()));
    let handle = runner.stop_handle();
    let run = runner.add(probe(&log, |_| None)).clock(clock).run_live();
    let stopper = std::thread::spawn(move || {
        handle.stop();
        handle.stop();
    });
    let outcome = block_on(run).unwrap();
    stopper.join().unwrap();
    assert_eq!(outcome.report().reason, StopReason::Requested);
}

/// Runs with all arrivals of 11.5 at once, and a stop at the first of them.
fn drained(drain: bool, stop: &'static str, b: impl FnOnce(&ManualClock) -> Source<u8>) -> (String, Outcome) {
    let (log, clock) = (Log::default(), jumping(10.0));
    let live = Script::new(&clock)
        .event(s(11.5), "a1")
        .event(s(11.5), "a2")
        .event(s(11.5), "a3")
        .event(s(11.6), "too late")
        .end(s(11.7));
    let others: Stream<u8> = Stream::new("b");
    let noted = log.clone();
    let runner = Runner::new()
        .start(s(9.5))
        .feed(stream(), live.source())
        .feed(others.clone(), b(&clock))
        .sink(others, move |event| noted.add(format!("b{}", event.value)));
    let runner = if drain { runner.drain_on_stop() } else { runner };
    let handle = runner.stop_handle();
    let act = move |place: &str| match place {
        "a1" if stop == "handle" => {
            handle.stop();
            handle.stop();
            Some("defer")
        }
        "a1" => Some("stop"),
        "a3" => Some("defer"),
        _ => None,
    };
    let outcome = lived(&clock, runner.add(probe(&log, act)));
    (log.take(), outcome)
}

fn no_more(_: &ManualClock) -> Source<u8> {
    Source::past(at::<u8>(&[]))
}

#[test]
fn s46_without_drain_what_is_queued_is_counted() {
    let (log, outcome) = drained(false, "handle", no_more);
    assert!(log.ends_with("tick@11.5, a1@11.5, stop@11.5") || log.ends_with("a1@11.5, stop@11.5"), "{log}");
    // Two events, and three calls of the first.
    assert_eq!((outcome.report().pending, outcome.report().reason), (5, StopReason::Requested));
}

#[test]
fn s46_a_drain_dispatches_what_was_received_and_what_is_due_up_to_it() {
    let (log, outcome) = drained(true, "handle", no_more);
    // The calls for now and for 1 ns later of a1 are due before the last event; of a3 only the one for now is.
    assert_eq!(
        log,
        "start@9.5, live@10, caught up@10.000000001, tick@10.5, a1@11.5, tick@11.5, now@11.5, a2@11.500000001, \
         next@11.500000001, a3@11.500000002, now@11.500000002, stop@11.500000002"
    );
    let report = outcome.report();
    assert_eq!((report.reason, report.pending), (StopReason::Requested, 3), "two later calls, and one next");
}

#[test]
fn s46_a_drain_is_the_same_for_a_stop_of_a_handler() {
    let (log, outcome) = drained(true, "handler", no_more);
    assert_eq!(
        log,
        "start@9.5, live@10, caught up@10.000000001, tick@10.5, a1@11.5, tick@11.5, a2@11.500000001, \
         a3@11.500000002, now@11.500000002, stop@11.500000002"
    );
    assert_eq!((outcome.report().reason, outcome.report().pending), (StopReason::Requested, 2));
}

#[test]
fn s46_a_drain_leaves_past_and_the_live_events_behind_it() {
    // The past of 20 is not exhausted, hence the live event of 11 on the same stream waits, and is counted.
    let b = |clock: &ManualClock| Source::past([(s(20.0), 1)]).then_live(script(clock, &[(11.0, 2)]));
    let (log, outcome) = drained(true, "handle", b);
    assert!(log.ends_with("a3@11.500000002, now@11.500000002, stop@11.500000002"), "{log}");
    assert!(!log.contains('b'.to_string().as_str()) || !log.contains("b1") && !log.contains("b2"), "{log}");
    assert_eq!(outcome.report().pending, 4);
    // One that is live already is drained.
    let b =
        |clock: &ManualClock| Source::past([(s(9.9), 1)]).then_live(script(clock, &[(11.5, 2), (11.6, 3)]));
    let (log, _) = drained(true, "handle", b);
    assert!(log.contains("b1, ") && log.contains("b2, ") && !log.contains("b3"), "{log}");
}

#[test]
fn s46_a_drain_in_the_virtual_phase_leaves_history() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let runner = usual(&clock).drain_on_stop();
    let handle = runner.stop_handle();
    let act = once(1, move || {
        handle.stop();
        Some("defer")
    });
    let outcome = lived(&clock, runner.add(probe(&log, act)));
    assert_eq!(
        log.take(),
        "start@8, p1@8, now@8, stop@8",
        "no live event was received, so nothing else is due"
    );
    assert_eq!(outcome.report().reason, StopReason::Requested);
}

/// A stream that tells when it is dropped.
struct Watched<St>(St, #[allow(dead_code, reason = "it is there to be dropped")] mpsc::Sender<()>);

impl<St: futures::Stream + Unpin> futures::Stream for Watched<St> {
    type Item = St::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<St::Item>> {
        Pin::new(&mut self.0).poll_next(cx)
    }
}

/// Three values, then silence.
fn watched() -> (Watched<impl futures::Stream<Item = Name> + Unpin + Send>, mpsc::Receiver<()>) {
    use futures::StreamExt as _;
    let (sender, receiver) = mpsc::channel();
    let values = futures::stream::iter(["a1", "a2", "a3"]).chain(futures::stream::pending());
    (Watched(values, sender), receiver)
}

/// Waits for the end of the task that has the stream; far longer than it can take.
fn assert_dropped(stream: &mpsc::Receiver<()>) {
    let told = stream.recv_timeout(std::time::Duration::from_secs(60));
    assert_eq!(told, Err(mpsc::RecvTimeoutError::Disconnected), "the task of the source goes on");
}

#[test]
fn s46_a_run_that_is_dropped_stops_without_on_stop_and_leaks_no_task() {
    for own_task in [false, true] {
        for polls in 0..4 {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
            let (log, clock) = (Log::default(), ManualClock::new(s(10.0)));
            let (values, dropped) = watched();
            let source = Source::live(values);
            let source = if own_task { source.own_task() } else { source };
            let runner = Runner::new().feed(stream(), source).add(probe(&log, |_| None));
            let mut run = Box::pin(runner.clock(clock.clone()).run_live());
            let _guard = runtime.enter();
            for _ in 0..polls {
                assert!(run.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())).is_pending());
                clock.advance(d(0.1));
            }
            drop(run);
            assert_dropped(&dropped);
            assert!(!log.take().contains("stop"));
        }
    }
}

/// Runs in a runtime whose tasks are counted, with a source that has one of its own.
fn with_task(act: Acts) -> (String, asp::Error) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let log = Log::default();
    let (values, dropped) = watched();
    let runner = Runner::new().start(s(10.0)).feed(stream(), Source::live(values).own_task());
    let runner = runner.add_as("p", probe(&log, act)).add_as("q", probe(&log, |_| None));
    let error = runtime.block_on(runner.clock(jumping(10.0)).run_live()).unwrap_err();
    assert_dropped(&dropped);
    (log.take(), error)
}

#[test]
fn s43_an_error_stops_a_live_run_and_hands_all_back() {
    let (log, error) = with_task(Box::new(|place| (place == "a2").then_some("fail")));
    assert!(log.contains("a1@") && !log.contains("a3@"), "{log}");
    assert_eq!((log.matches("a2@").count(), log.matches("stop@").count()), (1, 2), "{log}");
    let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
    assert_eq!((failure.strategy.as_str(), failure.method.as_str(), failure.index), ("p", "a", Some(1)));
    assert_eq!(failure.stream.as_deref(), Some("a"));
    let mut outcome = error.into_outcome().unwrap();
    assert_eq!(outcome.take_all::<Probe<Acts>>().len(), 2);
    assert_eq!(outcome.report().reason, StopReason::Failed);
}

#[test]
fn s44_a_panic_stops_a_live_run_and_spares_the_others() {
    let (log, error) = with_task(Box::new(|place| (place == "a2").then_some("panic")));
    assert_eq!((log.matches("a2@").count(), log.matches("stop@").count()), (1, 1), "{log}");
    assert!(error.to_string().starts_with("p::a panicked at "), "{error}");
    assert!(error.to_string().ends_with("on stream \"a\", event 1: as told"), "{error}");
    let outcome = error.into_outcome().unwrap();
    assert!(outcome.panicked("p") && !outcome.panicked("q"));
}

#[test]
fn s43_s44_an_error_or_a_panic_anywhere_in_a_live_run_ends_it_there() {
    for (what, verb) in [("fail", "failed"), ("panic", "panicked")] {
        for at in 0..USUAL.len() {
            let (log, clock) = (Log::default(), jumping(10.0));
            let run = usual(&clock).add(probe(&log, once(at, move || Some(what)))).clock(clock).run_live();
            let error = block_on(run).unwrap_err();
            let now = USUAL[at].split('@').nth(1).unwrap();
            // No `on_stop` of one that panicked (S44), and only one of the others.
            let stops = what == "fail" && at < USUAL.len() - 1;
            let stop = if stops { format!(", stop@{now}") } else { String::new() };
            assert_eq!(log.take(), format!("{}{stop}", USUAL[..=at].join(", ")), "{what} at {}", USUAL[at]);
            assert!(error.to_string().contains(&format!("{verb} at ")), "{error} in {}", place(USUAL[at]));
            let mut outcome = error.into_outcome().unwrap();
            assert_eq!(outcome.report().reason, StopReason::Failed);
            assert_eq!(outcome.panicked("Probe"), what == "panic");
            assert!(outcome.take::<Probe<Acts>>().is_ok());
        }
    }
}

#[test]
fn s43_errors_may_be_passed_over_in_a_live_run() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let runner = usual(&clock).on_error(OnError::Continue).add(probe(&log, |_| Some("fail")));
    let outcome = block_on(runner.clock(clock).run_live());
    // An error of `on_start` or `on_stop` is none of an event that could be passed over.
    let outcome = outcome.unwrap_or_else(|error| error.into_outcome().unwrap());
    assert!(outcome.report().errors > 0);
}

#[test]
fn s47_an_error_of_on_stop_is_added_to_the_first() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let act = |place: &str| ["a1", "stop"].contains(&place).then_some("fail");
    let error = block_on(usual(&clock).add(probe(&log, act)).clock(clock).run_live()).unwrap_err();
    assert!(error.to_string().starts_with("Probe::a failed"), "{error}");
    assert!(error.also()[0].to_string().starts_with("Probe::stop failed"), "{:?}", error.also());
}

#[test]
fn s48_the_report_of_a_live_run() {
    let clock = jumping(10.0);
    let live = Script::new(&clock)
        .stamped(s(10.5), s(8.0), "known")
        .stamped(s(10.5), s(10.25), "a1")
        .stamped(s(12.5), s(12.75), "a2")
        .end(s(16.0));
    let source = Source::past(at(&[(7.0, "early"), (9.0, "p1")])).then_live(live.source()).splice_by_time();
    let (log, blocking) = (Log::default(), clock.clone());
    let act = move |place: &str| {
        if place == "a1" {
            blocking.advance(d(2.5)); // to 13: ticks of 11, 12 and 13 are late
            blocking.step(d(-5.0));
            return Some("defer");
        }
        None
    };
    let runner = Runner::new().start(s(8.0)).feed(stream(), source).add(probe(&log, act)).end(s(15.5));
    let outcome = lived(&clock, runner.digest());
    let report = outcome.report();
    assert_eq!((report.reason, report.start, report.now), (StopReason::Finished, s(8.0), s(15.5)));
    assert_eq!((report.skipped, report.clamped, report.pending), (1, 0, 0));
    assert_eq!((report.dropped, report.missed, report.restamped), (0, 0, 0));
    assert_eq!((report.max_lag, report.max_behind), (Some(d(0.25)), d(2.5)));
    assert_eq!((report.handover, report.digest.is_some()), (Some(s(10.0)), true));
    assert_eq!((report.clock_steps.len(), report.clock_steps[0].by), (1, d(-5.0)));
    assert_eq!((report.dispatched.events, report.dispatched.calls, report.dispatched.ticks), (3, 3, 7));
    let [a] = &report.live[..] else { panic!("{report}") };
    assert_eq!((a.stream.as_str(), a.received, a.spliced), ("a", 2, 1));
    assert_eq!((a.last_past, a.max_lag), (Some(s(9.0)), Some(d(0.25))));
    println!("{report}");
}

#[test]
fn s46_a_stop_from_outside_is_heard_among_slow_handlers() {
    /// Takes a millisecond for an event, and stops the run from outside at the tenth.
    struct Slow {
        stop: asp::StopHandle,
        seen: u32,
    }

    #[strategy]
    impl Slow {
        #[on_event(stream = "numbers")]
        fn number(&mut self, number: i64) {
            let begun = std::time::Instant::now();
            while begun.elapsed() < std::time::Duration::from_millis(1) {}
            self.seen += 1;
            if number == 10 {
                self.stop.stop();
            }
        }
    }

    let numbers = (0..400).map(|number| (s(number as f64), number));
    let runner = Runner::new().feed(Slow::NUMBERS, numbers);
    let stop = runner.stop_handle();
    let mut outcome = runner.add(Slow { stop, seen: 0 }).run().unwrap();
    assert_eq!(outcome.report().reason, StopReason::Requested);
    let seen = outcome.take::<Slow>().unwrap().seen;
    assert!(seen < 60, "{seen} of 400 events were handled");
}
