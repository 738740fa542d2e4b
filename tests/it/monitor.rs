//! Looking at a run from another thread while it goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use asp::prelude::*;
use asp::{Monitor, OnError, Outcome, Report, RunPhase, Snapshot, StopReason, Stream};

use crate::kit::s;

/// Reads two streams, calls itself, ticks and emits.
#[derive(Default)]
struct Busy {
    sum: u64,
}

#[strategy(emits(sums: u64))]
impl Busy {
    #[on_event(stream = "first")]
    fn first(&mut self, cx: &Context<Self>, value: u64) {
        self.sum += value;
        if value.is_multiple_of(7) {
            cx.after(Duration::from_millis(value as i64 % 50)).later(value);
        }
    }

    #[on_event(stream = "second")]
    fn second(&mut self, cx: &Context<Self>, value: u64) {
        if value.is_multiple_of(10) {
            cx.emit(Self::SUMS, self.sum);
        }
    }

    #[every("1s")]
    fn tick(&mut self) {
        self.sum += 1;
    }

    #[after]
    fn later(&mut self, value: u64) {
        self.sum ^= value;
    }
}

fn busy(events: u64) -> Runner {
    let numbers = |step: i64| {
        (0..events).map(move |k| (Timestamp::from_nanos(k as i64 * 1_000_000 + step * (k as i64 % 3)), k))
    };
    Runner::new()
        .feed(Busy::FIRST, numbers(1))
        .feed(Busy::SECOND, numbers(2))
        .add(Busy::default())
        .collect(Busy::SUMS)
}

/// Somebody sees some events of each stream.
fn peeked(runner: Runner, seen: &Arc<AtomicU64>) -> Runner {
    let [first, second, sums] = [0; 3].map(|_| Arc::clone(seen));
    runner
        .peek(Busy::FIRST, move |_| _ = first.fetch_add(1, Relaxed))
        .peek(Busy::SECOND, move |_| _ = second.fetch_add(1, Relaxed))
        .peek(Busy::SUMS, move |_| _ = sums.fetch_add(1, Relaxed))
}

/// Runs on a thread of its own, and asks all the time; the distinct snapshots until this holds or the run is over.
fn looked_at(runner: Runner, until: impl Fn(&[Arc<Snapshot>]) -> bool) -> (Outcome, Vec<Arc<Snapshot>>) {
    let (monitor, stop) = (Monitor::new(), runner.stop_handle());
    let runner = runner.monitor(&monitor);
    let run = thread::spawn(move || runner.run().expect("no error"));
    let mut seen: Vec<Arc<Snapshot>> = Vec::new();
    loop {
        monitor.ask();
        let latest = monitor.latest();
        if let Some(latest) =
            latest.filter(|latest| seen.last().is_none_or(|last| last.number < latest.number))
        {
            seen.push(latest);
            if until(&seen) {
                stop.stop();
            }
            if seen.last().is_some_and(|last| last.is_over()) {
                return (run.join().expect("no panic"), seen);
            }
        }
        thread::yield_now();
    }
}

fn without_monitor(runner: Runner) -> (Report, Vec<asp::Digest>, Vec<Event<u64>>) {
    of(runner.run().expect("no error"))
}

fn of(mut outcome: Outcome) -> (Report, Vec<asp::Digest>, Vec<Event<u64>>) {
    let sums = outcome.collected(Busy::SUMS).expect("they were collected");
    (outcome.report().clone(), outcome.digests().to_vec(), sums)
}

#[test]
fn a_monitor_changes_neither_the_order_nor_the_result() {
    let (outcome, seen) = looked_at(busy(20_000).digest_every(1_000), |_| false);
    assert_eq!(of(outcome), without_monitor(busy(20_000).digest_every(1_000)));
    assert!(seen.len() > 1, "it was looked at on the way");
    // In bursts, too, which a digest would break up.
    let (outcome, _) = looked_at(busy(200_000), |_| false);
    assert_eq!(of(outcome), without_monitor(busy(200_000)));
}

#[test]
fn whoever_peeks_changes_neither_and_sees_ten_events_a_look() {
    let seen = Arc::new(AtomicU64::new(0));
    let (outcome, snapshots) = looked_at(peeked(busy(200_000), &seen), |_| false);
    assert_eq!(of(outcome), without_monitor(busy(200_000)));
    let (seen, looks) = (seen.load(Relaxed), snapshots.last().expect("its end").number);
    assert!(seen > 30 && seen <= 30 * (looks + 1), "{seen} events in {looks} looks");
    // Nobody asks, and the streams have their one reader again.
    let seen = Arc::new(AtomicU64::new(0));
    let monitor = Monitor::new();
    let outcome = peeked(busy(200_000), &seen).monitor(&monitor).run().expect("no error");
    assert_eq!(of(outcome), without_monitor(busy(200_000)));
    assert_eq!(seen.load(Relaxed), 30);
}

#[test]
fn a_panic_of_whoever_peeks_is_not_that_of_the_run() {
    let events = [(s(0.0), 7), (s(1.0), 8)];
    let runner = Runner::new()
        .feed(Busy::FIRST, events)
        .feed(Busy::SECOND, Vec::<(Timestamp, u64)>::new())
        .add(Busy::default());
    let runner = runner.peek(Busy::FIRST, |_| panic!("it cannot look")).monitor(&Monitor::new());
    assert_eq!(runner.run().expect("no error").report().dispatched.events, 2);
}

