//! S42: what comes from outside of a run, and what never comes.

use asp::prelude::*;
use asp::{ErrorKind, ManualClock, Outcome, Reason, RunContext, RunLive, StopReason};
use futures::channel::{mpsc, oneshot};
use futures::join;
use futures::stream::StreamExt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Wake, Waker};
use std::thread;

use crate::kit::*;

/// Notes events and ticks.
struct Notes(Log);

#[strategy]
impl Notes {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: Name) {
        self.0.note(cx, name);
    }
}

/// What another thread comes to, which begins when it is asked for.
async fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, answer) = oneshot::channel();
    thread::spawn(move || sender.send(work()));
    answer.await.unwrap()
}

#[test]
fn s42_time_stands_still_for_what_is_outside() {
    let log = Log::default();
    let own = log.clone();
    let runner = Runner::new().start(s(0.0)).feed(Notes::NAMES, at(&[(1.0, "a"), (1.0, "b"), (2.0, "c")]));
    let runner = runner.add(Notes(log.clone())).spawn(|cx| async move {
        cx.sleep(d(1.0)).await;
        own.say(cx.external(elsewhere(|| "asked")).await);
        own.say(asp::external(async { "ready" }).await);
        let (one, two) = join!(cx.external(elsewhere(|| 1)), cx.external(elsewhere(|| 2)));
        own.say(one + two);
        cx.sleep(d(0.5)).await;
        own.say("slept");
    });
    runner.run().unwrap();
    assert_eq!(log.take(), "a@1, b@1, asked@1, ready@1, 3@1, slept@1.5, c@2");
}

#[test]
fn s42_time_stands_still_also_for_one_whom_an_event_has_woken() {
    let log = Log::default();
    let (own, seen) = (log.clone(), log.clone());
    let names = at(&[(1.0, "a"), (2.0, "b")]);
    let runner = Runner::new().start(s(0.0)).feed(Notes::NAMES, names).spawn(|cx| async move {
        cx.wait_for(Notes::NAMES).await;
        own.say(cx.external(elsewhere(|| "asked")).await);
    });
    runner.sink(Notes::NAMES, move |event| seen.say(event.value)).run().unwrap();
    assert_eq!(log.take(), "a@1, asked@1, b@2");
}

#[test]
fn s42_the_rest_of_the_instant_goes_on_meanwhile() {
    let log = Log::default();
    let (asks, hears) = (log.clone(), log.clone());
    let (sender, mut receiver) = mpsc::unbounded::<u32>();
    let (go, went) = std::sync::mpsc::channel();
    let runner = Runner::new().start(s(0.0)).spawn(|cx| async move {
        sender.unbounded_send(1).unwrap();
        // The other one says when it has heard: at the same instant, while this is pending.
        cx.external(elsewhere(move || went.recv().unwrap())).await;
        asks.say("asked");
        sender.unbounded_send(2).unwrap();
    });
    let runner = runner.spawn(|_| async move {
        while let Some(k) = receiver.next().await {
            hears.say(format!("heard {k}"));
            let _ = go.send(());
        }
    });
    runner.run().unwrap();
    assert_eq!(log.take(), "heard 1@0, asked@0, heard 2@0");
}

#[test]
fn s41_s42_an_exclusive_handler_asks_outside() {
    struct Asks(Log);
    #[strategy]
    impl Asks {
        #[on_event(stream = "names")]
        async fn arrive(&mut self, cx: &TaskContext<Self>, name: Name) {
            let length = cx.external(elsewhere(move || name.len())).await;
            self.0.say(format!("{name} {length}"));
        }

        #[on_event(stream = "others")]
        fn other(&mut self, name: Name) {
            self.0.say(name);
        }
    }
    let log = Log::default();
    let nap = log.clone();
    let runner =
        Runner::new().start(s(0.0)).feed(Asks::NAMES, at(&[(1.0, "Jane"), (1.0, "John"), (2.5, "Anna")]));
    let runner = runner.feed(Asks::OTHERS, at(&[(2.5, "x")])).spawn(|cx| async move {
        for _ in 0..3 {
            cx.sleep(d(0.9)).await;
            nap.say("nap");
        }
    });
    runner.add(Asks(log.clone())).run().unwrap();
    assert_eq!(log.take(), "nap@0.9, Jane 4@1, John 4@1, nap@1.8, Anna 4@2.5, x@2.5, nap@2.7");
}

#[test]
fn s42_what_is_due_later_waits_for_what_is_outside_however_it_came_about() {
    let (log, runner) = (Log::default(), Runner::new().start(s(0.0)));
    let runner = (0..3).fold(runner, |runner, k| {
        let log = log.clone();
        runner.spawn(move |cx| async move {
            cx.sleep(d(f64::from(k))).await;
            cx.external(elsewhere(|| ())).await;
            log.say(k);
        })
    });
    runner.run().unwrap();
    assert_eq!(log.take(), "0@0, 1@1, 2@2");
}

