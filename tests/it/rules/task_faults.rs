//! S43, S44, S47: errors and panics of what can wait, and what is left of it.

use asp::prelude::*;
use asp::{ErrorKind, HandlerFailure, ManualClock, OnError, Reason};
use std::sync::Arc;

use crate::kit::*;

/// Does what each event says, after a nap.
struct Acts {
    log: Log,
    alive: Arc<()>,
}

/// Says when it is dropped, and panics then if it is to.
struct Guard(Log, Name);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.say(format!("drop {}", self.1));
        assert!(self.1 != "bomb", "it was dropped");
    }
}

#[strategy]
impl Acts {
    #[on_event(stream = "acts")]
    async fn act(&mut self, cx: &TaskContext<Self>, act: Name) -> Result<(), String> {
        self.log.say(act);
        let guard = Guard(self.log.clone(), act);
        assert!(act != "panic at once", "at once");
        cx.sleep(d(2.0)).await;
        match act {
            "fail" => return Err("no way".to_owned()),
            "panic" => panic!("later"),
            _ => {}
        }
        drop(guard);
        self.log.say(format!("{act} done"));
        Ok(())
    }

    #[on_event(stream = "notes")]
    fn note(&mut self, note: Name) {
        self.log.say(note);
        assert!(note != "explode", "it exploded");
    }

    #[on_stop]
    fn stop(&mut self) {
        self.log.say(format!("stop {}", Arc::strong_count(&self.alive)));
    }
}

struct Other(Log);

#[strategy]
impl Other {
    #[on_event(stream = "notes")]
    fn note(&mut self, note: Name) {
        self.0.say(format!("other {note}"));
    }

    #[on_stop]
    fn stop(&mut self) {
        self.0.say("other stop");
    }
}

fn acting(acts: &[(f64, Name)], notes: &[(f64, Name)]) -> (Runner, Log, Arc<()>) {
    let (log, alive) = (Log::default(), Arc::new(()));
    let runner = Runner::new().feed(Acts::ACTS, at(acts)).feed(Acts::NOTES, at(notes));
    let runner = runner.add(Acts { log: log.clone(), alive: Arc::clone(&alive) }).add(Other(log.clone()));
    (runner, log, alive)
}

/// Runs into a failure of a handler, and whether `Acts` is marked; it is handed back in any case.
fn fails(runner: Runner) -> (HandlerFailure, bool) {
    let error = runner.run().unwrap_err();
    let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
    let failure = HandlerFailure {
        strategy: failure.strategy.clone(),
        method: failure.method.clone(),
        stream: failure.stream.clone(),
        reason: match &failure.reason {
            Reason::Error(error) => Reason::Error(error.to_string().into()),
            Reason::Panic(text) => Reason::Panic(text.clone()),
        },
        ..**failure
    };
    let mut outcome = error.into_outcome().unwrap();
    let is_marked = outcome.panicked("Acts");
    assert!(outcome.take::<Acts>().is_ok());
    (failure, is_marked)
}

