//! The outside world of a simulated run: physical time, what happens when, and the engine's view of it.
//!
//! Physical time is that of the monotonic clock, in nanoseconds from 0. The wall clock goes along with it unless a fault
//! has it otherwise, and the engine clock is steered by rule S5 over both.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use asp::{Clock, ClockStep, Steering, StopHandle, Timestamp};

use super::coverage::Coverage;
use super::random::Random;
use super::scenario::{Fault, Scenario};

/// What happens at an instant of physical time.
enum Happening {
    Sleeper(Option<Waker>),
    Step(i64),
    Suspend(i64),
    /// The wall clock gains so many thousandths from now on; -1000 when it stands still.
    Rate(i64),
    Stop,
}

/// A value that a live source yielded.
#[derive(Clone, Debug)]
pub(super) struct Yielded {
    pub(super) serial: u32,
    pub(super) id: u32,
    pub(super) event_time: Option<i64>,
    /// The engine clock, when it was received.
    pub(super) arrival: Option<i64>,
    /// By which connection it came.
    pub(super) link: usize,
}

pub(super) struct Physics {
    pub(super) mono: i64,
    wall: i64,
    rate: i64,
    steering: Steering,
    agenda: BTreeMap<(i64, u64), Happening>,
    made: u64,
    /// When the run wants to be woken, and what it waits for.
    run: Option<(i64, Timestamp, Waker)>,
    random: Random,
    jitter: i64,
    late: i64,
    /// The latest reading that was handed out.
    pub(super) reading: i64,
    /// Sources that will never say anything again, without having ended.
    pub(super) silent: usize,
    pub(super) stop: Option<StopHandle>,
    /// True once someone asked the run to stop.
    pub(super) stopped: bool,
    /// By feed, what its live side yielded.
    pub(super) yielded: Vec<Vec<Yielded>>,
    stamping: Option<(usize, usize)>,
    /// From then on a run that only its timers keep going is stopped, and handlers are quick.
    patience: i64,
    /// It was.
    pub(super) was_silent: bool,
    /// Handler calls that are to be made before the run is asked to stop.
    pub(super) calls_left: Option<usize>,
    pub(super) coverage: Coverage,
    /// True while the run is being polled.
    pub(super) polling: bool,
}

/// The handle to it, shared by clock, sources, strategies and the driver.
#[derive(Clone)]
pub(super) struct World(Arc<Mutex<Physics>>);

