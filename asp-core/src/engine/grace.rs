//! What becomes of tasks when a live run is stopped: they get some time to end by themselves (S46).
//!
//! Nothing but their wakes is dispatched meanwhile. What they schedule stays pending, what they emit reaches sinks.

use std::task::{Context, Poll};

use super::live::Phase;
use super::rounds::Stage;
use super::{Ended, Engine};
use crate::core;
use crate::desk::{Soon, SoonCall};
use crate::outcome::StopReason;
use crate::task::local;
use crate::time::{Duration, Timestamp};

/// How long tasks have, on the clock of the run.
const GRACE: Duration = Duration::from_secs(5);

/// The time between a stop and its end.
#[derive(Debug)]
pub(super) struct Grace {
    /// When tasks are dropped that have not ended.
    until: Timestamp,
    /// Dispatches before the stop, and items that led to none.
    pub(super) before: (u64, u64),
    /// Emissions that were pending when the run was stopped.
    pub(super) emissions: usize,
    /// The next scheduling sequence when it began.
    pub(super) sequence: u64,
}

impl Engine {
    /// Lets tasks end that wait, if that is how the run ends.
    pub(super) fn poll_grace(&mut self, ended: Ended, cx: &mut Context<'_>) -> Poll<Ended> {
        if self.grace.is_none() {
            let is_stopped = matches!(ended, Ok(StopReason::Requested)) && self.stage.core.raised.is_none();
            if !is_stopped || !self.stage.core.has_tasks || self.phase() != Phase::Live {
                return Poll::Ready(ended);
            }
            self.begin_grace();
        }
        loop {
            self.read_clock();
            if let Err(fault) = self.come_in() {
                return Poll::Ready(Err(fault));
            }
            let clock = Timestamp::from_nanos(self.horizon);
            let until = self.grace.as_ref().map_or(clock, |grace| grace.until);
            if !self.stage.core.has_tasks || clock >= until {
                return Poll::Ready(ended);
            }
            if !self.pump()? {
                if !self.wait_until(cx, until) {
                    return Poll::Pending;
                }
                continue;
            }
            if self.stage.wake_next(self.horizon.min(self.last())) {
                if let Some(fault) = self.fault() {
                    return Poll::Ready(fault);
                }
                continue;
            }
            let next = local::in_run(|local| local.sleeps.head().time());
            if !self.wait_until(cx, until.min(Timestamp::from_nanos(next))) {
                return Poll::Pending;
            }
        }
    }

    /// Serves the wakes that a recorded run has served after its stop.
    pub(super) fn repeat_grace(&mut self, ended: Ended) -> Ended {
        let (wakes, sequence) =
            self.stops_at.as_ref().map_or((0, 0), |stopped| (stopped.grace, stopped.sequence));
        if wakes == 0 || !matches!(ended, Ok(StopReason::Requested)) {
            return ended;
        }
        self.begin_grace();
        self.stage.core.desk().sequence.set(sequence);
        self.stage.core.desk().live.set(true);
        let last = self.stage.core.dispatched.total() + wakes;
        while self.stage.core.dispatched.total() < last {
            if !self.stage.wake_next(i64::MAX) {
                break;
            }
            if let Some(fault) = self.fault() {
                return fault;
            }
        }
        ended
    }

    fn begin_grace(&mut self) {
        let clock = Timestamp::from_nanos(self.horizon);
        let before = (self.stage.core.dispatched.total(), self.stage.core.passed);
        let emissions = self.discard_emitted();
        let until = clock.saturating_add(GRACE).min(self.limits.end.unwrap_or(Timestamp::MAX));
        let sequence = self.stage.core.desk().sequence.get();
        self.grace = Some(Grace { until, before, emissions, sequence });
        if let Some(live) = &mut self.live {
            // Nothing more is received.
            live.draining = true;
            live.retries.clear();
        }
        self.stage.core.in_grace = true;
        self.stage.core.stop_after = core::NEVER;
    }

    /// What goes wrong in a task ends the run there.
    fn fault(&mut self) -> Option<Ended> {
        if self.stage.core.raised.is_some() {
            return Some(Ok(StopReason::Failed));
        }
        self.sink_error().map(Err)
    }
}

impl Stage {
    /// Dispatches the next wake of a task, if it is not later than the limit.
    fn wake_next(&mut self, limit: i64) -> bool {
        loop {
            self.core.desk().stop.set(false);
            self.core.desk().set_limit(self.now());
            let due = local::in_run(|local| local.sleeps.head().time());
            let is_now = due <= self.now();
            if !is_now && let Some(SoonCall { what, sequence, .. }) = self.next_soon() {
                if let Soon::Wake(_) | Soon::Sleep(_) = what {
                    self.wake_in_grace(what, sequence);
                    return true;
                }
                // Calls stay pending.
                continue;
            }
            if due > limit {
                return false;
            }
            let Some((slot, sequence, _)) = local::in_run(|local| local.sleeps.pop()) else {
                if due == i64::MAX {
                    return false;
                }
                continue;
            };
            self.core.show_sleeps();
            if !is_now {
                self.core.round = 0;
                self.core.desk().at(due);
            }
            self.wake_in_grace(Soon::Sleep(slot), sequence);
            return true;
        }
    }

    fn wake_in_grace(&mut self, what: Soon, sequence: u64) {
        self.wake(what, sequence);
        self.core.desk().joined.ticks.clear();
        while let Some(emission) = self.core.desk().joined.emissions.pop() {
            self.drain_emission(emission);
        }
    }
}
