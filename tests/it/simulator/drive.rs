//! Runs a scenario live, and once more from its recording.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use asp::{
    Class, Error, Keyed, OnError, Outcome, Place, Recording, Report, Result, RunLive, Runner, Stamped,
    Timestamp,
};

use super::actor::{Actor, Call, Cast, Fed, Log, announce};
use super::coverage::Coverage;
use super::feeds::{Item, Token, emitted, opened, past, source, stream};
use super::scenario::{ActorPlan, EMITTED, Kind, OPENED, Scenario, Stop};
use super::sinks::{Notes, Taken, Told, attach};
use super::world::{SimClock, World, Yielded};

/// After so many polls a run that has not ended never will.
const POLLS: usize = 20_000;

/// One dispatch, as an observer sees it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) place: Place,
    pub(super) now: Timestamp,
    pub(super) strategy: String,
    pub(super) handler: String,
    pub(super) stream: Option<String>,
    pub(super) due: Timestamp,
    pub(super) event_time: Timestamp,
}

/// How a run ended.
#[derive(Debug)]
pub(super) enum Ended {
    Fine(Report),
    /// With what is left of it, if it had begun.
    Failed(String, Option<Report>),
    Dropped,
}

impl Ended {
    pub(super) fn report(&self) -> Option<&Report> {
        match self {
            Ended::Fine(report) => Some(report),
            Ended::Failed(_, report) => report.as_ref(),
            Ended::Dropped => None,
        }
    }
}

pub(super) struct Lived {
    pub(super) ended: Ended,
    pub(super) calls: Vec<Call>,
    pub(super) seen: Vec<Seen>,
    pub(super) recording: Recording,
    /// What sinks were told, and what forwards have taken.
    pub(super) told: Vec<Told>,
    pub(super) taken: Vec<Taken>,
    /// What strategies have opened.
    pub(super) fed: Vec<Fed>,
    /// By announced stream, what was delivered.
    pub(super) opened: Vec<Vec<Stamped<Item>>>,
    /// By feed, what was delivered.
    pub(super) delivered: Vec<Vec<Stamped<Item>>>,
    pub(super) yielded: Vec<Vec<Yielded>>,
    pub(super) polls: usize,
    /// Physical time that has passed.
    pub(super) mono: i64,
    pub(super) reading: i64,
    /// It was stopped since nothing else would ever happen.
    pub(super) was_silent: bool,
    pub(super) stopped: bool,
    pub(super) coverage: Coverage,
}

/// How much of a run is watched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Watch {
    /// With an observer, a digest, a recording.
    All,
    /// Not at all: the engine takes its fast path.
    Nothing,
}

fn build(scenario: &Scenario, cast: &Arc<Cast>) -> Runner {
    announce(scenario);
    let mut runner = Runner::new();
    if scenario.continues_on_error {
        runner = runner.on_error(OnError::Continue);
    }
    for number in 0..scenario.actors.len() {
        let actor = Actor::<false>::new(cast, number, number);
        runner = runner.add_as(format!("s{number}"), actor);
    }
    if let Some(plan) = &scenario.keyed {
        let cast = Arc::clone(cast);
        let keyed = Keyed::new(move |_: u32| cast.instance());
        // One of the streams that it reads has no key, if there are several.
        let keys = plan.reads.len().saturating_sub(1).max(1);
        let keyed = plan
            .reads
            .iter()
            .take(keys)
            .fold(keyed, |keyed, &(feed, _)| keyed.by(stream(feed), |item: &Item| item.serial % 3));
        if !plan.reads.is_empty() {
            runner = runner.add_as("k", keyed);
        }
    }
    for number in 0..OPENED {
        runner = runner.opens(opened(number));
    }
    for number in 0..EMITTED {
        let is_emitted = scenario.added().any(|actor| actor.emits.contains(&number));
        if scenario.names(number) && !is_emitted {
            runner = runner.opens(emitted(number));
        }
    }
    runner
}

fn limited(mut runner: Runner, scenario: &Scenario) -> Runner {
    if let Some(start) = scenario.start {
        runner = runner.start(Timestamp::from_nanos(start));
    }
    if let Some(end) = scenario.end {
        runner = runner.end(Timestamp::from_nanos(end));
    }
    runner
}

