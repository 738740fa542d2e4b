//! S42: timeouts, tasks that tasks start, and the time for code without a context.

use asp::prelude::*;
use asp::{Cancelled, Elapsed, Task};
use futures::channel::oneshot;
use std::sync::{Arc, Mutex};

use crate::kit::*;

#[test]
fn s42_timeouts_and_ties() {
    let log = said(|cx, log| async move {
        let late = cx.timeout(d(1.0), cx.sleep(d(2.0))).await;
        log.say(late == Err(Elapsed));
        let early = cx.timeout(d(2.0), cx.sleep(d(1.0))).await;
        log.say(early.is_ok());
        // Made before it, the inner sleep ends first; begun in the same poll, the future comes first as well.
        let tie = cx.timeout(d(1.0), cx.sleep(d(1.0))).await;
        log.say(tie.is_ok());
        let ready = asp::timeout(d(0.0), async { 7 }).await;
        log.say(ready == Ok(7));
        let zero = cx.timeout(d(0.0), cx.sleep(d(0.0))).await;
        log.say(zero.is_ok());
        let (_open, never) = oneshot::channel::<()>();
        let negative = cx.timeout(d(-1.0), never).await;
        log.say(negative.is_err());
    });
    assert_eq!(log, "true@1, true@2, true@3, true@3, true@3, true@3");
}

#[test]
fn s42_a_sleep_is_as_long_as_it_was_though_many_others_are_cancelled() {
    let log = said(|cx, log| async move {
        let tasks: Vec<_> = (0..200).map(|_| cx.spawn(cx.sleep(d(10.0)))).collect();
        let nap = cx.sleep(d(20.0));
        let long = cx.spawn(async move {
            nap.await;
            log.say("awake");
        });
        cx.sleep(d(5.0)).await;
        tasks.iter().for_each(Task::cancel);
        assert_eq!(long.await, Ok(()));
    });
    assert_eq!(log, "awake@20");
}

#[test]
fn s42_tasks_are_joined() {
    let log = said(|cx, log| async move {
        let inner = cx.clone();
        let task = cx.spawn(async move {
            inner.sleep(d(2.0)).await;
            7
        });
        assert!(!task.is_finished());
        log.say(format!("{:?}", task.await));
        // Whoever ends before it is awaited keeps what it came to.
        let task = cx.spawn(async { 8 });
        cx.sleep(d(1.0)).await;
        assert!(task.is_finished());
        log.say(format!("{:?}", task.await));
        let detached = log.clone();
        let nap = cx.sleep(d(1.0));
        drop(cx.spawn(async move {
            nap.await;
            detached.say("detached");
        }));
    });
    assert_eq!(log, "Ok(7)@2, Ok(8)@3, detached@4");
}

/// Says when it is dropped.
struct Says(Log, &'static str);

impl Drop for Says {
    fn drop(&mut self) {
        self.0.say(self.1);
    }
}

#[test]
fn s42_tasks_are_cancelled() {
    let log = said(|cx, log| async move {
        let guarded = |what: &'static str, nap: f64| {
            let (guard, nap, log) = (Says(log.clone(), what), cx.sleep(d(nap)), log.clone());
            async move {
                let guard = guard;
                log.say("begins");
                nap.await;
                drop(guard);
            }
        };
        let unborn = cx.spawn(guarded("unborn", 1.0));
        unborn.cancel();
        unborn.cancel();
        log.say(format!("{:?}", unborn.await));
        let task = cx.spawn(guarded("dropped", 9.0));
        cx.sleep(d(1.0)).await;
        task.cancel();
        task.cancel();
        log.say("cancelled");
        log.say(format!("{:?}", task.await == Err(Cancelled)));
        let ended = cx.spawn(async { 1 });
        cx.sleep(d(1.0)).await;
        ended.cancel();
        log.say(format!("{:?}", ended.await));
    });
    // A task is dropped at the end of the dispatch that cancels it.
    assert_eq!(log, "unborn@0, Err(Cancelled)@0, begins@0, cancelled@1, dropped@1, true@1, Ok(1)@2");
}

/// Keeps the handle of a task in its state.
struct Keeper {
    log: Log,
    task: Option<Task<()>>,
}

