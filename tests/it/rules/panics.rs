//! S44: a handler that panics.

use asp::prelude::*;
use asp::{ErrorKind, OnError, Reason};

use crate::kit::*;

/// Panics wherever its field says.
#[derive(Default)]
struct Bomb {
    log: Log,
    name: &'static str,
    at: &'static str,
    seen: u32,
}

impl Bomb {
    fn visit(&mut self, place: &'static str) {
        self.seen += 1;
        self.log.add(format!("{}.{place}", self.name));
        assert!(self.at != place, "no {place} today");
    }
}

#[strategy(emits(out: u32))]
impl Bomb {
    #[on_start]
    fn start(&mut self) {
        self.visit("start");
    }

    #[on_event(stream = "x")]
    fn value(&mut self, cx: &Context<Self>, n: u32) {
        self.visit("value");
        cx.emit(Self::OUT, n);
        cx.after(d(0.25)).call();
    }

    #[on_event(stream = "out")]
    fn reference(&mut self, _: &u32) {
        self.visit("reference");
    }

    #[after]
    fn call(&mut self) {
        self.visit("call");
    }

    #[every("100ms", immediate)]
    fn tick(&mut self) {
        self.visit("tick");
    }

    #[on_settled]
    fn settled(&mut self) {
        self.visit("settled");
    }

    #[on_end(stream = "x")]
    fn end(&mut self) {
        self.visit("end");
    }

    #[on_stop]
    fn stop(&mut self) {
        self.visit("stop");
    }
}

fn bombs(place: &'static str) -> (Log, Runner) {
    let log = Log::default();
    let bomb = |name, at| Bomb { log: log.clone(), name, at, seen: 0 };
    let runner = Runner::new()
        .feed(Bomb::X, at(&[(1.0, 1), (2.0, 2)]))
        .add_as("o", bomb("o", ""))
        .add_as("p", bomb("p", place))
        .add_as("q", bomb("q", ""));
    (log, runner)
}

const PLACES: [&str; 8] = ["start", "value", "reference", "call", "tick", "settled", "end", "stop"];

#[test]
fn s44_a_panic_in_any_handler_stops_the_run_with_a_report() {
    for place in PLACES {
        let (log, runner) = bombs(place);
        let error = runner.run().unwrap_err();
        let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
        assert_eq!((failure.strategy.as_str(), failure.method.as_str()), ("p", place));
        assert!(matches!(&failure.reason, Reason::Panic(text) if *text == format!("no {place} today")));
        let stream = match place {
            "value" => Some("x"),
            "reference" => Some("out"),
            _ => None,
        };
        assert_eq!(failure.stream.as_deref(), stream);
        let log = log.take();
        let after = log.rsplit_once(&format!("p.{place}")).unwrap().1;
        // It is never called again; the others get their `on_stop` (if it started), and nothing else.
        let expected = match place {
            "start" => ", o.stop",
            "stop" => ", q.stop",
            _ => ", o.stop, q.stop",
        };
        assert_eq!(after, expected, "after a panic in {place}");
    }
}

#[test]
fn s44_the_strategy_is_handed_back_marked() {
    for place in PLACES {
        let (log, runner) = bombs(place);
        let mut outcome = runner.run().unwrap_err().into_outcome().unwrap();
        assert_eq!(["o", "p", "q"].map(|name| outcome.panicked(name)), [false, true, false]);
        let seen = outcome.take_named::<Bomb>("p").unwrap().seen;
        let visits = log.take().split(", ").filter(|note| note.starts_with("p.")).count();
        assert_eq!(seen as usize, visits, "as the panic left it");
        assert_eq!(outcome.take_all::<Bomb>().len(), 2);
    }
}

#[test]
fn s44_a_panic_is_never_passed_over() {
    let (_, runner) = bombs("call");
    assert!(runner.on_error(OnError::Continue).run().is_err());
}

#[test]
fn s44_a_burst_of_one_reader_names_the_event() {
    let bomb = Bomb { at: "value", ..Bomb::default() };
    let log = bomb.log.clone();
    let runner = Runner::new().feed(Bomb::X, at(&[(0.5, 0), (1.0, 1), (2.0, 2)])).add(bomb).start(s(1.0));
    let found = failed_with(runner, |kind| match kind {
        ErrorKind::Handler(failure) => {
            Some((failure.stream.clone(), failure.index, failure.now, failure.event_time))
        }
        _ => None,
    });
    assert_eq!(found, (Some("x".to_owned()), Some(1), s(1.0), s(1.0)));
    assert_eq!(log.take(), ".start, .value");
}

/// A payload that panics when it is dropped.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[derive(Default)]
struct Drops {
    log: Log,
}

#[strategy]
impl Drops {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, _: u8) {
        self.log.note(cx, "x");
        cx.after(d(1.0)).catch(Grenade);
    }

    #[after]
    fn catch(&mut self, cx: &Context<Self>, grenade: Grenade) {
        self.log.note(cx, "catch");
        drop(grenade);
    }
}

#[derive(Default)]
struct Holds {
    log: Log,
}

#[strategy]
impl Holds {
    #[on_event(stream = "grenades")]
    fn look(&mut self, cx: &Context<Self>, _: &Grenade) {
        self.log.note(cx, "look");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

#[test]
fn s44_a_panic_in_the_drop_of_a_payload_is_one_of_its_handler() {
    let drops = Drops::default();
    let log = drops.log.clone();
    let other = Holds { log: log.clone() };
    let runner = Runner::new().feed(Drops::X, at(&[(1.0, 0)])).add(drops).opens(Holds::GRENADES).add(other);
    let error = runner.run().unwrap_err();
    let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
    assert_eq!((failure.strategy.as_str(), failure.method.as_str()), ("Drops", "catch"));
    assert_eq!(log.take(), "x@1, catch@2, stop@2");
    assert!(error.into_outcome().unwrap().panicked("Drops"));
}

#[test]
fn s44_a_payload_that_panics_after_its_last_reader_does_not_get_out() {
    let holds = Holds::default();
    let log = holds.log.clone();
    let source = Source::past([(s(1.0), ())].into_iter().map(|(time, ())| (time, Grenade)));
    let run = std::panic::AssertUnwindSafe(|| {
        Runner::new().feed(Holds::GRENADES, source).add(holds).run().is_err()
    });
    assert_eq!(std::panic::catch_unwind(run).ok(), Some(true), "`run` reports it, it does not unwind");
    assert!(log.take().starts_with("look@1"));
}

#[derive(Default)]
struct Counter(u32);

#[strategy]
impl Counter {
    #[on_event(stream = "counts")]
    fn count(&mut self, _: u32) {
        self.0 += 1;
        assert!(self.0 < 4, "too many");
    }
}

#[test]
fn s48_the_event_of_a_panic_is_counted_and_those_before_it() {
    let counts = (0..9).map(|n| (Timestamp::from_secs(i64::from(n)), n));
    let error = Runner::new().feed(Counter::COUNTS, counts).add(Counter::default()).run().unwrap_err();
    assert_eq!(error.into_outcome().unwrap().report().dispatched.events, 4);
}
