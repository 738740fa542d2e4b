//! S7, S43, S44: events of one stream among the calls and ticks of its only reader, which then has the run for itself.

use asp::prelude::*;
use asp::{Class, ErrorKind, HandlerResult, OnError, Reason};

use crate::kit::*;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fails {
    Never,
    Panics,
    Errs,
    AsksInVain,
}

struct Mixed {
    log: Log,
    fails: Fails,
    /// Where it goes wrong, and at which time.
    at: (&'static str, f64),
    last: Option<asp::CallKey>,
}

impl Mixed {
    fn visit(&mut self, cx: &Context<Self>, place: &'static str) -> HandlerResult {
        self.log.note(cx, place);
        if self.at == (place, cx.now().as_nanos() as f64 / 1e9) {
            match self.fails {
                Fails::Panics => panic!("as asked for"),
                Fails::Errs => Err("as asked for")?,
                Fails::AsksInVain => drop(cx.after(Duration::MAX).long(0)),
                Fails::Never => {}
            }
        }
        Ok(())
    }
}

#[strategy]
impl Mixed {
    #[on_event(stream = "x")]
    fn event(&mut self, cx: &Context<Self>, n: u32) -> HandlerResult {
        cx.after(d(2.5)).long(n);
        if n.is_multiple_of(3) {
            cx.after(d(0.75)).short();
        }
        if n.is_multiple_of(4) {
            // Behind what is there already.
            cx.after(d(2.0)).odd();
        }
        match n % 5 {
            1 => self.last = Some(cx.after(d(2.5)).long(100 + n)),
            2 => drop(self.last.take().map(|key| cx.cancel(key))),
            _ => {}
        }
        self.visit(cx, "event")
    }

    #[after]
    fn long(&mut self, cx: &Context<Self>, _: u32) -> HandlerResult {
        self.visit(cx, "long")
    }

    #[after]
    fn short(&mut self, cx: &Context<Self>) -> HandlerResult {
        self.visit(cx, "short")
    }

    #[after]
    fn odd(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "odd");
        cx.after(Duration::ZERO).again();
        if cx.now() == s(6.0) {
            cx.every(d(1.5)).tick();
        }
    }

    #[after]
    fn again(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "again");
    }

    #[after]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }
}

fn mixed(fails: Fails, place: (&'static str, f64)) -> (Log, Runner) {
    let log = Log::default();
    let strategy = Mixed { log: log.clone(), fails, at: place, last: None };
    let events = (0..24).map(|n| (s(f64::from(n)), n));
    (log, Runner::new().feed(Mixed::X, events).add(strategy).end(s(40.0)))
}

#[test]
fn s07_calls_of_all_kinds_stand_between_events_as_if_each_was_watched() {
    let (log, runner) = mixed(Fails::Never, ("", 0.0));
    let (log_watched, runner_watched) = mixed(Fails::Never, ("", 0.0));
    let counts = runner.run().unwrap().report().dispatched;
    let watched = runner_watched.observe(|_| {}).run().unwrap();
    let lines = log.take();
    assert_eq!(lines, log_watched.take());
    assert_eq!(counts, watched.report().dispatched);
    assert!(lines.starts_with(
        "event@0, short@0.75, event@1, event@2, odd@2, again@2, long@2.5, event@3, long@3.5, short@3.75"
    ));
    assert!(lines.contains("event@6, odd@6, again@6, long@6.5, short@6.75, event@7, long@7.5, tick@7.5"));
}

#[test]
fn s44_what_fails_among_events_and_calls_is_named() {
    // A call when others came before it, and an event directly after calls.
    for (place, method, class) in [
        (("long", 8.5), "long", Class::Call),
        (("short", 9.75), "short", Class::Call),
        (("event", 9.0), "event", Class::Event),
    ] {
        for fails in [Fails::Panics, Fails::Errs, Fails::AsksInVain] {
            let (log, runner) = mixed(fails, place);
            let (log_watched, runner_watched) = mixed(fails, place);
            let found = failed_with(runner, |kind| Some(named(kind)));
            assert_eq!(found, failed_with(runner_watched.observe(|_| {}), |kind| Some(named(kind))));
            assert_eq!(log.take(), log_watched.take());
            assert!(found.starts_with(&format!("{method} ")), "{fails:?} at {place:?}: {found}");
            if fails != Fails::AsksInVain {
                let index = (class == Class::Event).then_some(9_u64);
                assert!(found.contains(&format!("{class:?} {index:?} {}", place.1)), "{found}");
            }
        }
    }
}

/// Its ticks ask for calls where none is pending, before the next tick.
struct Relay {
    log: Log,
}

#[strategy]
impl Relay {
    #[on_event(stream = "y")]
    fn event(&mut self, cx: &Context<Self>, _: u32) {
        self.log.note(cx, "event");
        cx.after(d(1.0)).call();
    }

    #[every("1.5s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
        cx.after(d(1.0)).call();
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "call");
    }
}

#[test]
fn s07_what_a_tick_asks_for_between_two_events_comes_before_the_next_tick() {
    let run = |watched: bool| {
        let log = Log::default();
        let events = (0..5).map(|n| (s(f64::from(10 * n)), n));
        let runner = Runner::new().feed(Relay::Y, events).add(Relay { log: log.clone() }).end(s(45.0));
        let runner = if watched { runner.observe(|_| {}) } else { runner };
        runner.run().unwrap();
        log.take()
    };
    let lines = run(false);
    assert_eq!(lines, run(true));
    assert!(lines.contains(
        "event@10, call@10, tick@10.5, call@11, call@11.5, tick@12, call@13, tick@13.5, call@14.5"
    ));
}

fn named(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::Handler(failure) => {
            let reason = match &failure.reason {
                Reason::Panic(message) => message.clone(),
                other => format!("{other:?}"),
            };
            assert_eq!(failure.now, failure.event_time);
            let now = seconds(failure.now);
            format!("{} {:?} {:?} {now}: {reason}", failure.method, failure.class, failure.index)
        }
        ErrorKind::Refused { method, request, .. } => format!("{method} {request:?}"),
        other => panic!("another error: {other:?}"),
    }
}

#[test]
fn s43_errors_among_events_and_calls_can_be_passed_over() {
    for place in [("long", 8.5), ("event", 9.0)] {
        let (log, runner) = mixed(Fails::Errs, place);
        let (whole, undisturbed) = mixed(Fails::Never, place);
        let report = runner.on_error(OnError::Continue).run().unwrap().report().clone();
        undisturbed.run().unwrap();
        assert_eq!(log.take(), whole.take());
        assert_eq!(report.errors, 1);
    }
}
