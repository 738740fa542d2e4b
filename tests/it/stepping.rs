//! A run that a test takes step by step, and puts events into. The strategy of `book/src/testing.md` is included from here.

use asp::prelude::*;
use asp::testing::{Item, TestRun};
use asp::{Class, Digest, Error, ErrorKind, OnError, Stream};
use futures::channel::oneshot;

use crate::kit::{Log, d, s, seconds};

// ANCHOR: strategy
#[derive(Default)]
struct Doorman {
    inside: Vec<String>,
}

#[strategy(emits(said: String))]
impl Doorman {
    #[on_event(stream = "arrivals")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        cx.emit(Self::SAID, format!("Welcome {name}"));
        cx.after(Duration::from_mins(10)).check(name.clone());
        self.inside.push(name);
    }

    #[on_event(stream = "departures")]
    fn leave(&mut self, name: String) {
        self.inside.retain(|other| *other != name);
    }

    #[after]
    fn check(&mut self, cx: &Context<Self>, name: String) {
        if self.inside.contains(&name) {
            cx.emit(Self::SAID, format!("Can I help you, {name}?"));
        }
    }

    #[on_end(stream = "arrivals")]
    fn close(&mut self, cx: &Context<Self>) {
        cx.emit(Self::SAID, format!("Nobody else, {} inside", self.inside.len()));
    }
}
// ANCHOR_END: strategy

// ANCHOR: test
#[test]
fn who_stays_is_asked_after_ten_minutes() -> asp::Result<()> {
    let at = |minute: i64| Timestamp::from_secs(60 * minute);
    let mut run = TestRun::new(Runner::new().start(at(0)).add(Doorman::default()))?;

    // No stream has a source: the test says what comes, and when.
    run.inject(Doorman::ARRIVALS, at(0), "Jane".to_owned())?;
    run.inject(Doorman::ARRIVALS, at(2), "John".to_owned())?;

    // One item at a time.
    let item = run.step()?.expect("Jane's arrival");
    assert_eq!(item.to_string(), "1970-01-01T00:00:00Z event of \"arrivals\": Doorman::arrive");
    assert_eq!(run.strategy::<Doorman>()?.inside, ["Jane"]);

    // What is to come, in order.
    let pending: Vec<String> = run.pending().iter().map(ToString::to_string).collect();
    assert_eq!(
        pending,
        [
            "1970-01-01T00:00:00Z event of \"said\"",
            "1970-01-01T00:02:00Z event of \"arrivals\"",
            "1970-01-01T00:10:00Z call: Doorman::check",
        ]
    );

    // All that is due up to then, that instant included.
    run.run_until(at(5))?;
    run.inject(Doorman::DEPARTURES, at(9), "Jane".to_owned())?;
    run.run_until(at(12))?;
    let said: Vec<String> = run.emitted(Doorman::SAID)?.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "1970-01-01T00:00:00Z Welcome Jane",
            "1970-01-01T00:02:00Z Welcome John",
            "1970-01-01T00:12:00Z Can I help you, John?",
        ]
    );

    // The end of a stream is an event like others.
    run.end(Doorman::ARRIVALS)?;
    run.step()?;
    run.step()?;
    assert_eq!(run.emitted(Doorman::SAID)?[0].value, "Nobody else, 1 inside");

    let outcome = run.finish()?;
    assert_eq!(outcome.report().dispatched.calls, 3);
    Ok(())
}
// ANCHOR_END: test

/// Does one of everything.
#[derive(Default)]
struct Busy {
    log: Log,
}

#[strategy(emits(out: i64))]
impl Busy {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "start");
        cx.after(Duration::ZERO).call(0);
        cx.emit(Self::OUT, 0);
    }

    #[on_event(stream = "numbers")]
    fn number(&mut self, cx: &Context<Self>, number: i64) {
        self.log.note(cx, format!("number {number}"));
        cx.emit(Self::OUT, number);
        let cancelled = cx.after(Duration::ZERO).call(-1);
        cx.after(Duration::ZERO).call(number);
        cx.cancel(cancelled);
    }

    #[on_event(stream = "out")]
    fn echo(&mut self, cx: &Context<Self>, number: i64) {
        self.log.note(cx, format!("echo {number}"));
    }

    #[on_event(stream = "out")]
    fn echo_again(&mut self, cx: &Context<Self>, number: &i64) {
        self.log.note(cx, format!("again {number}"));
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>, number: i64) {
        self.log.note(cx, format!("call {number}"));
    }

    #[every("2s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }

    #[on_settled]
    fn settle(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "settled");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

