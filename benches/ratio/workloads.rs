//! The workloads as strategies, written the way a user writes them.

use std::convert::Infallible;

use asp::prelude::*;
use asp::{HandlerResult, Slot, Strategy, Stream, Wiring};

use crate::inputs::SLEEPS;
use crate::{Workload, handwritten, inputs, tokio};

pub(crate) fn all() -> [Workload; 18] {
    [
        Workload {
            name: "W1 single",
            events: 10_000_000,
            asp: single,
            hand: handwritten::single,
            target: Some(1.5),
        },
        Workload {
            name: "W2 merge8",
            events: 10_000_000,
            asp: merge8,
            hand: handwritten::merge8,
            target: Some(1.3),
        },
        Workload { name: "W2k merge64", ..many(merge_many::<64>, handwritten::merge_many::<64>) },
        Workload { name: "W2k merge512", ..many(merge_many::<512>, handwritten::merge_many::<512>) },
        Workload { name: "W2k merge4096", ..many(merge_many::<4096>, handwritten::merge_many::<4096>) },
        Workload {
            name: "W3 timers",
            events: 5_000_000,
            asp: timers,
            hand: handwritten::timers,
            target: Some(1.6),
        },
        Workload {
            name: "W4 defer",
            events: 1_000_000,
            asp: defer,
            hand: handwritten::defer,
            target: Some(2.2),
        },
        Workload {
            name: "W5 sleep",
            events: 1_000_000,
            asp: sleep,
            hand: handwritten::sleep,
            target: Some(0.8),
        },
        // Beside boxed futures and the heap of the standard library.
        Workload {
            name: "W5h heap",
            events: 1_000_000,
            asp: sleep,
            hand: handwritten::sleep_heap,
            target: Some(0.8),
        },
        // Each wake at an instant of its own.
        Workload {
            name: "W5s spread",
            events: 1_000_000,
            asp: sleep_spread,
            hand: handwritten::sleep_spread,
            target: Some(0.8),
        },
        // Beside a runtime that others would take for the same.
        Workload {
            name: "W5t tokio",
            events: 1_000_000,
            asp: sleep_sum,
            hand: tokio::sleep,
            target: Some(0.8),
        },
        // Async handlers that never wait, beside the loop of W1: for information.
        Workload {
            name: "W5x exclusive",
            events: 5_000_000,
            asp: exclusive,
            hand: handwritten::single,
            target: None,
        },
        Workload {
            name: "W6 chain",
            events: 5_000_000,
            asp: chain,
            hand: handwritten::chain,
            target: Some(1.6),
        },
        // For information: what the chain costs that is not fused.
        Workload {
            name: "W6l loose",
            events: 5_000_000,
            asp: chain_loose,
            hand: handwritten::chain,
            target: None,
        },
        // Events are dispatches there: so many readers of one stream of a million events.
        Workload { name: "W10 fan1", ..fan::<1>(fan_out::<FanOut, 1>) },
        Workload { name: "W10 fan10", ..fan::<10>(fan_out::<FanOut, 10>) },
        Workload { name: "W10 fan100", ..fan::<100>(fan_out::<FanOut, 100>) },
        Workload { name: "W10v by value", ..fan::<10>(fan_out::<FanOutByValue, 10>) },
    ]
}

/// A merge of many streams.
fn many(asp: fn(u64) -> u64, hand: fn(u64) -> u64) -> Workload {
    Workload { name: "", events: 10_000_000, asp, hand, target: Some(1.5) }
}

/// A million events for that many readers.
fn fan<const READERS: u64>(asp: fn(u64) -> u64) -> Workload {
    Workload {
        name: "",
        events: READERS * 1_000_000,
        asp,
        hand: handwritten::fan_out::<READERS>,
        target: None,
    }
}

