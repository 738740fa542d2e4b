//! Digests, recordings, and their replay (S49, S50, S62).

use asp::prelude::*;
use asp::testing::Script;
use asp::{Clock, Digest, ErrorKind, ManualClock, Recording, Report, StopReason, Stream};

use crate::kit::{Log, Name, at, d, jumping, lived, s, script};

/// A bit of everything: defers, emits, ticks, hooks, the end of a stream, notices.
struct Mixed {
    log: Log,
}

#[strategy(emits(echoes: Name))]
impl Mixed {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "start");
    }

    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: Event<Name>) {
        self.log.note(cx, format!("{} of {}", name.value, crate::kit::seconds(name.time)));
        cx.emit(Self::ECHOES, name.value);
        cx.after(d(1.5)).later(name.value);
    }

    #[after]
    fn later(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("later {name}"));
    }

    #[on_event(stream = "echoes")]
    fn echo(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("echo {name} live {}", cx.is_live()));
    }

    #[every("2s", missed = "skip")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("tick missed {}", cx.missed()));
    }

    #[on_live]
    fn live(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "live");
    }

    #[on_caught_up]
    fn caught_up(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "caught up");
    }

    #[on_notice(stream = "names")]
    fn notice(&mut self, cx: &Context<Self>, notice: Notice) {
        self.log.note(cx, notice);
    }

    #[on_end(stream = "names")]
    fn ended(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "ended");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

/// Repeats a recorded run and compares what it did.
fn assert_repeats(recording: &Recording, live: &Report, dispatches: &str) {
    let log = Log::default();
    let again = Runner::new().replay(recording).add(Mixed { log: log.clone() });
    let again = again.digest_with(Mixed::NAMES, |name| *name).run().unwrap();
    assert_eq!(log.take(), dispatches);
    let again = again.report();
    assert_eq!(again.digest, live.digest);
    assert_eq!(again.dispatched, live.dispatched);
    assert_eq!(again.missed, live.missed);
    assert_eq!(again.now, live.now);
}

fn record(clock: &ManualClock, runner: Runner) -> (Recording, Report, String) {
    let (log, recording) = (Log::default(), Recording::new().keep(Mixed::NAMES));
    let runner = runner.add(Mixed { log: log.clone() }).digest_with(Mixed::NAMES, |name| *name);
    let outcome = lived(clock, runner.record_to(&recording));
    (recording, outcome.report().clone(), log.take())
}

#[test]
fn s50_a_replay_makes_the_same_dispatches() {
    let clock = jumping(10.0);
    let live = Script::new(&clock)
        .stamped(s(10.5), s(9.0), "Sarah")
        .stamped(s(12.0), s(13.0), "Paul")
        .event(s(12.0), "Anna")
        .end(s(15.25));
    let names = Source::past(at(&[(3.0, "early"), (7.0, "Jane"), (9.0, "John")])).then_live(live.source());
    let (recording, report, log) = record(&clock, Runner::new().start(s(5.0)).feed(Mixed::NAMES, names));
    assert_eq!(
        log,
        "start@5, Jane of 7@7, tick missed 0@7, echo Jane live false@7, later Jane@8.5, John of 9@9, \
         tick missed 0@9, echo John live false@9, live@10, caught up@10.000000001, Sarah of 9@10.5, \
         later John@10.5, echo Sarah live true@10.5, tick missed 0@11, Paul of 13@12, later Sarah@12, \
         echo Paul live true@12, Anna of 12@12.000000001, echo Anna live true@12.000000001, tick missed 0@13, \
         later Paul@13.5, later Anna@13.500000001, tick missed 0@15, ended@15.25, stop@15.25"
    );
    assert_repeats(&recording, &report, &log);
    let events = recording.events(Mixed::NAMES);
    assert_eq!((events[2].time, events[2].event_time), (s(10.5), s(9.0)));
    assert_eq!(report.skipped, 1);
}

#[test]
fn s50_ticks_left_out_are_left_out_again() {
    let clock = jumping(0.0);
    let blocking = clock.clone();
    let names = Script::new(&clock).event(s(1.0), "Jane").event(s(11.0), "John").end(s(11.0));
    let runner = Runner::new().feed(Mixed::NAMES, names.source()).sink(Mixed::ECHOES, move |event| {
        if event.value == "Jane" {
            blocking.advance(d(8.5)); // the machine stands still
        }
    });
    let (recording, report, log) = record(&clock, runner);
    assert_eq!(report.missed, 3);
    assert!(log.contains("tick missed 3@8"), "{log}");
    assert_repeats(&recording, &report, &log);
}

