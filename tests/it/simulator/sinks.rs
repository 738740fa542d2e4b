//! What takes events after all strategies: sinks that note what they are told, slow sinks of others, and what both have
//! to agree with.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use asp::{Event, Forward, ForwardReport, Runner, StopReason, Stream, WhenFull};

use super::actor::{Call, EMITS, EVENTS, Log, OPENS};
use super::drive::{Ended, Lived, Replayed};
use super::feeds::{Item, emitted, opened, stream};
use super::random::Random;
use super::scenario::{ForwardPlan, Scenario};
use super::world::{Sleep, World};

/// A stream by the number that plans of sinks give it: those of sources, those that are emitted, those that are announced.
pub(super) fn numbered(number: usize) -> Stream<Item> {
    match number {
        0..4 => stream(number),
        4..6 => emitted(number - 4),
        _ => opened(number - 6),
    }
}

/// The stream whose events a method handles.
fn handled(method: &str) -> Option<usize> {
    EVENTS.iter().chain(&EMITS).chain(&OPENS).position(|name| *name == method)
}

/// An event that a sink was told of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told {
    /// How many calls had begun before.
    pub(super) calls: usize,
    pub(super) stream: usize,
    pub(super) serial: u32,
}

/// What became of a sink of others.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    pub(super) serials: Vec<u32>,
    closed: usize,
}

/// What the sinks of a run have noted.
#[derive(Clone, Default)]
pub(super) struct Notes {
    told: Arc<Mutex<Vec<Told>>>,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Notes {
    pub(super) fn told(&self) -> Vec<Told> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }

    pub(super) fn taken(&self) -> Vec<Taken> {
        std::mem::take(&mut *self.taken.lock().unwrap())
    }
}

/// A sink that takes its time, in a live run.
struct SimSink {
    notes: Notes,
    number: usize,
    slow: Option<(World, ForwardPlan, Random)>,
    sleep: Option<Sleep>,
}

impl futures::Sink<Event<Item>> for SimSink {
    type Error = String;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), String>> {
        let this = &mut *self;
        let Some((world, plan, random)) = &mut this.slow else { return Poll::Ready(Ok(())) };
        if this.sleep.is_none() && random.chance(plan.slow) {
            let until = world.lock().mono.saturating_add(random.range(1, plan.longest + 2));
            this.sleep = Some(world.sleep_until(until));
        }
        if let Some(sleep) = &mut this.sleep {
            ready!(Pin::new(sleep).poll(cx));
            this.sleep = None;
        }
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, event: Event<Item>) -> Result<(), String> {
        let mut taken = self.notes.taken.lock().unwrap();
        let taken = &mut taken[self.number];
        if let Some((world, plan, _)) = &self.slow
            && plan.fails_at == Some(taken.serials.len())
        {
            world.reach("a sink fails");
            return Err("as scripted".to_owned());
        }
        taken.serials.push(event.value.serial);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), String>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), String>> {
        self.notes.taken.lock().unwrap()[self.number].closed += 1;
        Poll::Ready(Ok(()))
    }
}

/// Adds the sinks of a scenario; they are quick where there is no world.
pub(super) fn attach(
    mut runner: Runner,
    scenario: &Scenario,
    notes: &Notes,
    log: &Log,
    world: Option<&World>,
) -> Runner {
    for number in scenario.listened() {
        let (told, log) = (Arc::clone(&notes.told), Arc::clone(log));
        runner = runner.sink(numbered(number), move |event: &Event<Item>| {
            let calls = log.lock().unwrap().len();
            told.lock().unwrap().push(Told { calls, stream: number, serial: event.value.serial });
        });
    }
    *notes.taken.lock().unwrap() = vec![Taken::default(); scenario.forwards.len()];
    for (number, plan) in scenario.forwards.iter().enumerate() {
        let random = Random::new(scenario.seed, 200 + number as u64);
        let slow = world.map(|world| (world.clone(), plan.clone(), random));
        let sink = SimSink { notes: notes.clone(), number, slow, sleep: None };
        let forward = Forward::new(sink).buffer(plan.capacity, plan.when_full);
        runner = runner.forward(numbered(plan.stream), forward);
    }
    runner
}

/// What sinks have is what was dispatched, in a live run and in its replay.
pub(super) fn check(scenario: &Scenario, lived: &Lived) -> Result<(), String> {
    let reports = lived.ended.report().map_or(&[][..], |report| &report.forwards);
    for (number, plan) in scenario.forwards.iter().enumerate() {
        let told: Vec<u32> =
            lived.told.iter().filter(|told| told.stream == plan.stream).map(|told| told.serial).collect();
        let report = reports.iter().filter(|it| it.stream == numbered(plan.stream).name());
        let before = scenario.forwards[..number].iter().filter(|other| other.stream == plan.stream).count();
        let report = report.clone().nth(before);
        one(plan, &told, &lived.taken[number], report).map_err(|text| {
            format!("forward {number}: {text}\n{plan:?}\n{told:?}\n{:?}\n{report:?}", lived.taken[number])
        })?;
    }
    looks(scenario, lived)
}

