//! S60: `on_settled` sees each instant once and whole.

use asp::prelude::*;

use crate::kit::*;

#[derive(Default)]
struct Pairs {
    log: Log,
}

#[strategy]
impl Pairs {
    #[on_event(stream = "x")]
    fn on_x(&mut self, x: i32) {
        self.log.add(format!("x {x}"));
    }

    #[on_event(stream = "y")]
    fn on_y(&mut self, y: i32) {
        self.log.add(format!("y {y}"));
    }

    #[on_settled]
    fn settled(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "settled");
    }

    #[every("500ms")]
    fn tick(&mut self) {
        self.log.add("tick".to_owned());
    }
}

#[test]
fn s60_each_instant_with_events_is_settled_once() {
    let pairs = Pairs::default();
    let log = pairs.log.clone();
    let runner = Runner::new().feed(Pairs::X, at(&[(1.0, 1), (2.0, 2)])).feed(Pairs::Y, at(&[(2.0, 20)]));
    runner.add(pairs).run().unwrap();
    assert_eq!(log.take(), "x 1, settled@1, tick, x 2, y 20, tick, settled@2");
}

#[test]
fn s60_ticks_and_calls_alone_settle_nothing() {
    let pairs = Pairs::default();
    let log = pairs.log.clone();
    let runner = Runner::new().feed(Pairs::X, at(&[(1.0, 1)])).opens(Pairs::Y).add(pairs);
    runner.start(s(0.0)).end(s(2.0)).run().unwrap();
    assert_eq!(log.take(), "tick, x 1, tick, settled@1, tick");
}

struct C {
    log: Log,
}

#[strategy]
impl C {
    #[on_event(stream = "a")]
    fn on_a(&mut self, _: u8) {
        self.log.add("A: C".to_owned());
    }

    #[on_event(stream = "d")]
    fn on_d(&mut self, _: u8) {
        self.log.add("C".to_owned());
    }

    #[on_settled]
    fn settled(&mut self) {
        self.log.add("settled C".to_owned());
    }
}

struct B {
    log: Log,
}

#[strategy(emits(b: u8))]
impl B {
    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, a: u8) {
        self.log.add("B".to_owned());
        cx.emit(Self::B, a);
    }
}

struct D {
    log: Log,
}

#[strategy(emits(d: u8))]
impl D {
    #[on_event(stream = "b")]
    fn on_b(&mut self, cx: &Context<Self>, b: u8) {
        self.log.add("D".to_owned());
        cx.emit(Self::D, b);
    }
}

#[test]
fn s60_a_diamond_settles_once() {
    let log = Log::default();
    let (c, b, d) = (C { log: log.clone() }, B { log: log.clone() }, D { log: log.clone() });
    Runner::new().feed(C::A, at(&[(1.0, 0)])).add(c).add(b).add(d).run().unwrap();
    assert_eq!(log.take(), "A: C, B, D, C, settled C");
}

/// Its settling makes events for others, itself included.
struct Ring {
    log: Log,
    name: &'static str,
}

#[strategy(emits(more: u32))]
impl Ring {
    #[on_event(stream = "x")]
    #[on_event(stream = "more")]
    fn on_x(&mut self, n: u32) {
        self.log.add(format!("{}{n}", self.name));
    }

    #[on_settled]
    fn settled(&mut self, cx: &Context<Self>) {
        self.log.add(format!("settled {}", self.name));
        if self.name == "p" && cx.pending() == 0 && cx.now() == s(1.0) {
            cx.emit(Self::MORE, 7);
            cx.after(d(1.0)).later();
        }
    }

    #[after]
    fn later(&mut self) {}
}

#[test]
fn s60_what_settling_asks_for_is_a_new_round_and_settles_again() {
    let log = Log::default();
    let ring = |name| Ring { log: log.clone(), name };
    let runner = Runner::new().feed(Ring::X, at(&[(1.0, 1)])).add_as("p", ring("p")).add_as("q", ring("q"));
    let places = observed(runner);
    // `p` settles first and emits: what is pending then comes before `q` settles.
    assert_eq!(log.take(), "p1, q1, settled p, p7, q7, settled p, settled q");
    assert_eq!(
        places,
        "p.on_x@1#0, q.on_x@1#0, p.settled@1#0, p.on_x@1#1, q.on_x@1#1, p.settled@1#1, q.settled@1#1, p.later@2#0"
    );
}

#[derive(Default)]
struct Restless;

#[strategy(emits(more: u32))]
impl Restless {
    #[on_event(stream = "x")]
    #[on_event(stream = "more")]
    fn on_x(&mut self, _: u32) {}

    #[on_settled]
    fn settled(&mut self, cx: &Context<Self>) {
        cx.emit(Self::MORE, 0);
    }
}

#[test]
fn s60_s14_settling_without_end_is_stopped() {
    let (kind, _) = failed(Runner::new().feed(Restless::X, at(&[(1.0, 0)])).add(Restless).max_rounds(50));
    assert!(kind.starts_with("SameInstantLoop") && kind.contains("Restless.settled"), "{kind}");
}
