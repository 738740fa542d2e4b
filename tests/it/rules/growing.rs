//! S56: strategies that come and go while the run goes on.

use asp::prelude::*;
use asp::{ErrorKind, GraphFault, Outcome, Recording, Request, StopHandle};

use crate::kit::*;

/// What a test has one of the strategies do when an event comes.
type Act = fn(&Actor, &Context<Actor>, Name);

/// Says what it hears, and then does what the test wants.
struct Actor {
    name: Name,
    log: Log,
    act: Act,
}

#[strategy(emits(echoes: Name))]
impl Actor {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} start", self.name));
        cx.after(d(0.0)).now();
    }

    #[on_event(stream = "names")]
    fn hear(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("{} {name}", self.name));
        (self.act)(self, cx, name);
    }

    #[on_event(stream = "names")]
    fn hear_again(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("{} {name} again", self.name));
    }

    #[on_event(stream = "echoes")]
    fn echo(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("{} echo {name}", self.name));
    }

    #[after]
    fn now(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} now", self.name));
    }

    #[after]
    fn later(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} later", self.name));
    }

    #[on_live]
    fn live(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} live", self.name));
    }

    #[on_caught_up]
    fn caught_up(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} caught up", self.name));
    }

    #[on_end(stream = "names")]
    fn ended(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} ended", self.name));
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} stop", self.name));
    }
}

fn idle(_: &Actor, _: &Context<Actor>, _: Name) {}

impl Actor {
    fn new(name: Name, log: &Log, act: Act) -> Self {
        Actor { name, log: log.clone(), act }
    }

    /// Another one that only says what it hears.
    fn child(&self, name: Name) -> Self {
        Actor::new(name, &self.log, idle)
    }
}

/// Runs one actor over these events.
fn run(events: &[(f64, Name)], act: Act) -> (String, Outcome) {
    let log = Log::default();
    let runner = Runner::new().start(s(0.0)).feed(Actor::NAMES, at(events)).add(Actor::new("A", &log, act));
    let outcome = runner.run().unwrap();
    (log.take(), outcome)
}

#[test]
fn s56_who_is_spawned_begins_with_the_next_round() {
    let (log, outcome) = run(&[(1.0, "x"), (1.0, "y"), (2.0, "z")], |a, cx, name| {
        if name == "x" {
            cx.spawn(a.child("B"));
            cx.emit(Actor::ECHOES, name);
            cx.after(d(0.0)).later();
        }
    });
    let at_1 =
        "A x@1, A x again@1, A y@1, A y again@1, B start@1, A echo x@1, B echo x@1, A later@1, B now@1";
    let at_2 = "A z@2, A z again@2, B z@2, B z again@2, A ended@2, B ended@2, A stop@2, B stop@2";
    assert_eq!(log, format!("A start@0, A now@0, {at_1}, {at_2}"));
    assert_eq!(outcome.names().collect::<Vec<_>>(), ["Actor", "Actor#2"]);
    assert_eq!(outcome.report().pending, 0);
}

/// Ticks each second from its birth.
struct Ticks {
    name: Name,
    log: Log,
}

#[strategy]
impl Ticks {
    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} tick", self.name));
    }

    #[after("0.7s")]
    fn once(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} once", self.name));
    }

    #[on_event(stream = "ends")]
    fn end(&mut self, cx: &Context<Self>, name: Name) {
        if name == self.name {
            cx.retire();
        }
    }
}

/// Lets them be born.
struct Mother {
    log: Log,
}

#[strategy]
impl Mother {
    #[on_event(stream = "births")]
    fn birth(&mut self, cx: &Context<Self>, name: Name) {
        cx.spawn_as(name, Ticks { name, log: self.log.clone() });
    }
}

#[test]
fn s56_timers_of_a_newcomer_count_from_its_birth() {
    let log = Log::default();
    let outcome = Runner::new()
        .start(s(0.0))
        .end(s(5.0))
        .feed(Mother::BIRTHS, at(&[(1.0, "A"), (2.0, "B")]))
        .feed(Ticks::ENDS, at(&[(3.5, "A")]))
        .opens(Ticks::ENDS)
        .add(Mother { log: log.clone() })
        .run()
        .unwrap();
    assert_eq!(log.take(), "A once@1.7, A tick@2, B once@2.7, A tick@3, B tick@3, B tick@4");
    assert_eq!(outcome.names().collect::<Vec<_>>(), ["Mother", "B"]);
    assert_eq!(outcome.report().pending, 0, "unbounded timers are no pending items");
}

