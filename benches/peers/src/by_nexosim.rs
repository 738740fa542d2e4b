//! The workloads on nexosim 1, on one thread. A model is what a strategy is; what it holds and cannot be written to disk is
//! its environment. It has no sources: a model asks to be called at the time of the next event.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use asp::Timestamp;
use nexosim::model::{BuildContext, Context, Model, ProtoModel, schedulable};
use nexosim::ports::{EventSource, Output};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::{AutoSystemClock, MonotonicTime, PeriodicTicker};
use serde::{Deserialize, Serialize};

use crate::inputs::{self, Delays, SLEEPS};
use crate::table::{Ticks, end_of, unordered};
use crate::workloads::{Sleepers, mix};
use crate::{live, workloads};

const START: MonotonicTime = MonotonicTime::EPOCH;

fn init() -> SimInit {
    SimInit::with_num_threads(1)
}

/// Runs until nothing is scheduled.
fn run(simulation: SimInit) {
    simulation.init(START).expect("the models fit").run().expect("the simulation runs");
}

/// A nanosecond late, since a model cannot ask to be called at once.
fn time_of(time: Timestamp) -> MonotonicTime {
    START + Duration::from_nanos(time.as_nanos() as u64 + 1)
}

fn nanos(time: MonotonicTime) -> u64 {
    time.duration_since(START).as_nanos() as u64
}

type Events = Box<dyn Iterator<Item = (Timestamp, f64)> + Send>;

/// The events of a stream, of which the head is scheduled.
struct Lane {
    events: Events,
    head: Option<(MonotonicTime, f64)>,
}

impl Lane {
    fn new(events: impl Iterator<Item = (Timestamp, f64)> + Send + 'static) -> Self {
        let mut lane = Lane { events: Box::new(events), head: None };
        lane.step();
        lane
    }

    #[inline]
    fn step(&mut self) {
        self.head = self.events.next().map(|(time, value)| (time_of(time), value));
    }

    /// The head, and the time at which the next one is due.
    #[inline]
    fn take(&mut self) -> (f64, Option<MonotonicTime>) {
        let value = self.head.map_or(0.0, |(_, value)| value);
        self.step();
        (value, self.time())
    }

    fn time(&self) -> Option<MonotonicTime> {
        self.head.map(|(time, _)| time)
    }
}

/// Where a model leaves its checksum.
type Sum = Arc<AtomicU64>;

/// A model that is built of its environment alone.
struct Proto<M: Model>(M, M::Env);

impl<M: Model> ProtoModel for Proto<M> {
    type Model = M;

    fn build(self, _: &mut BuildContext<Self>) -> (M, M::Env) {
        (self.0, self.1)
    }
}

/// Runs one model on its own and reads what it has left.
fn alone<M: Model>(model: M, env: impl FnOnce(Sum) -> M::Env) -> u64 {
    let sum = Sum::default();
    run(init().add_model(Proto(model, env(Arc::clone(&sum))), Mailbox::new(), "model"));
    sum.load(Ordering::Relaxed)
}

#[derive(Serialize, Deserialize)]
struct Single;

struct SingleEnv {
    lane: Lane,
    state: workloads::Single,
    sum: Sum,
}

#[Model(type Env=SingleEnv)]
impl Single {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, env: &mut SingleEnv) {
        if let Some(time) = env.lane.time() {
            cx.schedule_event(time, schedulable!(Self::event), ()).expect("it is later");
        }
    }

    #[nexosim(schedulable)]
    async fn event(&mut self, _: (), cx: &Context<Self>, env: &mut SingleEnv) {
        let (value, next) = env.lane.take();
        env.state.sum += value;
        match next {
            Some(time) => cx.schedule_event(time, schedulable!(Self::event), ()).expect("it is later"),
            None => env.sum.store(env.state.sum.to_bits(), Ordering::Relaxed),
        }
    }
}

pub(crate) fn single(count: u64) -> u64 {
    let lane = Lane::new(inputs::regular(count));
    alone(Single, |sum| SingleEnv { lane, state: workloads::Single::default(), sum })
}

#[derive(Serialize, Deserialize)]
struct Merge8;

struct MergeEnv {
    lanes: Vec<Lane>,
    hash: u64,
    sum: Sum,
}

