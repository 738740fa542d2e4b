//! From the steps of a runner to an engine, and from its end to what the caller gets.

use super::{Runner, Step};
use crate::core::Core;
use crate::desk::Desk;
use crate::digest::Digester;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::graph::Graph;
use crate::monitor::Watch;
use crate::outcome::Outcome;
use crate::policy::PastSchedule;
use crate::recording::Recording;

impl Runner {
    /// The engine for what was put together, if that can be run.
    pub(crate) fn engine(self, live: bool) -> Result<Engine> {
        let Runner { steps, observers, mut limits, on_error, past_schedule, stop, .. } = self;
        if let (Some(start), Some(end)) = (limits.start, limits.end)
            && start >= end
        {
            return Err(Error::new(ErrorKind::EmptyInterval { start, end }));
        }
        let mut graph = Graph::default();
        for step in steps {
            match step {
                Step::Graph { build, .. } => build(&mut graph),
                Step::Add(add) => (add.join)(&mut graph, add.name, add.rebinds),
            }
        }
        if let Some(recording) = &self.recording {
            recording.begin(&mut graph);
            recording.note(|facts| facts.end = limits.end);
        }
        let facts = self.replay.as_ref().map(Recording::facts);
        if let Some(facts) = &facts {
            limits.start = limits.start.or(facts.start);
            limits.end = limits.end.or(facts.end);
        }
        let faults = graph.check(live);
        if !faults.is_empty() {
            return Err(Error::new(ErrorKind::Graph(faults)));
        }
        let mut parts = graph.finish();
        let mut desk = Desk::new(past_schedule == PastSchedule::Error);
        parts.graph.furnish(&parts.hubs, &mut desk.outlets);
        let roster = std::mem::take(&mut parts.roster);
        let mut core = Core::new(desk, roster, on_error, observers);
        core.drain_limit = limits.drain_limit;
        core.recording = self.recording;
        if let Some(interval) = self.digest {
            core.digest(Digester::new(interval));
        }
        if self.times {
            core.time_handlers();
        }
        let mut engine = Engine::new(parts, core, limits, stop);
        if let Some(facts) = facts {
            engine.repeat(facts);
        }
        if let Some(monitor) = self.monitor {
            engine.watch(Watch::new(monitor));
        }
        Ok(engine)
    }
}

/// What a run has come to.
pub(crate) fn concluded(outcome: Outcome, errors: Vec<ErrorKind>) -> Result<Outcome> {
    let mut errors = errors.into_iter();
    match errors.next() {
        None => Ok(outcome),
        Some(first) => Err(Error::of_run(first, errors.collect(), outcome)),
    }
}