#[test]
fn s42_a_wake_from_outside_is_an_error_over_history() {
    // `waits` is woken by the thread that `asks` waits for.
    let (sender, receiver) = oneshot::channel();
    let runner = Runner::new().start(s(0.0)).spawn_as("waits", |_| async move { _ = receiver.await });
    let runner = runner.spawn_as("asks", |cx| async move {
        cx.sleep(d(1.0)).await;
        cx.external(elsewhere(move || sender.send(()).unwrap())).await;
    });
    let error = runner.run().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignWake { now, .. } if *now == s(1.0)));
    assert_eq!(
        error.to_string(),
        "waits was woken at 1970-01-01T00:00:01Z by something outside of the run; wrap what it waits for in \
         `cx.external(..)`"
    );
}

/// Waits for a channel that a thread sends on, while a handler looks on.
struct Foreign(Option<oneshot::Sender<()>>, Option<oneshot::Receiver<()>>);

#[strategy]
impl Foreign {
    #[on_event(stream = "names")]
    async fn arrive(this: Shared<Self>, _: Name) {
        let receiver = this.with(|it, _| it.1.take());
        _ = receiver.unwrap().await;
    }

    #[on_event(stream = "others")]
    fn other(&mut self, _: Name) {
        if let Some(sender) = self.0.take() {
            thread::spawn(move || sender.send(()).unwrap()).join().unwrap();
        }
    }
}

#[test]
fn s42_a_wake_from_another_thread_names_the_handler_that_waits() {
    let (sender, receiver) = oneshot::channel();
    let runner = Runner::new()
        .feed(Foreign::NAMES, at(&[(1.0, "a")]))
        .feed(Foreign::OTHERS, at(&[(2.0, "b"), (3.0, "c")]));
    let found = failed_with(runner.add(Foreign(Some(sender), Some(receiver))), |kind| match kind {
        ErrorKind::ForeignWake { strategy, method, .. } => Some((strategy.clone(), method.clone())),
        _ => None,
    });
    assert_eq!(found, ("Foreign".to_owned(), "arrive".to_owned()));
}

#[test]
fn s42_a_run_that_waits_for_nothing_is_stuck() {
    let (sender, receiver) = oneshot::channel();
    let never = |_: RunContext| std::future::pending::<()>();
    let runner = Runner::new()
        .feed(Foreign::OTHERS, at(&[]))
        .feed(Foreign::NAMES, at(&[(1.0, "a")]))
        .add(Foreign(Some(sender), Some(receiver)));
    let error = runner.spawn_as("first", never).spawn_as("second", never).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "stuck at 1970-01-01T00:00:01Z: 3 tasks wait and nothing is left that could wake them: Foreign::arrive, first, \
         second; set `.end(..)`, or \
         wrap what they wait for in `cx.external(..)` if it is outside"
    );
    assert_eq!(error.into_outcome().unwrap().report().pending, 3);
}

#[test]
fn s24_s42_a_timer_without_a_bound_does_not_help_a_stuck_run() {
    struct Ticks;
    #[strategy]
    impl Ticks {
        #[every("1s")]
        fn tick(&mut self) {}
    }
    let runner = Runner::new().start(s(0.0)).drain_limit(1000).add(Ticks);
    let error = runner.spawn_as("waits", |_| std::future::pending::<()>()).run().unwrap_err();
    // Ticks are due as long as somebody waits, whom they may wake.
    assert!(matches!(error.kind(), ErrorKind::DrainLimit { .. }), "{error}");
}

#[test]
fn s27_s42_a_run_with_an_end_is_not_stuck() {
    let runner = Runner::new().start(s(0.0)).end(s(9.0)).spawn(|_| std::future::pending::<()>());
    let outcome = runner.run().unwrap();
    assert_eq!(
        (outcome.report().reason, outcome.report().now, outcome.report().pending),
        (StopReason::Finished, s(9.0), 1)
    );
}

#[test]
fn s46_a_run_that_stands_still_can_be_stopped() {
    let runner = Runner::new().start(s(0.0));
    let stop = runner.stop_handle();
    let runner = runner.spawn(|cx| async move {
        thread::spawn(move || stop.stop());
        cx.external(std::future::pending::<()>()).await;
    });
    assert_eq!(runner.run().unwrap().report().reason, StopReason::Requested);
}