/// Sleeps in the middle; who reads beside it does not wait.
#[derive(Default)]
struct Sleeper {
    log: Log,
    done: u32,
}

#[strategy]
impl Sleeper {
    #[on_event(stream = "numbers")]
    async fn nap(&mut self, cx: &TaskContext<Self>, number: i64) {
        self.log.say(format!("nap {number}"));
        cx.sleep(d(2.0)).await;
        self.log.say(format!("awake {number}"));
        self.done += 1;
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }
}

fn test(runner: Runner) -> TestRun {
    TestRun::new(runner.start(s(0.0))).unwrap()
}

/// A step as `class@seconds#round: handlers`.
fn short(item: &Item) -> String {
    let (time, round) = (seconds(item.place.time), item.place.round);
    let stream = item.stream.as_deref().map_or(String::new(), |stream| format!(" {stream}"));
    let handlers: Vec<&str> = item.handlers.iter().map(|who| who.split("::").last().unwrap_or(who)).collect();
    format!("{:?}{stream}@{time}#{round}: {}", item.place.class, handlers.join("+"))
}

fn steps(run: &mut TestRun, most: usize) -> Vec<String> {
    let items = std::iter::from_fn(|| run.step().unwrap());
    items.take(most).map(|item| short(&item)).collect()
}

fn pending(run: &TestRun) -> Vec<String> {
    run.pending().iter().map(short).collect()
}

fn text<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_step_is_one_item_with_all_its_handlers() {
    let mut run = test(Runner::new().add(Busy::default()));
    let log = run.strategy::<Busy>().unwrap().log.clone();
    assert_eq!(log.take(), "start@0");
    assert_eq!(pending(&run), ["Event out@0#0: ", "Call@0#0: call", "Tick@2#0: tick"]);
    run.inject(Busy::NUMBERS, s(2.0), 7).unwrap();
    let begun = ["Event out@0#0: echo+echo_again", "Call@0#0: call", "Settled@0#0: settle"];
    assert_eq!(steps(&mut run, 3), begun);
    assert_eq!(log.take(), "echo 0@0, again 0@0, call 0@0, settled@0");
    assert_eq!(steps(&mut run, 2), ["Event numbers@2#0: number", "Tick@2#0: tick"]);
    // The call that was cancelled is no item.
    let rest = ["Event out@2#1: ", "Call@2#1: call", "Settled@2#1: settle", "Tick@4#0: tick"];
    assert_eq!(pending(&run), rest);
    let rest = ["Event out@2#1: echo+echo_again", "Call@2#1: call", "Settled@2#1: settle", "Tick@4#0: tick"];
    assert_eq!(steps(&mut run, 4), rest);
    log.take();
    run.finish().unwrap();
    assert_eq!(log.take(), "stop@4");
}

#[test]
fn an_event_that_nobody_handles_is_a_step_too() {
    let mut run = test(Runner::new().add(Doorman::default()));
    run.inject(Doorman::ARRIVALS, s(0.0), "Jane".into()).unwrap();
    assert_eq!(steps(&mut run, 2), ["Event arrivals@0#0: arrive", "Event said@0#1: "]);
}

#[test]
fn time_goes_where_it_is_taken_and_the_instant_is_included() {
    let mut run = test(Runner::new().add(Busy::default()).end(s(9.0)));
    let log = run.strategy::<Busy>().unwrap().log.clone();
    run.run_until(s(1.0)).unwrap();
    log.take();
    assert_eq!(run.run_until(s(4.0)).unwrap(), 2);
    assert_eq!((log.take().as_str(), run.now()), ("tick@2, tick@4", s(4.0)));
    assert_eq!(run.run_until(s(4.5)).unwrap(), 0);
    assert_eq!(run.now(), s(4.5));
    assert_eq!(
        text(run.run_until(s(4.0))),
        "the run is at 1970-01-01T00:00:04.500Z, and time does not go back to 1970-01-01T00:00:04Z"
    );
    // The end itself is not part of the run.
    assert_eq!(run.run_until(s(20.0)).unwrap(), 2);
    assert_eq!((run.now(), run.step().unwrap()), (s(9.0), None));
    assert_eq!(run.finish().unwrap().report().now, s(9.0));
}

