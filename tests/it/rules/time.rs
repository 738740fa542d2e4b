//! S1 to S4: what a time is, and which times there are.

use asp::prelude::*;
use asp::{ErrorKind, Request};

use crate::kit::*;

#[test]
fn s01_a_timestamp_is_a_signed_count_of_nanoseconds_since_1970() {
    assert_eq!("1970-01-01".parse::<Timestamp>().unwrap().as_nanos(), 0);
    assert_eq!("1969-12-31T23:59:59.999999999Z".parse::<Timestamp>().unwrap().as_nanos(), -1);
    assert_eq!(Timestamp::MAX.as_nanos(), i64::MAX);
}

#[test]
fn s01_a_day_is_86400_seconds() {
    assert_eq!("1d".parse::<Duration>().unwrap(), Duration::from_secs(86_400));
    // A day on which clocks in Europe went forward is no shorter.
    let (eve, day): (Timestamp, Timestamp) = ("2025-03-30".parse().unwrap(), "2025-03-31".parse().unwrap());
    assert_eq!(day.checked_since(eve), Some(Duration::from_secs(86_400)));
}

#[test]
fn s01_overflow_is_an_error_never_a_wrap() {
    let tick = Duration::from_nanos(1);
    assert_eq!(Timestamp::MAX.checked_add(tick), None);
    assert_eq!(Timestamp::MIN.checked_sub(tick), None);
    assert!(std::panic::catch_unwind(|| Timestamp::MAX + tick).is_err());
}

#[derive(Default)]
struct Late {
    log: Log,
}

#[strategy]
impl Late {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
        cx.after(std::time::Duration::MAX).never();
        self.log.note(cx, "still here");
    }

    #[after]
    fn never(&mut self) {
        self.log.add("never".to_owned());
    }
}

#[test]
fn s01_s11_an_overflow_of_time_stops_the_run_at_the_end_of_the_dispatch() {
    let late = Late::default();
    let log = late.log.clone();
    let runner = Runner::new().feed(Late::X, at(&[(1.0, "x1"), (2.0, "x2")])).add(late);
    let (strategy, method, base) = failed_with(runner, |kind| match kind {
        ErrorKind::Refused { strategy, method, request: Request::Overflow { base, .. } } => {
            Some((strategy.clone(), method.clone(), *base))
        }
        _ => None,
    });
    assert_eq!((strategy.as_str(), method.as_str(), base), ("Late", "on_x", s(1.0)));
    assert_eq!(log.take(), "x1@1, still here@1");
}

#[derive(Default)]
struct Clock {
    seen: Vec<Timestamp>,
}

#[strategy(emits(echo: u64))]
impl Clock {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, spins: u64) {
        let before = cx.now();
        std::hint::black_box((0..spins).fold(0u64, |sum, k| sum.wrapping_mul(31).wrapping_add(k)));
        cx.after(d(1.0)).later();
        cx.emit(Self::ECHO, 0);
        assert_eq!(cx.now(), before);
        self.seen.push(before);
    }

    #[on_event(stream = "echo")]
    fn on_echo(&mut self, cx: &Context<Self>, _: u64) {
        self.seen.push(cx.now());
    }

    #[after]
    #[every("700ms")]
    fn later(&mut self, cx: &Context<Self>) {
        self.seen.push(cx.now());
    }

    #[on_settled]
    #[on_stop]
    fn hook(&mut self, cx: &Context<Self>) {
        self.seen.push(cx.now());
    }
}

#[test]
fn s02_now_stands_still_and_is_the_time_of_the_item() {
    let runner = Runner::new().feed(Clock::X, at(&[(1.0, 1_000_000), (2.0, 10)])).add(Clock::default());
    let seen = runner.end(s(2.5)).run().unwrap().take::<Clock>().unwrap().seen;
    // x, echo, settled at 1; tick at 1.7; x, later (of 1), echo, settled at 2; tick at 2.4; stop at 2.5.
    let expected = [1.0, 1.0, 1.0, 1.7, 2.0, 2.0, 2.0, 2.0, 2.4, 2.5].map(s);
    assert_eq!(seen, expected);
}

#[test]
fn s03_now_never_goes_back_and_each_run_has_its_own() {
    let run = |from: f64| {
        let events: Vec<_> = (0..50).map(|k| (s(from + f64::from(k / 3)), 1)).collect();
        let runner = Runner::new().feed(Clock::X, events).add(Clock::default());
        runner.run().unwrap().take::<Clock>().unwrap().seen
    };
    let (late, early) = (run(1000.0), run(10.0));
    for seen in [&late, &early] {
        assert!(seen.len() > 100 && seen.is_sorted());
    }
    assert!(early.last() < late.first(), "the second run begins before the end of the first");
}

#[derive(Default)]
struct Times {
    log: Log,
}

impl Times {
    fn times(&self, cx: &Context<Self>, what: &str) {
        let [now, event_time, due] = [cx.now(), cx.event_time(), cx.due()].map(seconds);
        self.log.add(format!("{what} now {now} event {event_time} due {due}"));
    }
}

#[strategy]
impl Times {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, event: Event<Name>) {
        self.times(cx, event.value);
        assert_eq!(event.time, cx.event_time());
        cx.at(s(4.0)).call();
        cx.after(d(1.0)).call();
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>) {
        self.times(cx, "call");
    }
}

#[test]
fn s04_a_past_event_has_one_time_a_call_is_due_when_it_was_asked_for() {
    let times = Times::default();
    let log = times.log.clone();
    Runner::new().feed(Times::X, at(&[(5.0, "x")])).add(times).run().unwrap();
    assert_eq!(log.take(), "x now 5 event 5 due 5, call now 5 event 4 due 4, call now 6 event 6 due 6");
}