#[test]
fn s43_an_error_while_others_wait_names_its_own_event() {
    let (runner, log, alive) = acting(&[(0.0, "nap"), (1.0, "fail")], &[(3.0, "n"), (3.5, "m")]);
    let (failure, is_marked) = fails(runner);
    let own = (failure.strategy.as_str(), failure.method.as_str(), failure.stream.as_deref(), failure.index);
    assert_eq!(own, ("Acts", "act", Some("acts"), Some(1)));
    assert_eq!((failure.event_time, failure.now), (s(1.0), s(4.0)));
    assert!(matches!(failure.reason, Reason::Error(error) if error.to_string() == "no way"));
    assert!(!is_marked);
    // What waits is not dispatched any more.
    assert_eq!(
        log.take(),
        "nap@0, drop nap@2, nap done@2, fail@2, other n@3, other m@3.5, drop fail@4, stop 2@4, other stop@4"
    );
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn s43_errors_that_are_passed_over_let_the_others_go_on() {
    let (runner, log, _alive) = acting(&[(0.0, "fail"), (1.0, "nap")], &[(0.5, "n")]);
    let outcome = runner.on_error(OnError::Continue).run().unwrap();
    assert_eq!(outcome.report().errors, 1);
    assert_eq!(
        log.take(),
        "fail@0, other n@0.5, drop fail@2, n@2, nap@2, drop nap@4, nap done@4, stop 2@4, other stop@4"
    );
}

#[test]
fn s44_a_panic_of_an_async_handler_marks_its_strategy_which_is_handed_back() {
    for (act, now, message) in
        [("panic at once", 1.0, "at once"), ("panic", 3.0, "later"), ("bomb", 3.0, "it was dropped")]
    {
        let (runner, log, alive) = acting(&[(1.0, act)], &[(2.0, "n")]);
        let (failure, is_marked) = fails(runner);
        assert_eq!((failure.method.as_str(), failure.index, failure.now), ("act", Some(0), s(now)));
        assert!(matches!(&failure.reason, Reason::Panic(text) if text == message), "{:?}", failure.reason);
        assert!(is_marked);
        let said = log.take();
        assert!(said.ends_with("other stop@1") || said.ends_with("other stop@3"), "{said}");
        assert!(!said.contains(", stop"), "{said}");
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}

#[test]
fn s27_s44_a_panic_of_what_a_suspended_handler_drops_at_the_end_is_an_error_too() {
    let (runner, log, _) = acting(&[(1.0, "bomb")], &[]);
    let (failure, is_marked) = fails(runner.end(s(2.0)));
    assert!(matches!(&failure.reason, Reason::Panic(text) if text == "it was dropped"));
    assert!(is_marked);
    assert_eq!(log.take(), "bomb@1, drop bomb@2, other stop@2");
}

#[test]
fn s27_s41_suspended_handlers_are_dropped_before_on_stop_which_has_the_strategy() {
    let (runner, log, alive) = acting(&[(1.0, "nap")], &[(1.5, "n")]);
    let own = log.clone();
    let runner = runner.end(s(2.0)).spawn(|cx| async move {
        let _guard = Guard(own, "coroutine");
        cx.sleep(d(9.0)).await;
    });
    let mut outcome = runner.run().unwrap();
    assert_eq!(log.take(), "nap@1, other n@1.5, drop nap@2, drop coroutine@2, stop 2@2, other stop@2");
    assert_eq!(outcome.report().pending, 3);
    assert!(!outcome.panicked("Acts") && outcome.take::<Acts>().is_ok());
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn s44_a_panic_of_a_coroutine_or_of_a_task_names_who_started_it() {
    let runner = Runner::new().start(s(1.0)).spawn_as("doomed", |cx| async move {
        cx.spawn(async { panic!("child") }).await.unwrap();
    });
    let error = runner.run().unwrap_err();
    assert_eq!(error.to_string(), "doomed panicked at 1970-01-01T00:00:01Z: child");
    struct Sharer;
    #[strategy]
    impl Sharer {
        #[on_event(stream = "names")]
        async fn share(this: Shared<Self>, name: Name) {
            this.sleep(d(1.0)).await;
            this.with(|_, _| panic!("within {name}"));
        }

        #[on_stop]
        fn stop(&mut self) {
            unreachable!("it has panicked");
        }
    }
    let error = Runner::new().feed(Sharer::NAMES, at(&[(1.0, "a")])).add(Sharer).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "Sharer::share panicked at 1970-01-01T00:00:02Z on stream \"names\", event 0: within a"
    );
    let mut outcome = error.into_outcome().unwrap();
    assert!(outcome.panicked("Sharer") && outcome.take::<Sharer>().is_ok());
}

#[test]
fn s46_a_run_that_is_dropped_leaks_no_suspended_handler() {
    let clock = ManualClock::new(s(10.0));
    let (runner, log, alive) = acting(&[(11.0, "nap")], &[(11.5, "n")]);
    let mut run = Box::pin(runner.clock(clock.clone()).run_live());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    for time in [10.0, 11.0, 11.5] {
        clock.set(s(time));
        assert!(run.as_mut().poll(&mut cx).is_pending());
    }
    drop(run);
    // Also what is dropped with it knows the time; `on_stop` is not called.
    assert_eq!(log.take(), "nap@11, other n@11.5, drop nap@11.5");
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn s44_a_panic_on_an_event_that_waited_names_that_event() {
    let (runner, log, _) = acting(&[(1.0, "a"), (2.0, "b")], &[(0.5, "x"), (1.5, "explode")]);
    let (failure, marked) = fails(runner);
    assert!(marked);
    assert_eq!(
        (failure.method.as_str(), failure.stream.as_deref(), failure.index),
        ("note", Some("notes"), Some(1))
    );
    assert_eq!((failure.event_time, failure.now), (s(1.5), s(3.0)));
    assert!(log.take().contains("other stop"), "the others get theirs");
}
