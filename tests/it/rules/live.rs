//! Live runs: hand-over, the time of live events, hooks (S30 to S37).

use asp::prelude::*;
use asp::{ErrorKind, StopReason, Stream};

use crate::kit::{Log, Name, at, d, jumping, lived, s, script};

/// Notes every event of three streams, its own tick, and the hooks.
struct Probe {
    log: Log,
}

#[strategy]
impl Probe {
    #[on_event(stream = "a")]
    fn a(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[on_event(stream = "b")]
    fn b(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[on_event(stream = "c")]
    fn c(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }

    #[on_live]
    fn live(&mut self, cx: &Context<Self>) {
        assert!(cx.is_live());
        self.log.note(cx, "live");
    }

    #[on_caught_up]
    fn caught_up(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "caught up");
    }
}

#[test]
fn s34_one_merge_over_past_and_live() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let a = Source::past(at(&[(8.0, "A8"), (9.0, "A9"), (11.0, "A11")]));
    let b =
        Source::past(at(&[(9.0, "B9")])).then_live(script(&clock, &[(10.000000001, "B10"), (10.5, "B10.5")]));
    let c = script(&clock, &[(10.2, "C10.2"), (12.0, "C12")]);
    let runner = Runner::new()
        .start(s(7.0))
        .feed(Probe::A, a)
        .feed(Probe::B, b)
        .feed(Probe::C, c)
        .add(Probe { log: log.clone() });
    let outcome = lived(&clock, runner);
    assert_eq!(
        log.take(),
        "A8@8, tick@8, A9@9, B9@9, tick@9, live@10, tick@10, B10@10.000000001, caught up@10.000000002, \
         C10.2@10.2, B10.5@10.5, A11@11, tick@11, C12@12, tick@12"
    );
    assert_eq!(outcome.report().reason, StopReason::Finished);
    assert_eq!(outcome.report().handover, Some(s(10.0)));
}

/// Greets each arrival a second later.
struct Greeter {
    log: Log,
}

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("{name} arrived"));
        cx.after(d(1.0)).greet(name);
    }

    #[after]
    fn greet(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("hello {name}"));
    }

    #[on_live]
    fn live(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "live");
    }
}

#[test]
fn s35_past_due_calls_run_before_live_events() {
    let (log, clock) = (Log::default(), jumping(60.0));
    let names =
        Source::past(at(&[(0.0, "Jane"), (1.0, "John")])).then_live(script(&clock, &[(60.001, "Sarah")]));
    lived(&clock, Runner::new().feed(Greeter::NAMES, names).add(Greeter { log: log.clone() }));
    assert_eq!(
        log.take(),
        "Jane arrived@0, John arrived@1, hello Jane@1, hello John@2, live@60, Sarah arrived@60.001, hello Sarah@61.001"
    );
}

/// Notes times in full.
struct Times {
    log: Log,
}

#[strategy]
impl Times {
    #[on_event(stream = "a")]
    fn a(&mut self, cx: &Context<Self>, name: Name) {
        let arrival = cx.arrival().map_or("-".to_owned(), crate::kit::seconds);
        let lag = cx.lag().as_nanos() as f64 / 1e9;
        self.log.note(
            cx,
            format!("{name} of {} arrived {arrival} lag {lag}", crate::kit::seconds(cx.event_time())),
        );
    }
}

#[test]
fn s04_s32_four_times_of_a_live_event() {
    let (log, clock) = (Log::default(), jumping(100.0));
    let live = asp::testing::Script::new(&clock)
        .stamped(s(100.1), s(99.7), "late")
        .stamped(s(100.2), s(100.4), "ahead")
        .end(s(100.2));
    let a = Source::past(at(&[(5.0, "past")])).then_live(live.source());
    let outcome = lived(&clock, Runner::new().feed(Times::A, a).add(Times { log: log.clone() }));
    assert_eq!(
        log.take(),
        "past of 5 arrived - lag 0@5, late of 99.7 arrived 100.1 lag 0.4@100.1, \
         ahead of 100.4 arrived 100.2 lag -0.2@100.2"
    );
    assert_eq!(outcome.report().max_lag, Some(d(0.4)));
}

