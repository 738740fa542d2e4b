//! S57: sources that handlers open while the run goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use asp::prelude::*;
use asp::{ErrorKind, Recording, Request, Stream};

use crate::kit::*;

/// What a test has the feeder do when an event of "names" comes.
type Act = fn(&Context<Feeder>, Name);

/// Feeds "extra", and says what comes of it.
struct Feeder {
    log: Log,
    act: Act,
}

#[strategy(emits(echoes: Name))]
impl Feeder {
    #[on_event(stream = "names")]
    fn name(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
        (self.act)(cx, name);
    }

    #[on_event(stream = "extra")]
    fn extra(&mut self, cx: &Context<Self>, number: Event<u32>) {
        self.log.note(cx, format!("{} of {}", number.value, seconds(number.time)));
        cx.after(d(0.0)).soon();
    }

    #[on_event(stream = "echoes")]
    fn echo(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("echo {name}"));
    }

    #[after]
    fn soon(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "soon");
    }

    #[on_end(stream = "extra")]
    fn ended(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "ended");
    }
}

const NO_ACT: Act = |_, _| {};

fn runner(events: &[(f64, Name)], act: Act) -> (Log, Runner) {
    let log = Log::default();
    let runner = Runner::new().start(s(0.0)).feed(Feeder::NAMES, at(events)).opens(Feeder::EXTRA);
    (log.clone(), runner.add(Feeder { log, act }))
}

fn run(events: &[(f64, Name)], act: Act) -> (String, asp::Outcome) {
    let (log, runner) = runner(events, act);
    let outcome = runner.run().unwrap();
    (log.take(), outcome)
}

#[test]
fn s57_events_up_to_now_come_in_the_next_round_and_later_ones_at_their_time() {
    let (log, outcome) = run(&[(5.0, "x"), (5.0, "y"), (6.0, "z"), (7.0, "w")], |cx, name| {
        if name == "x" {
            cx.emit(Feeder::ECHOES, name);
            cx.after(d(0.0)).soon();
            cx.feed(Feeder::EXTRA, at(&[(-1.0, 0), (1.0, 1), (3.0, 2), (5.0, 3), (6.0, 4), (6.5, 5)]));
        }
    });
    let at_5 = "x@5, y@5, 1 of 1@5, 2 of 3@5, 3 of 5@5, echo x@5, soon@5, soon@5, soon@5, soon@5";
    assert_eq!(log, format!("{at_5}, z@6, 4 of 6@6, soon@6, 5 of 6.5@6.5, soon@6.5, ended@6.5, w@7"));
    let report = outcome.report();
    assert_eq!((report.clamped, report.skipped, report.pending), (3, 1, 0));
}

#[test]
fn s57_a_source_of_millions_of_late_events_is_read_in_batches() {
    struct Counts {
        pulled: Arc<AtomicU32>,
        delivered: u32,
        most: u32,
    }

    #[strategy]
    impl Counts {
        #[on_event(stream = "names")]
        fn name(&mut self, cx: &Context<Self>, _: Name) {
            let pulled = Arc::clone(&self.pulled);
            let late = (0..1_000_000u32).map(|k| (s(f64::from(k) * 1e-6), k));
            cx.feed(Feeder::EXTRA, late.inspect(move |_| _ = pulled.fetch_add(1, Ordering::Relaxed)));
        }

        #[on_event(stream = "extra")]
        fn extra(&mut self, number: u32) {
            assert_eq!(number, self.delivered);
            self.delivered += 1;
            self.most = self.most.max(self.pulled.load(Ordering::Relaxed) - self.delivered);
        }
    }

    let counts = Counts { pulled: Arc::default(), delivered: 0, most: 0 };
    let runner = Runner::new().start(s(0.0)).feed(Feeder::NAMES, at(&[(5.0, "x")])).opens(Feeder::EXTRA);
    let mut outcome = runner.add(counts).run().unwrap();
    let Counts { delivered, most, .. } = outcome.take().unwrap();
    assert_eq!((delivered, outcome.report().clamped), (1_000_000, 1_000_000));
    assert!(most < 600, "{most} events were pulled and not delivered: a batch has at most 4 KiB");
}

