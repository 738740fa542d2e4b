//! S11 to S14: deferred calls, in the past, far away, cancelled, and without end.

use asp::prelude::*;
use asp::{CallKey, ErrorKind, InPast, PastSchedule, Request};

use crate::kit::*;

#[derive(Default)]
struct Late {
    log: Log,
}

#[strategy]
impl Late {
    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, name: Name) {
        self.log.add(name.to_owned());
        cx.at(s(4.0)).late();
    }

    #[after]
    fn late(&mut self, cx: &Context<Self>) {
        self.log.add(format!("late(due {} now {})", seconds(cx.due()), seconds(cx.now())));
    }
}

#[test]
fn s11_a_call_in_the_past_is_made_now_and_counted() {
    let late = Late::default();
    let log = late.log.clone();
    let outcome = Runner::new().feed(Late::A, at(&[(5.0, "x"), (5.0, "y")])).add(late).run().unwrap();
    assert_eq!(log.take(), "x, y, late(due 4 now 5), late(due 4 now 5)");
    assert_eq!(outcome.report().clamped, 2);
}

#[test]
fn s11_a_call_in_the_past_may_be_an_error_instead() {
    let late = Late::default();
    let log = late.log.clone();
    let runner = Runner::new().feed(Late::A, at(&[(3.0, "x"), (5.0, "y"), (6.0, "z")])).add(late);
    let (strategy, method, request) =
        failed_with(runner.past_schedule(PastSchedule::Error), |kind| match kind {
            ErrorKind::Refused { strategy, method, request } => {
                Some((strategy.clone(), method.clone(), request.clone()))
            }
            _ => None,
        });
    assert_eq!((strategy.as_str(), method.as_str()), ("Late", "on_a"));
    assert_eq!(request, Request::InPast { requested: s(4.0), now: s(5.0) });
    assert_eq!(log.take(), "x, late(due 4 now 4), y");
}

#[derive(Default)]
struct Tries {
    log: Log,
    answers: Vec<Option<InPast>>,
}

#[strategy]
impl Tries {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, time: f64) {
        let tried = cx.try_at(s(time)).map(|calls| calls.call());
        self.answers.push(tried.err());
        cx.after(Duration::ZERO).zero();
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "call");
    }

    #[after]
    fn zero(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "zero");
    }
}

#[test]
fn s11_try_at_answers_instead() {
    let tries = Tries::default();
    let log = tries.log.clone();
    let events = at(&[(5.0, 4.0), (5.0, 5.0), (5.0, 6.0)]);
    let mut outcome = Runner::new().feed(Tries::X, events).add(tries).run().unwrap();
    let in_past = InPast { requested: s(4.0), now: s(5.0) };
    assert_eq!(outcome.take::<Tries>().unwrap().answers, [Some(in_past), None, None]);
    assert_eq!(log.take(), "zero@5, call@5, zero@5, zero@5, call@6");
    assert_eq!(outcome.report().clamped, 0);
}

#[derive(Default)]
struct Zero;

#[strategy]
impl Zero {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, interval: Duration) {
        cx.every(interval).tick();
    }

    #[after]
    fn tick(&mut self) {}
}

#[test]
fn s11_an_interval_that_is_not_positive_stops_the_run() {
    for interval in [Duration::ZERO, d(-1.0)] {
        let runner = Runner::new().feed(Zero::X, at(&[(1.0, interval)])).add(Zero);
        let request = failed_with(runner, |kind| match kind {
            ErrorKind::Refused { request, .. } => Some(request.clone()),
            _ => None,
        });
        assert_eq!(request, Request::Interval { method: "tick".to_owned(), interval: Some(interval) });
    }
}

#[derive(Default)]
struct Far {
    log: Log,
}

#[strategy]
impl Far {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
        cx.at(Timestamp::MAX).call();
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>) {
        self.log.add(format!("call at {}", cx.now()));
    }
}

#[test]
fn s12_any_time_is_accepted_and_pending_if_the_run_stops_before() {
    let far = Far::default();
    let log = far.log.clone();
    let runner = Runner::new().feed(Far::X, at(&[(1.0, "x"), (2.0, "y")])).add(far).end(s(10.0));
    let outcome = runner.run().unwrap();
    assert_eq!(log.take(), "x@1, y@2");
    assert_eq!(outcome.report().pending, 2);
}

#[test]
fn s12_without_an_end_even_the_last_time_comes() {
    let far = Far::default();
    let log = far.log.clone();
    let outcome = Runner::new().feed(Far::X, at(&[(1.0, "x")])).add(far).run().unwrap();
    assert_eq!(log.take(), format!("x@1, call at {}", Timestamp::MAX));
    assert_eq!((outcome.report().pending, outcome.report().now), (0, Timestamp::MAX));
}

/// What a handler of [`Keys`] does to the key it has.
#[derive(Clone, Copy)]
enum Do {
    Schedule(f64, Name),
    Cancel,
    Move(f64),
}

#[derive(Default)]
struct Keys {
    log: Log,
    key: Option<CallKey>,
}

#[strategy]
impl Keys {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, what: Do) {
        match (what, self.key) {
            (Do::Schedule(time, name), _) => {
                let key = cx.at(s(time)).call(name);
                self.key.get_or_insert(key);
            }
            (Do::Cancel, Some(key)) => self.log.note(cx, format!("cancel {}", cx.cancel(key))),
            (Do::Move(time), Some(key)) => self.log.note(cx, format!("move {}", cx.reschedule(key, s(time)))),
            (Do::Cancel | Do::Move(_), None) => unreachable!(),
        }
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("{name} due {}", seconds(cx.due())));
    }

    #[every("10s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }
}