#[test]
fn s32_an_event_comes_after_what_was_dispatched() {
    // A tick at 10 comes first, then an arrival of 10; one that its own past holds back comes after that.
    let (log, clock) = (Log::default(), jumping(9.5));
    let a = Source::past(at(&[(11.0, "past")])).then_live(script(&clock, &[(10.2, "held")]));
    let c = script(&clock, &[(10.0, "C")]);
    let runner =
        Runner::new().start(s(9.0)).feed(Probe::A, a).feed(Probe::B, at::<Name>(&[])).feed(Probe::C, c);
    lived(&clock, runner.add(Probe { log: log.clone() }));
    assert_eq!(
        log.take(),
        "live@9.5, caught up@9.500000001, C@10, tick@10, past@11, tick@11, held@11.000000001"
    );
}

#[test]
fn s33_a_past_event_after_the_hand_over_waits_for_its_time() {
    let (log, clock) = (Log::default(), jumping(1.0));
    lived(
        &clock,
        Runner::new().feed(Times::A, at(&[(0.0, "x"), (7200.0, "y")])).add(Times { log: log.clone() }),
    );
    assert_eq!(log.take(), "x of 0 arrived - lag 0@0, y of 7200 arrived - lag 0@7200");
    assert_eq!(asp::Clock::now(&clock), s(7200.0));
}

#[test]
fn s36_hooks_of_a_live_run_come_by_hook_then_by_strategy() {
    struct Hooks {
        log: Log,
        name: &'static str,
    }

    #[strategy]
    impl Hooks {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            self.log.note(cx, format!("{} start", self.name));
            cx.after(Duration::ZERO).call();
        }

        #[on_live]
        fn live(&mut self, cx: &Context<Self>) {
            self.log.note(cx, format!("{} live", self.name));
            cx.after(Duration::ZERO).call();
        }

        #[on_caught_up]
        fn caught_up(&mut self, cx: &Context<Self>) {
            self.log.note(cx, format!("{} caught up", self.name));
        }

        #[after]
        fn call(&mut self, cx: &Context<Self>) {
            self.log.note(cx, format!("{} call", self.name));
        }

        #[on_stop]
        fn stop(&mut self, cx: &Context<Self>) {
            self.log.note(cx, format!("{} stop", self.name));
        }
    }

    let (log, clock) = (Log::default(), jumping(10.0));
    let hooks = |name| Hooks { log: log.clone(), name };
    lived(&clock, Runner::new().add_as("x", hooks("x")).add_as("y", hooks("y")).end(s(20.0)));
    assert_eq!(
        log.take(),
        "x start@10, y start@10, x live@10, y live@10, x call@10, y call@10, x call@10, y call@10, \
         x caught up@10.000000001, y caught up@10.000000001, x stop@20, y stop@20"
    );
}

#[test]
fn s17_a_live_run_starts_at_the_latest_when_it_begins() {
    let stream: Stream<u8> = Stream::new("numbers");
    let clock = jumping(10.0);
    let outcome = lived(&clock, Runner::new().feed(stream.clone(), at(&[(12.0, 1)])).collect(stream.clone()));
    assert_eq!(outcome.report().start, s(10.0));
    let runner =
        Runner::new().feed(stream.clone(), at(&[(12.0, 1)])).collect(stream).start(s(11.0)).clock(clock);
    let error = futures::executor::block_on(runner.run_live()).map(drop);
    // The clock has moved on to 12 by now, so that 11 is no longer in the future.
    error.unwrap();
    let runner = Runner::new().start(s(11.0)).clock(jumping(10.0));
    let error = futures::executor::block_on(runner.run_live()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::StartsLater { .. }), "{error}");
}

#[test]
fn s25_s27_a_live_run_without_sources_lasts_until_its_end() {
    let (log, clock) = (Log::default(), jumping(0.0));
    struct Ticker {
        log: Log,
    }

    #[strategy]
    impl Ticker {
        #[every("1s")]
        fn tick(&mut self, cx: &Context<Self>) {
            self.log.note(cx, "tick");
        }
    }
    let outcome = lived(&clock, Runner::new().add(Ticker { log: log.clone() }).end(s(3.0)));
    assert_eq!(log.take(), "tick@1, tick@2");
    assert_eq!(outcome.report().now, s(3.0));
    assert_eq!(asp::Clock::now(&clock), s(3.0));
}

#[test]
fn s28_a_live_run_waits_for_what_is_pending() {
    let (log, clock) = (Log::default(), jumping(0.0));
    let names = script(&clock, &[(5.0, "Jane")]);
    lived(&clock, Runner::new().feed(Greeter::NAMES, names).add(Greeter { log: log.clone() }));
    assert_eq!(log.take(), "live@0, Jane arrived@5, hello Jane@6");
    assert_eq!(asp::Clock::now(&clock), s(6.0));
}