#[test]
fn s54_an_announced_stream_has_no_end_until_it_is_fed_and_one_with_each_source() {
    let (log, _) = run(&[(1.0, "x"), (5.0, "y"), (9.0, "z")], |cx, name| match name {
        "x" => cx.feed(Feeder::EXTRA, at(&[(2.0, 1)])),
        "y" => cx.feed(Feeder::EXTRA, at(&[(6.0, 2), (7.0, 3)])),
        _ => cx.feed(Feeder::EXTRA, at(&[])),
    });
    let first = "x@1, 1 of 2@2, soon@2, ended@2, y@5, 2 of 6@6, soon@6, 3 of 7@7, soon@7, ended@7";
    assert_eq!(log, format!("{first}, z@9, ended@9"));
    assert_eq!(run(&[(1.0, "x")], NO_ACT).0, "x@1", "and none without");
}

#[test]
fn s57_a_stream_whose_source_has_ended_goes_on() {
    let log = Log::default();
    let act: Act = |cx, name| {
        if name == "y" {
            cx.feed(Feeder::EXTRA, at(&[(4.0, 2)]));
        }
    };
    let runner = Runner::new().feed(Feeder::EXTRA, at(&[(0.0, 1)])).feed(Feeder::NAMES, at(&[(3.0, "y")]));
    runner.add(Feeder { log: log.clone(), act }).run().unwrap();
    assert_eq!(log.take(), "1 of 0@0, soon@0, ended@0, y@3, 2 of 4@4, soon@4, ended@4");
}

#[test]
fn s57_a_source_opened_in_on_start_begins_with_the_run() {
    struct Opens;

    #[strategy]
    impl Opens {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            cx.feed(Feeder::EXTRA, at(&[(-1.0, 0), (0.0, 1), (1.0, 2)]));
            cx.spawn(Opened);
        }
    }

    struct Opened;

    #[strategy]
    impl Opened {
        #[on_event(stream = "extra")]
        fn extra(&mut self, _number: u32) {}

        #[every("1s", immediate)]
        fn tick(&mut self) {}
    }

    let runner = Runner::new().start(s(0.0)).opens(Feeder::EXTRA).add(Opens);
    let calls = "Opens.start@0#0, Opened.extra@0#0, Opened.tick@0#0, Opened.extra@1#0, Opened.tick@1#0";
    assert_eq!(observed(runner), calls);
}

#[test]
fn s57_a_fault_of_the_source_takes_effect_after_the_dispatch_that_opened_it() {
    let (log, runner) = runner(&[(1.0, "x"), (1.0, "y")], |cx, _| {
        cx.emit(Feeder::ECHOES, "never");
        cx.feed(Feeder::EXTRA, [Err::<(Timestamp, u32), _>("no such file")]);
    });
    let error = runner.run().unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Source { stream, index: 0, .. } if stream == "extra"),
        "{error}"
    );
    assert_eq!(log.take(), "x@1");
}

#[test]
fn s57_a_late_source_that_goes_back_in_time_stops_the_run_there() {
    let (log, runner) = runner(&[(5.0, "x")], |cx, _| {
        cx.feed(Feeder::EXTRA, at(&[(1.0, 1), (3.0, 2), (2.0, 3)]));
    });
    let error = runner.run().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unordered { index: 2, .. }), "{error}");
    assert_eq!(log.take(), "x@5, 1 of 1@5, 2 of 3@5");
}

fn refused(act: Act) -> String {
    let (_, runner) = runner(&[(1.0, "x")], act);
    let error = runner.run().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }));
    error.to_string()
}

#[test]
fn s57_what_cannot_be_fed_stops_the_run_with_the_remedy() {
    assert_eq!(
        refused(|cx, _| cx.feed(Stream::<u32>::new("extar"), at(&[(1.0, 1)]))),
        "Feeder::name: it feeds stream \"extar\", which was not announced; a stream with a similar name was: \"extra\""
    );
    assert_eq!(
        refused(|cx, _| cx.feed(Stream::<u32>::new("prices"), at(&[(1.0, 1)]))),
        "Feeder::name: it feeds stream \"prices\", which was not announced; add `.opens(stream)` to the runner"
    );
    assert_eq!(
        refused(|cx, _| {
            cx.feed(Feeder::EXTRA, at(&[(2.0, 1)]));
            cx.feed(Feeder::EXTRA, at(&[(2.0, 1)]));
        }),
        "Feeder::name: it feeds stream \"extra\", whose source has not ended; wait for its end with `#[on_end]`, or \
         join the sources with `Source::merge([a, b])`"
    );
    assert_eq!(
        refused(|cx, _| cx.feed(Feeder::EXTRA, Source::live(futures::stream::pending::<u32>()))),
        "Feeder::name: it feeds stream \"extra\" from a live source; use `.run_live().await`, or in a replay keep the \
         stream in the recording"
    );
    assert_eq!(
        refused(|cx, _| cx.feed(Stream::<&str>::new("extra"), at(&[(2.0, "x")]))),
        "Feeder::name: it feeds stream \"extra\" with &str, which carries another type; use the generated constant of \
         the stream"
    );
}