/// What arrives at a sink of others is what was dispatched, in order, but for what its buffer had no room for (S39).
fn one(
    plan: &ForwardPlan,
    told: &[u32],
    taken: &Taken,
    report: Option<&ForwardReport>,
) -> Result<(), String> {
    let mut left = told.iter();
    if !taken.serials.iter().all(|serial| left.any(|other| other == serial)) {
        return Err("it has what was not dispatched, or not in that order".to_owned());
    }
    let Some(report) = report else { return Ok(()) };
    if report.sent != taken.serials.len() as u64 || report.sent + report.dropped != told.len() as u64 {
        return Err("its events are not counted, or not once".to_owned());
    }
    if plan.fails_at.is_some_and(|at| at <= taken.serials.len() && report.dropped > 0) {
        return Ok(());
    }
    if taken.closed != 1 {
        return Err(format!("it is closed {} times", taken.closed));
    }
    let (first, last) = (told.first(), told.last());
    let is_complete = match plan.when_full {
        WhenFull::Block => taken.serials == told,
        WhenFull::DropNewest | WhenFull::Error => taken.serials.first() == first,
        WhenFull::DropOldest => {
            let tail = &told[told.len().saturating_sub(plan.capacity)..];
            taken.serials.ends_with(tail)
        }
        WhenFull::Latest => taken.serials.last() == last,
        _ => true,
    };
    if !is_complete {
        return Err("something is missing that should be there".to_owned());
    }
    if plan.when_full != WhenFull::Block && report.peak > plan.capacity {
        return Err("more events wait than there is room for".to_owned());
    }
    Ok(())
}

/// The latest event of a stream is the last one that was dispatched.
fn looks(scenario: &Scenario, lived: &Lived) -> Result<(), String> {
    let is_stopped = lived.ended.report().is_none_or(|report| report.reason != StopReason::Finished);
    for (index, call) in lived.calls.iter().enumerate() {
        let (before, after) = lived.told.split_at(lived.told.partition_point(|told| told.calls <= index));
        for &(number, found) in &call.looks {
            let last = before.iter().rev().find(|told| told.stream == number);
            if found == last.map(|told| told.serial) {
                continue;
            }
            let is_it = |told: &Told| told.stream == number && Some(told.serial) == found;
            let was_here = |call: &Call| handled(call.method) == Some(number) && Some(call.value) == found;
            // Or that which is being dispatched: sinks come after all handlers, unless one of these stops the run.
            let is_here = was_here(call);
            let is_next = after.first().is_none_or(is_it);
            // Once the run is stopped, what tasks emit reaches sinks only, and what was dispatched last reaches none: not
            // even a handler, if an instance that begins for it stops the run. That has seen it.
            let was_seen = |call: &Call| is_hook(call, scenario) && call.looks.contains(&(number, found));
            let has_been = found.is_none()
                || before.iter().any(is_it)
                || lived.calls[..index].iter().any(|call| was_here(call) || was_seen(call));
            let is_over = call.method == "woke" && is_stopped && has_been;
            let is_cut = is_here && is_stopped && !after.iter().any(is_it);
            let is_meant = (is_here || is_hook(call, scenario)) && (is_next || call.method == "stop");
            if !is_meant && !is_cut && !is_over {
                return Err(format!("the latest of {number} is {found:?}, after {last:?}: {call:?}"));
            }
        }
    }
    Ok(())
}

/// True for those that may run in the middle of an event: of strategies that retire, and of instances that begin.
fn is_hook(call: &Call, scenario: &Scenario) -> bool {
    let begins = ["start", "live", "caught_up"].contains(&call.method) || call.method.starts_with("end");
    call.method == "stop" || scenario.keyed.is_some() && (begins || call.method.starts_with("over"))
}

/// A replay tells its sinks the same.
pub(super) fn agree(lived: &Lived, again: &Replayed) -> Result<(), String> {
    let is_dropped = matches!(lived.ended, Ended::Dropped);
    let serials = |told: &[Told]| told.iter().map(|it| (it.stream, it.serial)).collect::<Vec<_>>();
    let (live, replayed) = (serials(&lived.told), serials(&again.told));
    if is_dropped && replayed.starts_with(&live) || live == replayed {
        return Ok(());
    }
    let same = live.iter().zip(&replayed).take_while(|(one, other)| one == other).count();
    Err(format!("replayed sinks differ at {same}: {:?}, live {:?}", &replayed[same..], &live[same..]))
}
