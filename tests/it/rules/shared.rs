//! S41: handlers with `this: Shared<Self>` run beside the others of their strategy.

use asp::prelude::*;
use asp::{ErrorKind, Reason};
use std::sync::{Arc, Mutex};

use crate::kit::*;

#[derive(Default)]
struct Counter {
    log: Log,
    count: u32,
}

#[strategy(emits(counts: u32))]
impl Counter {
    #[on_event(stream = "names")]
    async fn arrive(this: Shared<Self>, name: Name) {
        this.with(|counter, cx| {
            counter.count += 1;
            counter.log.note(cx, format!("{name} {}", counter.count));
        });
        this.sleep(d(2.0)).await;
        let of = seconds(this.event_time());
        this.with(|counter, cx| {
            counter.log.note(cx, format!("{name} of {of} again {}", counter.count));
            cx.emit(Self::COUNTS, counter.count);
        });
    }

    #[on_event(stream = "names")]
    fn too(&mut self, name: Name) {
        self.log.say(format!("{name} too"));
    }

    #[on_event(stream = "counts")]
    fn count(&mut self, count: u32) {
        self.log.say(format!("count {count}"));
    }

    #[on_event(stream = "naps")]
    async fn nap(&mut self, cx: &TaskContext<Self>, nap: f64) {
        self.log.say("nap");
        cx.sleep(d(nap)).await;
        self.count += 10;
        self.log.say("woke");
    }

    #[every("1s")]
    async fn tick(this: Shared<Self>) {
        this.sleep(d(0.5)).await;
        let due = seconds(this.due());
        this.with(|counter, _| counter.log.say(format!("tick of {due}")));
    }
}

fn run(names: &[(f64, Name)], naps: &[(f64, f64)], end: f64) -> String {
    let counter = Counter::default();
    let log = counter.log.clone();
    let runner = Runner::new().start(s(0.0)).feed(Counter::NAMES, at(names)).feed(Counter::NAPS, at(naps));
    runner.add(counter).end(s(end)).run().unwrap();
    log.take()
}

#[test]
fn s41_shared_handlers_run_beside_each_other_and_the_rest() {
    assert_eq!(
        run(&[(0.25, "Jane"), (1.25, "John")], &[], 4.0),
        "Jane 1@0.25, Jane too@0.25, John 2@1.25, John too@1.25, tick of 1@1.5, Jane of 0.25 again 2@2.25, \
         count 2@2.25, tick of 2@2.5, John of 1.25 again 2@3.25, count 2@3.25, tick of 3@3.5"
    );
}

#[test]
fn s41_a_shared_handler_starts_at_its_key() {
    let log = run(&[(0.0, "Jane"), (0.0, "John")], &[], 0.5);
    assert_eq!(log, "Jane 1@0, Jane too@0, John 2@0, John too@0");
}

#[test]
fn s41_wakes_of_shared_handlers_wait_for_an_exclusive_one() {
    // Jane's wake is due at 2, before John comes: scheduled earlier, but calls come after events at equal times.
    assert_eq!(
        run(&[(0.0, "Jane"), (2.0, "John")], &[(1.25, 1.5)], 5.0),
        "Jane 1@0, Jane too@0, nap@1.25, woke@2.75, tick of 1@2.75, John 12@2.75, John too@2.75, \
         Jane of 0 again 12@2.75, count 12@2.75, tick of 2@3.25, tick of 3@3.5, tick of 4@4.5, \
         John of 2 again 12@4.75, count 12@4.75"
    );
}

#[test]
fn s41_a_wake_that_waits_is_a_dispatch_at_its_place() {
    let log = Log::default();
    let seen = log.clone();
    let counter = Counter::default();
    let runner = Runner::new()
        .feed(Counter::NAMES, at(&[(0.0, "Jane")]))
        .feed(Counter::NAPS, at(&[(1.0, 3.0)]))
        .add(counter)
        .end(s(4.5));
    let runner = runner.observe(move |it| {
        if it.handler == "arrive" {
            seen.add(format!(
                "{}#{} {:?} {}",
                seconds(it.place.time),
                it.place.round,
                it.place.class,
                seconds(it.now)
            ));
        }
    });
    runner.run().unwrap();
    assert_eq!(log.take(), "0#0 Event 0, 2#0 Call 4");
}

