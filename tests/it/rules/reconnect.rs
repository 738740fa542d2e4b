//! The end and the failure of live sources (S40).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use asp::prelude::*;
use asp::testing::Script;
use asp::{Clock, ErrorKind, ManualClock, Outcome, Reconnect, StopReason, WhenFull};
use futures::executor::block_on;

use crate::kit::{Log, Name, at, d, jumping, lived, s, script, seconds};

/// Notes events, notices and ends of two streams.
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

    #[on_notice(stream = "a")]
    fn notice(&mut self, cx: &Context<Self>, notice: Notice) {
        self.log.note(cx, format!("({notice})"));
    }

    #[on_end(stream = "a")]
    fn a_ended(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "a ends");
    }

    #[on_end(stream = "b")]
    fn b_ended(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "b ends");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

#[test]
fn s40_s54_a_source_that_ends_leaves_the_others_alone() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let runner = Runner::new()
        .feed(Probe::A, script(&clock, &[(11.0, "a1"), (12.0, "a2")]))
        .feed(Probe::B, script(&clock, &[(11.5, "b1"), (15.0, "b2")]));
    let outcome = lived(&clock, runner.add(Probe { log: log.clone() }));
    assert_eq!(
        log.take(),
        "a1@11, b1@11.5, a2@12, a ends@12.000000001, b2@15, b ends@15.000000001, stop@15.000000001"
    );
    assert_eq!(outcome.report().reason, StopReason::Finished);
}

#[test]
fn s40_a_failure_without_a_policy_stops_the_run_and_says_where() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let live = Script::new(&clock).event(s(11.0), "a1").event(s(12.0), "a2").fail(s(12.0), "connection lost");
    let a = Source::past(at(&[(8.0, "p1"), (9.0, "p2")])).then_live(live.source());
    let runner = Runner::new().feed(Probe::A, a).feed(Probe::B, script(&clock, &[(20.0, "b1")]));
    let run = runner.start(s(8.5)).add(Probe { log: log.clone() }).clock(clock).run_live();
    let error = block_on(run).unwrap_err();
    assert_eq!(log.take(), "p2@9, a1@11, a2@12, stop@12");
    assert!(
        matches!(error.kind(), ErrorKind::Source { stream, index: 4, position: None, .. } if stream == "a")
    );
    assert_eq!(error.to_string(), "the source of stream \"a\" failed at index 4: connection lost");
    assert_eq!(error.into_outcome().unwrap().report().reason, StopReason::Failed);
}

#[test]
fn s40_a_panic_of_a_source_is_a_failure() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let live = futures::stream::iter(1..).map(|n| if n < 3 { "fine" } else { panic!("no more") });
    use futures::StreamExt as _;
    let runner =
        Runner::new().feed(Probe::A, Source::live(live)).feed(Probe::B, script(&clock, &[(20.0, "b1")]));
    let run = runner.add(Probe { log: log.clone() }).clock(clock).run_live();
    let error = block_on(run).unwrap_err();
    assert_eq!(error.to_string(), "the source of stream \"a\" failed at index 2: it panicked: no more");
    assert_eq!(log.take(), "fine@10.000000001, fine@10.000000002, stop@10.000000002");
}

/// A source whose connections are scripts of their own, one after the other; an error where there is none.
fn connecting(
    clock: &ManualClock,
    log: &Log,
    connections: Vec<Result<Script<Name>, &'static str>>,
) -> Source<Name> {
    let (made, clock, log) = (Arc::<AtomicUsize>::default(), clock.clone(), log.clone());
    let connections = Arc::new(std::sync::Mutex::new(connections.into_iter().map(Some).collect::<Vec<_>>()));
    Source::connect(async move || {
        log.add(format!("connect@{}", seconds(clock.now())));
        let made = made.fetch_add(1, Ordering::Relaxed);
        let mut connections = connections.lock().unwrap();
        connections.get_mut(made).and_then(Option::take).expect("a script").map(Script::source)
    })
}

