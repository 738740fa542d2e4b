//! Events that are emitted with a delay (S7, S9, S11 to S13, S28, S29, S36, S41, S45 to S47, S50).

use asp::prelude::*;
use asp::{ErrorKind, OnError, PastSchedule, Recording, Report, Request};

use crate::kit::*;

/// Emits and defers as its events say: a delay in seconds for each.
#[derive(Default)]
struct Sender {
    log: Log,
}

#[strategy(emits(sent: Name))]
impl Sender {
    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, (name, delay): (Name, f64)) {
        self.log.note(cx, name);
        cx.after(d(delay)).call(name);
        cx.emit_after(d(delay), Self::SENT, name);
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("call {name}"));
    }
}

/// Reads what was sent, and a stream of its own.
struct Receiver {
    log: Log,
}

#[strategy]
impl Receiver {
    #[on_event(stream = Sender::SENT)]
    fn sent(&mut self, cx: &Context<Self>, name: Event<Name>) {
        assert_eq!((cx.now(), cx.due(), cx.event_time()), (name.time, name.time, name.time));
        self.log.note(cx, format!("sent {}", name.value));
    }

    #[on_event(stream = "others")]
    fn other(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }
}

/// The orders, given to a sender and a receiver, with other events at 2.
fn exchange(orders: &[(f64, (Name, f64))], log: &Log) -> Runner {
    Runner::new()
        .start(s(0.0))
        .feed(Sender::ORDERS, at(orders))
        .feed(Receiver::OTHERS, at(&[(2.0, "other")]))
        .add(Sender { log: log.clone() })
        .add(Receiver { log: log.clone() })
}

#[test]
fn s07_a_delayed_event_comes_after_source_events_and_before_calls_and_ticks() {
    let log = Log::default();
    exchange(&[(1.0, ("x", 1.0))], &log).run().unwrap();
    assert_eq!(log.take(), "x@1, tick@1, other@2, sent x@2, call x@2, tick@2");
}

#[test]
fn s07_it_is_an_event_of_round_0() {
    let runner = exchange(&[(1.0, ("x", 0.5)), (1.0, ("y", 0.0))], &Log::default());
    let expected = "Sender.order@1#0, Sender.order@1#0, Receiver.tick@1#0, Receiver.sent@1#1, Sender.call@1#1, \
                    Receiver.sent@1.5#0, Sender.call@1.5#0, Receiver.other@2#0, Receiver.tick@2#0";
    // The tick at 2 is no longer waited for: nothing is pending.
    assert_eq!(observed(runner), expected);
}

#[test]
fn s07_those_of_one_time_come_in_the_order_of_emission() {
    let log = Log::default();
    let orders = [(0.25, ("a", 2.0)), (0.5, ("b", 1.75)), (0.75, ("c", 1.5)), (1.25, ("d", 1.0))];
    exchange(&orders, &log).run().unwrap();
    let all = log.take();
    let sent: Vec<&str> = all.split(", ").filter(|note| note.starts_with("sent")).collect();
    assert_eq!(sent, ["sent a@2.25", "sent b@2.25", "sent c@2.25", "sent d@2.25"]);
}

#[test]
fn s09_a_delay_of_zero_joins_the_next_round_in_the_order_of_all_emissions() {
    struct Both;

    #[strategy(emits(both: Name))]
    impl Both {
        #[on_event(stream = "x")]
        fn on_x(&mut self, cx: &Context<Self>, _: Name) {
            cx.emit_after(Duration::ZERO, Self::BOTH, "1");
            cx.emit(Self::BOTH, "2");
            cx.emit_at(cx.now(), Self::BOTH, "3");
        }
    }

    let outcome = Runner::new().feed(Both::X, at(&[(1.0, "x")])).add(Both).collect(Both::BOTH).run();
    let both = outcome.unwrap().collected(Both::BOTH).unwrap();
    assert_eq!(
        both.iter().map(|event| (event.time, event.value)).collect::<Vec<_>>(),
        [(s(1.0), "1"), (s(1.0), "2"), (s(1.0), "3")]
    );
}