#[test]
fn s07_injected_events_are_ordered_by_time_then_as_they_were_injected() {
    let mut run = test(Runner::new().add(Busy::default()));
    for (time, number) in [(3.0, 1), (1.0, 2), (3.0, 3), (1.0, 4)] {
        run.inject(Busy::NUMBERS, s(time), number).unwrap();
    }
    let log = run.strategy::<Busy>().unwrap().log.clone();
    run.finish().unwrap();
    let numbers: Vec<String> =
        log.take().split(", ").filter(|it| it.starts_with("number")).map(Into::into).collect();
    assert_eq!(numbers, ["number 2@1", "number 4@1", "number 1@3", "number 3@3"]);
}

#[test]
fn s07_an_event_of_now_takes_its_place_as_long_as_that_is_to_come() {
    let mut run = test(Runner::new().opens(Doorman::ARRIVALS).add(Doorman::default()).add(Busy::default()));
    // Nothing but `on_start` has been: both streams are still in round 0, by declaration.
    run.inject(Busy::NUMBERS, s(0.0), 1).unwrap();
    run.inject(Doorman::ARRIVALS, s(0.0), "Jane".into()).unwrap();
    assert_eq!(steps(&mut run, 1), ["Event arrivals@0#0: arrive"]);
    run.inject(Doorman::ARRIVALS, s(0.0), "John".into()).unwrap();
    assert_eq!(steps(&mut run, 2), ["Event arrivals@0#0: arrive", "Event numbers@0#0: number"]);
    // A stream declared earlier has missed its place: it joins the next round, after what is there already.
    run.inject(Doorman::ARRIVALS, s(0.0), "Sarah".into()).unwrap();
    let events: Vec<String> = steps(&mut run, 9).into_iter().filter(|it| it.starts_with("Event")).collect();
    let rest = [
        "Event out@0#0: echo+echo_again",
        "Event said@0#1: ",
        "Event said@0#1: ",
        "Event out@0#1: echo+echo_again",
        "Event arrivals@0#1: arrive",
        "Event said@0#2: ",
    ];
    assert_eq!(events, rest);
}

#[test]
fn an_instant_that_is_over_goes_on_with_what_is_injected() {
    let mut run = test(Runner::new().add(Busy::default()));
    run.inject(Busy::NUMBERS, s(1.0), 1).unwrap();
    run.run_until(s(1.0)).unwrap();
    run.inject(Busy::NUMBERS, s(1.0), 2).unwrap();
    let again = ["Event numbers@1#2: number", "Event out@1#3: echo+echo_again", "Call@1#3: call"];
    assert_eq!(steps(&mut run, 3), again);
    // Time was taken to an instant of which nothing has been yet.
    run.run_until(s(1.5)).unwrap();
    run.inject(Busy::NUMBERS, s(1.5), 3).unwrap();
    assert_eq!(steps(&mut run, 1), ["Event numbers@1.5#0: number"]);
}

#[test]
fn what_cannot_be_injected_says_why() {
    const WRONG: Stream<String> = Stream::new("numbers");
    const OTHER: Stream<i64> = Stream::new("number");
    let fed = [(s(1.0), "Jane".to_owned())];
    let mut run =
        test(Runner::new().feed(Doorman::ARRIVALS, fed).add(Doorman::default()).add(Busy::default()));
    run.run_until(s(3.0)).unwrap();
    assert_eq!(
        text(run.inject(Busy::NUMBERS, s(2.0), 1)),
        "an event at 1970-01-01T00:00:02Z comes too late for stream \"numbers\": the run is at \
         1970-01-01T00:00:03Z; inject it before the run is taken there, or give it that time or a later one"
    );
    assert_eq!(
        text(run.inject(WRONG, s(4.0), String::new())),
        "stream \"numbers\" does not carry String; use the generated constant of the stream"
    );
    assert_eq!(
        text(run.inject(OTHER, s(4.0), 1)),
        "the run has no stream \"number\"; a stream with a similar name exists: \"numbers\""
    );
    assert_eq!(
        text(run.inject(Doorman::ARRIVALS, s(4.0), String::new())),
        "stream \"arrivals\" is fed by its source; take `.feed(..)` out of the runner to inject its events"
    );
    run.end(Busy::NUMBERS).unwrap();
    assert_eq!(
        text(run.inject(Busy::NUMBERS, s(4.0), 1)),
        "stream \"numbers\" has ended; nothing can be injected after `end` or `end_all`"
    );
    assert_eq!(
        text(run.emitted(Doorman::ARRIVALS)),
        "no strategy emits on stream \"arrivals\"; add `.collect(..)` to the runner to keep its events"
    );
    assert_eq!(run.emitted(Doorman::SAID).unwrap().len(), 2);
}