#[test]
fn s56_a_strategy_that_retires_stops_at_once_and_what_it_has_pending_goes_with_it() {
    let log = Log::default();
    let leaves: Act = |_, cx, name| {
        if name == "x" {
            cx.after(d(5.0)).later();
            cx.after(d(0.0)).later();
            cx.emit(Actor::ECHOES, name);
            cx.retire();
        }
    };
    let runner = Runner::new().start(s(0.0)).feed(Actor::NAMES, at(&[(1.0, "x"), (2.0, "y")]));
    let runner = runner.add(Actor::new("A", &log, leaves)).add_as("B", Actor::new("B", &log, idle));
    let mut outcome = runner.run().unwrap();
    let start = "A start@0, B start@0, A now@0, B now@0";
    let at_1 = "A x@1, A stop@1, B x@1, B x again@1, B echo x@1";
    assert_eq!(log.take(), format!("{start}, {at_1}, B y@2, B y again@2, B ended@2, B stop@2"));
    assert_eq!((outcome.report().pending, outcome.report().dispatched.calls), (0, 3));
    assert!(outcome.take_named::<Actor>("Actor").is_err());
    assert_eq!(outcome.take_named::<Actor>("B").unwrap().name, "B");
}

#[test]
fn s56_a_run_of_which_all_have_retired_goes_on_over_its_sources() {
    let (log, outcome) = run(&[(1.0, "x"), (2.0, "y"), (2.0, "z")], |_, cx, _| cx.retire());
    assert_eq!(log, "A start@0, A now@0, A x@1, A stop@1");
    assert_eq!((outcome.report().now, outcome.names().count()), (s(2.0), 0));
}

#[test]
fn s56_a_retirement_in_a_burst_of_one_stream_ends_it() {
    /// The only reader of its stream, so that its events come in a burst.
    struct Alone(Log);

    #[strategy]
    impl Alone {
        #[on_event(stream = "numbers")]
        fn hear(&mut self, cx: &Context<Self>, number: u32) {
            self.0.note(cx, number);
            if number == 3 {
                cx.retire();
            }
        }
    }

    let log = Log::default();
    let numbers = (1..=9).map(|number| (s(f64::from(number / 2)), number));
    let outcome = Runner::new().feed(Alone::NUMBERS, numbers).add(Alone(log.clone())).run().unwrap();
    assert_eq!(log.take(), "1@0, 2@1, 3@1");
    assert_eq!((outcome.report().now, outcome.report().dispatched.events), (s(4.0), 3));
}

#[test]
fn s56_a_strategy_spawned_at_the_start_begins_in_round_0_after_all_that_were_added() {
    struct Spawns(Log);

    #[strategy(emits(echoes: Name))]
    impl Spawns {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            cx.spawn(Actor::new("child", &self.0, idle));
            cx.emit(Self::ECHOES, "spawned");
        }
    }

    let log = Log::default();
    let runner = Runner::new().start(s(0.0)).feed(Actor::NAMES, at(&[(0.0, "x")]));
    let runner = runner.add(Spawns(log.clone())).add(Actor::new("A", &log, idle));
    assert!(observed(runner).contains("Actor#2.start@0#0"));
    let start = "A start@0, child start@0, A x@0, A x again@0, child x@0, child x again@0";
    assert!(
        log.take()
            .starts_with(&format!("{start}, A echo spawned@0, child echo spawned@0, A now@0, child now@0"))
    );
}

