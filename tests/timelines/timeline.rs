//! Runs a scenario, and compares its picture and its lines with those that the book shows.
//!
//! `ASP_TIMELINES=write` writes both anew.

use std::collections::BTreeSet;
use std::{env, fs};

use asp::prelude::*;
use asp::testing::TestRun;
use asp::{Class, ManualClock, Outcome, Place};
use asp_tests::{jumping, s};

use crate::layout::Layout;
use crate::seen::{self, Call};
use crate::svg;

/// What a scenario did.
pub(crate) struct Timeline {
    pub(crate) calls: Vec<Call>,
    /// From which call to which.
    pub(crate) arrows: Vec<(usize, usize)>,
    /// What was put in and handled by nobody, or at another time: stream and time.
    pub(crate) fed: Vec<(String, Timestamp)>,
    pub(crate) handover: Option<Timestamp>,
    /// The interval of the run, where it is to be seen.
    pub(crate) covers: Option<(Timestamp, Timestamp)>,
    /// When the run failed.
    pub(crate) failed: Option<Timestamp>,
    lines: Vec<String>,
}

impl Timeline {
    /// Of a run over history. Arrows lead from each call to what it has asked for, which a second run tells that is
    /// taken step by step.
    pub(crate) fn of_history(scenario: impl Fn() -> Runner) -> Self {
        seen::take();
        let mut timeline = Timeline::of(seen::watched(scenario()).run());
        timeline.arrows = timeline.arrows_of(&asked(scenario()));
        seen::take();
        timeline
    }

    /// Of a live run that hands over at this second, on a clock that jumps.
    pub(crate) fn of_live(handover: f64, scenario: impl FnOnce(&ManualClock) -> Runner) -> Self {
        seen::take();
        let clock = jumping(handover);
        let runner = seen::watched(scenario(&clock)).clock(clock);
        let timeline = Timeline::of(futures::executor::block_on(runner.run_live()));
        Timeline { handover: Some(s(handover)), ..timeline }
    }

    /// Of a run that the caller has made, of what [`seen::watched`] returns.
    pub(crate) fn of(outcome: asp::Result<Outcome>) -> Self {
        let (calls, mut lines) = seen::take();
        let mut failed = None;
        if let Err(error) = outcome {
            lines.push(error.to_string());
            failed = error.into_outcome().map(|outcome| outcome.report().now);
        }
        Timeline { calls, arrows: Vec::new(), fed: Vec::new(), handover: None, covers: None, failed, lines }
    }

    /// Shows what was put into a stream, also where nobody has handled it.
    pub(crate) fn fed(mut self, stream: &str, seconds: &[f64]) -> Self {
        self.fed.extend(seconds.iter().map(|seconds| (stream.to_owned(), s(*seconds))));
        self
    }

    /// Shows what the run covers.
    pub(crate) fn covers(mut self, start: f64, end: f64) -> Self {
        self.covers = Some((s(start), s(end)));
        self
    }

    /// An arrow in a live run, from the call that said the one to the one that said the other.
    pub(crate) fn leads(mut self, from: &str, to: &str) -> Self {
        let find = |text: &str| {
            let found = self.calls.iter().position(|call| call.said.iter().any(|said| said == text));
            found.unwrap_or_else(|| panic!("nobody has said {text:?}"))
        };
        let (from, to) = (find(from), find(to));
        assert!(from < to && is_asked_for(&self.calls[to].place), "it was asked for, and later");
        self.arrows.push((from, to));
        self
    }

    /// Compares with what the book has under this name.
    pub(crate) fn shown_as(self, name: &str) {
        let root = env!("CARGO_MANIFEST_DIR");
        let printed: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        let picture = svg::draw(&self, &Layout::of(&self));
        compare(&format!("{root}/timelines/output/{name}.txt"), &printed);
        compare(&format!("{root}/../book/src/images/time/{name}.svg"), &picture);
    }

    /// The calls of items that are known by their places.
    fn arrows_of(&self, asked: &[(Place, Place)]) -> Vec<(usize, usize)> {
        let calls_of = |place: &Place| {
            let place = key(place);
            self.calls.iter().enumerate().filter(move |(_, call)| key(&call.place) == place)
        };
        let arrow = |(from, to): &(Place, Place)| {
            let (to, target) = calls_of(to).next()?;
            let own = calls_of(from).find(|(_, call)| call.strategy == target.strategy);
            let from = own.or_else(|| calls_of(from).next())?.0;
            Some((from, to))
        };
        asked.iter().filter_map(arrow).collect()
    }
}

/// Which item has asked for which, in a run that is taken step by step.
fn asked(runner: Runner) -> Vec<(Place, Place)> {
    let mut found = Vec::new();
    let Ok(mut run) = TestRun::new(runner) else { return found };
    run.end_all();
    let mut known = pending(&run);
    while let Ok(Some(item)) = run.step() {
        let next = pending(&run);
        found.extend(next.difference(&known).map(|place| (item.place, *place)));
        known.extend(next);
    }
    found
}

fn pending(run: &TestRun) -> BTreeSet<Place> {
    run.pending().into_iter().map(|item| item.place).filter(is_asked_for).collect()
}

/// A deferred call, a wake, or an event that a strategy has emitted.
fn is_asked_for(place: &Place) -> bool {
    place.class == Class::Call || (place.class == Class::Event && place.declaration == u64::MAX)
}

/// What an item keeps while it waits.
fn key(place: &Place) -> (Class, u64, u64, Timestamp) {
    let time = if is_asked_for(place) { Timestamp::EPOCH } else { place.time };
    (place.class, place.declaration, place.sequence, time)
}

fn compare(path: &str, made: &str) {
    if env::var("ASP_TIMELINES").is_ok_and(|wish| wish == "write") {
        fs::write(path, made).unwrap();
    }
    let shown = fs::read_to_string(path).unwrap_or_default();
    assert!(made == shown, "{path} has something else; `ASP_TIMELINES=write` writes it anew:\n{made}");
}