#[test]
fn a_stream_that_a_strategy_emits_can_be_injected_too() {
    let mut run = test(Runner::new().add(Busy::default()));
    run.run_until(s(0.0)).unwrap();
    run.emitted(Busy::OUT).unwrap();
    run.inject(Busy::OUT, s(1.0), 9).unwrap();
    assert_eq!(steps(&mut run, 1), ["Event out@1#0: echo+echo_again"]);
    assert_eq!(run.emitted(Busy::OUT).unwrap(), [Event { time: s(1.0), value: 9 }]);
}

#[test]
fn s14_an_instant_without_end_stops_the_steps() {
    struct Again;

    #[strategy]
    impl Again {
        #[on_start]
        #[after]
        fn again(&mut self, cx: &Context<Self>) {
            cx.after(Duration::ZERO).again();
        }
    }

    let error = test(Runner::new().add(Again).max_rounds(20)).finish().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::SameInstantLoop { rounds: 20, .. }), "{error}");
}

#[test]
fn what_is_collected_can_be_taken_out_in_between() {
    let mut run = test(Runner::new().collect(Busy::NUMBERS).add(Busy::default()));
    run.inject(Busy::NUMBERS, s(1.0), 1).unwrap();
    run.inject(Busy::NUMBERS, s(2.0), 2).unwrap();
    run.run_until(s(1.0)).unwrap();
    assert_eq!(run.emitted(Busy::NUMBERS).unwrap(), [Event { time: s(1.0), value: 1 }]);
    let mut outcome = run.finish().unwrap();
    assert_eq!(outcome.collected(Busy::NUMBERS).unwrap(), [Event { time: s(2.0), value: 2 }]);
}

#[test]
fn s41_what_a_suspended_handler_has_made_wait_comes_step_by_step() {
    let mut run = test(Runner::new().add(Sleeper::default()).add(Busy::default()));
    run.inject(Sleeper::NUMBERS, s(0.5), 1).unwrap();
    run.inject(Sleeper::NUMBERS, s(1.5), 2).unwrap();
    run.run_until(s(0.5)).unwrap();
    assert_eq!(
        text(run.strategy::<Sleeper>().map(|_| ())),
        "Sleeper is in its handler `nap`, which waits; step on until that has ended"
    );
    assert_eq!(pending(&run)[..2], ["Tick@1#0: tick", "Event numbers@1.5#0: "]);
    assert!(pending(&run).contains(&"Call@2.5#0: nap".to_owned()));
    run.run_until(s(2.4)).unwrap();
    // At the end what waits, under the keys that it keeps.
    let waits = pending(&run);
    assert_eq!(waits[0], "Call@2.5#0: nap");
    assert_eq!(waits[waits.len() - 3..], ["Tick@1#0: tick", "Event numbers@1.5#0: ", "Tick@2#0: tick"]);
    assert_eq!(steps(&mut run, 1), ["Call@2.5#0: nap"]);
    let sleeper = run.strategy::<Sleeper>().unwrap();
    assert_eq!((sleeper.done, run.now()), (1, s(2.5)));
    assert_eq!(pending(&run)[..2], ["Tick@1#0: tick", "Event numbers@1.5#0: "]);
    assert_eq!(steps(&mut run, 2), ["Tick@1#0: tick", "Event numbers@1.5#0: nap"]);
    assert_eq!(run.now(), s(2.5));
    assert!(run.strategy::<Sleeper>().is_err());
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.report().now, s(4.5));
}

