//! S41: what waits for a suspended handler, and who else reads it; ticks, settling and the limit.

use asp::prelude::*;
use asp::{ErrorKind, Every};
use std::cell::Cell;
use std::sync::Arc;

use crate::kit::*;

/// A payload that can be cloned and that no two threads may look at, to see that it is never shared.
#[derive(Debug)]
struct Parcel {
    name: Name,
    copies: Arc<std::sync::atomic::AtomicUsize>,
    _not_sync: Cell<u8>,
}

impl Parcel {
    fn new(name: Name) -> Self {
        Parcel { name, copies: Arc::default(), _not_sync: Cell::new(0) }
    }
}

impl Clone for Parcel {
    fn clone(&self) -> Self {
        self.copies.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Parcel { name: self.name, copies: Arc::clone(&self.copies), _not_sync: Cell::new(0) }
    }
}

/// Has its strategy held from a time on, and reads parcels both ways.
struct Reader {
    log: Log,
    name: &'static str,
    nap: f64,
}

#[strategy]
impl Reader {
    #[after("1s")]
    async fn hold(&mut self, cx: &TaskContext<Self>) {
        cx.sleep(d(self.nap)).await;
    }

    #[on_event(stream = "parcels")]
    fn look(&mut self, parcel: &Parcel) {
        self.log.say(format!("{} looks at {}", self.name, parcel.name));
    }

    #[on_event(stream = "parcels")]
    fn take(&mut self, parcel: Event<Parcel>) {
        self.log.say(format!("{} takes {} of {}", self.name, parcel.value.name, seconds(parcel.time)));
    }
}

/// Two strategies that read, held for that long; what they and a sink saw, and how often the parcel was cloned.
fn read(naps: [f64; 2], collects: bool) -> (String, usize, Vec<String>) {
    let log = Log::default();
    let parcel = Parcel::new("p");
    let copies = Arc::clone(&parcel.copies);
    let reader = |k: usize| Reader { log: log.clone(), name: ["A", "B"][k], nap: naps[k] };
    let runner = Runner::new().start(s(0.0)).feed(Reader::PARCELS, [(s(2.0), parcel)]);
    let runner = runner.add_as("a", reader(0)).add_as("b", reader(1));
    let sunk = log.clone();
    let runner =
        runner.sink(Reader::PARCELS, move |event| sunk.add(format!("sink of {}", seconds(event.time))));
    let mut outcome = if collects { runner.collect(Reader::PARCELS) } else { runner }.run().unwrap();
    let collected = if collects { outcome.collected(Reader::PARCELS).unwrap() } else { Vec::new() };
    let collected = collected.iter().map(|event| format!("{} {}", event.value.name, seconds(event.time)));
    (log.take(), copies.load(std::sync::atomic::Ordering::Relaxed), collected.collect())
}

#[test]
fn s41_an_event_is_kept_until_its_last_waiting_reader_has_had_it() {
    let cases = [
        ([0.5, 0.5], "A looks at p@2, A takes p of 2@2, B looks at p@2, B takes p of 2@2, sink of 2", 2),
        ([5.0, 0.5], "B looks at p@2, B takes p of 2@2, sink of 2, A looks at p@6, A takes p of 2@6", 1),
        ([0.5, 5.0], "A looks at p@2, A takes p of 2@2, sink of 2, B looks at p@6, B takes p of 2@6", 1),
        ([4.0, 5.0], "sink of 2, A looks at p@5, A takes p of 2@5, B looks at p@6, B takes p of 2@6", 1),
        ([5.0, 4.0], "sink of 2, B looks at p@5, B takes p of 2@5, A looks at p@6, A takes p of 2@6", 1),
    ];
    for (naps, expected, copies) in cases {
        let (log, copied, _) = read(naps, false);
        assert_eq!(log, expected);
        // Readers by value clone it, but for the one that waits longest, who takes it out.
        assert_eq!(copied, copies, "{naps:?}");
        let (log, _, collected) = read(naps, true);
        assert_eq!((log.as_str(), collected), (expected, vec!["p 2".to_owned()]));
    }
}

