//! S43: a handler that returns an error.

use std::error::Error as _;
use std::fmt;

use asp::prelude::*;
use asp::{Class, ErrorKind, HandlerFailure, OnError, Reason, StopReason};

use crate::kit::*;

#[derive(Debug, PartialEq)]
struct OutOfStock(u32);

impl fmt::Display for OutOfStock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {} is out of stock", self.0)
    }
}

impl std::error::Error for OutOfStock {}

/// Fails wherever its field says.
#[derive(Default)]
struct Shop {
    log: Log,
    name: &'static str,
    fails: &'static str,
}

impl Shop {
    fn visit(&mut self, cx: &Context<Self>, place: &'static str) -> Result<(), OutOfStock> {
        self.log.note(cx, format!("{}.{place}", self.name));
        if self.fails == place { Err(OutOfStock(7)) } else { Ok(()) }
    }
}

#[strategy(emits(sold: u32))]
impl Shop {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) -> Result<(), OutOfStock> {
        self.visit(cx, "start")
    }

    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, n: u32) -> Result<(), OutOfStock> {
        cx.after(d(0.25)).ship();
        cx.emit(Self::SOLD, n);
        if n < 3 { self.visit(cx, "early") } else { self.visit(cx, "order") }
    }

    #[on_event(stream = "sold")]
    fn sold(&mut self, cx: &Context<Self>, _: u32) -> Result<(), OutOfStock> {
        self.visit(cx, "sold")
    }

    #[after]
    fn ship(&mut self, cx: &Context<Self>) -> Result<(), OutOfStock> {
        self.visit(cx, "ship")
    }

    #[every("750ms")]
    fn tick(&mut self, cx: &Context<Self>) -> Result<(), OutOfStock> {
        self.visit(cx, "tick")
    }

    #[on_settled]
    fn settled(&mut self, cx: &Context<Self>) -> Result<(), OutOfStock> {
        self.visit(cx, "settled")
    }

    #[on_end(stream = "orders")]
    fn end(&mut self, cx: &Context<Self>) -> Result<(), OutOfStock> {
        self.visit(cx, "end")
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) -> Result<(), OutOfStock> {
        self.visit(cx, "stop")
    }
}

fn shops(fails: &'static str) -> (Log, Runner) {
    let log = Log::default();
    let shop = |name, fails| Shop { log: log.clone(), name, fails };
    let runner = Runner::new()
        .feed(Shop::ORDERS, at(&[(1.0, 1), (2.0, 2), (3.0, 3), (4.0, 4)]))
        .add_as("p", shop("p", fails))
        .add_as("q", shop("q", ""))
        .start(s(2.0));
    (log, runner)
}

/// The failure of strategy `p`, as text without its cause.
fn failure(failure: &HandlerFailure) -> String {
    let HandlerFailure { strategy, method, class, stream, index, event_time, now, .. } = failure;
    let (event_time, now) = (seconds(*event_time), seconds(*now));
    format!("{strategy}.{method} {class:?} {stream:?} {index:?} at {event_time} {now}")
}

fn failing(fails: &'static str) -> (String, String) {
    let (log, runner) = shops(fails);
    let found = failed_with(runner, |kind| match kind {
        ErrorKind::Handler(found) => {
            let Reason::Error(cause) = &found.reason else { return None };
            assert_eq!(cause.downcast_ref::<OutOfStock>(), Some(&OutOfStock(7)));
            Some(failure(found))
        }
        _ => None,
    });
    let log = log.take();
    let last = log.rsplit(", ").take(4).collect::<Vec<_>>();
    (found, last.into_iter().rev().collect::<Vec<_>>().join(", "))
}

#[test]
fn s43_an_error_stops_the_run_and_names_everything() {
    // Index 2 counts the order at 1, which was skipped; `q` does not get the order any more.
    let (found, last) = failing("order");
    assert_eq!(found, "p.order Event Some(\"orders\") Some(2) at 3 3");
    assert_eq!(last, "q.tick@2.75, p.order@3, p.stop@3, q.stop@3");
}

#[test]
fn s43_in_each_kind_of_handler() {
    let found = |fails| failing(fails).0;
    assert_eq!(found("sold"), "p.sold Event Some(\"sold\") Some(0) at 2 2");
    assert_eq!(found("ship"), "p.ship Call None None at 2.25 2.25");
    assert_eq!(found("tick"), "p.tick Tick None None at 2.75 2.75");
    assert_eq!(found("settled"), "p.settled Settled None None at 2 2");
    assert_eq!(found("end"), "p.end Call None None at 4 4");
    assert_eq!(found("start"), "p.start Start None None at 2 2");
}