#[test]
fn s56_whoever_comes_late_has_the_hooks_that_have_been() {
    let log = Log::default();
    let clock = jumping(2.0);
    let spawns: Act = |a, cx, name| {
        if name == "late" {
            cx.spawn(a.child("B"));
        }
    };
    struct Extra;

    #[strategy]
    impl Extra {
        #[on_event(stream = "extra")]
        fn extra(&mut self, cx: &Context<Self>, log: Log) {
            cx.spawn(Actor::new("C", &log, idle));
        }
    }
    let runner = Runner::new()
        .start(s(0.0))
        .feed(Actor::NAMES, script(&clock, &[(3.0, "x"), (4.0, "late")]))
        .feed(Extra::EXTRA, script(&clock, &[(5.0, log.clone())]))
        .add(Actor::new("A", &log, spawns))
        .add(Extra);
    lived(&clock, runner);
    let log = log.take();
    let (before, after) = log.split_once("A late@4").unwrap();
    assert!(before.starts_with("A start@0, A now@0, A live@2, A caught up@"), "{before}");
    let at_4 = ", A late again@4, B start@4, B live@4, B caught up@4, B now@4, A ended@4.000000001, B ended@4.000000001";
    assert!(after.starts_with(at_4), "{after}");
    assert!(after.contains("C start@5, C live@5, C caught up@5, C ended@5, C now@5"), "{after}");
}

#[test]
fn s56_what_a_newcomer_reads_must_be_there() {
    struct Reads;

    #[strategy]
    impl Reads {
        #[on_event(stream = "nmaes")]
        fn hear(&mut self, _name: Name) {}
    }

    struct Spawns;

    #[strategy]
    impl Spawns {
        #[on_event(stream = "names")]
        fn hear(&mut self, cx: &Context<Self>, _name: Name) {
            cx.spawn(Reads);
        }
    }

    let runner = Runner::new().feed(Spawns::NAMES, at(&[(1.0, "x"), (2.0, "y")])).add(Spawns);
    let error = runner.run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "Spawns::hear: the strategy it spawned does not fit the run: stream \"nmaes\" is read by Reads::hear but \
         nothing feeds or emits it; a stream with a similar name exists: \"names\""
    );
    let ErrorKind::Refused { request: Request::Join { faults }, .. } = error.kind() else {
        panic!("{error:?}")
    };
    assert!(matches!(&faults[..], [GraphFault::NeverFed { .. }]));
    assert_eq!(error.into_outcome().unwrap().report().dispatched.events, 1);
}

#[test]
fn s56_faults_of_streams_that_come_later_name_the_announcement() {
    struct Spawns;

    struct Reads;

    #[strategy]
    impl Spawns {
        #[on_event(stream = "names")]
        fn hear(&mut self, cx: &Context<Self>, _name: Name) {
            cx.spawn(Reads);
        }
    }

    #[strategy]
    impl Reads {
        #[on_event(stream = "quotes")]
        fn hear(&mut self, _quote: u32) {}
    }

    let runner = Runner::new().feed(Spawns::NAMES, at(&[(1.0, "x")])).add(Spawns);
    assert_eq!(
        runner.run().unwrap_err().to_string(),
        "Spawns::hear: the strategy it spawned does not fit the run: stream \"quotes\" is read by Reads::hear but \
         nothing feeds or emits it; add `.feed(Reads::QUOTES, ..)`, or `.opens(Reads::QUOTES)` if that comes later"
    );
    let runner = Runner::new().feed(Spawns::NAMES, at(&[(1.0, "x")])).feed(Reads::QUOTES, at(&[(1.0, 1)]));
    assert_eq!(
        runner.add(Spawns).run().unwrap_err().to_string(),
        "stream \"quotes\" is fed but nobody reads it; add a strategy with a handler for it, or `.opens(..)` if \
         one comes later, or remove the feed"
    );
}

#[test]
fn s56_a_thousand_come_and_go_and_names_stay_their_own() {
    struct Brief;

    #[strategy]
    impl Brief {
        #[after("1s")]
        fn leave(&mut self, cx: &Context<Self>) {
            cx.retire();
        }
    }

    struct Spawns(u32);

    #[strategy]
    impl Spawns {
        #[every("1s")]
        fn next(&mut self, cx: &Context<Self>) {
            self.0 += 1;
            cx.spawn(Brief);
        }
    }

    let outcome = Runner::new().start(s(0.0)).end(s(1000.5)).add(Spawns(0)).run().unwrap();
    assert_eq!(outcome.report().dispatched.calls, 999);
    assert_eq!(outcome.names().collect::<Vec<_>>(), ["Spawns", "Brief#1000"]);
}

