//! S36 and S55: hooks at the start, and one-shot calls.

use asp::prelude::*;

use crate::kit::*;

#[derive(Default)]
struct Hooks {
    log: Log,
}

#[strategy]
impl Hooks {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "on_start");
        cx.at(cx.now()).d();
    }

    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[after]
    fn d(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "d");
    }

    #[every("1s", immediate)]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "on_stop");
    }
}

#[test]
fn s36_hooks() {
    let hooks = Hooks::default();
    let log = hooks.log.clone();
    Runner::new().feed(Hooks::A, at(&[(0.0, "a")])).add(hooks).end(s(1.0)).run().unwrap();
    assert_eq!(log.take(), "on_start@0, a@0, d@0, tick@0, on_stop@1");
}

#[test]
fn s36_what_on_start_asks_for_joins_round_0_and_hooks_run_by_strategy() {
    let runner = Runner::new()
        .feed(Hooks::A, at(&[(0.0, "a")]))
        .add_as("p", Hooks::default())
        .add_as("q", Hooks::default())
        .end(s(1.0));
    assert_eq!(
        observed(runner),
        "p.start@0#0, q.start@0#0, p.on_a@0#0, q.on_a@0#0, p.d@0#0, q.d@0#0, p.tick@0#0, q.tick@0#0, \
         p.stop@1, q.stop@1"
    );
}

struct Greets;

#[strategy(emits(hello: Name))]
impl Greets {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.emit(Self::HELLO, "hello");
        cx.after(Duration::ZERO).soon();
    }

    #[after]
    fn soon(&mut self) {}

    #[on_event(stream = "x")]
    fn on_x(&mut self, _: Name) {}

    #[on_event(stream = "hello")]
    fn on_hello(&mut self, _: Name) {}
}

#[test]
fn s36_emissions_of_on_start_come_after_the_events_of_sources() {
    let runner = Runner::new().feed(Greets::X, at(&[(0.0, "x")])).add(Greets);
    assert_eq!(observed(runner), "Greets.start@0#0, Greets.on_x@0#0, Greets.on_hello@0#0, Greets.soon@0#0");
}

struct Shots;

#[strategy]
impl Shots {
    #[after("60s")]
    fn minute(&mut self) {}

    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.after(d(60.0)).deferred();
        cx.after(Duration::ZERO).deferred();
    }

    #[after]
    fn deferred(&mut self) {}

    #[after("1min")]
    #[after("0s")]
    fn other(&mut self) {}
}

#[test]
fn s55_a_one_shot_is_scheduled_just_before_on_start_in_method_order() {
    let runner = Runner::new().start(s(100.0)).add_as("p", Shots).add_as("q", Shots);
    assert_eq!(
        observed(runner),
        "p.start@100#0, q.start@100#0, p.other@100#0, p.deferred@100#0, q.other@100#0, q.deferred@100#0, \
         p.minute@160#0, p.other@160#0, p.deferred@160#0, q.minute@160#0, q.other@160#0, q.deferred@160#0"
    );
}

#[test]
fn s55_a_one_shot_is_pending_work_and_runs_once() {
    let outcome = Runner::new().start(s(0.0)).end(s(30.0)).add(Shots).run().unwrap();
    assert_eq!(outcome.report().pending, 3);
    let outcome = Runner::new().start(s(0.0)).add(Shots).run().unwrap();
    assert_eq!((outcome.report().dispatched.calls, outcome.report().now), (5, s(60.0)));
}

/// Emits as it starts.
struct Early;

#[strategy(emits(early: Name))]
impl Early {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.emit(Self::EARLY, "early");
    }
}

struct Hears(Log);

#[strategy]
impl Hears {
    #[on_event(stream = Early::EARLY)]
    fn hear(&mut self, cx: &Context<Self>, name: Name) {
        self.0.note(cx, name);
    }
}

struct Ticks(Log);

#[strategy]
impl Ticks {
    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, name: Name) {
        self.0.note(cx, name);
    }

    #[every("1min", immediate)]
    fn tick(&mut self, cx: &Context<Self>) {
        self.0.note(cx, "tick");
    }
}

#[test]
fn s36_what_on_start_emits_comes_between_events_and_ticks_also_in_a_burst() {
    let log = Log::default();
    let names = at(&[(0.0, "a"), (1.0, "b"), (2.0, "c")]);
    let runner = Runner::new().feed(Ticks::A, names).add(Hears(log.clone())).add(Early);
    runner.add(Ticks(log.clone())).run().unwrap();
    assert_eq!(log.take(), "a@0, early@0, tick@0, b@1, c@2");
}