#[test]
fn s43_s47_on_stop_runs_for_all_that_started() {
    // `on_start` of `p` returned, with an error; that of `q` was never called.
    let (_, last) = failing("start");
    assert_eq!(last, "p.start@2, p.stop@2");
}

#[test]
fn s43_the_error_reads_as_a_sentence_and_has_its_cause() {
    let (_, runner) = shops("order");
    let error = runner.run().unwrap_err();
    let text =
        "p::order failed at 1970-01-01T00:00:03Z on stream \"orders\", event 2: item 7 is out of stock";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.source().and_then(|cause| cause.downcast_ref()), Some(&OutOfStock(7)));
}

#[test]
fn s43_the_strategies_come_back_with_the_error() {
    let (_, runner) = shops("order");
    let mut outcome = runner.run().unwrap_err().into_outcome().unwrap();
    assert_eq!(outcome.report().reason, StopReason::Failed);
    assert_eq!(outcome.names().collect::<Vec<_>>(), ["p", "q"]);
    assert!(!outcome.panicked("p"));
    assert_eq!(outcome.take_named::<Shop>("q").unwrap().name, "q");
    assert_eq!(outcome.take::<Shop>().unwrap().fails, "order");
    assert!(outcome.take_named::<Shop>("p").is_err(), "taken already");
}

#[test]
fn s43_the_path_without_a_second_reader_stops_as_well() {
    // One reader and no sink: the burst that the engine likes best.
    let shop = Shop { fails: "order", ..Shop::default() };
    let log = shop.log.clone();
    let runner = Runner::new().feed(Shop::ORDERS, at(&[(3.0, 1), (3.0, 3), (3.0, 4)])).add(shop);
    let found = failed_with(runner, |kind| match kind {
        ErrorKind::Handler(found) => Some(failure(found)),
        _ => None,
    });
    assert_eq!(found, "Shop.order Event Some(\"orders\") Some(1) at 3 3");
    assert_eq!(log.take(), ".start@3, .early@3, .order@3, .stop@3");
}

#[test]
fn s43_errors_can_be_counted_and_passed_over() {
    let (log, runner) = shops("order");
    let outcome = runner.on_error(OnError::Continue).run().unwrap();
    assert_eq!((outcome.report().errors, outcome.report().reason), (2, StopReason::Finished));
    assert_eq!(outcome.report().dispatched.events, 18, "3 orders and the 6 emissions for them, to both");
    assert!(log.take().ends_with("p.tick@4.25, q.tick@4.25, p.stop@4.25, q.stop@4.25"));
}

#[test]
fn s43_a_hook_that_fails_can_be_passed_over_too() {
    for fails in ["start", "stop", "end"] {
        let (_, runner) = shops(fails);
        let outcome = runner.on_error(OnError::Continue).run().unwrap();
        assert_eq!(outcome.report().errors, 1);
        assert_eq!(outcome.report().dispatched.stops, 2);
    }
}

#[test]
fn s47_an_error_of_on_stop_is_the_error_if_there_is_no_other() {
    let (found, last) = failing("stop");
    assert_eq!(found, "p.stop Stop None None at 4.25 4.25");
    assert_eq!(last, "p.tick@4.25, q.tick@4.25, p.stop@4.25, q.stop@4.25");
}

/// Fails in a handler, and again when it stops.
struct Twice;

#[strategy]
impl Twice {
    #[on_event(stream = "x")]
    fn on_x(&mut self, n: u32) -> Result<(), OutOfStock> {
        Err(OutOfStock(n))
    }

    #[on_stop]
    fn stop(&mut self) -> Result<(), OutOfStock> {
        Err(OutOfStock(99))
    }
}

#[test]
fn s47_an_error_of_on_stop_is_added_to_the_first() {
    let runner = Runner::new().feed(Twice::X, at(&[(1.0, 7)])).add_as("p", Twice).add_as("q", Twice);
    let error = runner.run().unwrap_err();
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("p::on_x failed") && lines[0].ends_with("item 7 is out of stock"), "{text}");
    assert!(
        lines[1].starts_with("also: p::stop failed") && lines[2].starts_with("also: q::stop failed"),
        "{text}"
    );
    assert!(matches!(error.kind(), ErrorKind::Handler(first) if first.class == Class::Event));
}

#[test]
fn s47_an_error_of_on_stop_does_not_hide_one_of_a_source() {
    let other = asp::Stream::<u8>::new("other");
    let items = [Ok((s(1.0), 7)), Err("broken")];
    let runner = Runner::new().feed(other.clone(), items).collect(other).opens(Twice::X).add(Twice);
    let error = runner.run().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source { .. }), "{error}");
    assert!(matches!(error.also(), [ErrorKind::Handler(late)] if late.class == Class::Stop), "{error}");
}
