//! When a live run reads the clock, and how it waits: for a time, an arrival, a stop.

use std::task::{Context, Waker};

use super::live::{Live, Phase};
use super::{Engine, Turn};
use crate::live::wake::Poller;
use crate::time::{Duration, Spin, Timestamp};

/// How many corrections of the clock the report lists.
const STEPS: usize = 1_000;

/// What the horizon is, beside the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Horizon {
    /// As it was before the run waited: the clock has to be read.
    Unknown,
    /// As it was before an item was dispatched: the clock has to be read if another one is due at once.
    Old,
    Current,
}

/// After so many nanoseconds the clock is asked for steps, however many events arrive.
const UNASKED: i64 = 100_000_000;

/// What is due later than this is not looked out for while the run spins, which takes less.
const NEAR: Duration = Duration::from_millis(1);

impl Engine {
    /// Reads the clock if it is time to: not if it was read for an arrival.
    pub(super) fn look_at_clock(&mut self) {
        let Some(live) = &mut self.live else { return };
        match live.read.take() {
            Some(now) if now.saturating_sub(UNASKED) < live.looked => {
                self.horizon = self.horizon.max(now);
                self.stage.core.clock = self.horizon;
                live.horizon = Horizon::Current;
            }
            None if live.horizon != Horizon::Unknown && live.opening == 0 && !self.stage.core.has_tasks => {}
            _ => self.read_clock(),
        }
    }

    /// Nothing later than the clock is dispatched (S6).
    pub(super) fn read_clock(&mut self) {
        let Some(live) = &mut self.live else { return };
        self.horizon = live.now();
        (live.horizon, live.looked) = (Horizon::Current, self.horizon);
        self.stage.core.clock = self.horizon;
        while let Some(step) = live.clock.take_step() {
            if live.steps.len() < STEPS {
                live.steps.push(step);
            }
        }
    }

    /// Whose turn it is. Before the run waits, the clock is not read again: who waits for it reads it.
    pub(super) fn turn_by_clock(&mut self) -> Turn {
        let turn = self.turn();
        let Some(live) = &self.live else { return turn };
        if live.horizon != Horizon::Old || !live.is_on() {
            return turn;
        }
        match turn {
            Turn::Wait if live.caught_up => turn,
            Turn::Wait => {
                self.read_clock();
                self.turn()
            }
            turn => {
                // It stays first, whatever the clock shows now.
                self.read_clock();
                turn
            }
        }
    }

    /// The run has waited, or may have.
    pub(super) fn forget_horizon(&mut self) {
        if let Some(live) = &mut self.live {
            live.horizon = Horizon::Unknown;
        }
    }

    /// Waits for the next item, an arrival, a stop. False if the run's task has to sleep for it.
    pub(super) fn wait(&mut self, cx: &mut Context<'_>) -> bool {
        let next = self.next_due();
        self.wait_until(cx, next)
    }

    /// [`Engine::wait`] for an item that is due at a time.
    pub(super) fn wait_until(&mut self, cx: &mut Context<'_>, next: Timestamp) -> bool {
        let has_news = self.has_news();
        let Some(live) = &mut self.live else { return false };
        let until = next.min(live.retry_at());
        // A lane that has just begun was not looked at yet.
        let is_fresh = self.grace.is_none()
            && live.is_on()
            && (!live.hungry.is_empty() || (!live.looking.is_empty() && !live.draining));
        live.horizon = Horizon::Unknown;
        if is_fresh || has_news {
            return true;
        }
        if !live.options.spin || self.grace.is_some() {
            return live.wait_for_clock(cx, until);
        }
        let is_real = live.is_real;
        self.note_spun();
        if is_real { self.spin_until(cx, until) } else { self.spin_once(cx, until) }
    }

    /// Asks the sources without sleeping. False if it is time to let others on this thread do something.
    fn spin_until(&mut self, cx: &mut Context<'_>, until: Timestamp) -> bool {
        let Some(live) = &self.live else { return false };
        let (patience, now) = (Spin::start(), live.clock.now());
        if now >= until {
            return true;
        }
        let is_near = until <= now + NEAR;
        while !patience.is_over() {
            for _ in 0..8 {
                if self.has_news() || self.spin_over_sources() {
                    return true;
                }
            }
            let is_due = || is_near && self.live.as_ref().is_some_and(|live| live.clock.now() >= until);
            if self.stop.is_requested() || is_due() {
                return true;
            }
        }
        cx.waker().wake_by_ref();
        false
    }

    /// The same under a clock that is not real, and may wait to be asked before it goes on.
    fn spin_once(&mut self, cx: &mut Context<'_>, until: Timestamp) -> bool {
        if self.spin_over_sources() {
            return true;
        }
        let is_over = self.live.as_mut().is_some_and(|live| live.wait_for_clock(cx, until));
        if !is_over {
            cx.waker().wake_by_ref();
        }
        is_over
    }

    /// True if something outside has woken the run.
    fn has_news(&self) -> bool {
        let any_arrivals = |live: &Live| live.wakes.any() && !live.draining;
        self.live.as_ref().is_some_and(|live| any_arrivals(live))
            || self.stage.core.tasks.outside.any()
            || self.any_sinks()
    }

    /// The time of the next item, or of the end of the run.
    fn next_due(&mut self) -> Timestamp {
        if self.phase() == Phase::Opening {
            return Timestamp::MAX;
        }
        let shown = self.live.as_ref().and_then(|live| live.first()).map(|(time, _)| time);
        let agenda = self.stage.core.heads.first().time();
        let lane = self.merge.peek();
        let end = self.limits.end.map(Timestamp::as_nanos);
        let mut next = [shown, lane, end].into_iter().flatten().fold(agenda, i64::min);
        if self.live.as_ref().is_some_and(|live| !live.caught_up) {
            next = next.min(self.horizon.max(self.stage.now().saturating_add(1)));
        }
        Timestamp::from_nanos(next)
    }

    /// Has this task, or thread, woken for whatever may happen.
    #[inline]
    pub(super) fn register(&self, waker: &Waker) {
        let mut poller = self.poller.borrow_mut();
        if poller.as_ref().is_none_or(|poller| !poller.is(waker)) {
            *poller = Some(Poller::new(waker));
            self.wakes(Some(waker));
        }
    }

    /// Tells all who may wake the run whom they wake.
    #[cold]
    pub(super) fn wakes(&self, poller: Option<&Waker>) {
        if let Some(live) = &self.live {
            live.wakes.run.set(poller);
        }
        if let Some(sinks) = &self.sinks {
            sinks.wakes.run.set(poller);
        }
        self.stop.run().set(poller);
        if let Some(watch) = &self.watch {
            watch.run().set(poller);
        }
        self.stage.core.tasks.outside.poller.set(poller);
    }
}