/// A step of a checksum that depends on order.
#[inline]
pub(crate) fn mix(hash: u64, value: f64) -> u64 {
    (hash ^ value.to_bits()).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[derive(Default)]
pub(crate) struct Single {
    pub(crate) sum: f64,
}

#[strategy]
impl Single {
    #[on_event(stream = "values")]
    fn event(&mut self, value: f64) {
        self.sum += value;
    }
}

pub(crate) fn single(count: u64) -> u64 {
    let run = Runner::new().feed(Single::VALUES, inputs::regular(count)).add(Single::default()).run();
    run.and_then(|mut outcome| outcome.take::<Single>()).expect("the workload runs").sum.to_bits()
}

#[derive(Default)]
pub(crate) struct Merge8 {
    pub(crate) hash: u64,
}

impl Merge8 {
    #[inline]
    pub(crate) fn event<const LANE: u64>(&mut self, value: f64) {
        self.hash = mix(self.hash ^ LANE, value);
    }
}

#[strategy]
impl Merge8 {
    #[on_event(stream = "s0")]
    fn on_0(&mut self, value: f64) {
        self.event::<0>(value);
    }

    #[on_event(stream = "s1")]
    fn on_1(&mut self, value: f64) {
        self.event::<1>(value);
    }

    #[on_event(stream = "s2")]
    fn on_2(&mut self, value: f64) {
        self.event::<2>(value);
    }

    #[on_event(stream = "s3")]
    fn on_3(&mut self, value: f64) {
        self.event::<3>(value);
    }

    #[on_event(stream = "s4")]
    fn on_4(&mut self, value: f64) {
        self.event::<4>(value);
    }

    #[on_event(stream = "s5")]
    fn on_5(&mut self, value: f64) {
        self.event::<5>(value);
    }

    #[on_event(stream = "s6")]
    fn on_6(&mut self, value: f64) {
        self.event::<6>(value);
    }

    #[on_event(stream = "s7")]
    fn on_7(&mut self, value: f64) {
        self.event::<7>(value);
    }
}

fn merge8(count: u64) -> u64 {
    let streams =
        [Merge8::S0, Merge8::S1, Merge8::S2, Merge8::S3, Merge8::S4, Merge8::S5, Merge8::S6, Merge8::S7];
    let mut runner = Runner::new();
    for (lane, stream) in (1..).zip(streams) {
        runner = runner.feed(stream, inputs::irregular(count / 8, lane));
    }
    let run = runner.add(Merge8::default()).run();
    run.and_then(|mut outcome| outcome.take::<Merge8>()).expect("the workload runs").hash
}

/// As many streams as a list of them would bring: wired in a loop, each with a handler of its own.
#[derive(Default)]
pub(crate) struct MergeMany<const LANES: u64> {
    pub(crate) hash: u64,
}

impl<const LANES: u64> MergeMany<LANES> {
    fn streams() -> impl Iterator<Item = (u64, Stream<f64>)> {
        (0..LANES).map(|lane| (lane, Stream::named(format!("s{lane}"))))
    }

    #[inline]
    pub(crate) fn event(&mut self, lane: u64, value: f64) {
        self.hash = mix(self.hash ^ lane, value);
    }
}

impl<const LANES: u64> Strategy for MergeMany<LANES> {
    const NAME: &'static str = "MergeMany";
    type Call = Infallible;
    type Calls<Q: Slot<Infallible>> = ();
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        for (lane, stream) in Self::streams() {
            wiring.on_event(stream, "event", move |state: &mut Self, _, value: f64| state.event(lane, value));
        }
    }

    fn calls<Q: Slot<Infallible>>(_: Q) {}

    fn call(&mut self, _: &Context<Self>, call: Infallible) -> HandlerResult {
        match call {}
    }

    fn call_name(call: &Infallible) -> &'static str {
        match *call {}
    }
}