/// Emits for a time that its events say, or after the longest delay.
struct Late;

#[strategy(emits(late: f64))]
impl Late {
    #[on_event(stream = "times")]
    fn time(&mut self, cx: &Context<Self>, time: f64) {
        cx.emit_at(s(time), Self::LATE, time);
    }

    #[on_event(stream = "overflows")]
    fn overflow(&mut self, cx: &Context<Self>, _: f64) {
        cx.emit_after(Duration::MAX, Self::LATE, 0.0);
    }
}

fn late(times: &[(f64, f64)], overflows: &[(f64, f64)]) -> Runner {
    let runner = Runner::new().feed(Late::TIMES, at(times)).feed(Late::OVERFLOWS, at(overflows));
    runner.add(Late).collect(Late::LATE)
}

#[test]
fn s11_a_time_in_the_past_is_taken_as_now_and_counted() {
    let mut outcome = late(&[(5.0, 4.0), (5.0, 5.0), (6.0, 9.0)], &[]).run().unwrap();
    assert_eq!(outcome.report().clamped, 1);
    let late = outcome.collected(Late::LATE).unwrap();
    let late: Vec<_> = late.iter().map(|event| (seconds(event.time), event.value)).collect();
    assert_eq!(late, [("5".to_owned(), 4.0), ("5".to_owned(), 5.0), ("9".to_owned(), 9.0)]);
}

fn refused(runner: Runner) -> Request {
    failed_with(runner, |kind| match kind {
        ErrorKind::Refused { request, .. } => Some(request.clone()),
        _ => None,
    })
}

#[test]
fn s11_a_time_in_the_past_may_be_an_error_instead() {
    let request = refused(late(&[(5.0, 4.0)], &[]).past_schedule(PastSchedule::Error));
    assert_eq!(request, Request::InPast { requested: s(4.0), now: s(5.0) });
    assert_eq!(
        request.to_string(),
        "1970-01-01T00:00:04Z was asked for but it is 1970-01-01T00:00:05Z; use `cx.after(..)` or \
         `cx.emit_after(..)` for a delay"
    );
}

#[test]
fn s11_a_delay_beyond_the_last_time_stops_the_run() {
    let request = refused(late(&[], &[(5.0, 0.0)]));
    assert!(matches!(request, Request::Overflow { base, .. } if base == s(5.0)), "{request:?}");
}

/// Takes back what it emitted, in several ways.
#[derive(Default)]
struct Fickle {
    log: Log,
    later: Option<EmissionKey>,
}

#[strategy(emits(thoughts: Name))]
impl Fickle {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, how: Name) {
        match how {
            "at once" => {
                let now = cx.emit_after(Duration::ZERO, Self::THOUGHTS, "now");
                let later = cx.emit_after(d(5.0), Self::THOUGHTS, "later");
                assert!(cx.cancel(now) && cx.cancel(later));
                assert!(!cx.cancel(now) && !cx.cancel(later));
                cx.after(Duration::ZERO).settle();
            }
            "in a call of its instant" => {
                cx.after(Duration::ZERO).take_back();
                self.later = Some(cx.emit_after(d(2.0), Self::THOUGHTS, how));
            }
            _ => self.later = Some(cx.emit_after(d(2.5), Self::THOUGHTS, how)),
        }
    }

    #[on_event(stream = Fickle::THOUGHTS)]
    fn thought(&mut self, cx: &Context<Self>, what: Name) {
        self.log.note(cx, what);
        assert!(!self.later.take().is_some_and(|key| cx.cancel(key)), "it is being dispatched");
    }

    #[after]
    fn settle(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "settle");
    }

    #[after]
    fn take_back(&mut self, cx: &Context<Self>) {
        self.log.note(cx, self.later.take().is_some_and(|key| cx.cancel(key)));
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
        if cx.now() == s(3.0) {
            self.take_back(cx);
        }
    }
}

fn fickle(how: Name) -> String {
    let fickle = Fickle::default();
    let log = fickle.log.clone();
    let runner = Runner::new().start(s(0.0)).feed(Fickle::X, at(&[(1.0, how)])).add(fickle);
    assert_eq!(runner.run().unwrap().report().pending, 0);
    log.take()
}

