//! S42: coroutines on the virtual clock, with the futures that everybody uses.

use asp::prelude::*;
use asp::{ErrorKind, Reason, Request, RunContext};
use futures::channel::mpsc;
use futures::stream::{FuturesUnordered, StreamExt};
use futures::{FutureExt, join, select, select_biased};

use crate::kit::*;

#[test]
fn s42_a_sleep_takes_no_real_time_and_as_much_virtual_time_as_it_says() {
    let log = said(|cx, log| async move {
        cx.sleep(d(1e6)).await;
        log.say("a");
        cx.sleep_until(s(1_500_000.0)).await;
        log.say("b");
        asp::sleep(Duration::from_nanos(1)).await;
        log.say("c");
        let sleep = cx.sleep(d(2.0));
        assert_eq!(sleep.deadline(), cx.now() + d(2.0));
        // It counts from when it was made, not from when it is polled first.
        cx.sleep(d(3.0)).await;
        sleep.await;
        log.say("d");
    });
    assert_eq!(log, "a@1000000, b@1500000, c@1500000.000000001, d@1500003.000000001");
}

#[test]
fn s42_a_sleep_that_is_over_at_once_wakes_in_the_next_round() {
    let (log, seen) = (Log::default(), Log::default());
    let notes = seen.clone();
    let naps = |cx: RunContext| async move {
        cx.sleep(Duration::ZERO).await;
        cx.sleep(d(-1.0)).await;
        cx.sleep_until(s(-5.0)).await;
    };
    let runner = Runner::new().start(s(0.0)).spawn_as("naps", naps);
    let runner = runner.observe(move |it| {
        seen.add(format!("{}{}@{}#{}", it.strategy, it.handler, seconds(it.now), it.place.round))
    });
    runner.run().unwrap();
    assert_eq!(notes.take(), "naps@0#0, naps@0#1, naps@0#2, naps@0#3");
    assert_eq!(log.take(), "");
}

#[test]
fn s07_s42_a_sleep_ends_before_the_next_event_of_the_stream() {
    struct Naps(Log);
    #[strategy]
    impl Naps {
        #[on_event(stream = "names")]
        async fn arrive(&mut self, cx: &TaskContext<Self>, name: Name) {
            self.0.say(name);
            cx.sleep(d(1.0)).await;
            self.0.say("woke");
        }
    }
    let log = Log::default();
    let runner = Runner::new().feed(Naps::NAMES, at(&[(1.0, "a"), (3.0, "b"), (4.0, "c"), (4.5, "d")]));
    runner.add(Naps(log.clone())).run().unwrap();
    assert_eq!(log.take(), "a@1, woke@2, b@3, woke@4, c@4, woke@5, d@5, woke@6");
}

#[test]
fn s44_an_observer_that_panics_at_a_wake_stops_the_run() {
    let runner = Runner::new().start(s(0.0)).spawn_as("naps", |cx| async move { cx.sleep(d(1.0)).await });
    let error = runner.observe(|it| assert!(it.now < s(1.0), "seen enough")).run().unwrap_err();
    assert_eq!(error.to_string(), "naps panicked at 1970-01-01T00:00:01Z: seen enough");
}

#[test]
fn s10_s42_sleeps_that_end_together_wake_in_the_order_in_which_they_began() {
    let log = Log::default();
    let mut runner = Runner::new().start(s(0.0));
    for (k, first) in [(1, 3.0), (2, 1.0), (3, 2.0), (4, 5.0)] {
        let log = log.clone();
        runner = runner.spawn(move |cx| async move {
            cx.sleep(d(first)).await;
            cx.sleep_until(s(5.0)).await;
            log.say(k);
        });
    }
    runner.run().unwrap();
    // The second nap of 4 never was: at 5 it wakes and goes on to the next round.
    assert_eq!(log.take(), "2@5, 3@5, 1@5, 4@5");
}

#[test]
fn s07_s42_wakes_come_after_events_and_among_calls_before_ticks() {
    struct Mixed(Log);
    #[strategy]
    impl Mixed {
        #[on_event(stream = "names")]
        fn arrive(&mut self, cx: &Context<Self>, name: Name) {
            self.0.note(cx, name);
            if name == "a" {
                cx.at(s(2.0)).call();
            }
        }

        #[after]
        fn call(&mut self) {
            self.0.say("call");
        }

        #[every("2s")]
        fn tick(&mut self) {
            self.0.say("tick");
        }
    }
    let log = Log::default();
    let (early, late) = (log.clone(), log.clone());
    let runner = Runner::new().start(s(0.0)).feed(Mixed::NAMES, at(&[(0.5, "a"), (2.0, "b")]));
    let runner = runner.add(Mixed(log.clone())).spawn(|cx| async move {
        cx.sleep(d(2.0)).await;
        early.say("early");
    });
    let runner = runner.spawn(|cx| async move {
        cx.sleep(d(1.0)).await;
        cx.sleep(d(1.0)).await;
        late.say("late");
    });
    runner.run().unwrap();
    assert_eq!(log.take(), "a@0.5, b@2, early@2, call@2, late@2, tick@2");
}