#[test]
fn s57_after_a_source_that_cannot_be_opened_nothing_is_dispatched() {
    let (log, runner) = runner(&[(1.0, "x"), (1.0, "y"), (2.0, "z")], |cx, _| {
        cx.feed(Feeder::EXTRA, at(&[(2.0, 1)]));
        cx.feed(Feeder::EXTRA, at(&[(2.0, 1)]));
        cx.emit(Feeder::ECHOES, "never");
    });
    assert!(runner.run().is_err());
    assert_eq!(log.take(), "x@1");
}

#[test]
fn s57_the_error_for_a_stream_that_is_not_announced_has_its_name() {
    let (_, runner) = runner(&[(1.0, "x")], |cx, _| cx.feed(Stream::<u32>::new("b"), at(&[(1.0, 1)])));
    let stream = failed_with(runner, |kind| match kind {
        ErrorKind::Refused { request: Request::NotOpened { stream, .. }, .. } => Some(stream.clone()),
        _ => None,
    });
    assert_eq!(stream, "b");
}

/// Feeds "extra" live, from a source that a test gives it.
struct LiveFeeder {
    log: Log,
    source: Option<Source<u32>>,
}

#[strategy]
impl LiveFeeder {
    #[on_event(stream = "names")]
    fn name(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
        if let (true, Some(source)) = (name == "x", self.source.take()) {
            cx.feed(Feeder::EXTRA, source);
        }
    }

    #[on_event(stream = "extra")]
    fn extra(&mut self, cx: &Context<Self>, number: Event<u32>) {
        self.log.note(cx, format!("{} of {}", number.value, seconds(number.time)));
    }

    #[on_end(stream = "extra")]
    fn ended(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "ended");
    }
}

/// Runs live, hand-over at 10; what was said, and what a replay of the recording says.
fn live(
    names: impl FnOnce(&asp::ManualClock) -> Source<Name>,
    source: impl FnOnce(&asp::ManualClock) -> Source<u32>,
) -> (String, String) {
    let (log, clock) = (Log::default(), jumping(10.0));
    let recording = Recording::new().keep(LiveFeeder::NAMES).keep(LiveFeeder::EXTRA);
    let feeder = LiveFeeder { log: log.clone(), source: Some(source(&clock)) };
    let runner = Runner::new().start(s(0.0)).end(s(30.0)).feed(LiveFeeder::NAMES, names(&clock));
    let runner = runner.opens(LiveFeeder::EXTRA).add(feeder).digest();
    let digest = lived(&clock, runner.record_to(&recording)).report().digest;
    let lived = log.take();
    let feeder = LiveFeeder { log: log.clone(), source: Some(Source::live(futures::stream::pending())) };
    let replay = Runner::new().opens(LiveFeeder::EXTRA).replay(&recording).add(feeder).digest();
    assert_eq!(replay.run().unwrap().report().digest, digest);
    (lived, log.take())
}

#[test]
fn s57_a_live_source_is_opened_in_the_live_phase() {
    let (lived, replayed) = live(
        |clock| script(clock, &[(12.0, "x"), (15.0, "y")]),
        |clock| script(clock, &[(11.0, 1), (13.0, 2), (14.0, 3)]),
    );
    assert_eq!(lived, "x@12, 1 of 12@12.000000001, 2 of 13@13, 3 of 14@14, ended@14.000000001, y@15");
    assert_eq!(replayed, lived);
}

#[test]
fn s57_time_stands_still_in_the_virtual_phase_until_the_source_is_ready() {
    let (lived, replayed) = live(
        |clock| Source::past(at(&[(1.0, "x"), (2.0, "y")])).then_live(script_stream(clock, 12.0, "z")),
        |clock| {
            let (clock, waits) = (clock.clone(), clock.clone());
            Source::connect(async move || {
                waits.sleep_until(s(11.0)).await;
                Ok::<_, String>(futures::stream::empty())
            })
            .history(async move |_| {
                clock.sleep_until(s(11.5)).await;
                Ok::<_, String>(at(&[(0.5, 1), (1.5, 2)]))
            })
        },
    );
    assert_eq!(lived, "x@1, 1 of 0.5@1, 2 of 1.5@1.5, y@2, ended@11, z@12");
    assert_eq!(replayed, lived);
}