#[test]
fn s13_a_cancelled_event_is_never_dispatched_and_keeps_nothing_alive() {
    assert_eq!(fickle("at once"), "tick@1, settle@1");
    assert_eq!(fickle("in a call of its instant"), "tick@1, true@1");
}

#[test]
fn s13_cancelling_the_last_event_lets_no_tick_through() {
    assert_eq!(fickle("in a tick"), "tick@1, tick@2, tick@3, true@3");
}

#[test]
fn s13_an_event_that_was_dispatched_cannot_be_cancelled() {
    struct Slow(Log);

    #[strategy(emits(slow: Name))]
    impl Slow {
        #[on_event(stream = "x")]
        fn on_x(&mut self, cx: &Context<Self>, name: Name) {
            let key = cx.emit_after(d(1.0), Self::SLOW, name);
            cx.after(d(1.0)).check(key);
        }

        #[after]
        fn check(&mut self, cx: &Context<Self>, key: EmissionKey) {
            self.0.note(cx, cx.cancel(key));
        }
    }

    let log = Log::default();
    Runner::new().feed(Slow::X, at(&[(1.0, "x")])).add(Slow(log.clone())).collect(Slow::SLOW).run().unwrap();
    assert_eq!(log.take(), "false@2");
}

#[test]
fn s28_a_delayed_event_keeps_the_run_alive_and_s12_is_pending_at_the_end() {
    let log = Log::default();
    let outcome = exchange(&[(1.0, ("x", 3.5))], &log).run().unwrap();
    assert_eq!((outcome.report().now, outcome.report().pending), (s(4.5), 0));
    let outcome = exchange(&[(1.0, ("x", 3.5)), (2.0, ("y", 1.0))], &log).end(s(3.0)).run().unwrap();
    assert_eq!(outcome.report().pending, 4, "two calls, two events");
}

struct Ping;

#[strategy(emits(balls: u32))]
impl Ping {
    #[on_event(stream = "first")]
    #[on_event(stream = Ping::BALLS)]
    fn play(&mut self, cx: &Context<Self>, ball: u32) {
        cx.emit_after(d(1.0), Self::BALLS, ball + 1);
    }
}

#[test]
fn s29_events_that_emit_each_other_for_ever_count_as_drain() {
    let runner = Runner::new().feed(Ping::FIRST, at(&[(0.0, 0)])).add(Ping).drain_limit(100);
    let error = runner.run().unwrap_err();
    let ErrorKind::DrainLimit { strategy, method, limit } = error.kind() else { panic!("{error}") };
    assert_eq!((strategy.as_str(), method.as_str(), *limit), ("Ping", "play", 100));
}

#[test]
fn s14_a_delay_of_a_nanosecond_is_progress_and_none_is_not() {
    let play = |delay: i64| {
        struct Loop(i64);

        #[strategy(emits(turns: u32))]
        impl Loop {
            #[on_event(stream = "go")]
            #[on_event(stream = Loop::TURNS)]
            fn turn(&mut self, cx: &Context<Self>, turn: u32) {
                if turn < 200 {
                    cx.emit_after(Duration::from_nanos(self.0), Self::TURNS, turn + 1);
                }
            }
        }
        Runner::new().feed(Loop::GO, at(&[(1.0, 0)])).add(Loop(delay)).max_rounds(100).run()
    };
    assert_eq!(play(1).unwrap().report().now, s(1.0) + Duration::from_nanos(200));
    assert!(play(0).unwrap_err().to_string().contains("Loop.turn -> \"turns\" -> Loop.turn;"));
}

/// Emits at its hooks.
struct Hooks(f64);

#[strategy(emits(hooked: Name))]
impl Hooks {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.emit_after(d(self.0), Self::HOOKED, "start");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        cx.emit_after(Duration::ZERO, Self::HOOKED, "stop");
        let taken_back = cx.emit_after(Duration::ZERO, Self::HOOKED, "never");
        cx.cancel(taken_back);
        cx.emit_after(d(1.0), Self::HOOKED, "later");
    }
}