#[test]
fn s41_a_sole_reader_that_waits_takes_the_event_out() {
    struct Only(Log);
    #[strategy]
    impl Only {
        #[on_event(stream = "parcels")]
        async fn take(&mut self, cx: &TaskContext<Self>, parcel: Parcel) {
            cx.sleep(d(3.0)).await;
            self.0.say(parcel.name);
        }
    }
    let log = Log::default();
    let parcels = ["p", "q", "r"].map(Parcel::new);
    let copies: Vec<_> = parcels.iter().map(|parcel| Arc::clone(&parcel.copies)).collect();
    let times = [0.0, 1.0, 1.0].map(s);
    Runner::new().feed(Only::PARCELS, times.into_iter().zip(parcels)).add(Only(log.clone())).run().unwrap();
    assert_eq!(log.take(), "p@3, q@6, r@9");
    assert!(copies.iter().all(|copies| copies.load(std::sync::atomic::Ordering::Relaxed) == 0));
}

#[test]
fn s41_emissions_to_a_held_strategy_wait() {
    struct Maker(Log);
    #[strategy(emits(made: Name))]
    impl Maker {
        #[on_event(stream = "orders")]
        async fn make(&mut self, cx: &TaskContext<Self>, order: Name) {
            cx.emit(Self::MADE, "half");
            cx.sleep(d(1.0)).await;
            cx.emit(Self::MADE, order);
        }

        #[on_event(stream = "made")]
        fn own(&mut self, cx: &Context<Self>, what: Name) {
            self.0.note(cx, format!("maker has {what} of {}", seconds(cx.event_time())));
        }
    }
    struct Buyer(Log);
    #[strategy]
    impl Buyer {
        #[on_event(stream = "made")]
        async fn buy(&mut self, cx: &TaskContext<Self>, what: Name) {
            self.0.say(format!("buyer has {what} of {}", seconds(cx.event_time())));
            cx.sleep(d(1.5)).await;
        }
    }
    let log = Log::default();
    let runner = Runner::new().feed(Maker::ORDERS, at(&[(0.0, "x"), (0.0, "y")])).collect(Maker::MADE);
    let mut outcome = runner.add(Maker(log.clone())).add(Buyer(log.clone())).run().unwrap();
    assert_eq!(
        log.take(),
        "buyer has half of 0@0, buyer has x of 1@1.5, maker has half of 0@2, maker has x of 1@2, \
         maker has half of 1@2, maker has y of 2@2, buyer has half of 1@3, buyer has y of 2@4.5"
    );
    let made = outcome.collected(Maker::MADE).unwrap();
    let made: Vec<_> = made.iter().map(|event| (event.value, seconds(event.time))).collect();
    let expected = [("half", "0"), ("x", "1"), ("half", "1"), ("y", "2")];
    assert_eq!(made, expected.map(|(what, time)| (what, time.to_owned())));
}

#[test]
fn s41_what_waits_when_the_run_ends_was_collected_all_the_same() {
    let log = Log::default();
    let sunk = log.clone();
    let parcels = [1.5, 2.5].map(|time| (s(time), Parcel::new("p")));
    let runner =
        Runner::new().start(s(0.0)).feed(Reader::PARCELS, parcels).collect(Reader::PARCELS).end(s(4.0));
    let runner =
        runner.sink(Reader::PARCELS, move |event| sunk.add(format!("sink of {}", seconds(event.time))));
    let reader = Reader { log: log.clone(), name: "A", nap: 9.0 };
    let mut outcome = runner.add(reader).run().unwrap();
    assert_eq!(log.take(), "sink of 1.5, sink of 2.5");
    let collected = outcome.collected(Reader::PARCELS).unwrap();
    assert_eq!(collected.iter().map(|event| event.time).collect::<Vec<_>>(), [s(1.5), s(2.5)]);
}