/// A live stream with one event, as `then_live` takes it.
fn script_stream(
    clock: &asp::ManualClock,
    time: f64,
    value: Name,
) -> impl futures::Stream<Item = Name> + Send + use<> {
    let clock = clock.clone();
    futures::stream::once(async move {
        clock.sleep_until(s(time)).await;
        value
    })
}

#[test]
fn s57_history_of_a_source_opened_in_the_live_phase_comes_when_it_is_ready() {
    let (lived, replayed) = live(
        |clock| script(clock, &[(12.0, "x"), (12.5, "y"), (20.0, "z")]),
        |clock| {
            let clock = clock.clone();
            Source::connect(async || Ok::<_, String>(futures::stream::pending())).history(async move |_| {
                clock.sleep_until(s(14.0)).await;
                Ok::<_, String>(at(&[(3.0, 1), (4.0, 2)]))
            })
        },
    );
    assert_eq!(lived, "x@12, y@12.5, 1 of 3@14, 2 of 4@14, z@20");
    assert_eq!(replayed, lived);
}

#[test]
fn s57_a_past_source_in_the_live_phase_waits_for_the_clock() {
    let (lived, replayed) = live(
        |clock| script(clock, &[(12.0, "x"), (15.0, "y")]),
        |_| Source::past(at(&[(11.0, 1), (13.5, 2)])),
    );
    assert_eq!(lived, "x@12, 1 of 11@12, 2 of 13.5@13.5, ended@13.5, y@15");
    assert_eq!(replayed, lived);
}

#[test]
fn s57_what_is_opened_again_is_recorded_part_by_part() {
    let log = Log::default();
    let act: Act = |cx, name| match name {
        "x" => cx.feed(Feeder::EXTRA, at(&[(0.5, 1), (2.0, 2)])),
        _ => cx.feed(Feeder::EXTRA, at(&[(0.5, 3), (6.0, 4)])),
    };
    let recording = Recording::new().keep(Feeder::NAMES).keep(Feeder::EXTRA);
    let (first, runner) = runner(&[(1.0, "x"), (5.0, "y")], act);
    let digest = runner.record_to(&recording).digest().run().unwrap().report().digest;
    let feeder = Feeder { log: log.clone(), act };
    let replay = Runner::new().opens(Feeder::EXTRA).replay(&recording).add(feeder).digest().run().unwrap();
    let first = first.take();
    assert!(first.contains("y@5, 3 of 0.5@5"), "{first}");
    assert_eq!((log.take(), replay.report().digest), (first, digest));
}

#[test]
fn s57_what_came_late_and_a_source_without_events_are_repeated() {
    let act: Act = |cx, name| match name {
        "x" => cx.feed(Feeder::EXTRA, Source::past(Vec::<(Timestamp, u32)>::new())),
        _ => cx.feed(Feeder::EXTRA, at(&[(0.5, 3), (5.0, 4)])),
    };
    let (log, recording) = (Log::default(), Recording::new().keep(Feeder::NAMES).keep(Feeder::EXTRA));
    let (first, runner) = runner(&[(1.0, "x"), (5.0, "y")], act);
    let outcome = runner.record_to(&recording).digest().run().unwrap();
    let replay = Runner::new().opens(Feeder::EXTRA).replay(&recording).add(Feeder { log: log.clone(), act });
    let replay = replay.digest().run().unwrap();
    assert_eq!((outcome.report().clamped, replay.report().clamped), (2, 2));
    assert_eq!((log.take(), replay.report().digest), (first.take(), outcome.report().digest));
}

#[test]
fn s54_the_end_of_an_empty_source_that_is_opened_in_on_start_joins_the_next_round() {
    struct Opens;

    #[strategy]
    impl Opens {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            cx.feed(Feeder::EXTRA, at(&[]));
        }

        #[on_end(stream = Feeder::EXTRA)]
        fn ended(&mut self) {}

        #[every("1s", immediate)]
        fn tick(&mut self) {}
    }

    let runner = Runner::new().start(s(0.0)).opens(Feeder::EXTRA).collect(Feeder::EXTRA).add(Opens);
    assert_eq!(observed(runner), "Opens.start@0#0, Opens.tick@0#0, Opens.ended@0#1");
}