#[test]
fn s36_s42_coroutines_begin_in_order_before_what_on_start_asks_for() {
    struct Starts(Log);
    #[strategy]
    impl Starts {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            self.0.say("start");
            cx.after(d(0.0)).call();
        }

        #[on_event(stream = "names")]
        fn arrive(&mut self, name: Name) {
            self.0.say(name);
        }

        #[after]
        fn call(&mut self) {
            self.0.say("call");
        }
    }
    let log = Log::default();
    let mut runner = Runner::new().feed(Starts::NAMES, at(&[(3.0, "a")])).add(Starts(log.clone()));
    for k in [1, 2] {
        let log = log.clone();
        runner = runner.spawn(move |_| async move { log.say(k) });
    }
    runner.run().unwrap();
    assert_eq!(log.take(), "start@3, a@3, 1@3, 2@3, call@3");
}

#[test]
fn s42_join_and_select_of_sleeps() {
    let log = said(|cx, log| async move {
        join!(cx.sleep(d(2.0)), cx.sleep(d(1.0)), async {
            cx.sleep(d(0.5)).await;
            log.say("half");
        });
        log.say("joined");
        let (mut long, mut short) = (cx.sleep(d(2.0)).fuse(), cx.sleep(d(1.0)).fuse());
        let first = select! { () = long => "long", () = short => "short" };
        log.say(first);
        long.await;
        log.say("long");
        // Of two that end together the one that began first wakes its task, and the other is still pending then.
        let (mut one, mut two) = (cx.sleep(d(1.0)).fuse(), cx.sleep(d(1.0)).fuse());
        let first = select_biased! { () = two => "two", () = one => "one" };
        log.say(first);
        let second = select_biased! { () = two => "two", () = one => "one" };
        log.say(second);
    });
    assert_eq!(log, "half@0.5, joined@2, short@3, long@4, two@5, one@5");
}

#[test]
fn s42_futures_unordered_wakes_what_is_due() {
    let log = said(|cx, log| async move {
        let nap = |k: u32, length: f64| {
            let sleep = cx.sleep(d(length));
            async move {
                sleep.await;
                k
            }
        };
        let mut naps: FuturesUnordered<_> =
            [(1, 3.0), (2, 1.0), (3, 2.0), (4, 1.0)].map(|(k, it)| nap(k, it)).into_iter().collect();
        while let Some(k) = naps.next().await {
            log.say(k);
            if k == 2 {
                naps.push(nap(5, 1.5));
            }
        }
    });
    assert_eq!(log, "2@1, 4@1, 3@2, 5@2.5, 1@3");
}

#[test]
fn s42_channels_between_coroutines_wake_in_the_next_round() {
    let (log, (mut sender, mut receiver)) = (Log::default(), mpsc::channel::<u32>(1));
    let (sends, receives) = (log.clone(), log.clone());
    let runner = Runner::new().start(s(0.0)).spawn(|cx| async move {
        for k in 1..=3 {
            futures::SinkExt::send(&mut sender, k).await.unwrap();
            sends.say(format!("sent {k}"));
            cx.sleep(d(1.0)).await;
        }
    });
    let runner = runner.spawn(|_| async move {
        while let Some(k) = receiver.next().await {
            receives.say(format!("received {k}"));
        }
        receives.say("closed");
    });
    runner.run().unwrap();
    assert_eq!(
        log.take(),
        "sent 1@0, received 1@0, sent 2@1, received 2@1, sent 3@2, received 3@2, closed@3"
    );
}

/// Sends on a channel what it reads, from a handler that cannot wait.
struct Sends {
    log: Log,
    sender: mpsc::UnboundedSender<u32>,
}

#[strategy]
impl Sends {
    #[on_event(stream = "counts")]
    fn count(&mut self, count: u32) {
        self.log.say(count);
        self.sender.unbounded_send(count).unwrap();
    }

    #[every("1s")]
    fn tick(&mut self) {
        self.log.say("tick");
        let _ = self.sender.unbounded_send(100);
    }
}

#[test]
fn s42_a_wake_interrupts_a_burst() {
    for watched in [false, true] {
        let (log, (sender, mut receiver)) = (Log::default(), mpsc::unbounded());
        let receives = log.clone();
        let counts = at(&[(1.0, 1), (1.0, 2), (1.5, 3), (2.5, 4), (2.6, 5)]);
        let runner = Runner::new().start(s(0.0)).feed(Sends::COUNTS, counts).end(s(3.5));
        let runner = runner.add(Sends { log: log.clone(), sender }).spawn(|_| async move {
            while let Some(k) = receiver.next().await {
                receives.say(format!("heard {k}"));
            }
        });
        if watched { runner.digest() } else { runner }.run().unwrap();
        assert_eq!(
            log.take(),
            "1@1, 2@1, tick@1, heard 1@1, heard 2@1, heard 100@1, 3@1.5, heard 3@1.5, tick@2, heard 100@2, 4@2.5, \
             heard 4@2.5, 5@2.6, heard 5@2.6, tick@3, heard 100@3"
        );
    }
}