#[test]
fn s41_a_shared_handler_that_ends_leaves_the_others_as_they_are() {
    struct Calls(Log);
    #[strategy]
    impl Calls {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            cx.at(s(1.0)).one(1);
            cx.at(s(1.0)).one(2);
            cx.at(s(1.0)).now();
        }

        #[after]
        async fn one(this: Shared<Self>, k: u32) {
            let log = this.with(|it, _| it.0.clone());
            log.say(format!("one {k}"));
            this.after(d(0.0)).now();
            this.sleep(d(0.0)).await;
            log.say(format!("again {k}"));
        }

        #[after]
        fn now(&mut self) {
            self.0.say("now");
        }
    }
    let log = Log::default();
    Runner::new().start(s(0.0)).add(Calls(log.clone())).run().unwrap();
    // Each sleep begins when its poll returns, after the call that was asked for in it.
    assert_eq!(log.take(), "one 1@1, one 2@1, now@1, now@1, again 1@1, now@1, again 2@1");
}

#[test]
fn s41_clones_and_tasks_of_a_shared_strategy_reach_the_same_state() {
    struct Family(Log, u32);
    #[strategy]
    impl Family {
        #[on_event(stream = "naps")]
        async fn begin(this: Shared<Self>, nap: f64) {
            let child = this.clone();
            let task = this.spawn(async move {
                child.sleep(d(nap)).await;
                child.with(|family, _| family.1 += 1);
                "child"
            });
            let child = task.await.unwrap();
            this.with(|family, cx| family.0.note(cx, format!("{child} {}", family.1)));
        }

        #[on_event(stream = "holds")]
        async fn hold(&mut self, cx: &TaskContext<Self>, nap: f64) {
            cx.sleep(d(nap)).await;
            self.1 += 10;
        }
    }
    let log = Log::default();
    let runner = Runner::new().feed(Family::NAPS, at(&[(0.0, 1.0), (2.0, 1.0)]));
    runner.feed(Family::HOLDS, at(&[(2.5, 2.0)])).add(Family(log.clone(), 0)).run().unwrap();
    // The child of a shared handler waits as its parent does.
    assert_eq!(log.take(), "child 1@1, child 12@4.5");
}

/// Uses itself within itself, or lets others use it.
struct Misused {
    what: &'static str,
    out: Arc<Mutex<Option<Shared<Misused>>>>,
}

#[strategy]
impl Misused {
    #[on_event(stream = "names")]
    async fn arrive(this: Shared<Self>, _: Name) {
        let (what, out) = this.with(|it, _| (it.what, Arc::clone(&it.out)));
        match what {
            "nested" => this.with(|_, _| this.with(|_, _| ())),
            "context" => this.with(|_, _| _ = this.is_live()),
            _ => *out.lock().unwrap() = Some(this.clone()),
        }
        this.sleep(d(9.0)).await;
    }

    #[on_event(stream = "others")]
    fn other(&mut self, _: Name) {
        let shared = self.out.lock().unwrap().take();
        shared.unwrap().with(|_, _| ());
    }
}

fn misused(what: &'static str) -> (Runner, Arc<Mutex<Option<Shared<Misused>>>>) {
    let out = Arc::default();
    let misused = Misused { what, out: Arc::clone(&out) };
    let runner = Runner::new().feed(Misused::NAMES, at(&[(0.0, "Jane")]));
    (runner.feed(Misused::OTHERS, at(if what == "sync" { &[(1.0, "John")] } else { &[] })).add(misused), out)
}

fn panic_of(runner: Runner) -> String {
    let error = runner.run().unwrap_err();
    let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
    let Reason::Panic(message) = &failure.reason else { panic!("{error}") };
    format!("{} {}: {message}", failure.strategy, failure.method)
}

#[test]
fn s41_a_strategy_in_use_is_not_reached_again() {
    for what in ["nested", "context"] {
        assert_eq!(
            panic_of(misused(what).0),
            "Misused arrive: asp: Misused is in use by a call further up; inside of `with(|strategy, cx| ..)` use \
             that `cx`"
        );
    }
}

#[test]
fn s41_a_strategy_is_reached_from_its_own_tasks_only() {
    let text = "asp: the context of Misused is used where no task of Misused is running; use it in its handlers and \
                in tasks that they start with `cx.spawn(..)`";
    // By a handler of its own that cannot wait, and has it already.
    assert_eq!(panic_of(misused("sync").0), format!("Misused other: {text}"));
    // By a coroutine.
    let (runner, out) = misused("lend");
    let thief = |cx: asp::RunContext| async move {
        cx.sleep(d(1.0)).await;
        let shared = out.lock().unwrap().take().unwrap();
        shared.with(|_, _| ());
    };
    assert_eq!(panic_of(runner.spawn_as("thief", thief)), format!("thief : {text}"));
    // After the run.
    let (runner, out) = misused("lend");
    runner.run().unwrap();
    let shared = out.lock().unwrap().take().unwrap();
    let late = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| shared.with(|_, _| ())));
    assert_eq!(late.unwrap_err().downcast_ref::<String>().unwrap(), text);
}