#[test]
fn s56_an_async_handler_retires_when_it_has_ended() {
    struct Sleeper(Log);

    #[strategy]
    impl Sleeper {
        #[on_event(stream = "names")]
        async fn hear(&mut self, cx: &TaskContext<Self>, name: Name) {
            self.0.say(name);
            cx.retire();
            cx.sleep(d(2.0)).await;
            self.0.say(format!("{name} slept"));
        }

        #[on_event(stream = "names")]
        async fn beside(this: Shared<Self>, name: Name) {
            let log = this.with(|s, _| s.0.clone());
            log.say(format!("{name} beside"));
            this.sleep(d(9.0)).await;
            log.say(format!("{name} never"));
        }

        #[on_stop]
        fn stop(&mut self, cx: &Context<Self>) {
            self.0.note(cx, "stop");
        }
    }

    let log = Log::default();
    let runner = Runner::new().feed(Sleeper::NAMES, at(&[(0.0, "x"), (1.0, "y"), (5.0, "z")]));
    let outcome = runner.collect(Sleeper::NAMES).add(Sleeper(log.clone())).run();
    let mut outcome = outcome.unwrap();
    assert_eq!(log.take(), "x@0, x slept@2, stop@2");
    assert_eq!(outcome.collected(Sleeper::NAMES).unwrap().len(), 3, "those that waited reach the sinks");
    assert_eq!((outcome.report().pending, outcome.names().count()), (0, 0));
}

#[test]
fn s56_a_shared_task_retires_its_strategy_and_the_handler_that_has_it_is_dropped() {
    struct Sleeper(Log);

    struct OnDrop(Log);

    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.say("dropped");
        }
    }

    #[strategy]
    impl Sleeper {
        #[on_event(stream = "names")]
        async fn beside(this: Shared<Self>, _name: Name) {
            this.retire();
            this.sleep(d(1.0)).await;
        }

        #[on_event(stream = "names")]
        async fn hear(&mut self, cx: &TaskContext<Self>, _name: Name) {
            let _dropped = OnDrop(self.0.clone());
            cx.sleep(d(0.5)).await;
            self.0.say("half");
            cx.sleep(d(9.0)).await;
        }

        #[on_stop]
        fn stop(&mut self, cx: &Context<Self>) {
            self.0.note(cx, "stop");
        }
    }

    let log = Log::default();
    let runner = Runner::new().feed(Sleeper::NAMES, at(&[(0.0, "x")])).add(Sleeper(log.clone()));
    runner.run().unwrap();
    // The task beside waits while the other handler has the strategy, and so does its end.
    assert!(log.take().ends_with("dropped@9.5, stop@9.5"));
}

#[test]
fn s56_a_strategy_that_is_spawned_does_not_make_a_run_of_timers_end() {
    struct Spawns;

    #[strategy]
    impl Spawns {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            cx.spawn(Ticks { name: "A", log: Log::default() });
        }

        #[every("1s")]
        fn tick(&mut self) {}
    }

    struct Ticks {
        name: Name,
        log: Log,
    }

    #[strategy]
    impl Ticks {
        #[every("1s")]
        fn tick(&mut self, cx: &Context<Self>) {
            self.log.note(cx, self.name);
        }
    }

    let error = Runner::new().start(s(0.0)).add(Spawns).run().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoEnd), "{error}");
}

/// The only reader of its stream.
struct Only {
    name: Name,
    log: Log,
}

#[strategy]
impl Only {
    #[on_event(stream = "names")]
    fn hear(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("{} {name}", self.name));
        if name == "leave" {
            cx.retire();
        }
    }
}

#[test]
fn s56_who_takes_the_number_of_the_only_reader_of_a_stream_hears_each_event_once() {
    struct Mother(Log);

    #[strategy]
    impl Mother {
        #[on_event(stream = "births")]
        fn birth(&mut self, cx: &Context<Self>, name: Name) {
            cx.spawn(Only { name, log: self.0.clone() });
        }
    }

    let log = Log::default();
    let runner = Runner::new().feed(Only::NAMES, at(&[(1.0, "leave"), (2.0, "x"), (4.0, "y"), (5.0, "z")]));
    let runner = runner.feed(Mother::BIRTHS, at(&[(3.0, "B"), (4.5, "C")]));
    runner.add(Only { name: "A", log: log.clone() }).add(Mother(log.clone())).run().unwrap();
    assert_eq!(log.take(), "A leave@1, B y@4, B z@5, C z@5");
}

