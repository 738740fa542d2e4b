//! The beginning of a run: sources are opened, the start is settled, `on_start` runs (S17, S18, S36).

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::COUNTED;
use super::rounds::Stage;
use super::{Ended, Engine};
use crate::channel::Filled;
use crate::error::ErrorKind;
use crate::outcome::{Outcome, StopReason};
use crate::time::{Pacer, Timestamp};

impl Engine {
    /// Runs from start to end; what is left of it, and the errors that stopped it, the first one first.
    pub(crate) fn run(mut self) -> (Outcome, Vec<ErrorKind>) {
        let entered = self.enter();
        let ended = self.open().and_then(|reason| match reason {
            None => self.run_guarded(),
            Some(reason) => Ok(reason),
        });
        let ended = self.repeat_grace(ended);
        let closed = self.conclude_inside(ended);
        self.leave(entered);
        closed
    }

    /// Ends a run over history.
    pub(super) fn conclude_inside(&mut self, ended: Ended) -> (Outcome, Vec<ErrorKind>) {
        let mut closing = self.begin_close(ended);
        self.finish_sinks(&mut closing.errors);
        self.close(closing)
    }

    /// Everything before the first item of class 1. A reason, if the run stops there.
    pub(super) fn open(&mut self) -> Result<Option<StopReason>, ErrorKind> {
        if self.takes_portions() {
            // How long an item takes is not known yet: nobody is to wait for a burst of slow ones.
            self.stage.core.desk().burst.set(if self.is_real() { 1 } else { COUNTED });
        }
        let had_sources = self.open_lanes > 0;
        let mut states = self.fill_all();
        self.start = self.find_start()?;
        let start = Timestamp::from_nanos(self.start);
        self.record(|facts| facts.start = Some(start));
        self.stage.core.desk().at(self.start);
        for (lane, state) in states.iter_mut().enumerate() {
            self.skip_early(lane, state);
        }
        for (lane, state) in states.iter_mut().enumerate() {
            // A fault without an event before it takes effect at the start, before any other item (S15).
            if let Filled::Fault(_) = state
                && let Filled::Fault(fault) = std::mem::replace(state, Filled::Ended)
            {
                return Err(self.source_error(self.lanes[lane], fault));
            }
        }
        self.record(|facts| facts.opened = true);
        self.pacer = Pacer::new(self.limits.pace, self.start);
        self.lasts = self.lasts_until_stopped() && self.open_lanes == 0;
        self.stage.core.going = self.limits.end.is_some() || self.open_lanes > 0 || self.lasts;
        // Without sources all of it comes after the last source event (S29).
        self.stage.core.draining = self.live.is_none() && self.open_lanes == 0 && self.limits.end.is_none();
        if !self.opens {
            return Ok(Some(StopReason::Requested));
        }
        let coroutines = std::mem::take(&mut self.coroutines);
        self.stage.begin_coroutines(coroutines);
        if !self.start_all() {
            return self.stopped().unwrap_or(Ok(StopReason::Failed)).map(Some);
        }
        if self.stage.core.is_stopped_again() {
            return Ok(Some(StopReason::Requested));
        }
        // What `on_start` emitted or scheduled for now is part of round 0 (S36).
        self.stage.promote();
        for (lane, state) in states.iter().enumerate() {
            if let Filled::Ended = state
                && !self.goes_on_live(lane)
            {
                // Empty from the start: its end belongs to the next round of the start (S54).
                self.lane_ended(lane, None);
            }
        }
        self.open_first_supplies()?;
        if let Some(stopped) = self.stopped() {
            return stopped.map(Some);
        }
        // Those that were opened in `on_start` count as well, also empty ones.
        let had_sources = had_sources || self.open_lanes > 0 || !self.stage.core.ended.is_empty();
        self.check_timers_alone(had_sources).map(|()| None)
    }

    /// The loop, with a guard against panics: setting it up once costs the dispatches nothing.
    pub(super) fn run_guarded(&mut self) -> Ended {
        match catch_unwind(AssertUnwindSafe(|| self.run_loop())) {
            Ok(ended) => ended,
            Err(panic) => self.panicked(panic),
        }
    }