#[test]
fn s41_async_handlers_of_a_fanned_out_stream_wait_each_for_its_own() {
    struct Pair(Log, Name);
    #[strategy]
    impl Pair {
        #[on_event(stream = "names")]
        async fn first(&mut self, cx: &TaskContext<Self>, name: Name) {
            cx.sleep(d(1.0)).await;
            self.0.say(format!("{} first {name}", self.1));
        }

        #[on_event(stream = "names")]
        async fn second(&mut self, cx: &TaskContext<Self>, name: Name) {
            cx.sleep(d(1.0)).await;
            self.0.say(format!("{} second {name}", self.1));
        }
    }
    let log = Log::default();
    let runner = Runner::new().feed(Pair::NAMES, at(&[(0.0, "Jane"), (0.5, "John")]));
    runner.add_as("p", Pair(log.clone(), "p")).add_as("q", Pair(log.clone(), "q")).run().unwrap();
    assert_eq!(
        log.take(),
        "p first Jane@1, q first Jane@1, p second Jane@2, q second Jane@2, p first John@3, q first John@3, \
         p second John@4, q second John@4"
    );
}

/// A timer that skips, behind a handler that has the strategy.
struct Skips {
    log: Log,
    timer: &'static str,
}

#[strategy]
impl Skips {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        match self.timer {
            "skip" => cx.every(Every::new(d(1.0)).skip_missed()).tick(),
            "times" => cx.every(Every::new(d(1.0)).skip_missed().times(4)).tick(),
            _ => cx.every(d(1.0)).tick(),
        };
    }

    #[on_event(stream = "naps")]
    async fn nap(&mut self, cx: &TaskContext<Self>, nap: f64) {
        cx.sleep(d(nap)).await;
        self.log.say("woke");
    }

    #[after]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("tick {} missed {}", seconds(cx.due()), cx.missed()));
    }
}

#[test]
fn s26_s41_ticks_behind_a_backlog_are_skipped_by_virtual_time() {
    let cases = [
        ("skip", "tick 1 missed 0@1, woke@5, tick 5 missed 3@5, tick 6 missed 0@6", 3),
        ("times", "tick 1 missed 0@1, woke@5, tick 4 missed 2@5", 2),
        (
            "all",
            "tick 1 missed 0@1, woke@5, tick 2 missed 0@5, tick 3 missed 0@5, tick 4 missed 0@5, tick 5 missed 0@5, \
             tick 6 missed 0@6",
            0,
        ),
    ];
    for (timer, expected, missed) in cases {
        let log = Log::default();
        let runner = Runner::new().start(s(0.0)).feed(Skips::NAPS, at(&[(1.5, 3.5)])).end(s(7.0));
        let outcome = runner.add(Skips { log: log.clone(), timer }).run().unwrap();
        assert_eq!(log.take(), expected, "{timer}");
        assert_eq!(outcome.report().missed, missed, "{timer}");
    }
}

#[test]
fn s26_s41_a_waiting_tick_counts_as_late_only_if_its_next_is_due() {
    // Free again at 2.5: tick 2 waited, tick 3 is yet to come.
    let log = Log::default();
    let runner = Runner::new().start(s(0.0)).feed(Skips::NAPS, at(&[(1.5, 1.0)])).end(s(4.0));
    let outcome = runner.add(Skips { log: log.clone(), timer: "skip" }).run().unwrap();
    assert_eq!(log.take(), "tick 1 missed 0@1, woke@2.5, tick 2 missed 0@2.5, tick 3 missed 0@3");
    assert_eq!(outcome.report().missed, 0);
}

#[test]
fn s26_s41_skips_behind_a_backlog_need_no_record() {
    let clock = jumping(3.0);
    let (log, recording) = (Log::default(), Recording::new().keep(Skips::NAPS));
    let naps = Source::past(at(&[(0.5, 1.7)])).then_live(script(&clock, &[(4.5, 2.8), (9.0, 0.0)]));
    let runner = Runner::new().start(s(0.0)).feed(Skips::NAPS, naps).digest();
    let runner = runner.add(Skips { log: log.clone(), timer: "skip" }).record_to(&recording);
    let live = lived(&clock, runner);
    let expected = "woke@2.2, tick 2 missed 1@2.2, tick 3 missed 0@3, tick 4 missed 0@4, woke@7.3, \
                    tick 7 missed 2@7.3, tick 8 missed 0@8, woke@9, tick 9 missed 0@9";
    assert_eq!(log.take(), expected);
    let again = Runner::new().replay(&recording).digest();
    let again = again.add(Skips { log: log.clone(), timer: "skip" }).run().unwrap();
    assert_eq!(log.take(), expected);
    assert_eq!(again.report().digest, live.report().digest);
    assert_eq!((live.report().missed, again.report().missed), (3, 3));
}