#[strategy]
impl Keeper {
    #[on_event(stream = "starts")]
    async fn start(this: Shared<Self>, nap: f64) {
        let (log, sleep) = (this.with(|it, _| it.log.clone()), this.sleep(d(nap)));
        let task = this.spawn(async move {
            let guard = Says(log, "dropped");
            sleep.await;
            guard.0.say("slept");
        });
        this.with(|keeper, _| keeper.task = Some(task));
    }

    #[on_event(stream = "stops")]
    fn stop(&mut self, _: Name) {
        self.task.as_ref().unwrap().cancel();
        self.log.say("cancels");
    }

    #[on_event(stream = "stops")]
    fn after_it(&mut self, name: Name) {
        self.log.say(name);
    }
}

#[test]
fn s42_a_handler_that_cannot_wait_cancels_a_task() {
    let log = Log::default();
    let runner = Runner::new()
        .feed(Keeper::STARTS, at(&[(0.0, 9.0)]))
        .feed(Keeper::STOPS, at(&[(1.0, "a"), (2.0, "b")]));
    let outcome = runner.add(Keeper { log: log.clone(), task: None }).run().unwrap();
    assert_eq!(log.take(), "cancels@1, a@1, dropped@1, cancels@2, b@2");
    assert_eq!((outcome.report().now, outcome.report().pending), (s(2.0), 0));
}

#[test]
fn s27_s42_tasks_end_with_the_run() {
    let log = Log::default();
    let own = log.clone();
    let runner = Runner::new().start(s(0.0)).end(s(5.0)).spawn(|cx| async move {
        let (_guard, child) = (Says(own.clone(), "parent"), Says(own, "child"));
        let nap = cx.sleep(d(8.0));
        let _task = cx.spawn(async move {
            nap.await;
            drop(child);
        });
        cx.sleep(d(9.0)).await;
    });
    let outcome = runner.run().unwrap();
    assert_eq!(log.take(), "parent@5, child@5");
    assert_eq!((outcome.report().pending, outcome.report().dispatched.wakes), (2, 2));
}

/// Where `asp::now()` is asked for.
#[test]
fn s42_the_time_is_there_for_all_code_of_a_run() {
    struct Asks(Log, Arc<Mutex<Vec<String>>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            let now = std::panic::catch_unwind(asp::now);
            self.1.lock().unwrap().push(now.map_or("no run".to_owned(), seconds));
        }
    }
    #[strategy]
    impl Asks {
        #[on_event(stream = "names")]
        fn arrive(&mut self, cx: &Context<Self>, name: Name) {
            assert_eq!(asp::now(), cx.now());
            // A run within a run has a time of its own.
            let log = self.0.clone();
            let inner = Runner::new().start(s(100.0)).spawn(|cx| async move {
                cx.sleep(d(1.0)).await;
                log.say("inner");
            });
            inner.run().unwrap();
            self.0.say(name);
        }

        #[on_stop]
        fn stop(&mut self, cx: &Context<Self>) {
            assert_eq!(asp::now(), cx.now());
        }
    }
    let (log, dropped) = (Log::default(), Arc::default());
    let runner = Runner::new().feed(Asks::NAMES, at(&[(1.0, "Jane"), (2.0, "John")]));
    drop(runner.add(Asks(log.clone(), Arc::clone(&dropped))).run().unwrap());
    assert_eq!(log.take(), "inner@101, Jane@1, inner@101, John@2");
    assert_eq!(*dropped.lock().unwrap(), ["no run"]);
    let panic = std::panic::catch_unwind(asp::now).unwrap_err();
    assert_eq!(
        panic.downcast_ref::<String>().unwrap(),
        "asp: there is no run here; `asp::now()`, `asp::sleep(..)` and the like work in handlers and coroutines of a \
         run, not in `main`, in other threads or in futures given to `tokio::spawn`"
    );
}

#[test]
fn s42_a_run_within_a_coroutine_leaves_it_as_it_was() {
    let log = said(|cx, log| async move {
        let before = cx.sleep(d(1.0));
        let inner = log.clone();
        let nested = Runner::new().start(s(50.0)).spawn(|cx| async move {
            cx.sleep(d(5.0)).await;
            inner.say("inner");
        });
        nested.run().unwrap();
        log.say("outer");
        before.await;
        log.say("outer");
    });
    assert_eq!(log, "inner@55, outer@0, outer@1");
}