struct Hears(Log);

#[strategy]
impl Hears {
    #[on_event(stream = Hooks::HOOKED)]
    fn hear(&mut self, cx: &Context<Self>, what: Name) {
        self.0.note(cx, what);
    }
}

#[test]
fn s36_without_a_delay_an_emission_of_on_start_joins_round_0() {
    let runner = |delay| Runner::new().start(s(1.0)).add(Hooks(delay)).add(Hears(Log::default()));
    assert_eq!(observed(runner(0.0)), "Hooks.start@1#0, Hears.hear@1#0, Hooks.stop@1");
    assert_eq!(observed(runner(0.5)), "Hooks.start@1#0, Hears.hear@1.5#0, Hooks.stop@1.5");
}

#[test]
fn s47_what_on_stop_emits_for_now_reaches_collectors_and_what_is_later_does_not() {
    let log = Log::default();
    let runner = Runner::new().start(s(1.0)).add(Hooks(0.5)).add(Hears(log.clone()));
    let hooked = runner.collect(Hooks::HOOKED).run().unwrap().collected(Hooks::HOOKED).unwrap();
    assert_eq!(hooked.iter().map(|event| event.value).collect::<Vec<_>>(), ["start", "stop"]);
    assert_eq!(log.take(), "start@1.5");
}

#[test]
fn s45_a_stream_that_is_not_listed_is_refused() {
    struct Stray;

    #[strategy]
    impl Stray {
        #[on_event(stream = "x")]
        fn on_x(&mut self, cx: &Context<Self>, _: Name) {
            let key = cx.emit_after(d(1.0), Hooks::HOOKED, "stray");
            assert!(!cx.cancel(key));
        }
    }

    let request = refused(Runner::new().feed(Stray::X, at(&[(1.0, "x")])).add(Stray));
    assert_eq!(request, Request::NotListed { stream: "hooked".to_owned() });
}

/// Takes its time for each event, and emits with a delay from the middle of its handlers.
struct Sleeper(Log);

#[strategy(emits(dreams: Name))]
impl Sleeper {
    #[on_event(stream = Sender::SENT)]
    async fn sleep(&mut self, cx: &TaskContext<Self>, name: Name) {
        self.0.say(format!("asleep {name}"));
        let nightmare = cx.emit_after(d(1.5), Self::DREAMS, "nightmare");
        cx.emit_at(cx.now() + d(0.25), Self::DREAMS, name);
        cx.sleep(d(1.0)).await;
        assert!(cx.cancel(nightmare));
        self.0.say(format!("awake {name}"));
    }

    #[on_event(stream = Sleeper::DREAMS)]
    async fn dream(this: Shared<Self>, name: Name) {
        this.with(|sleeper, cx| {
            sleeper.0.note(cx, format!("dream {name}"));
            assert_eq!(cx.event_time().as_nanos() % 1_000_000_000, 750_000_000, "when it happened");
        });
    }
}

#[test]
fn s41_a_delayed_event_waits_for_a_reader_that_is_suspended() {
    let log = Log::default();
    let sender = Sender { log: Log::default() };
    let runner = Runner::new()
        .feed(Sender::ORDERS, at(&[(0.0, ("x", 0.5)), (0.5, ("y", 1.0))]))
        .add(sender)
        .add(Sleeper(log.clone()));
    runner.run().unwrap();
    let expected = "asleep x@0.5, awake x@1.5, dream x@1.5, asleep y@1.5, awake y@2.5, dream y@2.5";
    assert_eq!(log.take(), expected);
}