impl World {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let mut physics = Physics {
            mono: 0,
            wall: scenario.base,
            rate: 0,
            steering: Steering::new(0, scenario.base),
            agenda: BTreeMap::new(),
            made: 0,
            run: None,
            random: Random::new(scenario.seed, 101),
            jitter: scenario.jitter,
            late: scenario.late,
            reading: i64::MIN,
            // A run without any source has nothing that ends it either.
            silent: usize::from(scenario.feeds.is_empty()),
            stop: None,
            stopped: false,
            yielded: vec![Vec::new(); scenario.feeds.len() + scenario.supplies.len()],
            stamping: None,
            patience: scenario.horizon().saturating_add(50 * scenario.unit),
            was_silent: false,
            calls_left: None,
            coverage: Coverage::default(),
            polling: false,
        };
        for &(time, fault) in &scenario.faults {
            match fault {
                Fault::Step(by) => physics.plan(time, Happening::Step(by)),
                Fault::Suspend(by) => physics.plan(time, Happening::Suspend(by)),
                Fault::Freeze(length) => {
                    physics.plan(time, Happening::Rate(-1000));
                    physics.plan(time + length, Happening::Rate(0))
                }
                Fault::Fast(length) => {
                    physics.plan(time, Happening::Rate(10));
                    physics.plan(time + length, Happening::Rate(0))
                }
            };
        }
        World(Arc::new(Mutex::new(physics)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Physics> {
        self.0.lock().unwrap()
    }

    pub(super) fn plan_stop(&self, time: i64) {
        self.lock().plan(time, Happening::Stop);
    }

    /// Takes note of a state that was reached.
    pub(super) fn reach(&self, state: &'static str) {
        self.lock().coverage.reach(state);
    }

    /// Physical time passes while a handler is at work. Not for ever: strategies that work longer than until their next
    /// ticks never catch up.
    pub(super) fn block(&self, by: i64) {
        let mut physics = self.lock();
        let time = if physics.is_late() { physics.mono } else { physics.mono.saturating_add(by) };
        let woken = physics.move_to(time);
        drop(physics);
        wake(woken);
    }

    /// Lets the next thing happen. False if there is none.
    pub(super) fn go_on(&self) -> bool {
        let mut physics = self.lock();
        let next = physics.agenda.first_key_value().map(|(&(time, _), _)| time);
        let run = physics.run.as_ref().map(|&(time, ..)| time).filter(|&time| time < i64::MAX);
        let Some(time) = next.into_iter().chain(run).min() else { return false };
        let mut woken = physics.move_to(time);
        if physics.run.as_ref().is_some_and(|&(until, ..)| until <= physics.mono) {
            woken.extend(physics.run.take().map(|(_, _, waker)| waker));
        }
        drop(physics);
        wake(woken);
        true
    }

    /// True if nothing is planned any more but the run's own waiting.
    pub(super) fn is_quiet(&self) -> bool {
        self.lock().agenda.is_empty()
    }

    /// Asks the run to stop.
    pub(super) fn stop(&self) {
        let mut physics = self.lock();
        physics.stopped = true;
        let stop = physics.stop.clone();
        drop(physics);
        if let Some(stop) = stop {
            stop.stop();
        }
    }

    /// A handler is about to do its work. Counts calls, for stops at a certain one.
    pub(super) fn called(&self) {
        let mut physics = self.lock();
        let left = physics.calls_left.as_mut().map(|left| {
            *left = left.saturating_sub(1);
            *left
        });
        let woken = physics.tremble();
        let is_impatient = physics.is_late() && physics.silent > 0 && !physics.was_silent;
        physics.was_silent |= is_impatient;
        drop(physics);
        wake(woken);
        if left == Some(0) || is_impatient {
            self.stop();
        }
    }

    pub(super) fn note_yield(&self, feed: usize, yielded: Yielded) {
        let mut physics = self.lock();
        let woken = physics.tremble();
        physics.stamping = Some((feed, physics.yielded[feed].len()));
        physics.yielded[feed].push(yielded);
        drop(physics);
        wake(woken);
    }

    /// A sleep in physical time.
    pub(super) fn sleep_until(&self, time: i64) -> Sleep {
        let mut physics = self.lock();
        let key = (time > physics.mono).then(|| physics.plan(time, Happening::Sleeper(None)));
        drop(physics);
        Sleep { world: self.clone(), time, key }
    }
}

fn wake(woken: Vec<Waker>) {
    woken.into_iter().for_each(Waker::wake);
}

impl Physics {
    fn plan(&mut self, time: i64, happening: Happening) -> (i64, u64) {
        self.made += 1;
        self.agenda.insert((time, self.made), happening);
        (time, self.made)
    }

    fn pass(&mut self, time: i64) {
        let passed = time.saturating_sub(self.mono).max(0);
        self.mono += passed;
        let gained = i128::from(passed) * i128::from(1000 + self.rate) / 1000;
        self.wall = self.wall.saturating_add(gained as i64);
    }

    /// Everything up to `time` happens, in order.
    fn move_to(&mut self, time: i64) -> Vec<Waker> {
        let mut woken = Vec::new();
        while let Some(first) = self.agenda.first_entry()
            && first.key().0 <= time
        {
            let ((at, _), happening) = first.remove_entry();
            self.pass(at);
            match happening {
                Happening::Sleeper(waker) => woken.extend(waker),
                Happening::Step(by) => {
                    self.wall = self.wall.saturating_add(by);
                    self.coverage.reach(if by < 0 { "the wall steps back" } else { "the wall steps on" });
                    self.notice_soon();
                }
                Happening::Suspend(by) => {
                    self.wall = self.wall.saturating_add(by);
                    let waits = self.run.is_some() && !self.polling;
                    self.coverage.reach(if waits { "suspended in a wait" } else { "suspended at work" });
                    self.notice_soon();
                }
                Happening::Rate(rate) => {
                    self.rate = rate;
                    self.coverage.reach(match rate {
                        0 => "the wall goes as usual again",
                        -1000 => "the wall stands still",
                        _ => "the wall is fast",
                    });
                    self.notice_soon();
                }
                Happening::Stop => {
                    self.stopped = true;
                    self.coverage.reach("a stop at an instant");
                    // Outside of a poll or within one, as it comes.
                    if let Some(stop) = self.stop.clone() {
                        stop.stop();
                    }
                }
            }
        }
        self.pass(time);
        woken
    }

    /// A clock that waits looks at the wall at least once a second.
    fn notice_soon(&mut self) {
        if let Some((until, ..)) = &mut self.run {
            let soon = self.mono + self.random.range(0, 1_000_000_000);
            *until = (*until).min(soon);
        }
    }

    fn read(&mut self) -> Timestamp {
        let now = self.steering.advance(self.mono, self.wall);
        assert!(now.as_nanos() >= self.reading, "the engine clock never goes back");
        self.reading = now.as_nanos();
        if let Some((feed, index)) = self.stamping.take() {
            self.yielded[feed][index].arrival = Some(self.reading);
        }
        now
    }

    /// True if all that is scripted has happened long ago.
    fn is_late(&self) -> bool {
        self.mono > self.patience
    }

    /// A bit of time passes. Not when the clock is read: how often it is depends on how fast this machine goes.
    fn tremble(&mut self) -> Vec<Waker> {
        if self.jitter == 0 || self.is_late() {
            return Vec::new();
        }
        let time = self.mono.saturating_add(self.random.range(0, self.jitter));
        self.move_to(time)
    }
}

/// The engine clock of a simulated run.
pub(super) struct SimClock(pub(super) World);

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.0.lock().read()
    }

