//! S46 for what can wait: after a stop, tasks have five seconds to end by themselves.

use asp::prelude::*;
use asp::{OnError, Outcome, StopReason};

use crate::kit::{Log, Name, at, d, jumping, lived, s, script, seconds};

/// Sleeps as long as it is told to, and says what it did.
struct Sleeper {
    log: Log,
    /// Stops the run with the event of that name.
    last: Name,
}

#[strategy(emits(done: Name))]
impl Sleeper {
    #[on_event(stream = "naps")]
    async fn nap(this: Shared<Self>, (name, length): (Name, f64)) -> Result<(), &'static str> {
        this.with(|sleeper, cx| {
            sleeper.log.note(cx, name);
            if name == sleeper.last {
                cx.stop();
            }
        });
        this.sleep(d(length)).await;
        this.with(|sleeper, cx| sleeper.log.note(cx, format_args!("{name} done")));
        this.emit(Self::DONE, name);
        this.after(Duration::ZERO).call();
        if name == "bad" { Err("as told") } else { Ok(()) }
    }

    #[on_event(stream = "done")]
    fn never(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format_args!("heard of {name}"));
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "call");
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

/// A live run from 10.25 on that naps and is stopped by the last one; what it did, and what was emitted.
fn napping(
    naps: &[(f64, (Name, f64))],
    last: Name,
    shape: impl FnOnce(Runner) -> Runner,
) -> (String, Outcome) {
    let (clock, log) = (jumping(10.25), Log::default());
    let strategy = Sleeper { log: log.clone(), last };
    let runner = Runner::new().feed(Sleeper::NAPS, script(&clock, naps)).add(strategy).collect(Sleeper::DONE);
    let outcome = lived(&clock, shape(runner));
    (log.take(), outcome)
}

#[test]
fn s46_after_a_stop_nothing_but_wakes_is_dispatched() {
    let naps = [(10.5, ("a", 1.0)), (11.0, ("b", 4.0)), (11.25, ("c", 0.5))];
    let (log, mut outcome) = napping(&naps, "c", |runner| runner);
    // Neither ticks nor calls, and emissions reach sinks only.
    assert_eq!(log, "a@10.5, b@11, c@11.25, a done@11.5, c done@11.75, b done@15, stop@15");
    let done: Vec<Name> = outcome.collected(Sleeper::DONE).unwrap().into_iter().map(|it| it.value).collect();
    assert_eq!(done, ["a", "c", "b"]);
    let report = outcome.report();
    assert_eq!((report.reason, report.dispatched.wakes), (StopReason::Requested, 3));
    assert_eq!(report.pending, 3, "a call of each");
}

#[test]
fn s46_tasks_that_do_not_end_in_five_seconds_are_dropped() {
    let naps = [(10.5, ("a", 5.0)), (11.0, ("b", 60.0))];
    let (log, outcome) = napping(&naps, "b", |runner| runner);
    assert_eq!(log, "a@10.5, b@11, a done@15.5, stop@15.5");
    assert_eq!(outcome.report().pending, 2, "a call, and one who sleeps");
}

#[test]
fn s46_over_history_tasks_are_dropped_at_once() {
    let log = Log::default();
    let strategy = Sleeper { log: log.clone(), last: "b" };
    let naps = at(&[(0.5, ("a", 1.0)), (1.25, ("b", 0.1))]);
    let outcome = Runner::new().start(s(0.0)).feed(Sleeper::NAPS, naps).add(strategy).run().unwrap();
    assert_eq!(log.take(), "a@0.5, tick@1, b@1.25, stop@1.25");
    assert_eq!((outcome.report().dispatched.wakes, outcome.report().pending), (0, 2));
}