fn run(clock: &ManualClock, log: &Log, a: Source<Name>) -> asp::Result<Outcome> {
    let b = Source::past(at::<Name>(&[]));
    let runner = Runner::new().feed(Probe::A, a).feed(Probe::B, b);
    block_on(runner.add(Probe { log: log.clone() }).clock(clock.clone()).run_live())
}

#[test]
fn s40_it_is_connected_again_after_growing_waits_and_says_so_in_the_order_of_events() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let first = Script::new(&clock).event(s(11.0), "a1").event(s(13.0), "a2").fail(s(13.0), "lost");
    let last = Script::new(&clock).event(s(21.0), "a3").end(s(22.0));
    let a = connecting(&clock, &log, vec![Ok(first), Err("refused"), Err("refused"), Ok(last)]);
    let outcome = run(&clock, &log, a.reconnect(Reconnect::new(d(1.0)))).unwrap();
    // 1 s after the failure at 13, then 2 s, then 4 s.
    assert_eq!(
        log.take(),
        "connect@10, b ends@10, a1@11, a2@13, (disconnected: lost)@13.000000001, connect@14, connect@16, connect@20, \
         (connected again, at attempt 3)@20, a3@21, a ends@22, stop@22"
    );
    let report = outcome.report();
    assert_eq!((report.live[0].disconnects, report.live[0].received), (1, 3));
    assert_eq!(report.dispatched.events, 5, "notices are of class 1, too");
}

#[test]
fn s40_the_waits_begin_anew_after_a_connection_and_have_a_limit() {
    let (log, clock) = (Log::default(), jumping(0.0));
    let fails = |time| Ok(Script::new(&clock).fail(s(time), "lost"));
    let refused = || Err("refused");
    let connections = vec![
        fails(10.0),
        refused(),
        refused(),
        refused(),
        fails(30.0),
        refused(),
        Ok(Script::new(&clock).end(s(40.0))),
    ];
    let policy = Reconnect::new(d(1.0)).longest(d(3.0));
    run(&clock, &log, connecting(&clock, &log, connections).reconnect(policy)).unwrap();
    assert_eq!(
        log.take(),
        "connect@0, b ends@0, (disconnected: lost)@10, connect@11, connect@13, connect@16, connect@19, \
         (connected again, at attempt 4)@19, (disconnected: lost)@30, connect@31, connect@33, \
         (connected again, at attempt 2)@33, a ends@40, stop@40"
    );
}

#[test]
fn s40_when_the_attempts_are_used_up_the_last_error_stops_the_run() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let first = Script::new(&clock).event(s(11.0), "a1").fail(s(12.0), "lost");
    let a = connecting(&clock, &log, vec![Ok(first), Err("refused"), Err("gone")]);
    let error = run(&clock, &log, a.reconnect(Reconnect::new(d(1.0)).attempts(2))).unwrap_err();
    assert_eq!(error.to_string(), "the source of stream \"a\" failed at index 1: gone");
    assert_eq!(
        log.take(),
        "connect@10, b ends@10, a1@11, (disconnected: lost)@12, connect@13, connect@15, stop@12"
    );
    assert_eq!(error.into_outcome().unwrap().report().live[0].disconnects, 1);
}

#[test]
fn s40_an_end_is_a_failure_if_the_policy_says_so() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let ends = |time, name| Ok(Script::new(&clock).event(s(time), name).end(s(time + 1.0)));
    let a = connecting(&clock, &log, vec![ends(11.0, "a1"), ends(14.0, "a2"), Err("closed for today")]);
    let error = run(&clock, &log, a.reconnect(Reconnect::new(d(1.0)).on_end().attempts(1))).unwrap_err();
    assert_eq!(
        log.take(),
        "connect@10, b ends@10, a1@11, (disconnected: the source ended)@12, connect@13, \
         (connected again, at attempt 1)@13, a2@14, (disconnected: the source ended)@15, connect@16, stop@15"
    );
    assert_eq!(error.to_string(), "the source of stream \"a\" failed at index 2: closed for today");

    let (log, clock) = (Log::default(), jumping(10.0));
    let a = connecting(&clock, &log, vec![Ok(Script::new(&clock).event(s(11.0), "a1").end(s(12.0)))]);
    run(&clock, &log, a.reconnect(Reconnect::new(d(1.0)))).unwrap();
    assert_eq!(log.take(), "connect@10, b ends@10, a1@11, a ends@12, stop@12");
}