pub(crate) fn merge_many<const LANES: u64>(count: u64) -> u64 {
    let mut runner = Runner::new();
    for (lane, stream) in MergeMany::<LANES>::streams() {
        runner = runner.feed(stream, inputs::irregular(count / LANES, lane + 1));
    }
    let run = runner.add(MergeMany::<LANES>::default()).run();
    run.and_then(|mut outcome| outcome.take::<MergeMany<LANES>>()).expect("the workload runs").hash
}

#[derive(Default)]
pub(crate) struct Timers {
    pub(crate) hash: u64,
    left: u64,
}

impl Timers {
    #[inline]
    pub(crate) fn tick(&mut self, now: u64) {
        self.hash = mix(self.hash, now as f64);
    }
}

#[strategy]
impl Timers {
    #[on_start]
    fn set(&mut self, cx: &Context<Self>) {
        for timer in 1..=1000 {
            cx.every(Duration::from_millis(timer)).on_tick();
        }
    }

    #[after]
    fn on_tick(&mut self, cx: &Context<Self>) {
        self.tick(cx.now().as_nanos() as u64);
        self.left -= 1;
        if self.left == 0 {
            cx.stop();
        }
    }
}

fn timers(ticks: u64) -> u64 {
    let end = Timestamp::from_secs(1_000_000);
    let strategy = Timers { hash: 0, left: ticks };
    let run = Runner::new().start(Timestamp::EPOCH).end(end).add(strategy).run();
    run.and_then(|mut outcome| outcome.take::<Timers>()).expect("the workload runs").hash
}

// ANCHOR: defer
#[derive(Default)]
pub(crate) struct Defer {
    pub(crate) hash: u64,
}

impl Defer {
    #[inline]
    pub(crate) fn event(&mut self, value: f64) {
        self.hash = mix(self.hash, value);
    }

    #[inline]
    pub(crate) fn later(&mut self, value: f64) {
        self.hash = mix(self.hash ^ 1, value);
    }
}

#[strategy]
impl Defer {
    #[on_event(stream = "values")]
    fn arrive(&mut self, cx: &Context<Self>, value: f64) {
        self.event(value);
        cx.after(Duration::from_secs(10)).follow(value);
    }

    #[after]
    fn follow(&mut self, value: f64) {
        self.later(value);
    }
}

fn defer(count: u64) -> u64 {
    let run = Runner::new().feed(Defer::VALUES, inputs::regular(count)).add(Defer::default()).run();
    run.and_then(|mut outcome| outcome.take::<Defer>()).expect("the workload runs").hash
}
// ANCHOR_END: defer

#[derive(Default)]
pub(crate) struct Sleepers {
    /// Depends on the order of the wakes.
    pub(crate) hash: u64,
    /// Does not.
    pub(crate) sum: u64,
}

impl Sleepers {
    #[inline]
    pub(crate) fn wake(&mut self, now: u64, task: u64) {
        self.hash = (self.hash ^ now ^ task << 48).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.sum = self.sum.wrapping_add((now ^ task << 48).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    }
}

#[strategy]
impl Sleepers {
    #[on_event(stream = "tasks")]
    async fn nap(this: Shared<Self>, task: u64) {
        let mut delays = inputs::delays(task);
        for _ in 0..SLEEPS {
            this.sleep(Duration::from_nanos(delays.next() as i64)).await;
            this.with(|sleepers, cx| sleepers.wake(cx.now().as_nanos() as u64, task));
        }
    }
}

fn sleep(wakes: u64) -> u64 {
    sleepers(wakes, 0).hash
}

fn sleep_spread(wakes: u64) -> u64 {
    sleepers(wakes, inputs::SPREAD).hash
}

fn sleep_sum(wakes: u64) -> u64 {
    sleepers(wakes, 0).sum
}

/// So many wakes of tasks that begin so many nanoseconds after each other.
fn sleepers(wakes: u64, spread: u64) -> Sleepers {
    let run = Runner::new()
        .feed(Sleepers::TASKS, inputs::tasks(wakes / SLEEPS, spread))
        .add(Sleepers::default())
        .run();
    run.and_then(|mut outcome| outcome.take::<Sleepers>()).expect("the workload runs")
}

#[derive(Default)]
struct Ready {
    sum: f64,
}

#[strategy]
impl Ready {
    #[on_event(stream = "values")]
    async fn event(&mut self, value: f64) {
        self.sum += value;
    }
}

fn exclusive(count: u64) -> u64 {
    let run = Runner::new().feed(Ready::VALUES, inputs::regular(count)).add(Ready::default()).run();
    run.and_then(|mut outcome| outcome.take::<Ready>()).expect("the workload runs").sum.to_bits()
}

// ANCHOR: chain
struct ChainA;

#[strategy(emits(b: f64), fuse)]
impl ChainA {
    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, value: f64) {
        cx.emit(Self::B, value + 1.0);
    }
}

