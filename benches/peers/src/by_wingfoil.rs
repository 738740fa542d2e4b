//! The workloads on wingfoil 9: its compiled tier, `nitro!`, wherever the graph is static, with ops of our own where its
//! catalogue has none. It replays iterators through such an op, since its own replay queues all events beforehand.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use asp::Timestamp;
use wingfoil::anyhow::{Result, bail};
use wingfoil::op::{Activation, Ctx, Op, Tick};
use wingfoil::prelude::*;
use wingfoil::{NanoTime, RunFor, RunMode, op};

use crate::table::{Ticks, end_of};
use crate::workloads::{Defer, Merge8, mix};
use crate::{inputs, live};

const HISTORY: RunMode = RunMode::HistoricalFrom(NanoTime::ZERO);
const DELAY: Duration = Duration::from_secs(10);

thread_local! {
    /// Of the workload that runs: what a `nitro!` graph builds its sources of.
    static COUNT: Cell<u64> = const { Cell::new(0) };
    /// What all timers are on.
    static TICKS: RefCell<Ticks> = RefCell::default();
    static SENT: RefCell<Option<Receiver<Instant>>> = const { RefCell::new(None) };
    static LATE: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

fn count() -> u64 {
    COUNT.get()
}

fn nanos(time: Timestamp) -> NanoTime {
    NanoTime::from(time.as_nanos() as u64)
}

/// A source over an iterator: it keeps one event ahead and asks to be called at its time.
pub(crate) struct Replay<I>(PhantomData<I>);

#[op(build = replay)]
impl<I: Iterator<Item = (Timestamp, f64)> + 'static> Op for Replay<I> {
    type Cfg = I;
    type State = f64;
    type In<'a> = ();
    type Out = f64;
    const ACTIVATION: Activation = Activation::SCHEDULES;

    fn start(events: &mut I, head: &mut f64, ctx: &mut Ctx<'_>) -> Result<()> {
        if let Some((time, value)) = events.next() {
            *head = value;
            ctx.schedule(nanos(time));
        }
        Ok(())
    }

    fn cycle(events: &mut I, head: &mut f64, _: (), ctx: &mut Ctx<'_>) -> Result<Tick<f64>> {
        let value = *head;
        if let Some((time, next)) = events.next() {
            *head = next;
            ctx.schedule(nanos(time));
        }
        Ok(Tick::Value(value))
    }
}

// ANCHOR: defer
/// Calls and events on one state, the event first where both come at one instant.
pub(crate) struct Follow;

#[op(build = follow)]
impl Op for Follow {
    type Cfg = ();
    type State = Defer;
    type In<'a> = ((&'a f64, bool), (&'a f64, bool));
    type Out = u64;
    const ACTIVATION: Activation = Activation::NONE;

    fn cycle(
        _: &mut (),
        state: &mut Defer,
        ((value, is_new), (deferred, is_due)): ((&f64, bool), (&f64, bool)),
        _: &mut Ctx<'_>,
    ) -> Result<Tick<u64>> {
        if is_new {
            state.event(*value);
        }
        if is_due {
            state.later(*deferred);
        }
        Ok(Tick::Value(state.hash))
    }
}
// ANCHOR_END: defer

/// The same with the calls that are pending in a ring of its own, of which wingfoil knows the first.
pub(crate) struct Ring;

#[derive(Default)]
pub(crate) struct RingState {
    state: Defer,
    pending: VecDeque<(NanoTime, f64)>,
}

#[op(build = ring)]
impl Op for Ring {
    type Cfg = Duration;
    type State = RingState;
    type In<'a> = (&'a f64, bool);
    type Out = u64;
    const ACTIVATION: Activation = Activation::SCHEDULES;

    fn cycle(
        delay: &mut Duration,
        ring: &mut RingState,
        (value, is_new): (&f64, bool),
        ctx: &mut Ctx<'_>,
    ) -> Result<Tick<u64>> {
        if is_new {
            ring.state.event(*value);
            let due = ctx.time() + *delay;
            if ring.pending.is_empty() {
                ctx.schedule(due);
            }
            ring.pending.push_back((due, *value));
        }
        if ring.pending.front().is_some_and(|(due, _)| *due <= ctx.time()) {
            while let Some((_, deferred)) = ring.pending.pop_front_if(|(due, _)| *due <= ctx.time()) {
                ring.state.later(deferred);
            }
            if let Some((due, _)) = ring.pending.front() {
                ctx.schedule(*due);
            }
        }
        Ok(Tick::Value(ring.state.hash))
    }
}

/// Eight handlers on one state, in the order of declaration where several events come at one instant.
pub(crate) struct Handle8;