fn keys(events: &[(f64, Do)]) -> (String, asp::Outcome) {
    let keys = Keys::default();
    let log = keys.log.clone();
    let outcome = Runner::new().feed(Keys::X, at(events)).add(keys).run().unwrap();
    (log.take(), outcome)
}

#[test]
fn s13_cancelling_is_idempotent_and_a_cancelled_call_keeps_nothing_alive() {
    let (log, outcome) = keys(&[(1.0, Do::Schedule(30.0, "k")), (2.0, Do::Cancel), (3.0, Do::Cancel)]);
    assert_eq!(log, "cancel true@2, cancel false@3");
    assert_eq!((outcome.report().now, outcome.report().pending), (s(3.0), 0), "no tick at 11, no call at 30");
}

#[test]
fn s13_a_call_of_this_very_instant_can_be_cancelled() {
    // Of an earlier instant, due now; and of this instant, in the next round.
    let (log, _) = keys(&[(1.0, Do::Schedule(2.0, "k")), (2.0, Do::Cancel)]);
    assert_eq!(log, "cancel true@2");
    let (log, _) = keys(&[(2.0, Do::Schedule(2.0, "k")), (2.0, Do::Cancel)]);
    assert_eq!(log, "cancel true@2");
}

#[test]
fn s13_cancelling_a_call_that_ran_is_false() {
    let (log, _) = keys(&[(1.0, Do::Schedule(2.0, "k")), (3.0, Do::Cancel), (4.0, Do::Move(5.0))]);
    assert_eq!(log, "k due 2@2, cancel false@3, move false@4");
}

#[test]
fn s13_cancelling_the_last_call_lets_no_tick_through() {
    let (log, outcome) = keys(&[(1.0, Do::Schedule(9.0, "k")), (9.0, Do::Cancel)]);
    assert_eq!(log, "cancel true@9");
    assert_eq!(outcome.report().now, s(9.0));
}

#[test]
fn s13_reschedule_is_cancel_and_schedule_anew() {
    use Do::*;
    // `k` was first; it comes last once it has moved to the same time.
    let (log, _) = keys(&[(1.0, Schedule(5.0, "k")), (2.0, Schedule(5.0, "l")), (3.0, Move(5.0))]);
    assert_eq!(log, "move true@3, l due 5@5, k due 5@5");
    // The key stays valid: it moves again, and is cancelled in the end.
    let (log, _) = keys(&[(1.0, Schedule(5.0, "k")), (2.0, Move(7.0)), (6.0, Move(4.0))]);
    assert_eq!(log, "move true@2, move true@6, k due 4@6");
    let (log, outcome) = keys(&[(1.0, Schedule(5.0, "k")), (2.0, Move(7.0)), (6.0, Cancel)]);
    assert_eq!(log, "move true@2, cancel true@6");
    assert_eq!(outcome.report().pending, 0);
}

#[test]
fn s13_reschedule_into_the_past_is_clamped() {
    let (log, outcome) = keys(&[(3.0, Do::Schedule(5.0, "k")), (4.0, Do::Move(1.0))]);
    assert_eq!(log, "move true@4, k due 1@4");
    assert_eq!(outcome.report().clamped, 1);
}

struct S1 {
    delay: Duration,
}

#[strategy(emits(b: u32))]
impl S1 {
    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, n: u32) {
        if self.delay > Duration::ZERO && n > 0 {
            cx.after(self.delay).send(n - 1);
        } else if n > 0 {
            cx.emit(Self::B, n - 1);
        }
    }

    #[after]
    fn send(&mut self, cx: &Context<Self>, n: u32) {
        cx.emit(Self::B, n);
    }
}

struct S2;

#[strategy(emits(a: u32))]
impl S2 {
    #[on_event(stream = "b")]
    fn on_b(&mut self, cx: &Context<Self>, n: u32) {
        cx.emit(Self::A, n);
    }
}

fn same_instant(delay: Duration, rounds: u32) -> Runner {
    Runner::new().feed(S1::A, at(&[(1.0, rounds)])).add(S1 { delay }).add(S2)
}

#[test]
fn s14_an_endless_instant_stops_the_run_and_names_the_path() {
    let error = same_instant(Duration::ZERO, u32::MAX).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "10000 rounds at 1970-01-01T00:00:01Z without time moving on: S2.on_b -> \"a\" -> S1.on_a -> \"b\" -> \
         S2.on_b; delay one of them, as with `cx.after(..)` or `cx.emit_after(..)`, or raise `.max_rounds(..)`"
    );
    let ErrorKind::SameInstantLoop { time, rounds, last, .. } = error.kind() else { panic!("{error}") };
    assert_eq!((*time, *rounds), (s(1.0), 10_000));
    let path = ["S1.on_a", "S2.on_b"].map(str::to_owned);
    assert_eq!(last.len(), 8);
    assert!(last.chunks(2).all(|pair| pair == path), "{last:?}");
    assert_eq!(error.into_outcome().unwrap().report().dispatched.events, 10_000);
}

#[test]
fn s14_as_many_rounds_as_allowed_are_legal() {
    // `a`, then `n` times `b` and `a` each: 2n + 1 rounds.
    let events = |n, limit| {
        same_instant(Duration::ZERO, n).max_rounds(limit).run().map(|o| o.report().dispatched.events)
    };
    assert_eq!(events(5, 11).unwrap(), 11);
    assert!(events(5, 10).is_err());
}

#[test]
fn s14_a_delay_of_one_nanosecond_is_progress() {
    let outcome = same_instant(Duration::from_nanos(1), 20_000).run().unwrap();
    assert_eq!(outcome.report().now, s(1.0) + Duration::from_nanos(20_000));
}