struct ChainB;

#[strategy(emits(c: f64), fuse)]
impl ChainB {
    #[on_event(stream = ChainA::B)]
    fn on_b(&mut self, cx: &Context<Self>, value: f64) {
        cx.emit(Self::C, value * 2.0);
    }
}

#[derive(Default)]
pub(crate) struct Chain {
    pub(crate) hash: u64,
    /// What time the loop by hand believes it is.
    pub(crate) clock: i64,
}

#[strategy(fuse)]
impl Chain {
    #[on_event(stream = ChainB::C)]
    fn on_c(&mut self, value: f64) {
        self.hash = mix(self.hash, value);
    }
}

fn chain(count: u64) -> u64 {
    end_of_chain(chained(count).fuse::<(ChainA, ChainB, Chain)>())
}

/// The same as any run has it that does not say that these three are a chain.
fn chain_loose(count: u64) -> u64 {
    end_of_chain(chained(count))
}

/// Three dispatches for each event.
fn chained(dispatches: u64) -> Runner {
    let values = inputs::regular(dispatches / 3);
    Runner::new().feed(ChainA::A, values).add(ChainA).add(ChainB).add(Chain::default())
}

fn end_of_chain(runner: Runner) -> u64 {
    let run = runner.run();
    run.and_then(|mut outcome| outcome.take::<Chain>()).expect("the workload runs").hash
}
// ANCHOR_END: chain

/// A strategy that is added many times.
trait Fan: Strategy + Default {
    const VALUES: Stream<f64>;
    fn hash(self) -> u64;
}

#[derive(Default)]
pub(crate) struct FanOut {
    pub(crate) hash: u64,
}

#[strategy]
impl FanOut {
    #[on_event(stream = "values")]
    fn event(&mut self, value: &f64) {
        self.hash = mix(self.hash, *value);
    }
}

impl Fan for FanOut {
    const VALUES: Stream<f64> = FanOut::VALUES;

    fn hash(self) -> u64 {
        self.hash
    }
}

#[derive(Default)]
struct FanOutByValue {
    hash: u64,
}

#[strategy]
impl FanOutByValue {
    #[on_event(stream = "values")]
    fn event(&mut self, value: f64) {
        self.hash = mix(self.hash, value);
    }
}

impl Fan for FanOutByValue {
    const VALUES: Stream<f64> = FanOutByValue::VALUES;

    fn hash(self) -> u64 {
        self.hash
    }
}

fn fan_out<S: Fan, const READERS: u64>(dispatches: u64) -> u64 {
    let mut runner = Runner::new().feed(S::VALUES, inputs::regular(dispatches / READERS));
    for reader in 0..READERS {
        runner = runner.add_as(reader.to_string(), S::default());
    }
    let mut outcome = runner.run().expect("the workload runs");
    let hash = |reader: u64| outcome.take_named::<S>(&reader.to_string()).expect("it was added").hash();
    (0..READERS).map(hash).fold(0, u64::wrapping_add)
}