#[test]
fn s01_a_sleep_beyond_the_last_time_stops_the_run() {
    let runner =
        Runner::new().start(s(1.0)).spawn_as("eternal", |cx| async move { cx.sleep(Duration::MAX).await });
    let error = runner.run().unwrap_err();
    let ErrorKind::Refused { strategy, request: Request::Overflow { base, .. }, .. } = error.kind() else {
        panic!("{error}")
    };
    assert_eq!((strategy.as_str(), *base), ("eternal", s(1.0)));
}

#[test]
fn s12_a_sleep_until_the_last_time_is_pending_where_the_run_has_an_end() {
    let runner = Runner::new()
        .start(s(1.0))
        .end(s(2.0))
        .spawn(|cx| async move { cx.sleep_until(Timestamp::MAX).await });
    assert_eq!(runner.run().unwrap().report().pending, 1);
}

#[test]
fn s14_a_loop_of_empty_sleeps_is_found() {
    let runner = Runner::new().start(s(1.0)).max_rounds(50).spawn_as("busy", |cx| async move {
        loop {
            cx.sleep(Duration::ZERO).await;
        }
    });
    let found = failed_with(runner, |kind| match kind {
        ErrorKind::SameInstantLoop { time, rounds, last, .. } => Some((*time, *rounds, last.clone())),
        _ => None,
    });
    assert_eq!((found.0, found.1, found.2.len()), (s(1.0), 50, 8));
    assert!(found.2.iter().all(|name| name.starts_with("busy")), "{:?}", found.2);
}

#[test]
fn s29_wakes_count_as_drain() {
    let runner = Runner::new().start(s(0.0)).drain_limit(100).spawn_as("for ever", |cx| async move {
        loop {
            cx.sleep(d(1.0)).await;
        }
    });
    let found = failed_with(runner, |kind| match kind {
        ErrorKind::DrainLimit { strategy, limit, .. } => Some((strategy.clone(), *limit)),
        _ => None,
    });
    assert_eq!(found, ("for ever".to_owned(), 100));
}

#[test]
fn s28_a_run_waits_for_its_coroutines_and_ticks_fire_meanwhile() {
    struct Ticks(Log);
    #[strategy]
    impl Ticks {
        #[every("1s")]
        fn tick(&mut self) {
            self.0.say("tick");
        }
    }
    let log = Log::default();
    let own = log.clone();
    let runner = Runner::new().start(s(0.0)).add(Ticks(log.clone())).spawn(|cx| async move {
        cx.sleep(d(2.5)).await;
        own.say("done");
    });
    runner.run().unwrap();
    assert_eq!(log.take(), "tick@1, tick@2, done@2.5");
}

#[test]
fn s47_a_coroutine_can_stop_the_run_and_fail() {
    let log = Log::default();
    let own = log.clone();
    let stops = |cx: RunContext| async move {
        cx.sleep(d(1.0)).await;
        cx.stop();
        own.say("last words");
        cx.sleep(d(1.0)).await;
        own.say("never");
    };
    let outcome = Runner::new().start(s(0.0)).spawn(stops).run().unwrap();
    assert_eq!((outcome.report().reason, outcome.report().now), (asp::StopReason::Requested, s(1.0)));
    assert_eq!(log.take(), "last words@1");
    let fails = |cx: RunContext| async move {
        cx.sleep(d(1.0)).await;
        Err::<(), _>("no way")
    };
    let error = Runner::new().start(s(0.0)).spawn_as("doomed", fails).run().unwrap_err();
    let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
    assert_eq!((failure.strategy.as_str(), failure.method.as_str(), failure.now), ("doomed", "", s(1.0)));
    assert!(matches!(&failure.reason, Reason::Error(error) if error.to_string() == "no way"));
}

#[test]
fn s49_coroutines_are_the_same_in_each_run() {
    let digest = |every: Option<u64>| {
        let log = Log::default();
        let mut runner = Runner::new().start(s(0.0));
        let (sender, receiver) = mpsc::unbounded::<u32>();
        for k in 0..5_u32 {
            let (sender, log) = (sender.clone(), log.clone());
            runner = runner.spawn(move |cx| async move {
                for n in 0..20 {
                    cx.sleep(d(f64::from((k * 7 + n) % 4) * 0.5)).await;
                    sender.unbounded_send(k).unwrap();
                    log.say(k);
                }
            });
        }
        drop(sender);
        let heard = log.clone();
        let runner = runner.spawn(|_| {
            receiver.for_each(move |k| {
                heard.say(format!("heard {k}"));
                async {}
            })
        });
        let runner = match every {
            Some(every) => runner.digest_every(every),
            None => runner,
        };
        let outcome = runner.run().unwrap();
        (outcome.report().digest, log.take())
    };
    let (first, log) = digest(Some(10));
    assert!(first.is_some());
    for _ in 0..5 {
        assert_eq!(digest(Some(10)), (first, log.clone()));
        assert_eq!(digest(None), (None, log.clone()));
    }
}