/// An observer that keeps what it sees, and checks what holds for each dispatch.
fn watched(
    mut runner: Runner,
    scenario: &Scenario,
    seen: &Arc<Mutex<Vec<Seen>>>,
    world: Option<&World>,
) -> Runner {
    let (seen, world) = (Arc::clone(seen), world.cloned());
    let mut last: Option<(Place, Option<String>)> = None;
    let scenario_has_keys = scenario.keyed.is_some();
    // What has waited for a handler keeps its place (S41).
    let waits = scenario.plans().any(ActorPlan::waits);
    runner = runner.observe(move |dispatch| {
        let item = (dispatch.place, dispatch.stream.map(str::to_owned));
        let is_next = match &last {
            None => true,
            _ if waits => item.0.time <= dispatch.now,
            // Who retires stops at once, in the place of the item in which it does, and an instance of a key begins in
            // that of its first event.
            Some(last) if dispatch.handler == "stop" || scenario_has_keys => last.0 <= item.0,
            // Only the readers of one event or notice, and the hooks of one strategy, share a place.
            Some(last) if last.0 == item.0 => {
                *last == item && !matches!(item.0.class, Class::Call | Class::Tick)
            }
            Some(last) => last.0 < item.0,
        };
        assert!(is_next, "places increase strictly from item to item (S7): {item:?} after {last:?}");
        if dispatch.handler != "stop" {
            last = Some(item);
        }
        if let Some(world) = &world
            && dispatch.place.class != Class::Stop
        {
            let reading = world.lock().reading;
            assert!(
                dispatch.now.as_nanos() <= reading,
                "nothing is early (S6): {dispatch:?}, the clock {reading}"
            );
        }
        seen.lock().unwrap().push(Seen {
            place: dispatch.place,
            now: dispatch.now,
            strategy: dispatch.strategy.to_owned(),
            handler: dispatch.handler.to_owned(),
            stream: dispatch.stream.map(str::to_owned),
            due: dispatch.due,
            event_time: dispatch.event_time,
        });
    });
    for feed in 0..scenario.feeds.len() {
        runner = runner.digest_with(stream(feed), |item| item.serial.to_le_bytes());
    }
    for number in 0..EMITTED {
        if scenario.names(number) {
            runner = runner.digest_with(emitted(number), |item| item.serial.to_le_bytes());
        }
    }
    for number in 0..OPENED {
        runner = runner.digest_with(opened(number), |item| item.serial.to_le_bytes());
    }
    runner.digest()
}