#[test]
fn s43_an_error_names_the_event() {
    struct Fails;

    #[strategy]
    impl Fails {
        #[on_event(stream = Sender::SENT)]
        fn fail(&mut self, _: &Context<Self>, name: Name) -> asp::HandlerResult {
            if name == "y" { Err("no".into()) } else { Ok(()) }
        }
    }

    let orders = at(&[(0.0, ("x", 0.5)), (0.25, ("y", 1.0))]);
    let runner = || Runner::new().feed(Sender::ORDERS, orders.clone()).add(Sender::default()).add(Fails);
    let error = runner().run().unwrap_err().to_string();
    assert_eq!(error, "Fails::fail failed at 1970-01-01T00:00:01.250Z on stream \"sent\", event 1: no");
    assert_eq!(runner().on_error(OnError::Continue).run().unwrap().report().errors, 1);
}

fn assert_same(one: &Report, other: &Report) {
    assert_eq!((one.digest, one.dispatched, one.now), (other.digest, other.dispatched, other.now));
}

#[test]
fn s50_s06_a_live_run_waits_for_it_and_a_replay_does_the_same() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let recording = Recording::new().keep(Sender::ORDERS).keep(Receiver::OTHERS);
    let past = Source::past(at(&[(8.0, ("past", 2.0)), (9.0, ("late", 4.5))]));
    let orders = past.then_live(script(&clock, &[(11.0, ("live", 0.5))]));
    let runner = |log: &Log| {
        let (sender, receiver) = (Sender { log: log.clone() }, Receiver { log: log.clone() });
        Runner::new().start(s(7.5)).add(sender).add(receiver).digest()
    };
    let others = script(&clock, &[(11.25, "other")]);
    let sources = runner(&log).feed(Sender::ORDERS, orders).feed(Receiver::OTHERS, others);
    let live = lived(&clock, sources.record_to(&recording));
    let calls = log.take();
    assert_eq!(
        calls,
        "past@8, tick@8.5, late@9, tick@9.5, sent past@10, call past@10, tick@10.5, live@11, other@11.25, \
         sent live@11.5, call live@11.5, tick@11.5, tick@12.5, sent late@13.5, call late@13.5, tick@13.5"
    );
    let again = runner(&log).replay(&recording).run().unwrap();
    assert_eq!(log.take(), calls);
    assert_same(again.report(), live.report());
}

#[test]
fn s46_a_stop_leaves_it_pending() {
    struct Stops;

    #[strategy]
    impl Stops {
        #[on_event(stream = Sender::SENT)]
        fn sent(&mut self, cx: &Context<Self>, _: Name) {
            cx.stop();
        }
    }

    let orders = at(&[(0.0, ("x", 1.0)), (0.0, ("y", 2.0)), (0.0, ("z", 1.0))]);
    let runner = Runner::new().feed(Sender::ORDERS, orders).add(Sender::default()).add(Stops);
    let outcome = runner.run().unwrap();
    assert_eq!((outcome.report().pending, outcome.report().now), (3 + 2, s(1.0)));
}

#[test]
fn s46_in_the_grace_what_is_for_now_reaches_sinks_and_what_is_later_stays_pending() {
    struct Naps(Log);

    #[strategy(emits(naps: Name))]
    impl Naps {
        #[on_event(stream = "x")]
        async fn nap(this: Shared<Self>, _: Name) {
            this.emit_after(d(0.5), Self::NAPS, "before");
            this.stop();
            this.sleep(d(1.0)).await;
            this.emit_after(Duration::ZERO, Self::NAPS, "now");
            let never = this.emit_at(this.now(), Self::NAPS, "never");
            assert!(this.cancel(never));
            this.emit_after(d(0.25), Self::NAPS, "later");
        }

        #[on_event(stream = Naps::NAPS)]
        fn hear(&mut self, cx: &Context<Self>, name: Name) {
            self.0.note(cx, name);
        }
    }

    let (clock, log) = (jumping(10.0), Log::default());
    let runner = Runner::new().feed(Naps::X, script(&clock, &[(11.0, "x")])).add(Naps(log.clone()));
    let mut outcome = lived(&clock, runner.collect(Naps::NAPS));
    let naps = outcome.collected(Naps::NAPS).unwrap();
    assert_eq!(naps.iter().map(|event| (event.time, event.value)).collect::<Vec<_>>(), [(s(12.0), "now")]);
    assert_eq!((log.take(), outcome.report().pending), (String::new(), 2));
}