#[test]
fn s40_a_source_that_cannot_be_reached_when_the_run_begins_is_tried_again() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let a = connecting(
        &clock,
        &log,
        vec![Err("refused"), Err("refused"), Ok(Script::new(&clock).event(s(14.0), "a1").end(s(15.0)))],
    );
    let outcome = run(&clock, &log, a.reconnect(Reconnect::new(d(1.0)))).unwrap();
    // Nobody is told: it was never there.
    assert_eq!(log.take(), "connect@10, connect@11, connect@13, b ends@10, a1@14, a ends@15, stop@15");
    assert_eq!(outcome.report().handover, Some(s(10.0)));
    assert_eq!(outcome.report().live[0].disconnects, 0);
}

#[test]
fn s40_a_panic_is_not_tried_again() {
    use futures::StreamExt as _;
    let (log, clock) = (Log::default(), jumping(10.0));
    let source = Source::connect(async || {
        Ok::<_, std::io::Error>(futures::stream::iter(1..).map(|_| -> Name { panic!("a mistake") }))
    });
    let error = run(&clock, &log, source.reconnect(Reconnect::new(d(1.0)))).unwrap_err();
    assert_eq!(error.to_string(), "the source of stream \"a\" failed at index 0: it panicked: a mistake");
}

#[test]
fn s40_notices_stand_behind_the_events_before_them_and_take_no_room() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let all_at_once = Script::new(&clock)
        .event(s(11.0), "a1")
        .event(s(11.0), "a2")
        .event(s(11.0), "a3")
        .fail(s(11.0), "lost");
    let next = Script::new(&clock).event(s(11.0), "a4").event(s(11.0), "a5").end(s(11.0));
    let a = connecting(&clock, &log, vec![Ok(all_at_once), Ok(next)]);
    // The handler of the first event of each connection sleeps through the rest.
    let source = a.reconnect(Reconnect::new(Duration::ZERO)).queue(1, WhenFull::Latest);
    let outcome = run(&clock, &log, source).unwrap();
    assert_eq!(
        log.take(),
        "connect@10, b ends@10, a3@11, connect@11, (disconnected: lost)@11.000000001, \
         (connected again, at attempt 1)@11.000000002, a5@11.000000003, a ends@11.000000004, stop@11.000000004"
    );
    assert_eq!(outcome.report().dropped, 3);
}