#[test]
fn s56_a_run_that_was_stopped_as_a_strategy_retired_is_repeated_up_to_there() {
    struct Leaves(Log, Option<StopHandle>);

    #[strategy]
    impl Leaves {
        #[on_event(stream = "names")]
        fn hear(&mut self, cx: &Context<Self>, name: Name) {
            self.0.note(cx, name);
            cx.retire();
        }

        #[on_stop]
        fn stop(&mut self, cx: &Context<Self>) {
            self.0.note(cx, "stop");
            if let Some(stop) = &self.1 {
                stop.stop();
            }
        }
    }

    let (log, recording) = (Log::default(), Recording::new().keep(Only::NAMES));
    let runner = Runner::new().feed(Only::NAMES, at(&[(1.0, "x"), (2.0, "y")]));
    let stop = Some(runner.stop_handle());
    let runner = runner.add(Leaves(log.clone(), stop)).add(Only { name: "A", log: log.clone() });
    let digest = runner.record_to(&recording).digest().run().unwrap().report().digest;
    let lived = log.take();
    assert!(lived.starts_with("x@1, stop@1, A x@1") && !lived.contains('y'), "{lived}");
    let again = Runner::new().replay(&recording).add(Leaves(log.clone(), None));
    let again = again.add(Only { name: "A", log: log.clone() }).digest().run().unwrap();
    assert_eq!((log.take(), again.report().digest), (lived, digest));
}

#[test]
fn s43_s56_after_a_newcomer_that_fails_no_event_of_its_round_is_dispatched() {
    struct Mother(Log);

    #[strategy(emits(echoes: Name))]
    impl Mother {
        #[on_event(stream = "births")]
        fn birth(&mut self, cx: &Context<Self>, name: Name) {
            cx.emit(Self::ECHOES, name);
            cx.spawn(Child { fails: name == "fails" });
        }

        #[on_event(stream = "echoes")]
        fn echo(&mut self, cx: &Context<Self>, name: Name) {
            self.0.note(cx, name);
        }
    }

    struct Child {
        fails: bool,
    }

    #[strategy]
    impl Child {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) -> Result<(), &'static str> {
            cx.stop();
            if self.fails { Err("as told") } else { Ok(()) }
        }
    }

    let log = Log::default();
    for name in ["fails", "stops"] {
        let run = Runner::new().feed(Mother::BIRTHS, at(&[(1.0, name)])).add(Mother(log.clone())).run();
        assert_eq!((log.take().as_str(), run.is_err()), ("", name == "fails"));
    }
}

#[test]
fn s07_s56_ticks_of_one_round_run_by_declaration_whatever_numbers_were_free() {
    struct Mother;

    #[strategy]
    impl Mother {
        #[on_event(stream = "births")]
        fn birth(&mut self, cx: &Context<Self>, name: Name) {
            cx.spawn_as(name, Beats);
        }
    }

    struct Leaves;

    #[strategy]
    impl Leaves {
        #[after("500ms")]
        fn leave(&mut self, cx: &Context<Self>) {
            cx.retire();
        }
    }

    struct Beats;

    #[strategy]
    impl Beats {
        #[on_event(stream = "beats")]
        fn beat(&mut self, cx: &Context<Self>, _: Name) {
            cx.every(Every::new(d(1.0)).immediate().times(1)).tick();
        }

        #[after]
        fn tick(&mut self) {}
    }

    // The one that is born last has the number of the one that has left.
    let runner = Runner::new().start(s(0.0)).feed(Mother::BIRTHS, at(&[(1.0, "C")]));
    let runner = runner.feed(Beats::BEATS, at(&[(2.0, "x")])).add(Leaves).add(Mother).add_as("B", Beats);
    assert_eq!(
        observed(runner),
        "Leaves.leave@0.5#0, Mother.birth@1#0, B.beat@2#0, C.beat@2#0, B.tick@2#1, C.tick@2#1"
    );
}