#[Model(type Env=MergeEnv)]
impl Merge8 {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, env: &mut MergeEnv) {
        for (lane, source) in env.lanes.iter().enumerate() {
            if let Some(time) = source.time() {
                cx.schedule_event(time, schedulable!(Self::event), lane).expect("it is later");
            }
        }
    }

    #[nexosim(schedulable)]
    async fn event(&mut self, lane: usize, cx: &Context<Self>, env: &mut MergeEnv) {
        loop {
            let (value, next) = env.lanes[lane].take();
            env.hash = env.hash.wrapping_add(unordered(lane as u64, value));
            match next {
                Some(time) if time == cx.time() => {}
                Some(time) => {
                    return cx.schedule_event(time, schedulable!(Self::event), lane).expect("it is later");
                }
                None => return env.sum.store(env.hash, Ordering::Relaxed),
            }
        }
    }
}

pub(crate) fn merge8(count: u64) -> u64 {
    let lanes = (1..=8).map(|lane| Lane::new(inputs::irregular(count / 8, lane))).collect();
    alone(Merge8, |sum| MergeEnv { lanes, hash: 0, sum })
}

#[derive(Serialize, Deserialize)]
struct Timers;

struct TimersEnv {
    ticks: Ticks,
    sum: Sum,
}

#[Model(type Env=TimersEnv)]
impl Timers {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for timer in 1..=1000 {
            let step = Duration::from_millis(timer);
            cx.schedule_periodic_event(step, step, schedulable!(Self::tick), ()).expect("it is later");
        }
    }

    #[nexosim(schedulable)]
    async fn tick(&mut self, _: (), cx: &Context<Self>, env: &mut TimersEnv) {
        env.ticks.tick(nanos(cx.time()));
        if env.ticks.is_done() {
            env.sum.store(env.ticks.hash(), Ordering::Relaxed);
        }
    }
}

pub(crate) fn timers(ticks: u64) -> u64 {
    let sum = Sum::default();
    let env = TimersEnv { ticks: Ticks::new(ticks), sum: Arc::clone(&sum) };
    let simulation = init().add_model(Proto(Timers, env), Mailbox::new(), "model").init(START);
    let end = START + Duration::from_millis(end_of(ticks));
    simulation.expect("the models fit").step_until(end).expect("the simulation runs");
    sum.load(Ordering::Relaxed)
}

#[derive(Serialize, Deserialize)]
struct Defer;

struct DeferEnv {
    lane: Lane,
    hash: u64,
    sum: Sum,
}

#[Model(type Env=DeferEnv)]
impl Defer {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, env: &mut DeferEnv) {
        if let Some(time) = env.lane.time() {
            cx.schedule_event(time, schedulable!(Self::arrive), ()).expect("it is later");
        }
    }

    #[nexosim(schedulable)]
    async fn arrive(&mut self, _: (), cx: &Context<Self>, env: &mut DeferEnv) {
        let (value, next) = env.lane.take();
        env.hash = env.hash.wrapping_add(unordered(0, value));
        cx.schedule_event(Duration::from_secs(10), schedulable!(Self::follow), value).expect("it is later");
        if let Some(time) = next {
            cx.schedule_event(time, schedulable!(Self::arrive), ()).expect("it is later");
        }
    }

    #[nexosim(schedulable)]
    async fn follow(&mut self, value: f64, _: &Context<Self>, env: &mut DeferEnv) {
        env.hash = env.hash.wrapping_add(unordered(1, value));
        env.sum.store(env.hash, Ordering::Relaxed);
    }
}

pub(crate) fn defer(count: u64) -> u64 {
    let lane = Lane::new(inputs::regular(count));
    alone(Defer, |sum| DeferEnv { lane, hash: 0, sum })
}

/// No handler sleeps there; what one would remember over its sleeps is in a table, by the number of the task.
#[derive(Serialize, Deserialize)]
struct Nap;

struct NapEnv {
    tasks: Vec<(Delays, u64)>,
    state: Sleepers,
    sum: Sum,
}

#[Model(type Env=NapEnv)]
impl Nap {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, env: &mut NapEnv) {
        for (task, (delays, _)) in env.tasks.iter_mut().enumerate() {
            let delay = Duration::from_nanos(delays.next());
            cx.schedule_event(delay, schedulable!(Self::wake), task as u64).expect("it is later");
        }
    }

    #[nexosim(schedulable)]
    async fn wake(&mut self, task: u64, cx: &Context<Self>, env: &mut NapEnv) {
        env.state.wake(nanos(cx.time()), task);
        let (delays, left) = &mut env.tasks[task as usize];
        *left -= 1;
        if *left > 0 {
            let delay = Duration::from_nanos(delays.next());
            cx.schedule_event(delay, schedulable!(Self::wake), task).expect("it is later");
        } else {
            env.sum.store(env.state.hash, Ordering::Relaxed);
        }
    }
}