#[test]
fn a_long_run_gives_snapshots_that_grow_and_the_last_one_tells_its_end() {
    let (outcome, seen) = looked_at(busy(u64::MAX), |seen| seen.len() > 5);
    for pair in seen.windows(2) {
        assert!(pair[0].number < pair[1].number && pair[0].elapsed <= pair[1].elapsed);
        assert!(pair[0].now <= pair[1].now && pair[0].dispatched.events <= pair[1].dispatched.events);
        for (before, after) in pair[0].streams.iter().zip(&pair[1].streams) {
            assert!(before.fed <= after.fed && before.emitted <= after.emitted);
        }
    }
    let (report, last) = (outcome.report(), seen.last().expect("several"));
    assert_eq!(last.phase, RunPhase::Over(StopReason::Requested));
    assert_eq!((last.dispatched, last.now, last.pending), (report.dispatched, report.now, report.pending));
    assert_eq!(last.streams[0].fed + last.streams[1].fed, report.dispatched.events);
    let sums = last.streams.iter().find(|stream| stream.name == "sums").expect("it is emitted");
    assert_eq!(sums.fed, 0);
    assert!(sums.emitted > 0);
    let only = &last.strategies[0];
    assert_eq!((only.name.as_str(), only.instances, only.timers), ("Busy", 1, 1));
}

#[test]
fn a_run_that_is_held_back_to_a_pace_answers_while_it_waits() {
    const BEATS: Stream<u8> = Stream::new("beats");
    let hours = [(s(0.0), 1), (s(3600.0), 2)];
    let runner = Runner::new().feed(BEATS, hours).collect(BEATS).pace("1".parse().expect("a pace"));
    let (_, seen) = looked_at(runner, |seen| seen.last().is_some_and(|last| last.streams[0].fed == 1));
    assert_eq!(seen.last().expect("several").now, s(0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_run_that_waits_is_woken_for_an_answer() {
    const NEWS: Stream<u8> = Stream::new("news");
    let monitor = Monitor::new();
    let news = futures::stream::pending::<u8>();
    let runner = Runner::new().feed(NEWS, Source::live(news)).collect(NEWS).monitor(&monitor);
    let stop = runner.stop_handle();
    let run = tokio::spawn(runner.run_live());
    let mut live = 0;
    let mut last = 0;
    while live < 3 {
        monitor.ask();
        if let Some(latest) = monitor.latest().filter(|latest| latest.number > last) {
            last = latest.number;
            live += u32::from(latest.phase == RunPhase::Live && latest.behind.is_some());
        }
        tokio::task::yield_now().await;
    }
    stop.stop();
    run.await.expect("no panic").expect("no error");
    assert!(monitor.latest().expect("its end").is_over());
}

#[test]
fn who_wants_to_know_asks_now_and_then() {
    let (runner, mut lines) = (busy(50_000), Vec::new());
    // ANCHOR: ask
    let monitor = Monitor::new();
    let runner = runner.monitor(&monitor);
    let run = thread::spawn(move || runner.run());
    while !run.is_finished() {
        monitor.ask();
        thread::yield_now(); // in a program, do something else for a tenth of a second
        if let Some(seen) = monitor.latest() {
            lines.push(format!(
                "{}, {} at {}: {} pending",
                seen.phase, seen.dispatched, seen.now, seen.pending
            ));
        }
    }
    // ANCHOR_END: ask
    run.join().expect("no panic").expect("no error");
    assert!(monitor.latest().is_some_and(|latest| latest.is_over()));
}

#[test]
fn a_run_that_fails_or_is_given_up_says_so() {
    let monitor = Monitor::new();
    let end = |monitor: &Monitor| monitor.latest().expect("a run shows its end").phase;
    let refused = Stream::<u8>::new("refused");
    let runner = Runner::new().feed(refused.clone(), [(s(1.0), 1)]).on_error(OnError::Stop);
    let failed = runner.sink(refused, |_| Err::<(), _>("full")).monitor(&monitor).run();
    assert!(failed.is_err());
    assert_eq!(end(&monitor), RunPhase::Over(StopReason::Failed));

    let clock = asp::ManualClock::new(s(0.0));
    let run = Runner::new().end(s(10.0)).clock(clock).monitor(&monitor).run_live();
    let mut run = Box::pin(run);
    let waker = std::task::Waker::noop();
    monitor.ask();
    assert!(run.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    monitor.ask();
    assert!(run.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    assert!(!monitor.latest().expect("it was asked for").is_over());
    drop(run);
    assert_eq!(end(&monitor), RunPhase::Over(StopReason::Requested));
}

#[test]
fn instances_by_key_are_one_row_of_a_snapshot() {
    let monitor = Monitor::new();
    let events = (0..30_u64).map(|k| (s(k as f64), k));
    let runner = Runner::new().feed(Busy::FIRST, events.clone()).feed(Busy::SECOND, events);
    let keyed = Keyed::new(|_key: u64| Busy::default()).by(Busy::FIRST, |value| value % 3);
    runner.add(keyed).monitor(&monitor).run().expect("no error");
    let last = monitor.latest().expect("its end");
    assert_eq!(last.strategies.len(), 1, "{last:?}");
    assert_eq!((last.strategies[0].name.as_str(), last.strategies[0].instances), ("Busy", 3));
}