/// Blocks when the live phase begins, and notes events of two streams.
struct Blocking {
    log: Log,
    clock: asp::ManualClock,
}

#[strategy]
impl Blocking {
    #[on_event(stream = "a")]
    #[on_event(stream = "b")]
    fn event(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[on_live]
    fn live(&mut self, _: &Context<Self>) {
        self.clock.set(s(2.0));
    }
}

#[test]
fn s34_events_at_the_time_of_a_live_one_come_by_declaration() {
    // The live event of 2 is there before the history of 0.5 to 2, which is late, is dispatched.
    for live_first in [true, false] {
        let (log, clock) = (Log::default(), jumping(0.0));
        let live = script(&clock, &[(2.0, "live")]);
        let past = Source::past(at(&[(0.5, "past"), (1.0, "past"), (2.0, "past")]));
        let (a, b) = if live_first { (live, past) } else { (past, live) };
        let strategy = Blocking { log: log.clone(), clock: clock.clone() };
        lived(&clock, Runner::new().feed(Blocking::A, a).feed(Blocking::B, b).add(strategy));
        let expected = if live_first { "live@2, past@2" } else { "past@2, live@2" };
        assert_eq!(log.take(), format!("past@0.5, past@1, {expected}"));
    }
}

/// Takes note of being woken.
#[derive(Default)]
struct Woken(std::sync::atomic::AtomicBool);

impl std::task::Wake for Woken {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn s46_a_run_that_drains_sleeps_although_a_source_is_down() {
    let (log, clock) = (Log::default(), asp::ManualClock::new(s(0.0)));
    let down = Source::<Name>::connect(async || {
        Ok::<_, &str>(Source::try_live(futures::stream::iter([Err("connection lost")])))
    });
    let down = down.reconnect(asp::Reconnect::new(d(0.000000001)));
    // All received at 0, dispatched a nanosecond apart.
    let live = Source::live(futures::stream::iter(["one", "two", "three"]));
    let strategy = Blocking { log: log.clone(), clock: asp::ManualClock::new(s(0.0)) };
    let runner = Runner::new().feed(Blocking::A, down).feed(Blocking::B, live).add(strategy).drain_on_stop();
    let stop = runner.stop_handle();
    let mut run = Box::pin(runner.clock(clock.clone()).run_live());
    let woken = std::sync::Arc::new(Woken::default());
    let waker = std::task::Waker::from(woken.clone());
    let mut cx = std::task::Context::from_waker(&waker);
    assert!(run.as_mut().poll(&mut cx).is_pending());
    stop.stop();
    clock.set(s(0.000000001));
    woken.0.store(false, std::sync::atomic::Ordering::Relaxed);
    assert!(run.as_mut().poll(&mut cx).is_pending());
    assert!(!woken.0.load(std::sync::atomic::Ordering::Relaxed), "it waits for the second event");
    clock.set(s(1.0));
    assert_eq!(futures::executor::block_on(run).unwrap().report().reason, StopReason::Requested);
    assert_eq!(log.take(), "one@0.000000001, two@0.000000002, three@0.000000003");
}

#[test]
fn s32_a_source_says_when_its_events_happened() {
    const NUMBERS: Stream<u8> = Stream::new("numbers");
    let numbers = Source::live_at(futures::stream::iter([(s(98.0), 1), (s(97.5), 2), (s(101.0), 3)]));
    let clock = jumping(100.0);
    let mut outcome = lived(&clock, Runner::new().feed(NUMBERS, numbers).collect(NUMBERS));
    let events = outcome.collected(NUMBERS).unwrap();
    let times: Vec<_> = events.iter().map(|event| (event.time, event.value)).collect();
    assert_eq!(times, [(s(98.0), 1), (s(97.5), 2), (s(101.0), 3)], "in the order of arrival");
    assert_eq!(
        outcome.report().live[0].max_lag,
        Some(d(2.500000002)),
        "one nanosecond after the first, which came one after the start"
    );

    let far = std::time::UNIX_EPOCH + std::time::Duration::from_secs(10_000_000_000);
    let numbers = Source::live_at(futures::stream::iter([(far, 1)]));
    let run = Runner::new().feed(NUMBERS, numbers).collect(NUMBERS).clock(clock).run_live();
    let error = futures::executor::block_on(run).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source { index: 0, .. }), "{error}");
}