pub(crate) fn sleep(wakes: u64) -> u64 {
    let tasks = (0..wakes / SLEEPS).map(|task| (inputs::delays(task), SLEEPS)).collect();
    alone(Nap, |sum| NapEnv { tasks, state: Sleepers::default(), sum })
}

#[derive(Serialize, Deserialize)]
struct ChainA {
    b: Output<f64>,
}

#[Model(type Env=Lane)]
impl ChainA {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, lane: &mut Lane) {
        if let Some(time) = lane.time() {
            cx.schedule_event(time, schedulable!(Self::on_a), ()).expect("it is later");
        }
    }

    #[nexosim(schedulable)]
    async fn on_a(&mut self, _: (), cx: &Context<Self>, lane: &mut Lane) {
        let (value, next) = lane.take();
        self.b.send(value + 1.0).await;
        if let Some(time) = next {
            cx.schedule_event(time, schedulable!(Self::on_a), ()).expect("it is later");
        }
    }
}

#[derive(Serialize, Deserialize)]
struct ChainB {
    c: Output<f64>,
}

#[Model]
impl ChainB {
    async fn on_b(&mut self, value: f64) {
        self.c.send(value * 2.0).await;
    }
}

#[derive(Serialize, Deserialize)]
struct ChainC {
    hash: u64,
}

#[Model(type Env=Sum)]
impl ChainC {
    async fn on_c(&mut self, value: f64, _: &Context<Self>, sum: &mut Sum) {
        self.hash = mix(self.hash, value);
        sum.store(self.hash, Ordering::Relaxed);
    }
}

pub(crate) fn chain(count: u64) -> u64 {
    let sum = Sum::default();
    let (at_a, at_b, at_c) = (Mailbox::new(), Mailbox::new(), Mailbox::new());
    let mut a = ChainA { b: Output::default() };
    let mut b = ChainB { c: Output::default() };
    a.b.connect(ChainB::on_b, &at_b);
    b.c.connect(ChainC::on_c, &at_c);
    let lane = Lane::new(inputs::regular(count / 3));
    let simulation = init().add_model(Proto(a, lane), at_a, "a").add_model(b, at_b, "b").add_model(
        Proto(ChainC { hash: 0 }, Arc::clone(&sum)),
        at_c,
        "c",
    );
    run(simulation);
    sum.load(Ordering::Relaxed)
}

/// What comes from outside is taken at ticks; in a wait as short as this, its clock spins.
const TICK: Duration = Duration::from_micros(5);

#[derive(Serialize, Deserialize)]
struct Probe;

struct ProbeEnv {
    base: Instant,
    late: Arc<Mutex<Vec<Duration>>>,
}

#[Model(type Env=ProbeEnv)]
impl Probe {
    async fn arrive(&mut self, sent: u64, _: &Context<Self>, env: &mut ProbeEnv) {
        let late = env.base.elapsed() - Duration::from_nanos(sent);
        env.late.lock().expect("nobody panics with it").push(late);
    }
}

pub(crate) fn live_spinning(events: usize) -> Vec<Duration> {
    let base = Instant::now();
    let late = Arc::new(Mutex::new(Vec::with_capacity(events)));
    let mailbox = Mailbox::new();
    let source = EventSource::new().connect(Probe::arrive, &mailbox);
    let mut simulation = init().with_clock(AutoSystemClock::new(), PeriodicTicker::new(TICK));
    let sent = source.register(&mut simulation);
    let env = ProbeEnv { base, late: Arc::clone(&late) };
    let simulation = simulation.add_model(Proto(Probe, env), mailbox, "model").init(START);
    let mut simulation = simulation.expect("the models fit");
    let injector = simulation.injector();
    live::pace(events, move |instant| {
        injector.inject_event(&sent, (instant - base).as_nanos() as u64);
        true
    });
    let has_all = || late.lock().expect("nobody panics with it").len() == events;
    while !has_all() {
        simulation.step().expect("the simulation runs");
    }
    std::mem::take(&mut late.lock().expect("nobody panics with it"))
}