#[test]
fn s46_a_drain_comes_before_the_grace() {
    let naps = [(10.5, ("a", 1.0)), (11.0, ("b", 0.25)), (11.0, ("c", 0.25))];
    let (log, outcome) = napping(&naps, "b", Runner::drain_on_stop);
    let ends = "a done@11.5, stop@11.5";
    assert!(log.starts_with("a@10.5, b@11, c@11.000000001, b done@11.25"), "{log}");
    assert!(log.ends_with(ends), "{log}");
    assert_eq!(outcome.report().reason, StopReason::Requested);
}

#[test]
fn s43_an_error_ends_the_grace() {
    let naps = [(10.5, ("bad", 1.0)), (11.0, ("b", 4.0))];
    let (clock, log) = (jumping(10.25), Log::default());
    let strategy = Sleeper { log: log.clone(), last: "b" };
    let runner = Runner::new().feed(Sleeper::NAPS, script(&clock, &naps)).add(strategy);
    let run = runner.clock(clock.clone()).run_live();
    let error = futures::executor::block_on(run).unwrap_err();
    let text = "Sleeper::nap failed at 1970-01-01T00:00:11.500Z on stream \"naps\", event 0: as told";
    assert_eq!(error.to_string(), text);
    assert_eq!(log.take(), "bad@10.5, b@11, bad done@11.5, stop@11.5");
}

#[test]
fn s43_an_error_that_is_passed_over_does_not() {
    let naps = [(10.5, ("bad", 1.0)), (11.0, ("b", 4.0))];
    let (log, outcome) = napping(&naps, "b", |runner| runner.on_error(OnError::Continue));
    assert_eq!(log, "bad@10.5, b@11, bad done@11.5, b done@15, stop@15");
    assert_eq!(outcome.report().errors, 1);
}

#[test]
fn s62_wakes_after_the_stop_are_repeated() {
    let naps = [(10.5, ("a", 1.0)), (11.0, ("b", 4.0)), (11.25, ("c", 60.0))];
    let recording = Recording::new().keep(Sleeper::NAPS);
    let (log, outcome) = napping(&naps, "c", |runner| runner.record_to(&recording).digest());
    let again = Log::default();
    let strategy = Sleeper { log: again.clone(), last: "none" };
    let repeated = Runner::new().replay(&recording).add(strategy).digest().run().unwrap();
    assert_eq!(again.take(), log);
    assert_eq!(repeated.report().digest, outcome.report().digest);
    assert_eq!(
        (repeated.report().pending, repeated.report().now),
        (outcome.report().pending, outcome.report().now)
    );
}

/// Has the strategy to itself when the run is stopped.
struct Holder(Log);

#[strategy]
impl Holder {
    #[on_event(stream = "names")]
    async fn hold(&mut self, cx: &TaskContext<Self>, name: Name) {
        self.0.add(format!("{name}@{}", seconds(cx.now())));
        if name == "b" {
            cx.stop();
        }
        cx.sleep(d(2.0)).await;
        self.0.add(format!("{name} done@{}", seconds(cx.now())));
    }

    #[on_event(stream = "stops")]
    fn stop_now(&mut self, cx: &Context<Self>, _: Name) {
        cx.stop();
    }
}

/// Stops the run from beside.
struct Stopper;

#[strategy]
impl Stopper {
    #[on_event(stream = "stops")]
    fn stop(&mut self, cx: &Context<Self>, _: Name) {
        cx.stop();
    }
}

#[test]
fn s41_what_waits_for_a_handler_is_not_dispatched_in_the_grace() {
    let (clock, log) = (jumping(10.0), Log::default());
    let names = script(&clock, &[(10.5, "a"), (11.0, "b")]);
    let stops = script(&clock, &[(11.5, "now")]);
    let runner = Runner::new()
        .feed(Holder::NAMES, names)
        .feed(Stopper::STOPS, stops)
        .add(Holder(log.clone()))
        .add(Stopper);
    let outcome = lived(&clock, runner);
    assert_eq!(log.take(), "a@10.5, a done@12.5");
    assert_eq!(outcome.report().pending, 2, "the events that waited");
}