    /// A panic went through the loop: whoever had the desk is never called again (S44).
    pub(super) fn panicked(&mut self, panic: Box<dyn Any + Send>) -> Ended {
        let Stage { core, nodes, .. } = &mut self.stage;
        core.raise_panic(panic, &mut |core, node| {
            if let Some(node) = nodes.get_mut(node as usize) {
                node.poison(core);
            }
        });
        self.stage.count_passed_on();
        Ok(StopReason::Failed)
    }

    fn fill_all(&mut self) -> Vec<Filled> {
        (0..self.lanes.len())
            .map(|lane| {
                if !self.fed[lane] {
                    // It was announced, no more.
                    return Filled::Nothing;
                }
                let filled =
                    self.stage.hubs[self.lanes[lane] as usize].channel_mut().fill(self.merge.refill(lane));
                self.merge.filled(lane);
                filled
            })
            .collect()
    }

    /// The start given, or the earliest event that is not after the end, or 0.
    fn find_start(&mut self) -> Result<i64, ErrorKind> {
        let handover = self.live.as_ref().map(|live| live.handover());
        if let Some(start) = self.limits.start {
            return match handover {
                Some(handover) if start.as_nanos() > handover => {
                    Err(ErrorKind::StartsLater { start, now: Timestamp::from_nanos(handover) })
                }
                _ => Ok(start.as_nanos()),
            };
        }
        let last = self.limits.end.map_or(i64::MAX, |end| end.as_nanos());
        // A live run begins at the latest when it begins.
        let latest = handover.unwrap_or(i64::MAX).min(last);
        Ok(self.merge.earliest().unwrap_or(handover.unwrap_or(0)).min(latest))
    }

    /// Drops the events of a lane that are before the start.
    fn skip_early(&mut self, lane: usize, state: &mut Filled) {
        let start = self.start;
        let hub = self.stage.hubs[self.lanes[lane] as usize].channel_mut();
        while let Filled::Events = state
            && self.merge.rest(lane).first().is_some_and(|&time| time < start)
        {
            if hub.skip(self.merge.skip(lane), start) {
                *state = hub.fill(self.merge.refill(lane));
            }
            self.merge.filled(lane);
        }
    }

    /// Runs all `on_start`, by declaration. False if one stopped the run.
    fn start_all(&mut self) -> bool {
        self.stage.core.desk().starting.set(true);
        self.stage.core.desk().set_limit(i64::MAX);
        for node in 0..self.stage.nodes.len() {
            self.stage.core.desk().set_limit(i64::MAX);
            let Some(strategy) = self.stage.nodes.get_mut(node) else { continue };
            strategy.start(&mut self.stage.core);
            self.stage.attend();
            if self.stage.core.desk().halted() {
                break;
            }
        }
        // Those whom they have spawned begin after all of them.
        while !self.stage.core.desk().halted() && self.stage.admit() {}
        self.stage.core.desk().starting.set(false);
        !self.stage.core.desk().halted()
    }

    /// What `on_start` has opened begins with the run; where it is empty, its end joins the next round as well.
    fn open_first_supplies(&mut self) -> Result<(), ErrorKind> {
        self.stage.core.desk().starting.set(true);
        let opened = self.open_supplies();
        self.stage.core.desk().starting.set(false);
        opened
    }

    /// True if a run without sources goes on until it is stopped: a live one, its repetition, that of a test (S25).
    fn lasts_until_stopped(&self) -> bool {
        self.live.is_some() || self.stops_at.is_some() || self.stage.stepping.is_some()
    }

    /// A run of unbounded timers without an end is a mistake, not a run of zero length (S25).
    fn check_timers_alone(&self, had_sources: bool) -> Result<(), ErrorKind> {
        let has_end = self.limits.end.is_some();
        let has_work = had_sources || self.stage.core.alive > 0 || self.stage.has_work();
        let has_timer = self.stage.nodes.iter().any(|node| node.timers() > 0);
        if !self.lasts_until_stopped() && !has_end && !has_work && has_timer {
            Err(ErrorKind::NoEnd)
        } else {
            Ok(())
        }
    }
}