#[test]
fn s50_a_stop_is_repeated_at_the_same_dispatch() {
    for stop_at in [0.0, 1.0, 2.0, 2.5, 3.5, 7.0] {
        let clock = jumping(2.0);
        let names =
            Source::past(at(&[(0.0, "Jane"), (1.0, "John")])).then_live(script(&clock, &[(3.0, "Sarah")]));
        let (log, recording) = (Log::default(), Recording::new().keep(Mixed::NAMES));
        let runner = Runner::new().feed(Mixed::NAMES, names).add(Mixed { log: log.clone() });
        let stop = runner.stop_handle();
        let runner = runner.observe(move |dispatch| {
            if dispatch.now >= s(stop_at) {
                stop.stop();
            }
        });
        let runner = runner.digest_with(Mixed::NAMES, |name| *name).record_to(&recording);
        let outcome = lived(&clock, runner.end(s(6.0)));
        let expected = if stop_at < 6.0 { StopReason::Requested } else { StopReason::Finished };
        assert_eq!(outcome.report().reason, expected);
        assert_repeats(&recording, outcome.report(), &log.take());
    }
}

#[test]
fn s50_a_run_that_is_dropped_is_repeated_up_to_there() {
    let clock = ManualClock::new(s(10.0));
    let names = Source::past(at(&[(8.0, "Jane")])).then_live(script(&clock, &[(11.0, "Sarah")]));
    let (log, recording) = (Log::default(), Recording::new().keep(Mixed::NAMES));
    let runner = Runner::new().feed(Mixed::NAMES, names).add(Mixed { log: log.clone() }).clock(clock.clone());
    let mut run = Box::pin(runner.record_to(&recording).run_live());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(run.as_mut().poll(&mut cx).is_pending());
    clock.advance(d(1.2));
    assert!(run.as_mut().poll(&mut cx).is_pending());
    drop(run);
    let live = log.take();
    assert!(live.ends_with("Sarah of 11.2@11.2, echo Sarah live true@11.2"), "{live}");
    Runner::new().replay(&recording).add(Mixed { log: log.clone() }).run().unwrap();
    assert_eq!(log.take(), format!("{live}, stop@11.2"));
}

#[test]
fn s62_a_stream_that_is_not_kept_cannot_be_replayed() {
    let clock = jumping(0.0);
    let recording = Recording::new();
    let runner =
        Runner::new().feed(Mixed::NAMES, script(&clock, &[(1.0, "Jane")])).add(Mixed { log: Log::default() });
    lived(&clock, runner.record_to(&recording));
    let error = Runner::new().replay(&recording).add(Mixed { log: Log::default() }).run().unwrap_err();
    assert!(error.to_string().starts_with("the recording does not keep stream \"names\""), "{error}");
    let unfed: Stream<Name> = Stream::new("other");
    let error = Runner::new().record_to(&Recording::new().keep(unfed)).run().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Graph(_)), "{error}");
}

#[test]
fn s49_the_digest_knows_every_part_of_a_dispatch() {
    let digest = |name: &'static str, second: f64, delay: f64| -> Option<Digest> {
        struct One {
            delay: f64,
        }

        #[strategy]
        impl One {
            #[on_event(stream = "names")]
            fn arrive(&mut self, cx: &Context<Self>, _: Name) {
                cx.after(d(self.delay)).later();
            }

            #[after]
            fn later(&mut self) {}
        }
        let runner = Runner::new().feed(One::NAMES, at(&[(second, name)])).add_as("one", One { delay });
        let outcome = runner.digest_with(One::NAMES, |name| *name).run().unwrap();
        outcome.report().digest
    };
    assert_eq!(digest("Jane", 1.0, 1.0), digest("Jane", 1.0, 1.0));
    let all = [
        digest("Jane", 1.0, 1.0),
        digest("John", 1.0, 1.0),
        digest("Jane", 2.0, 1.0),
        digest("Jane", 1.0, 2.0),
    ];
    for (k, one) in all.iter().enumerate() {
        assert!(!all[..k].contains(one));
    }
    // The same on each machine, in each build: a change of this figure is a change of the format.
    assert_eq!(digest("Jane", 1.0, 1.0).unwrap().to_string(), "43df774a79fab94b1baab54e09d3b1b2");
}

#[test]
fn s49_marks_along_the_way_locate_a_difference() {
    let marks = |last: &'static str| {
        let events = at(&[(1.0, "a"), (2.0, "b"), (3.0, last)]);
        let runner = Runner::new().feed(Mixed::NAMES, events).add(Mixed { log: Log::default() });
        runner.digest_with(Mixed::NAMES, |name| *name).digest_every(1).run().unwrap().digests().to_vec()
    };
    let (one, other) = (marks("c"), marks("d"));
    let first = one.iter().zip(&other).position(|(one, other)| one != other);
    // start, a, echo, b, echo, tick, later a ...
    assert!(first.is_some_and(|first| first > 4), "{first:?}");
}