#[op(build = handle8)]
impl Op for Handle8 {
    type Cfg = ();
    type State = Merge8;
    type In<'a> = (
        (&'a f64, bool),
        (&'a f64, bool),
        (&'a f64, bool),
        (&'a f64, bool),
        (&'a f64, bool),
        (&'a f64, bool),
        (&'a f64, bool),
        (&'a f64, bool),
    );
    type Out = u64;
    const ACTIVATION: Activation = Activation::NONE;

    fn cycle(_: &mut (), state: &mut Merge8, input: Self::In<'_>, _: &mut Ctx<'_>) -> Result<Tick<u64>> {
        let (a, b, c, d, e, f, g, h) = input;
        event::<0>(state, a);
        event::<1>(state, b);
        event::<2>(state, c);
        event::<3>(state, d);
        event::<4>(state, e);
        event::<5>(state, f);
        event::<6>(state, g);
        event::<7>(state, h);
        Ok(Tick::Value(state.hash))
    }
}

#[inline]
fn event<const LANE: u64>(state: &mut Merge8, (value, is_new): (&f64, bool)) {
    if is_new {
        state.event::<LANE>(*value);
    }
}

/// A timer that does its work itself: one node, where the ticker of the catalogue takes a second one to act on it.
pub(crate) struct Alarm;

#[op(build = alarm)]
impl Op for Alarm {
    type Cfg = Duration;
    type State = ();
    type In<'a> = ();
    type Out = ();
    const ACTIVATION: Activation = Activation::SCHEDULES;

    fn start(interval: &mut Duration, _: &mut (), ctx: &mut Ctx<'_>) -> Result<()> {
        ctx.schedule(ctx.start_time() + *interval);
        Ok(())
    }

    fn cycle(interval: &mut Duration, _: &mut (), _: (), ctx: &mut Ctx<'_>) -> Result<Tick<()>> {
        let now = ctx.time();
        TICKS.with_borrow_mut(|ticks| ticks.tick(u64::from(now)));
        ctx.schedule(now + *interval);
        Ok(Tick::Quiet)
    }
}

/// What the compiled tier finds by name, the wiring asks for as a method.
trait Sources {
    fn replay<I: Iterator<Item = (Timestamp, f64)> + 'static>(&self, events: I) -> Stream<f64>;
}

impl Sources for GraphBuilder {
    fn replay<I: Iterator<Item = (Timestamp, f64)> + 'static>(&self, events: I) -> Stream<f64> {
        self.source(|builder| builder.replay(events))
    }
}

#[expect(dead_code, reason = "the interpreted tier of their graphs is not run")]
trait Handlers {
    fn follow(&self, deferred: &Self) -> Stream<u64>;
    fn ring(&self, delay: Duration) -> Stream<u64>;
    #[expect(clippy::too_many_arguments, reason = "`nitro!` takes each stream as an argument of its own")]
    fn handle8(&self, b: &Self, c: &Self, d: &Self, e: &Self, f: &Self, g: &Self, h: &Self) -> Stream<u64>;
}

impl Handlers for Stream<f64> {
    fn follow(&self, deferred: &Self) -> Stream<u64> {
        let deferred = deferred.handle();
        self.wire(|builder, values| builder.follow(values, deferred))
    }

    fn ring(&self, delay: Duration) -> Stream<u64> {
        self.wire(|builder, values| builder.ring(values, delay))
    }

    fn handle8(&self, b: &Self, c: &Self, d: &Self, e: &Self, f: &Self, g: &Self, h: &Self) -> Stream<u64> {
        let [b, c, d, e, f, g, h] = [b, c, d, e, f, g, h].map(Stream::handle);
        self.wire(|builder, a| builder.handle8(a, b, c, d, e, f, g, h))
    }
}

wingfoil::nitro! {
    fn single_graph(g: &GraphBuilder) -> Stream<f64> {
        let values = g.replay(inputs::regular(count()));
        let sum = values.fold(0.0, |sum: &mut f64, value: &f64| *sum += value);
        sum
    }
}

pub(crate) fn single(count: u64) -> u64 {
    COUNT.set(count);
    let (sum,) = single_graph::compiled(HISTORY, RunFor::Forever).expect("the graph runs");
    sum.to_bits()
}

pub(crate) fn single_interpreted(count: u64) -> u64 {
    COUNT.set(count);
    let (mut runner, sum) = single_graph::interpreted();
    runner.run(HISTORY, RunFor::Forever).expect("the graph runs");
    runner.value(sum).to_bits()
}

// ANCHOR: defer_graph
wingfoil::nitro! {
    fn defer_graph(g: &GraphBuilder) -> Stream<u64> {
        let values = g.replay(inputs::regular(count()));
        let deferred = values.delay(DELAY);
        let hash = values.follow(&deferred);
        hash
    }
}

pub(crate) fn defer(count: u64) -> u64 {
    COUNT.set(count);
    defer_graph::compiled(HISTORY, RunFor::Forever).expect("the graph runs").0
}
// ANCHOR_END: defer_graph

wingfoil::nitro! {
    fn ring_graph(g: &GraphBuilder) -> Stream<u64> {
        let values = g.replay(inputs::regular(count()));
        let hash = values.ring(DELAY);
        hash
    }
}

pub(crate) fn defer_ring(count: u64) -> u64 {
    COUNT.set(count);
    ring_graph::compiled(HISTORY, RunFor::Forever).expect("the graph runs").0
}

// ANCHOR: chain
wingfoil::nitro! {
    fn chain_graph(g: &GraphBuilder) -> Stream<u64> {
        let a = g.replay(inputs::regular(count() / 3));
        let b = a.map(|value| value + 1.0);
        let c = b.map(|value| value * 2.0);
        let hash = c.fold(0, |hash: &mut u64, value: &f64| *hash = mix(*hash, *value));
        hash
    }
}

pub(crate) fn chain(count: u64) -> u64 {
    COUNT.set(count);
    chain_graph::compiled(HISTORY, RunFor::Forever).expect("the graph runs").0
}
// ANCHOR_END: chain

pub(crate) fn chain_interpreted(count: u64) -> u64 {
    COUNT.set(count);
    let (mut runner, hash) = chain_graph::interpreted();
    runner.run(HISTORY, RunFor::Forever).expect("the graph runs");
    runner.value(hash)
}

wingfoil::nitro! {
    fn merge_graph(g: &GraphBuilder) -> Stream<u64> {
        let a = g.replay(inputs::irregular(count() / 8, 1));
        let b = g.replay(inputs::irregular(count() / 8, 2));
        let c = g.replay(inputs::irregular(count() / 8, 3));
        let d = g.replay(inputs::irregular(count() / 8, 4));
        let e = g.replay(inputs::irregular(count() / 8, 5));
        let f = g.replay(inputs::irregular(count() / 8, 6));
        let s = g.replay(inputs::irregular(count() / 8, 7));
        let t = g.replay(inputs::irregular(count() / 8, 8));
        let hash = a.handle8(&b, &c, &d, &e, &f, &s, &t);
        hash
    }
}

pub(crate) fn merge8(count: u64) -> u64 {
    COUNT.set(count);
    merge_graph::compiled(HISTORY, RunFor::Forever).expect("the graph runs").0
}

/// Interpreted: the compiled tier looks at each of its nodes in every cycle, and has no loop that adds a thousand.
pub(crate) fn timers(ticks: u64) -> u64 {
    TICKS.set(Ticks::new(ticks));
    let graph = GraphBuilder::new();
    for timer in 1..=1000 {
        let alarm = graph.source(|builder| builder.alarm(Duration::from_millis(timer)));
        drop(alarm);
    }
    let run_for = RunFor::Duration(Duration::from_millis(end_of(ticks)));
    graph.build().run(HISTORY, run_for).expect("the graph runs");
    TICKS.take().hash()
}

/// An external source, whose thread is parked between two events.
pub(crate) fn live_parked(events: usize) -> Vec<Duration> {
    let graph = GraphBuilder::new();
    let (bursts, source) = graph.external::<Option<Instant>>();
    let late = Rc::new(RefCell::new(Vec::with_capacity(events)));
    let handler = Rc::clone(&late);
    let handled = bursts.for_each(move |burst| {
        let mut late = handler.borrow_mut();
        late.extend(burst.iter().flatten().map(Instant::elapsed));
        if late.len() == events { bail!("that was the last one") } else { Ok(()) }
    });
    drop(handled);
    live::pace(events, move |sent| source.send(Some(sent)));
    let ended = graph.build().run(RunMode::RealTime, RunFor::Forever);
    ended.expect_err("the handler ends the run");
    late.take()
}

wingfoil::nitro! {
    fn spin_graph(g: &GraphBuilder) -> Stream<()> {
        let sent = g.poll(receive);
        let handled = sent.for_each(|sent: &Option<Instant>| handle(*sent));
        handled
    }
}

fn receive() -> Option<Option<Instant>> {
    SENT.with_borrow(|sent| sent.as_ref()?.try_recv().ok().map(Some))
}

fn handle(sent: Option<Instant>) -> Result<()> {
    LATE.with_borrow_mut(|late| {
        late.extend(sent.map(|sent| sent.elapsed()));
        if late.len() as u64 == count() { bail!("that was the last one") } else { Ok(()) }
    })
}

/// A source that is polled, on a thread that is never parked.
pub(crate) fn live_spinning(events: usize) -> Vec<Duration> {
    COUNT.set(events as u64);
    LATE.set(Vec::with_capacity(events));
    let (sender, receiver) = channel();
    SENT.set(Some(receiver));
    live::pace(events, move |sent| sender.send(sent).is_ok());
    let ended = spin_graph::compiled(RunMode::RealTime, RunFor::Forever);
    ended.expect_err("the handler ends the run");
    SENT.set(None);
    LATE.take()
}