#[test]
fn s42_a_step_waits_for_what_is_outside() {
    let (answer, asked) = oneshot::channel();
    let log = Log::default();
    let own = log.clone();
    let mut run = test(Runner::new().spawn_as("asker", |cx| async move {
        let answer = cx.external(asked).await.unwrap();
        own.say(format!("answer {answer}"));
    }));
    assert_eq!(run.step().unwrap().unwrap().handlers, ["asker"]);
    let outside = std::thread::spawn(move || answer.send(42));
    assert_eq!(run.step().unwrap().unwrap().place.class, Class::Call);
    assert_eq!(log.take(), "answer 42@0");
    outside.join().unwrap().unwrap();
    assert_eq!(run.step().unwrap(), None);
}

#[test]
fn s42_who_waits_for_an_event_is_stuck_only_when_none_can_come() {
    let waiting = || {
        let log = Log::default();
        let own = log.clone();
        let runner = Runner::new().opens(Busy::NUMBERS).spawn(|cx| async move {
            let number = cx.wait_for(Busy::NUMBERS).await;
            own.say(format!("heard {number:?}"));
        });
        (test(runner), log)
    };
    let (mut run, log) = waiting();
    assert_eq!(run.run_until(s(1.0)).unwrap(), 1);
    run.inject(Busy::NUMBERS, s(2.0), 5).unwrap();
    run.finish().unwrap();
    assert_eq!(log.take().split('@').next_back(), Some("2"));

    let (mut run, _) = waiting();
    run.run_until(s(1.0)).unwrap();
    let error = run.finish().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Stuck { .. }), "{error}");
}

#[test]
fn s43_an_error_ends_the_run_and_has_the_strategies() {
    struct Fragile {
        panics: bool,
    }

    #[strategy]
    impl Fragile {
        #[on_event(stream = "numbers")]
        fn number(&mut self, number: i64) -> Result<(), String> {
            assert!(!self.panics, "broken");
            Err(format!("{number} is too much"))
        }
    }

    for (panics, what) in [(false, "failed"), (true, "panicked")] {
        let mut run = test(Runner::new().add(Fragile { panics }).add(Doorman::default()));
        run.inject(Fragile::NUMBERS, s(1.0), 7).unwrap();
        let error = run.step().unwrap_err();
        assert!(error.to_string().starts_with(&format!("Fragile::number {what} at")), "{error}");
        assert!(error.to_string().contains("on stream \"numbers\", event 0"), "{error}");
        let mut outcome = error.into_outcome().unwrap();
        assert!(outcome.take::<Doorman>().is_ok());
        assert_eq!(outcome.panicked("Fragile"), panics);
        let over = "the run has failed; the error has what is left of it: `error.into_outcome()`";
        assert_eq!(text(run.step()), over);
        assert_eq!(text(run.strategy::<Doorman>().map(|_| ())), over);
        assert_eq!(text(run.inject(Fragile::NUMBERS, s(1.0), 7)), over);
        assert_eq!(text(run.finish()), over);
    }

    let runner = Runner::new().add(Fragile { panics: false }).on_error(OnError::Continue);
    let mut run = test(runner);
    run.inject(Fragile::NUMBERS, s(1.0), 7).unwrap();
    assert_eq!(steps(&mut run, 9), ["Event numbers@1#0: number"]);
    assert_eq!(run.finish().unwrap().report().errors, 1);
}

#[test]
fn s46_a_stop_ends_the_steps() {
    struct Quitter;

    #[strategy]
    impl Quitter {
        #[on_event(stream = "numbers")]
        fn number(&mut self, cx: &Context<Self>, _number: i64) {
            cx.stop();
        }
    }

    let mut run = test(Runner::new().add(Quitter));
    run.inject(Quitter::NUMBERS, s(1.0), 1).unwrap();
    run.inject(Quitter::NUMBERS, s(2.0), 2).unwrap();
    assert_eq!(steps(&mut run, 9), ["Event numbers@1#0: number"]);
    assert_eq!(
        text(run.inject(Quitter::NUMBERS, s(3.0), 3)),
        "the run was stopped by `stop()`; nothing comes any more"
    );
    run.run_until(s(5.0)).unwrap();
    let outcome = run.finish().unwrap();
    assert_eq!((outcome.report().reason, outcome.report().now), (asp::StopReason::Requested, s(1.0)));
}