    fn poll_until(&self, cx: &mut Context<'_>, time: Timestamp) -> Poll<()> {
        let mut physics = self.0.lock();
        physics.run = None;
        let now = physics.read();
        if now >= time && time < Timestamp::MAX {
            return Poll::Ready(());
        }
        let left = time.as_nanos().saturating_sub(now.as_nanos());
        let sleep = physics.steering.longest_sleep(time).as_nanos();
        // Nobody has to look every second here: what befalls the wall wakes the run.
        let sleep = if left > 10_000_000_000 { left / 11 * 10 } else { sleep };
        // The same, should the run ask once more.
        let late = Random::new(time.as_nanos() as u64, physics.mono as u64).range(0, physics.late.max(1));
        let until = if time < Timestamp::MAX {
            physics.mono.saturating_add(sleep).saturating_add(late)
        } else {
            i64::MAX
        };
        physics.run = Some((until, time, cx.waker().clone()));
        Poll::Pending
    }

    fn take_step(&self) -> Option<ClockStep> {
        self.0.lock().steering.take_step()
    }
}

/// See [`World::sleep_until`].
pub(super) struct Sleep {
    world: World,
    time: i64,
    key: Option<(i64, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut physics = self.world.lock();
        if physics.mono >= self.time {
            return Poll::Ready(());
        }
        if let Some(Happening::Sleeper(waker)) = self.key.and_then(|key| physics.agenda.get_mut(&key)) {
            *waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let waker = self.world.lock().agenda.remove(&key);
            drop(waker);
        }
    }
}
