//! Recording the facts of a run, and repeating a live run from them (S50, S62).

use super::Engine;
use crate::live::StopHandle;
use crate::node::Step;
use crate::outcome::StopReason;
use crate::recording::{Facts, Stopped};

impl Engine {
    /// Takes note of a fact, if the run is recorded.
    pub(super) fn record(&self, note: impl FnOnce(&mut Facts)) {
        if let Some(recording) = &self.stage.core.recording {
            recording.note(note);
        }
    }

    /// Takes note of how the run was stopped. What stops a run from within happens in a replay by itself.
    pub(super) fn record_stop(&self, reason: StopReason) {
        if reason != StopReason::Finished {
            let total = self.stage.core.dispatched.total();
            let here = (total, self.stage.core.passed);
            let (dispatches, passed) = self.grace.as_ref().map_or(here, |grace| grace.before);
            let stopped = Stopped {
                dispatches,
                grace: total - dispatches,
                passed,
                sequence: self.grace.as_ref().map_or(0, |grace| grace.sequence),
                now: self.stage.now(),
                round: self.stage.core.round,
                is_live: self.stage.core.desk().live.get(),
            };
            self.record(|facts| facts.stop = Some(stopped));
        }
    }

    /// Makes this the repetition of a recorded run.
    pub(crate) fn repeat(&mut self, facts: Facts) {
        let handover = facts.handover.map(|time| (time, Step::Live));
        let caught_up = facts.caught_up.map(|time| (time, Step::CaughtUp));
        self.steps.extend(handover.into_iter().chain(caught_up));
        self.opens = facts.opened;
        self.late_again = facts.late;
        self.stage.core.recorded_skips = facts.skips;
        if let Some(stopped) = facts.stop {
            self.stage.core.stop_after(stopped.dispatches, stopped.passed);
            self.stops_at = Some(stopped);
        }
        if let (true, Some(desk)) = (facts.drains, &mut self.stage.core.desk) {
            // A stop of a handler was not the end of it. How many dispatches followed is known.
            desk.drain = Some(StopHandle::default());
        }
        self.look_ahead();
    }

    /// Nothing is dispatched at or after the next step before that is taken.
    fn look_ahead(&mut self) {
        self.horizon = self.steps.front().map_or(i64::MAX, |&(time, _)| time.saturating_sub(1));
    }

    /// Lets time move on to where the recorded run was stopped.
    pub(super) fn repeat_stop(&mut self) {
        let Some(stopped) = self.stops_at.take() else { return };
        self.stage.core.desk().live.set(stopped.is_live);
        if stopped.now > self.stage.now() {
            self.stage.core.desk().at(stopped.now);
        }
        self.stage.core.round = stopped.round;
    }

    /// Takes the next step of the recorded run.
    pub(super) fn repeat_step(&mut self) {
        let Some((time, step)) = self.steps.pop_front() else { return };
        self.look_ahead();
        if step == Step::Live {
            self.stage.core.desk().live.set(true);
        }
        self.run_step(time, step);
    }
}

impl Drop for Engine {
    /// A live run that is dropped is recorded up to there, and leaks no task (S46).
    fn drop(&mut self) {
        // Handles that outlive the run do not keep its task.
        self.wakes(None);
        if !self.is_closed && self.stage.core.desk.is_some() {
            self.record_stop(StopReason::Requested);
        }
        if !self.is_closed && self.stage.core.desk.is_some() && !std::thread::panicking() {
            // What suspended handlers have is dropped under the run, as at its end.
            let entered = self.enter();
            self.stage.drop_tasks();
            self.leave(entered);
        }
    }
}
