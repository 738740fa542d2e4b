//! Ticks and events after a stall (S26, S51).

use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context as TaskContext, Poll};

use asp::prelude::*;
use asp::testing::Script;
use asp::{ManualClock, Report};

use crate::kit::{Hand, Log, Name, at, d, hand, jumping, lived, s, script};

/// Ticks each second. It does what it is told to in `on_live` and at the events, and stops at the tick of 14.
struct Ticker<F> {
    log: Log,
    act: F,
}

/// The same with `missed = "skip"`.
struct Skipper<F> {
    log: Log,
    act: F,
}

macro_rules! strategy_with_tick {
    ($ticker:ident, $($key:tt)*) => {
        #[strategy]
        impl<F: FnMut(Name) + Send + 'static> $ticker<F> {
            #[on_live]
            fn live(&mut self) {
                (self.act)("live");
            }

            #[on_event(stream = "a")]
            fn a(&mut self, cx: &Context<Self>, name: Name) {
                self.log.note(cx, name);
                (self.act)(name);
            }

            #[every("1s", $($key)*)]
            fn tick(&mut self, cx: &Context<Self>) {
                let missed = if cx.missed() > 0 { format!(" (missed {})", cx.missed()) } else { String::new() };
                self.log.note(cx, format!("tick{missed}"));
                if cx.now() >= s(14.0) {
                    cx.stop();
                }
            }
        }
    };
}

strategy_with_tick!(Ticker, missed = "all");
strategy_with_tick!(Skipper, missed = "skip");

/// Moves the clock and sends, and lets the task of the source keep up.
fn stall(clock: &ManualClock, hand: &Hand<Name>, events: &[(f64, Name)]) {
    for &(seconds, name) in events {
        clock.set(s(seconds));
        hand.send(name);
        hand.wait();
    }
}

/// The worked example: a handler of 10.5 blocks until 14, while the source stamps in a task of its own.
fn stalled(run: impl FnOnce(ManualClock, Hand<Name>, Runner, Source<Name>) -> Runner) -> Report {
    let clock = ManualClock::new(s(10.0));
    let (hand, held) = hand();
    let runner = Runner::new().start(s(10.0)).clock(clock.clone());
    let run = run(clock, hand, runner, Source::live(held).own_task()).run_live();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(run).unwrap().report().clone()
}

fn acts(clock: ManualClock, hand: Hand<Name>) -> impl FnMut(Name) + Send + 'static {
    move |name| match name {
        "live" => stall(&clock, &hand, &[(10.5, "a1")]),
        "a1" => {
            stall(&clock, &hand, &[(11.5, "a2"), (12.5, "a3")]);
            clock.set(s(14.0));
        }
        _ => {}
    }
}

#[test]
fn s26_s51_after_a_stall_all_ticks_come_in_order_with_the_events_that_arrived() {
    let log = Log::default();
    let report = stalled(|clock, hand, runner, source| {
        let ticker = Ticker { log: log.clone(), act: acts(clock, hand) };
        runner.feed(Ticker::<fn(Name)>::A, source).add(ticker)
    });
    assert_eq!(log.take(), "a1@10.5, tick@11, a2@11.5, tick@12, a3@12.5, tick@13, tick@14");
    assert_eq!((report.missed, report.restamped, report.max_behind), (0, 0, d(3.0)));
}

#[test]
fn s26_a_timer_that_skips_leaves_out_what_the_next_tick_makes_up_for() {
    let log = Log::default();
    let report = stalled(|clock, hand, runner, source| {
        let skipper = Skipper { log: log.clone(), act: acts(clock, hand) };
        runner.feed(Skipper::<fn(Name)>::A, source).add(skipper)
    });
    assert_eq!(log.take(), "a1@10.5, a2@11.5, a3@12.5, tick (missed 3)@14");
    assert_eq!((report.missed, report.restamped), (3, 0));
}

fn blocks(clock: &ManualClock) -> impl FnMut(Name) + Send + 'static {
    let clock = clock.clone();
    move |name| {
        if name == "a1" {
            clock.set(s(14.0));
        }
    }
}

fn arrivals(clock: &ManualClock) -> Source<Name> {
    Script::new(clock).event(s(10.5), "a1").event(s(11.5), "a2").event(s(12.5), "a3").source()
}

#[test]
fn s51_a_source_that_the_run_polls_is_stamped_after_the_stall() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let runner = Runner::new().feed(Ticker::<fn(Name)>::A, arrivals(&clock));
    let ticker = Ticker { log: log.clone(), act: blocks(&clock) };
    let outcome = lived(&clock, runner.start(s(10.0)).add(ticker));
    assert_eq!(log.take(), "a1@10.5, tick@11, tick@12, tick@13, a2@14, tick@14");
    assert_eq!((outcome.report().max_behind, outcome.report().pending), (d(3.0), 1), "a3");

    let clock = jumping(10.0);
    let runner = Runner::new().feed(Skipper::<fn(Name)>::A, arrivals(&clock));
    let skipper = Skipper { log: log.clone(), act: blocks(&clock) };
    lived(&clock, runner.start(s(10.0)).add(skipper));
    assert_eq!(log.take(), "a1@10.5, a2@14, tick (missed 3)@14");
}

