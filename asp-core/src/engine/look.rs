//! What a run shows to those who look at it from outside while it goes on: counts that are kept anyway.

use super::live::Phase;
use super::{Engine, StopReason};
use crate::monitor::{RunPhase, Snapshot, StrategyCounts, Watch};
use crate::roster::Owner;
use crate::time::{Duration, Timestamp};

/// How many streams and strategies are listed, so that a look is over in some ten microseconds however many there are.
const LISTED: usize = 500;

/// How many events of a stream are shown after each look.
const SHOWN: u32 = 10;

impl Engine {
    /// Lets somebody look at the run from outside.
    pub(crate) fn watch(&mut self, mut watch: Watch) {
        let hubs = self.stage.hubs.iter().zip(0..);
        watch.peeked = hubs.filter(|(hub, _)| hub.channel().is_peeked()).map(|(_, id)| id).collect();
        self.watch = Some(watch);
        self.attend_watch();
    }

    /// Between two portions of items: shows how the run is doing, and some events, if somebody has asked.
    #[inline]
    pub(super) fn look_after_watch(&mut self) {
        if self.watch.is_some() {
            self.show_if_asked();
            self.attend_watch();
        }
    }

    /// A stream with one reader has no room for others beside it; it is given that for the few events that are to be shown.
    fn attend_watch(&mut self) {
        let Some(watch) = &self.watch else { return };
        let begins = watch.is_curious.take();
        if !begins && !self.stage.core.has_spent_peeks {
            return;
        }
        self.stage.core.has_spent_peeks = false;
        for &stream in &watch.peeked {
            let index = stream as usize;
            if begins {
                self.stage.hubs[index].channel_mut().show_next(SHOWN);
            } else if self.stage.hubs[index].channel().peeks() > 0 {
                continue;
            }
            self.stage.hubs.reform(index, |hub| if begins { hub.generalize() } else { hub.specialize() });
        }
        if !begins && !watch.peeked.is_empty() {
            self.stage.hubs.tie(&self.lanes);
        }
        self.stage.check_links();
    }

    /// True if somebody may look.
    pub(super) fn is_watched(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| !watch.is_alone())
    }

    /// Shows how the run is doing, if somebody has asked. Called between two portions of items, and before waiting.
    #[inline]
    pub(super) fn show_if_asked(&self) {
        if let Some(watch) = &self.watch
            && watch.is_asked()
        {
            self.show(watch, self.run_phase(), None);
            watch.is_curious.set(true);
        }
    }

    /// Shows the end of the run.
    pub(super) fn show_end(&self, reason: StopReason, pending: u64) {
        if let Some(watch) = &self.watch {
            self.show(watch, RunPhase::Over(reason), Some(pending));
        }
    }

    fn run_phase(&self) -> RunPhase {
        match self.phase() {
            Phase::Opening => RunPhase::Opening,
            Phase::Live => RunPhase::Live,
            Phase::Virtual | Phase::Over => RunPhase::History,
        }
    }

    #[cold]
    fn show(&self, watch: &Watch, phase: RunPhase, pending: Option<u64>) {
        let (core, hubs) = (&self.stage.core, &self.stage.hubs);
        let (number, elapsed) = watch.next();
        let listed = hubs.iter().take(LISTED);
        let streams: Vec<_> = listed.map(|hub| hub.channel().stream_counts()).collect();
        let desk = core.desk();
        let strategies = self.strategy_counts();
        let live = self.live.as_ref();
        watch.show(Snapshot {
            number,
            elapsed,
            phase,
            start: Timestamp::from_nanos(self.start),
            now: Timestamp::from_nanos(desk.now.get()),
            end: self.limits.end,
            dispatched: core.dispatched,
            pending: pending.unwrap_or(core.alive as u64),
            tasks: core.tasks.live() as u64,
            skipped: hubs.iter().take(LISTED).map(|hub| hub.channel().skipped()).sum(),
            clamped: desk.clamped.get(),
            errors: core.errors,
            missed: core.missed,
            dropped: streams.iter().map(|stream| stream.dropped).sum(),
            behind: live.filter(|live| live.is_on()).map(|live| live.behind.take()),
            max_behind: live.map_or(Duration::ZERO, |live| live.max_behind),
            streams,
            strategies,
            unlisted: (hubs.len().saturating_sub(LISTED) + core.roster.len().saturating_sub(LISTED)) as u64,
        });
    }

    /// What the strategies have pending, those of a group in one row.
    fn strategy_counts(&self) -> Vec<StrategyCounts> {
        let mut rows: Vec<StrategyCounts> = Vec::new();
        let mut groups: Vec<(u32, usize)> = Vec::new();
        for number in 0..self.stage.nodes.len().min(LISTED) {
            let Some(node) = self.stage.nodes.get(number) else { continue };
            let row = match self.stage.core.roster.owner(number as u32) {
                Owner::Named(name) => {
                    rows.push(StrategyCounts { name: name.to_string(), ..StrategyCounts::default() });
                    rows.len() - 1
                }
                Owner::Group(group) => match groups.iter().find(|(other, _)| *other == group) {
                    Some(&(_, row)) => row,
                    None => {
                        let name = self.stage.core.roster.name(number as u32);
                        // The name of the group stands before the key of the instance.
                        let name = name.split_once('[').map_or(&*name, |(group, _)| group).to_owned();
                        rows.push(StrategyCounts { name, ..StrategyCounts::default() });
                        groups.push((group, rows.len() - 1));
                        rows.len() - 1
                    }
                },
            };
            let row = &mut rows[row];
            row.instances += 1;
            row.calls += node.counted() as u64;
            row.timers += node.timers() as u64;
        }
        rows
    }
}