#[test]
fn the_clock_of_a_live_run_is_where_the_run_is() {
    let clock = jumping(5.0);
    lived(&clock, Runner::new().end(s(8.0)));
    assert_eq!(clock.now(), s(8.0));
}

/// A strategy without hooks of its own, that is told of nothing but the end of the run.
struct Ticker {
    log: Log,
}

#[strategy]
impl Ticker {
    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("stop live {}", cx.is_live()));
    }
}

#[test]
fn s50_a_run_without_sources_is_repeated_until_it_was_stopped() {
    for (stop_after, expected) in
        [(0, "stop live true@0.000000001"), (3, "tick@1, tick@2, tick@3, stop live true@3")]
    {
        let (log, clock, recording) = (Log::default(), ManualClock::new(s(0.0)), Recording::new());
        let runner = Runner::new().add(Ticker { log: log.clone() }).digest().record_to(&recording);
        let stop = runner.stop_handle();
        let mut run = Box::pin(runner.clock(clock.clone()).run_live());
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        // It has caught up, of which nobody is told.
        for time in [0.0, 0.000000001, 1.0, 2.0, 3.0].into_iter().take(stop_after + 2) {
            clock.set(s(time));
            assert!(run.as_mut().poll(&mut cx).is_pending());
        }
        stop.stop();
        let live = futures::executor::block_on(run).unwrap();
        assert_eq!(log.take(), expected);
        let again = Runner::new().replay(&recording).add(Ticker { log: log.clone() }).digest().run().unwrap();
        assert_eq!(log.take(), expected);
        assert_eq!(again.report().digest, live.report().digest);
        assert_eq!(again.report().now, live.report().now);
    }
}

#[test]
fn s50_a_run_stopped_after_the_hooks_of_the_start_is_repeated_with_all_of_them() {
    struct Starts {
        log: Log,
    }

    #[strategy]
    impl Starts {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            self.log.note(cx, "start");
        }
    }

    let (log, clock, recording) = (Log::default(), ManualClock::new(s(5.0)), Recording::new());
    let strategies = |runner: Runner| {
        runner.add(Starts { log: log.clone() }).add(Ticker { log: log.clone() }).digest().end(s(9.0))
    };
    let runner = strategies(Runner::new()).record_to(&recording);
    let stop = runner.stop_handle();
    let mut run = Box::pin(runner.clock(clock).run_live());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(run.as_mut().poll(&mut cx).is_pending());
    stop.stop();
    let live = futures::executor::block_on(run).unwrap();
    let expected = "start@5, stop live true@5";
    assert_eq!(log.take(), expected);
    let again = strategies(Runner::new().replay(&recording)).run().unwrap();
    assert_eq!(log.take(), expected);
    assert_eq!(again.report().digest, live.report().digest);
}

#[test]
fn s50_a_run_that_fails_while_it_opens_is_repeated_with_its_times() {
    for end in [None, Some(s(4.0))] {
        let (clock, recording) = (jumping(10.0), Recording::new().keep(Mixed::NAMES));
        let limited = |runner: Runner| match end {
            Some(end) => runner.end(end),
            None => runner,
        };
        let unordered = Source::past(at(&[(3.0, "Jane"), (2.0, "John")]));
        let runner = limited(Runner::new().start(s(3.5)).feed(Mixed::NAMES, unordered));
        let runner = runner.add(Mixed { log: Log::default() }).clock(clock).record_to(&recording);
        let error = futures::executor::block_on(runner.run_live()).unwrap_err();
        let live = error.into_outcome().unwrap();
        let again = Runner::new().replay(&recording).add(Mixed { log: Log::default() }).run().unwrap();
        assert_eq!((live.report().start, live.report().now), (s(3.5), s(3.5)));
        assert_eq!((again.report().start, again.report().now), (s(3.5), s(3.5)));
    }
}

#[test]
fn s62_a_run_that_fails_before_it_has_a_start_says_where_it_was() {
    let refused = Source::<Name>::connect(async || Err::<Source<Name>, _>("nobody there"));
    let runner = Runner::new().feed(Mixed::NAMES, refused).add(Mixed { log: Log::default() });
    let error = futures::executor::block_on(runner.clock(jumping(10.0)).run_live()).unwrap_err();
    let report = error.into_outcome().unwrap().report().clone();
    assert_eq!((report.start, report.now), (s(10.0), s(10.0)));
}