#[test]
fn s26_ticks_before_the_hand_over_are_never_skipped_by_the_clock() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let blocking = clock.clone();
    let act = move |name| {
        if name == "past" {
            blocking.set(s(13.5));
        }
    };
    let past = at(&[(7.5, "past")]);
    let runner = Runner::new().start(s(7.0)).feed(Skipper::<fn(Name)>::A, past).end(s(16.0));
    lived(&clock, runner.add(Skipper { log: log.clone(), act }));
    assert_eq!(log.take(), "past@7.5, tick@8, tick@9, tick (missed 3)@13, tick@14");
}

#[test]
fn s26_a_tick_at_the_clock_is_not_too_late() {
    // The next one is not due: nothing is left out, however late this one is.
    let (log, clock) = (Log::default(), jumping(10.0));
    let blocking = clock.clone();
    let act = move |name| {
        if name == "a1" {
            blocking.set(s(11.999999999));
        }
    };
    let source = script(&clock, &[(10.5, "a1"), (13.5, "a2")]);
    let outcome = lived(
        &clock,
        Runner::new()
            .start(s(10.0))
            .feed(Skipper::<fn(Name)>::A, source)
            .add(Skipper { log: log.clone(), act }),
    );
    assert_eq!(log.take(), "a1@10.5, tick@11, tick@12, tick@13, a2@13.5");
    assert_eq!(outcome.report().missed, 0);
}

#[test]
fn s26_a_run_that_is_not_late_skips_nothing() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let source = script(&clock, &[(13.5, "a2")]);
    let runner = Runner::new().start(s(8.0)).feed(Skipper::<fn(Name)>::A, source);
    lived(&clock, runner.add(Skipper { log: log.clone(), act: |_| () }));
    assert_eq!(log.take(), "tick@9, tick@10, tick@11, tick@12, tick@13, a2@13.5");
}

#[test]
fn s27_what_arrived_before_the_end_is_dispatched_however_late() {
    let (log, clock) = (Log::default(), ManualClock::new(s(10.0)));
    let (hand, held) = hand();
    let act = {
        let clock = clock.clone();
        move |name: Name| match name {
            "live" => stall(&clock, &hand, &[(10.25, "a1"), (10.5, "a2")]),
            "a1" => stall(&clock, &hand, &[(11.999999999, "a3"), (12.0, "at the end")]),
            _ => {}
        }
    };
    let runner = Runner::new().start(s(10.0)).clock(clock.clone()).end(s(12.0));
    let runner = runner.feed(Ticker::<fn(Name)>::A, Source::live(held).own_task());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let run = runner.add(Ticker { log: log.clone(), act }).run_live();
    let outcome = runtime.block_on(run).unwrap();
    assert_eq!(log.take(), "a1@10.25, a2@10.5, tick@11, a3@11.999999999");
    assert_eq!((outcome.report().now, outcome.report().pending), (s(12.0), 1), "one event came too late");
}

#[test]
fn s32_s51_an_event_that_is_seen_after_an_item_of_its_instant_is_restamped() {
    struct Late {
        hand: Hand<Name>,
        log: Log,
    }

    #[strategy]
    impl Late {
        #[every("1s")]
        fn tick(&mut self, cx: &Context<Self>) {
            self.log.note(cx, "tick");
            self.hand.send("a");
        }

        #[on_event(stream = "a")]
        fn a(&mut self, cx: &Context<Self>, name: Name) {
            let arrival = cx.arrival().map(crate::kit::seconds);
            self.log.note(cx, format!("{name} of {}", arrival.unwrap_or_default()));
        }
    }
    let (log, clock) = (Log::default(), jumping(10.0));
    let (hand, held) = hand();
    let late = Late { hand, log: log.clone() };
    let runner = Runner::new().start(s(9.5)).feed(Late::A, Source::live(held)).end(s(12.0));
    let outcome = lived(&clock, runner.add(late));
    assert_eq!(log.take(), "tick@10.5, a of 10.5@10.500000001, tick@11.5, a of 11.5@11.500000001");
    assert_eq!((outcome.report().restamped, outcome.report().live[0].restamped), (2, 2));
}

/// Yields one value, and does not come back from being asked for the next one until the gate opens.
struct Busy {
    value: Option<Name>,
    asked: mpsc::Sender<()>,
    gate: mpsc::Receiver<()>,
}

impl futures::Stream for Busy {
    type Item = Name;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Name>> {
        if let Some(value) = self.value.take() {
            return Poll::Ready(Some(value));
        }
        let _ = self.asked.send(());
        let _ = self.gate.recv();
        Poll::Pending
    }
}

#[test]
fn s27_s32_an_arrival_is_seen_though_the_task_of_its_source_is_busy() {
    let (log, clock) = (Log::default(), ManualClock::new(s(10.5)));
    let (asked, is_asked) = mpsc::channel();
    let (open, gate) = mpsc::channel::<()>();
    let source = Source::live(Busy { value: Some("a1"), asked, gate }).own_task();
    let act = {
        let clock = clock.clone();
        move |name| {
            if name == "live" {
                is_asked.recv().unwrap();
                clock.set(s(12.0));
            }
        }
    };
    let runner = Runner::new().start(s(10.0)).clock(clock).end(s(12.0)).feed(Ticker::<fn(Name)>::A, source);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let outcome = runtime.block_on(runner.add(Ticker { log: log.clone(), act }).run_live()).unwrap();
    drop(open);
    assert_eq!(log.take(), "a1@10.500000001, tick@11");
    assert_eq!(outcome.report().now, s(12.0));
}
