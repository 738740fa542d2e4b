//! What a page is told: a snapshot as JSON, with plain numbers for its script.

use asp_core::{Duration, RunPhase, Snapshot, StopReason};
use serde::Serialize;

use crate::events::LastEvent;
use crate::history::Look;
use crate::shared::Viewer;

/// What was told to one page already.
#[derive(Debug, Default)]
pub(crate) struct Told {
    snapshot: u64,
    events: Option<u64>,
    has_summary: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    run: &'a str,
    snapshot: Option<Shot<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    past: Vec<Look>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<LastEvent>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
}

#[derive(Serialize)]
struct Shot<'a> {
    number: u64,
    elapsed: f64,
    phase: String,
    over: bool,
    failed: bool,
    live: bool,
    start: String,
    now: String,
    end: Option<String>,
    progress: Option<f64>,
    events: u64,
    calls: u64,
    ticks: u64,
    dispatched: u64,
    pending: u64,
    tasks: u64,
    skipped: u64,
    clamped: u64,
    errors: u64,
    missed: u64,
    dropped: u64,
    behind: Option<f64>,
    max_behind: f64,
    /// Name, fed, emitted, waiting, dropped.
    streams: Vec<(&'a str, u64, u64, u64, u64)>,
    /// Name, instances, calls, timers.
    strategies: Vec<(&'a str, u64, u64, u64)>,
    unlisted: u64,
}

impl Told {
    /// What is new since the last message; none if nothing is.
    pub(crate) fn next(&mut self, viewer: &Viewer) -> Option<String> {
        let shared = &viewer.0;
        let summary = shared.summary().filter(|_| !self.has_summary);
        let count = shared.taps.count();
        let has_events = self.events != Some(count);
        let snapshot = shared.monitor.latest().filter(|latest| latest.number > self.snapshot);
        if summary.is_none() && snapshot.is_none() && !has_events {
            return None;
        }
        let is_first = self.snapshot == 0;
        let past = snapshot.as_ref().filter(|_| is_first).map(|snapshot| shared.before(snapshot.number));
        let message = Message {
            past: past.unwrap_or_default(),
            run: &shared.run,
            snapshot: snapshot.as_deref().map(Shot::of),
            events: has_events.then(|| shared.taps.last()),
            summary: summary.as_deref(),
        };
        // It consists of numbers and text.
        let json = serde_json::to_string(&message).ok()?;
        self.snapshot = snapshot.as_ref().map_or(self.snapshot, |snapshot| snapshot.number);
        self.events = Some(count);
        self.has_summary |= summary.is_some();
        Some(json)
    }
}

impl<'a> Shot<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let seconds = |duration: Duration| duration.as_secs_f64();
        let progress = snapshot.end.map(|end| {
            let (start, now) = (snapshot.start.as_nanos(), snapshot.now.as_nanos());
            let part = |time: i64| (i128::from(time) - i128::from(start)) as f64;
            (part(now) / part(end.as_nanos()).max(1.0)).clamp(0.0, 1.0)
        });
        Shot {
            number: snapshot.number,
            elapsed: seconds(snapshot.elapsed),
            phase: snapshot.phase.to_string(),
            over: snapshot.is_over(),
            failed: snapshot.phase == RunPhase::Over(StopReason::Failed),
            live: snapshot.phase == RunPhase::Live,
            start: snapshot.start.to_string(),
            now: snapshot.now.to_string(),
            end: snapshot.end.map(|end| end.to_string()),
            progress,
            events: snapshot.dispatched.events,
            calls: snapshot.dispatched.calls,
            ticks: snapshot.dispatched.ticks,
            dispatched: snapshot.dispatched.total(),
            pending: snapshot.pending,
            tasks: snapshot.tasks,
            skipped: snapshot.skipped,
            clamped: snapshot.clamped,
            errors: snapshot.errors,
            missed: snapshot.missed,
            dropped: snapshot.dropped,
            behind: snapshot.behind.map(seconds),
            max_behind: seconds(snapshot.max_behind),
            streams: snapshot
                .streams
                .iter()
                .map(|stream| (&*stream.name, stream.fed, stream.emitted, stream.waiting, stream.dropped))
                .collect(),
            strategies: snapshot
                .strategies
                .iter()
                .map(|strategy| (&*strategy.name, strategy.instances, strategy.calls, strategy.timers))
                .collect(),
            unlisted: snapshot.unlisted,
        }
    }
}