/// Timers and threads of tokio.
async fn tokio_things(cx: RunContext, log: Log) {
    cx.external(async { tokio::time::sleep(std::time::Duration::from_millis(2)).await }).await;
    log.say("timer");
    let length = cx.external(async { tokio::task::spawn_blocking(|| "blocking".len()).await.unwrap() }).await;
    log.say(length);
    let spawned = cx.external(async { tokio::spawn(async { 7 }).await.unwrap() }).await;
    log.say(spawned);
}

#[test]
fn s42_tokio_works_through_external_inside_of_its_runtime() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let log = runtime.block_on(async { said(tokio_things) });
    assert_eq!(log, "timer@0, 8@0, 7@0");
    let _guard = runtime.enter();
    assert_eq!(said(tokio_things), "timer@0, 8@0, 7@0");
}

#[test]
fn s42_a_run_that_blocks_the_runtime_it_waits_for_ends_with_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let runner = Runner::new().start(s(0.0)).spawn_as("sleeper", |cx| tokio_things(cx, Log::default()));
    let error = runtime.block_on(async { runner.run().unwrap_err() });
    assert!(matches!(error.kind(), ErrorKind::Blocked { tasks, .. } if tasks == &["sleeper"]), "{error}");
    let remedy = "blocks; give the run to `tokio::task::spawn_blocking`, or await `run_live()`";
    assert!(error.to_string().ends_with(remedy), "{error}");
}

#[test]
fn s42_tokio_says_so_itself_where_its_runtime_is_not() {
    let runner = Runner::new().start(s(0.0)).spawn_as("sleeper", |cx| tokio_things(cx, Log::default()));
    let error = runner.run().unwrap_err();
    let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
    assert_eq!(failure.strategy, "sleeper");
    assert!(
        matches!(&failure.reason, Reason::Panic(text) if text.contains("there is no reactor running")),
        "{error}"
    );
}

#[test]
fn s42_tokio_works_in_both_phases_of_a_live_run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (log, clock) = (Log::default(), ManualClock::new(s(10.0)));
    let (own, time) = (log.clone(), clock.clone());
    let runner = Runner::new().start(s(5.0)).clock(clock.clone()).feed(Notes::NAMES, at(&[(6.0, "a")]));
    let runner = runner.add(Notes(log.clone())).end(s(20.0)).spawn(|cx| async move {
        tokio_things(cx.clone(), own.clone()).await;
        cx.sleep_until(s(10.0)).await;
        tokio_things(cx.clone(), own).await;
        time.set(s(20.0));
    });
    runtime.block_on(runner.run_live()).unwrap();
    // In the live phase they come in at the clock, which is at 10 and moves on by nothing but a nanosecond.
    assert_eq!(log.take(), "timer@5, 8@5, 7@5, a@6, timer@10, 8@10, 7@10");
}

