//! Which interesting states were reached: a simulator that stops reaching one tests nothing there.

use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub(super) struct Coverage(BTreeMap<&'static str, u64>);

impl Coverage {
    pub(super) fn reach(&mut self, state: &'static str) {
        *self.0.entry(state).or_default() += 1;
    }

    pub(super) fn reach_if(&mut self, reached: bool, state: &'static str) {
        if reached {
            self.reach(state);
        }
    }

    pub(super) fn add(&mut self, other: &Coverage) {
        for (state, count) in &other.0 {
            *self.0.entry(state).or_default() += count;
        }
    }

    pub(super) fn print(&self) {
        for (state, count) in &self.0 {
            println!("  {count:>9} {state}");
        }
    }

    /// States that should have been reached, and were not.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        SOMETIMES.iter().copied().filter(|state| !self.0.contains_key(state)).collect()
    }

    pub(super) fn unknown(&self) -> Vec<&'static str> {
        self.0.keys().copied().filter(|state| !SOMETIMES.contains(state)).collect()
    }
}

/// What ten thousand seeds have to reach.
const SOMETIMES: &[&str] = &[
    "the wall steps back",
    "the wall steps on",
    "the wall stands still",
    "the wall is fast",
    "the wall goes as usual again",
    "suspended in a wait",
    "suspended at work",
    "a stop at an instant",
    "a stop between polls",
    "a stop in a call",
    "a handler blocks",
    "an event emitted with a delay",
    "an instance of a key",
    "a strategy spawned",
    "a strategy retired",
    "a source opened",
    "the latest event looked at",
    "an event forwarded",
    "an event that a sink had no room for",
    "a sink held the run back",
    "a sink fails",
    "an event time before 1970",
    "an event time at the lower limit",
    "an event time at the upper limit",
    "connected again",
    "dropped",
    "dropped before it had ended",
    "silent for ever",
    "caught up",
    "woken",
    "woken in the live phase",
    "a tick that waited",
    "ticks left out while they waited",
    "ticks left out, and told",
    "ticks left out",
    "restamped",
    "clamped",
    "events before the start",
    "errors passed over",
    "far behind",
    "a clock step back, reported",
    "a clock step on, reported",
    "stopped in the opening",
    "stopped in the virtual phase",
    "stopped in the live phase",
    "stopped with something pending",
    "drained",
    "drained with calls left",
    "failed",
    "finished",
    "finished at the end",
    "the end before H",
    "no source at all",
    "a source ends, others go on",
    "spliced by id",
    "spliced by time",
    "dropped as too late",
    "disconnected",
    "disconnected twice",
    "disconnected before the first item",
    "disconnected at H",
    "dropped the oldest",
    "dropped the newest",
    "kept the latest",
    "a full queue is an error",
    "a burst of 10 times the queue",
    "a source held back",
    "history and feed overlap",
    "a gap between history and feed",
    "an empty history",
    "history ends before H",
    "history ends at H",
    "history ends after H",
    "a source out of order",
    "a source or handler fails",
];