#[test]
fn s40_history_is_asked_for_once() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let asked = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&asked);
    let first = Script::new(&clock).event(s(11.0), "a1").fail(s(12.0), "lost");
    let last = Script::new(&clock).event(s(14.0), "a2").end(s(15.0));
    let a = connecting(&clock, &log, vec![Ok(first), Ok(last)]).history(async move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(at(&[(9.0, "past")]))
    });
    run(&clock, &log, a.reconnect(Reconnect::new(d(1.0)))).unwrap();
    assert_eq!(
        log.take(),
        "connect@10, past@9, b ends@9, a1@11, (disconnected: lost)@12, connect@13, \
         (connected again, at attempt 1)@13, a2@14, a ends@15, stop@15"
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn s40_without_a_handler_notices_are_counted() {
    struct Deaf {
        log: Log,
    }

    #[strategy]
    impl Deaf {
        #[on_event(stream = "a")]
        fn a(&mut self, cx: &Context<Self>, name: Name) {
            self.log.note(cx, name);
        }
    }
    let (log, clock) = (Log::default(), jumping(10.0));
    let fails = |time| Ok(Script::new(&clock).event(s(time), "a1").fail(s(time), "lost"));
    let last = Ok(Script::new(&clock).end(s(20.0)));
    let a = connecting(&clock, &log, vec![fails(11.0), fails(13.0), last]).reconnect(Reconnect::new(d(1.0)));
    let outcome = lived(&clock, Runner::new().feed(Deaf::A, a).add(Deaf { log: log.clone() }));
    assert_eq!(log.take(), "connect@10, a1@11, connect@12, a1@13, connect@14");
    let report = outcome.report();
    assert_eq!((report.live[0].disconnects, report.dispatched.events), (2, 2));
}

#[test]
fn s40_a_source_with_a_task_of_its_own_is_connected_again_too() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let first = Script::new(&clock).event(s(10.0), "a1").fail(s(10.0), "lost");
    let last = Script::new(&clock).event(s(10.0), "a2").end(s(10.0));
    let a = connecting(&clock, &log, vec![Ok(first), Err("refused"), Ok(last)]);
    let source = a.reconnect(Reconnect::new(d(1.0))).own_task();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { run_in(&clock, &log, source).await.unwrap() });
    let log = log.take();
    // With a task of its own the clock that jumps may be ahead; what counts is the order.
    let names = log.replace("again, at", "again at");
    let names = names.split(", ").map(|line| line.split('@').next().unwrap());
    let order: Vec<&str> = names.filter(|name| !["connect", "b ends"].contains(name)).collect();
    let expected = ["a1", "(disconnected: lost)", "(connected again at attempt 2)", "a2", "a ends", "stop"];
    assert_eq!(order, expected, "{log}");
}

async fn run_in(clock: &ManualClock, log: &Log, a: Source<Name>) -> asp::Result<Outcome> {
    let b = Source::past(at::<Name>(&[]));
    let runner = Runner::new().feed(Probe::A, a).feed(Probe::B, b);
    runner.add(Probe { log: log.clone() }).clock(clock.clone()).run_live().await
}

#[test]
fn s40_s56_a_strategy_that_retires_at_a_notice_stops_at_once() {
    struct Leaves {
        log: Log,
    }

    #[strategy]
    impl Leaves {
        #[on_event(stream = "a")]
        fn a(&mut self, cx: &Context<Self>, name: Name) {
            self.log.note(cx, format!("left {name}"));
        }

        #[on_notice(stream = "a")]
        fn notice(&mut self, cx: &Context<Self>, notice: Notice) {
            self.log.note(cx, format!("leaves ({notice})"));
            cx.retire();
        }

        #[on_notice(stream = "a")]
        fn another(&mut self, _: Notice) {
            self.log.say("never");
        }

        #[on_stop]
        fn stop(&mut self, cx: &Context<Self>) {
            self.log.note(cx, "left");
        }
    }
    let (log, clock) = (Log::default(), jumping(10.0));
    let first = Script::new(&clock).event(s(11.0), "a1").fail(s(12.0), "lost");
    let last = Script::new(&clock).event(s(14.0), "a2").end(s(15.0));
    let a = connecting(&clock, &log, vec![Ok(first), Ok(last)]).reconnect(Reconnect::new(d(1.0)));
    let leaves = Leaves { log: log.clone() };
    let runner = Runner::new().feed(Probe::A, a).feed(Probe::B, Source::past(at::<Name>(&[])));
    lived(&clock, runner.add(leaves).add(Probe { log: log.clone() }));
    assert_eq!(
        log.take(),
        "connect@10, b ends@10, left a1@11, a1@11, leaves (disconnected: lost)@12, left@12, \
         (disconnected: lost)@12, connect@13, (connected again, at attempt 1)@13, a2@14, a ends@15, stop@15"
    );
}