/// Polls a live run by hand, and counts how often it is woken.
struct Driven {
    run: Pin<Box<RunLive>>,
    woken: Arc<Woken>,
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Driven {
    fn new(runner: Runner, clock: &ManualClock) -> Self {
        Driven { run: Box::pin(runner.clock(clock.clone()).run_live()), woken: Arc::default() }
    }

    /// Polls it until it has nothing to do.
    fn go(&mut self) -> Option<Outcome> {
        let waker = Waker::from(Arc::clone(&self.woken));
        loop {
            self.woken.0.store(0, Ordering::SeqCst);
            if let Poll::Ready(outcome) = self.run.as_mut().poll(&mut std::task::Context::from_waker(&waker))
            {
                return Some(outcome.unwrap());
            }
            if !self.is_woken() {
                return None;
            }
        }
    }

    fn is_woken(&self) -> bool {
        self.woken.0.load(Ordering::SeqCst) > 0
    }
}

#[test]
fn s42_the_virtual_phase_stands_still_too_and_is_woken() {
    let (log, clock) = (Log::default(), ManualClock::new(s(10.0)));
    let (sender, receiver) = oneshot::channel();
    let own = log.clone();
    let runner =
        Runner::new().feed(Notes::NAMES, at(&[(1.0, "a"), (2.0, "b"), (11.0, "c")])).add(Notes(log.clone()));
    let runner = runner.spawn(|cx| async move {
        cx.sleep(d(0.5)).await;
        own.say(cx.external(receiver).await.unwrap());
    });
    let mut run = Driven::new(runner, &clock);
    assert!(run.go().is_none());
    clock.set(s(10.5));
    assert!(run.go().is_none());
    assert_eq!(log.take(), "a@1");
    sender.send("asked").unwrap();
    assert!(run.is_woken());
    assert!(run.go().is_none());
    assert_eq!(log.take(), "asked@1.5, b@2");
    clock.set(s(11.0));
    assert!(run.go().is_some());
    assert_eq!(log.take(), "c@11");
}

#[test]
fn s42_the_live_phase_waits_for_nothing_and_takes_wakes_from_anywhere() {
    let (log, clock) = (Log::default(), ManualClock::new(s(10.0)));
    let (asked, answer) = oneshot::channel();
    let (told, foreign) = oneshot::channel();
    let (asks, waits) = (log.clone(), log.clone());
    let runner =
        Runner::new().feed(Notes::NAMES, at(&[(1.0, "a"), (11.0, "b"), (13.0, "c")])).add(Notes(log.clone()));
    let runner = runner.spawn(|cx| async move {
        cx.sleep_until(s(10.0)).await;
        asks.say(cx.external(answer).await.unwrap());
    });
    let runner = runner.spawn(|_| async move { waits.say(foreign.await.unwrap()) });
    let mut run = Driven::new(runner, &clock);
    assert!(run.go().is_none());
    clock.set(s(11.0));
    assert!(run.go().is_none());
    assert_eq!(log.take(), "a@1, b@11");
    // What comes from outside has the time of the clock, as a live event has.
    clock.set(s(12.0));
    asked.send("asked").unwrap();
    assert!(run.is_woken());
    assert!(run.go().is_none());
    assert_eq!(log.take(), "asked@12");
    told.send("told").unwrap();
    assert!(run.is_woken() && run.go().is_none());
    // At the same clock it joins the next round.
    assert_eq!(log.take(), "told@12");
    clock.set(s(13.0));
    assert!(run.go().is_some());
    assert_eq!(log.take(), "c@13");
}

#[test]
fn s42_a_live_timeout_gives_up_what_is_outside() {
    let (log, clock) = (Log::default(), ManualClock::new(s(10.0)));
    let (sender, receiver) = oneshot::channel::<Name>();
    let own = log.clone();
    let runner = Runner::new().start(s(10.0)).end(s(20.0)).spawn(|cx| async move {
        let answer = cx.timeout(d(2.0), cx.external(receiver)).await;
        own.say(answer.is_err());
    });
    let mut run = Driven::new(runner, &clock);
    assert!(run.go().is_none());
    clock.set(s(12.0));
    assert!(run.go().is_none());
    assert_eq!(log.take(), "true@12");
    assert!(sender.send("too late").is_err());
    clock.set(s(20.0));
    let outcome = run.go().unwrap();
    assert_eq!((outcome.report().pending, outcome.report().reason), (0, StopReason::Finished));
}

#[test]
fn s28_s42_a_live_run_waits_for_what_is_outside() {
    let clock = ManualClock::new(s(10.0));
    let (sender, receiver) = oneshot::channel::<Name>();
    let runner = Runner::new().feed(Notes::NAMES, script(&clock, &[(11.0, "a")])).add(Notes(Log::default()));
    let mut run = Driven::new(runner.spawn(|cx| async move { _ = cx.external(receiver).await }), &clock);
    for time in [10.5, 11.0, 12.0] {
        clock.set(s(time));
        assert!(run.go().is_none());
    }
    sender.send("asked").unwrap();
    assert_eq!(run.go().unwrap().report().now, s(12.0));
}

#[test]
fn s42_a_live_run_without_sources_is_stuck_only_where_it_would_end() {
    // A run of coroutines alone ends when they do; this one never does.
    let clock = ManualClock::new(s(10.0));
    let runner = Runner::new().feed(Notes::NAMES, script(&clock, &[(11.0, "a")])).add(Notes(Log::default()));
    let runner = runner.spawn_as("waits", |_| std::future::pending::<()>()).clock(clock.clone());
    let mut run = Box::pin(runner.run_live());
    let mut cx = std::task::Context::from_waker(Waker::noop());
    assert!(run.as_mut().poll(&mut cx).is_pending());
    clock.set(s(11.0));
    let error = loop {
        if let Poll::Ready(ended) = run.as_mut().poll(&mut cx) {
            break ended.unwrap_err();
        }
        clock.advance(d(0.5));
    };
    assert!(matches!(error.kind(), ErrorKind::Stuck { tasks, .. } if *tasks == ["waits"]), "{error}");
}

#[test]
fn s42_a_sleep_in_a_handler_that_cannot_wait_says_what_to_do() {
    struct Sync;
    #[strategy]
    impl Sync {
        #[on_event(stream = "names")]
        fn arrive(&mut self, _: Name) {
            futures::executor::block_on(asp::sleep(d(1.0)));
        }
    }
    let error = Runner::new().feed(Sync::NAMES, at(&[(0.0, "a")])).add(Sync).run().unwrap_err();
    let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
    let Reason::Panic(message) = &failure.reason else { panic!("{error}") };
    assert_eq!(
        message,
        "asp: a sleep was polled in a handler that cannot wait; make the handler an `async fn` and write `.await`, or \
         use `cx.after(..)`"
    );
}