pub(super) fn tape(scenario: &Scenario) -> Recording {
    let streams = (0..scenario.feeds.len()).map(stream).chain((0..OPENED).map(opened));
    streams.fold(Recording::new(), Recording::keep)
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs it on the simulated clock.
pub(super) fn live(scenario: &Scenario, watch: Watch, token: &Token) -> Lived {
    let world = World::new(scenario);
    let log = Log::default();
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let recording = tape(scenario);
    let cast = Cast::new(scenario, &log, Some(&world), token);
    let notes = Notes::default();
    let mut runner = attach(build(scenario, &cast), scenario, &notes, &log, Some(&world));
    for (feed, plan) in scenario.feeds.iter().enumerate() {
        runner = runner.feed(stream(feed), source(&world, feed, plan, 0, token));
    }
    runner = limited(runner, scenario);
    if scenario.drains {
        runner = runner.drain_on_stop();
    }
    if watch == Watch::All {
        runner = watched(runner, scenario, &seen, Some(&world)).record_to(&recording);
    }
    let mut drop_at = usize::MAX;
    let mut stop_at = usize::MAX;
    match scenario.stop {
        Some(Stop::At(time)) => world.plan_stop(time),
        Some(Stop::InCall(calls)) => world.lock().calls_left = Some(calls),
        Some(Stop::BeforePoll(poll)) => stop_at = poll,
        Some(Stop::Drop(poll)) => drop_at = poll,
        None => {}
    }
    world.lock().stop = Some(runner.stop_handle());
    let run = runner.clock(SimClock(world.clone())).run_live();
    let (ended, polls) = drive(scenario, &world, run, stop_at, drop_at);
    let ended = match ended {
        None => Ended::Dropped,
        Some(Ok(outcome)) => Ended::Fine(outcome.report().clone()),
        Some(Err(error)) => failed(error),
    };
    let delivered = (0..scenario.feeds.len()).map(|feed| recording.events(stream(feed))).collect();
    let opened = (0..OPENED).map(|number| recording.events(opened(number))).collect();
    let mut physics = world.lock();
    physics.stop = None;
    Lived {
        told: notes.told(),
        taken: notes.taken(),
        fed: std::mem::take(&mut cast.brood.lock().unwrap().fed),
        opened,
        ended,
        calls: std::mem::take(&mut *log.lock().unwrap()),
        seen: std::mem::take(&mut *seen.lock().unwrap()),
        recording,
        delivered,
        yielded: std::mem::take(&mut physics.yielded),
        polls,
        mono: physics.mono,
        reading: physics.reading,
        was_silent: physics.was_silent,
        stopped: physics.stopped,
        coverage: std::mem::take(&mut physics.coverage),
    }
}

fn failed(error: Error) -> Ended {
    let text = error.to_string();
    Ended::Failed(text, error.into_outcome().map(|outcome| outcome.report().clone()))
}

/// Polls as an executor would, and lets the world go on when nobody wakes the run.
fn drive(
    scenario: &Scenario,
    world: &World,
    run: RunLive,
    stop_at: usize,
    drop_at: usize,
) -> (Option<Result<Outcome>>, usize) {
    let mut run = Box::pin(run);
    let flag = Arc::new(Flag::default());
    let waker = Waker::from(Arc::clone(&flag));
    let horizon = scenario.horizon();
    // Polls after a wait: how often the run yields in between is a matter of real time.
    let mut waits = 0;
    let mut woken = false;
    for poll in 0..POLLS {
        if !woken && waits == drop_at {
            world.reach("dropped");
            return (None, poll);
        }
        if !woken && waits == stop_at {
            world.reach("a stop between polls");
            world.stop();
        }
        flag.0.store(false, Ordering::Relaxed);
        world.lock().polling = true;
        let polled = Pin::as_mut(&mut run).poll(&mut Context::from_waker(&waker));
        world.lock().polling = false;
        if let Poll::Ready(outcome) = polled {
            return (Some(outcome), poll + 1);
        }
        woken = flag.0.load(Ordering::Relaxed);
        if woken {
            continue;
        }
        waits += 1;
        let is_over = world.is_quiet() && world.lock().mono > horizon;
        if !is_over && world.go_on() {
            continue;
        }
        // Only a source that is silent for ever may keep a run waiting, or having none at all.
        let may_wait = world.lock().silent > 0;
        assert!(may_wait || is_over && world.go_on(), "the run hangs: nobody wakes it");
        if may_wait {
            if !std::mem::replace(&mut world.lock().was_silent, true) {
                world.stop();
                assert!(flag.0.load(Ordering::Relaxed), "a stop wakes the run");
            } else {
                // What is drained may have to wait for its time.
                assert!(world.go_on(), "the run does not stop");
            }
        }
    }
    let physics = world.lock();
    let (mono, reading, silent) = (physics.mono, physics.reading, physics.silent);
    drop(physics);
    panic!(
        "the run has not ended after {POLLS} polls: {mono} ns on, the clock {reading}, {silent} silent, {horizon}"
    )
}

pub(super) struct Replayed {
    pub(super) ended: Ended,
    pub(super) calls: Vec<Call>,
    pub(super) seen: Vec<Seen>,
    pub(super) told: Vec<Told>,
}

/// Repeats the recorded run.
pub(super) fn replay(scenario: &Scenario, recording: &Recording, watch: Watch, token: &Token) -> Replayed {
    let log = Log::default();
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let notes = Notes::default();
    let runner = build(scenario, &Cast::new(scenario, &log, None, token));
    let mut runner = attach(runner, scenario, &notes, &log, None).replay(recording);
    if watch == Watch::All {
        runner = watched(runner, scenario, &seen, None);
    }
    finished(runner, &log, &seen, &notes)
}

/// Runs a scenario without live sources in simulation.
pub(super) fn simulated(scenario: &Scenario, token: &Token) -> Replayed {
    let log = Log::default();
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let mut runner = build(scenario, &Cast::new(scenario, &log, None, token));
    for (feed, plan) in scenario.feeds.iter().enumerate() {
        if let Kind::Past(items) = &plan.kind {
            runner = runner.feed(stream(feed), past(items, 0, token));
        }
    }
    let notes = Notes::default();
    let runner = attach(runner, scenario, &notes, &log, None);
    finished(limited(runner, scenario), &log, &seen, &notes)
}

fn finished(runner: Runner, log: &Log, seen: &Arc<Mutex<Vec<Seen>>>, notes: &Notes) -> Replayed {
    let ended = match runner.run() {
        Ok(outcome) => Ended::Fine(outcome.report().clone()),
        Err(error) => failed(error),
    };
    let (calls, seen) =
        (std::mem::take(&mut *log.lock().unwrap()), std::mem::take(&mut *seen.lock().unwrap()));
    Replayed { ended, calls, seen, told: notes.told() }
}