/// Settles after its events.
struct Settles {
    log: Log,
}

#[strategy]
impl Settles {
    #[on_event(stream = "naps")]
    async fn nap(&mut self, cx: &TaskContext<Self>, nap: f64) {
        self.log.say("nap");
        cx.sleep(d(nap)).await;
        self.log.say("woke");
    }

    #[on_event(stream = "names")]
    fn name(&mut self, name: Name) {
        self.log.say(name);
    }

    #[on_settled]
    fn settled(&mut self) {
        self.log.say("settled");
    }
}

#[test]
fn s41_s60_a_suspended_strategy_settles_when_it_is_free_again() {
    let log = Log::default();
    let runner = Runner::new()
        .feed(Settles::NAPS, at(&[(0.0, 0.0), (1.0, 3.0), (2.0, 1.0)]))
        .feed(Settles::NAMES, at(&[(2.5, "Jane"), (6.0, "John")]));
    runner.add(Settles { log: log.clone() }).run().unwrap();
    assert_eq!(
        log.take(),
        "nap@0, woke@0, settled@0, nap@1, woke@4, nap@4, woke@5, Jane@5, settled@5, John@6, settled@6"
    );
}

/// Sleeps for ever while ticks and events come.
struct Flooded;

#[strategy]
impl Flooded {
    #[on_event(stream = "start")]
    async fn first(&mut self, cx: &TaskContext<Self>, ticks: bool) {
        if ticks {
            cx.every(Duration::from_nanos(1)).tick();
        }
        cx.sleep(d(1.0)).await;
    }

    #[on_event(stream = "counts")]
    fn count(&mut self, _: u32) {}

    #[after]
    fn tick(&mut self) {}
}

#[test]
fn s41_too_long_a_backlog_stops_the_run_and_names_the_suspended_handler() {
    let limit = 1_048_576;
    for (ticks, events) in [(true, 0), (false, limit + 1)] {
        let counts = (0..events).map(|k: u32| (Timestamp::from_nanos(2 + i64::from(k)), k));
        let runner = Runner::new().feed(Flooded::START, [(s(0.0), ticks)]).feed(Flooded::COUNTS, counts);
        let error = runner.add(Flooded).run().unwrap_err();
        let ErrorKind::Backlog { strategy, method, limit: given } = error.kind() else { panic!("{error}") };
        assert_eq!((strategy.as_str(), method.as_str(), *given), ("Flooded", "first", limit as usize));
        assert_eq!(
            error.to_string(),
            "more than 1048576 items of Flooded wait for its handler `first` to end; let it wait less, or write it \
             with `this: Shared<Self>` so that others go on"
        );
        assert_eq!(error.into_outcome().unwrap().report().dispatched.events, 1);
    }
    let counts = (0..limit).map(|k: u32| (Timestamp::from_nanos(2 + i64::from(k)), k));
    let runner = Runner::new().feed(Flooded::START, [(s(0.0), false)]).feed(Flooded::COUNTS, counts);
    assert_eq!(runner.add(Flooded).run().unwrap().report().dispatched.events, u64::from(limit) + 1);
}

#[test]
fn s12_s41_what_waits_at_the_end_is_pending() {
    // A suspended handler, two events, a call and no tick, which is never counted.
    let log = Log::default();
    let runner = Runner::new()
        .feed(Settles::NAPS, at(&[(0.0, 9.0), (1.0, 1.0)]))
        .feed(Settles::NAMES, at(&[(2.0, "Jane")]))
        .end(s(5.0));
    let outcome = runner.add(Settles { log: log.clone() }).run().unwrap();
    assert_eq!(log.take(), "nap@0");
    assert_eq!((outcome.report().pending, outcome.report().now), (3, s(5.0)));
}