#[test]
fn s54_streams_end_when_the_test_says_so() {
    let mut run = test(Runner::new().add(Doorman::default()));
    run.inject(Doorman::ARRIVALS, s(1.0), "Jane".into()).unwrap();
    run.end(Doorman::ARRIVALS).unwrap();
    let ended = ["Event arrivals@1#0: arrive", "Event said@1#1: ", "Call@1#1: close", "Event said@1#2: "];
    assert_eq!(steps(&mut run, 4), ended);

    // One that was only announced has no end unless something came.
    let mut run = test(Runner::new().opens(Doorman::ARRIVALS).add(Doorman::default()));
    run.end_all();
    assert_eq!(steps(&mut run, 9), [""; 0]);
}

#[test]
fn strategies_are_found_by_type_or_name() {
    let runner = Runner::new().add_as("front", Doorman::default()).add_as("back", Doorman::default());
    let mut run = test(runner);
    assert_eq!(
        text(run.strategy::<Doorman>().map(|_| ())),
        "the run has 2 strategies of type Doorman; use `strategy_named(..)`"
    );
    assert_eq!(
        text(run.strategy::<Busy>().map(|_| ())),
        "the run has no strategy of type Busy; it has front, back"
    );
    assert_eq!(
        text(run.strategy_named::<Doorman>("side").map(|_| ())),
        "the run has no strategy \"side\" of type Doorman; it has front, back"
    );
    run.inject(Doorman::ARRIVALS, s(0.0), "Jane".into()).unwrap();
    let item = run.step().unwrap().unwrap();
    assert_eq!(item.handlers, ["front::arrive", "back::arrive"]);
    assert_eq!(run.strategy_named::<Doorman>("back").unwrap().inside, ["Jane"]);
}

#[test]
fn a_run_that_cannot_begin_says_why() {
    assert_eq!(
        text(TestRun::new(Runner::new().add(Doorman::default()))),
        "no event tells when the run begins; add `.start(..)` to the runner"
    );
    let recording = asp::Recording::new();
    assert_eq!(
        text(TestRun::new(Runner::new().replay(&recording).start(s(0.0)))),
        "a recorded run is repeated as a whole; use `.run()`"
    );
    let arrivals = Source::live(futures::stream::iter(["Jane".to_owned()]));
    assert_eq!(
        text(TestRun::new(Runner::new().feed(Doorman::ARRIVALS, arrivals).add(Doorman::default()))),
        "stream \"arrivals\" has a live source, and a `TestRun` is over history; leave the feed out and `inject` \
         its events, or feed it a `Script` and write `.clock(ManualClock::jumping(..)).run_live().await`"
    );
}

/// What is injected at any time before it is due is what a source would have brought.
#[test]
fn s49_injected_events_make_the_run_that_fed_ones_make() {
    let numbers = [(0.0, 1), (1.0, 2), (1.0, 3), (2.0, 4), (4.0, 5)].map(|(time, number)| (s(time), number));
    let runner = || Runner::new().start(s(0.0)).add(Busy::default()).add(Sleeper::default()).digest();
    // Fed streams are declared where a test declares those that it injects: behind what is emitted.
    let fed: Option<Digest> = runner().feed(Busy::NUMBERS, numbers).run().unwrap().report().digest;
    for ahead in [d(0.0), d(0.5), d(1.0), d(3.0)] {
        let mut run = TestRun::new(runner()).unwrap();
        let mut injected = 0;
        for now in 0..8 {
            let now = s(f64::from(now) / 2.0);
            while let Some((time, number)) = numbers.get(injected).filter(|(time, _)| *time <= now + ahead) {
                run.inject(Busy::NUMBERS, *time, *number).unwrap();
                injected += 1;
            }
            // Up to just before the next look: what is injected for that is to be in time.
            run.run_until(now + d(0.499)).unwrap();
        }
        for (time, number) in &numbers[injected..] {
            run.inject(Busy::NUMBERS, *time, *number).unwrap();
        }
        assert_eq!(run.finish().unwrap().report().digest, fed, "ahead by {ahead}");
    }
}
