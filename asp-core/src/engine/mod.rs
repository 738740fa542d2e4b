//! The scheduler: picks the item with the least place (S7), sets the time, and lets its owner run in a burst.
//!
//! Sans-I/O: it answers "what now, what next" over past sources. Three things compete for the next turn: the
//! merge of the fed streams, the heads of the agendas, and what joined the current instant's rounds. Whoever wins
//! runs until `limit`, the earliest time of the others; a handler that schedules something earlier lowers it.

mod close;
mod open;
mod rounds;
#[cfg(test)]
mod tests;

use rounds::{Round, Stage};

use crate::core::Core;
use crate::desk::{Soon, SoonCall};
use crate::error::ErrorKind;
use crate::graph::Parts;
use crate::heads::Due;
use crate::hub::Filled;
use crate::merge::Merge;
use crate::outcome::StopReason;
use crate::source::{FaultKind, SourceFault};
use crate::time::{Pace, Pacer, Timestamp};

/// What bounds a run (section K of the rules).
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) max_rounds: u32,
    pub(crate) drain_limit: u64,
    pub(crate) pace: Pace,
}

pub(crate) struct Engine {
    stage: Stage,
    /// Which streams have an emitter; they never end (S54).
    emitted: Vec<bool>,
    /// The stream of each lane.
    lanes: Vec<u32>,
    merge: Merge,
    /// Lanes whose source may have more.
    open_lanes: usize,
    /// Strategies whose `on_start` returned.
    started: Vec<bool>,
    limits: Limits,
    /// Holds time back, if the run is paced.
    pacer: Option<Pacer>,
    start: i64,
}

/// How the loop ended.
pub(super) type Ended = Result<StopReason, ErrorKind>;

/// Where an event came from.
#[derive(Clone, Copy, Debug)]
enum Origin {
    /// The source of that lane.
    Fed(usize),
    /// A strategy that emitted it on that stream.
    Emitted(u32),
}

/// Whose turn it is.
enum Turn {
    /// Events of sources up to the limit, the outer one if nothing of an agenda comes before it.
    Lanes { limit: i64, outer: i64 },
    /// Emissions of `on_start`, which are part of round 0.
    Emissions,
    /// The agenda of the node with the least head, up to the limit.
    Agenda { limit: i64 },
    /// What joined the rounds of this instant.
    Rounds,
    /// A strategy whose events of this instant are all in.
    Settle,
    /// Nothing is left to do.
    Finish,
}

impl Engine {
    pub(crate) fn new(parts: Parts, core: Core, limits: Limits) -> Self {
        let Parts { hubs, emitted, lanes, nodes, .. } = parts;
        Engine {
            merge: Merge::new(lanes.len()),
            open_lanes: lanes.len(),
            started: vec![false; nodes.len()],
            stage: Stage {
                core,
                nodes,
                hubs,
                round: Round::default(),
                event: None,
                max_rounds: limits.max_rounds,
            },
            pacer: None,
            start: 0,
            emitted,
            lanes,
            limits,
        }
    }

    /// The last instant that is part of the run.
    fn last(&self) -> i64 {
        self.limits.end.map_or(i64::MAX, |end| end.as_nanos().saturating_sub(1))
    }

    /// Dispatches until nothing is left, or something stops the run.
    fn run_loop(&mut self) -> Ended {
        loop {
            match self.turn() {
                Turn::Lanes { limit, outer } => self.run_lanes(limit, outer)?,
                Turn::Emissions => {
                    self.stage.hold();
                    self.stage.run_emissions();
                }
                Turn::Agenda { limit } => self.run_agenda(limit),
                Turn::Rounds => self.stage.run_rounds()?,
                Turn::Settle => self.stage.settle(),
                Turn::Finish => return Ok(StopReason::Finished),
            }
            if let Some(stopped) = self.stopped() {
                return stopped;
            }
        }
    }

    /// Rule S7, seen from above: whose item has the least place.
    fn turn(&mut self) -> Turn {
        let now = self.stage.now();
        let lane = self.merge.peek();
        let head = self.stage.core.heads.first();
        let agenda = (head != Due::NEVER).then(|| head.time());
        // Only round 0 has source events and agenda items at `now`: what comes later joins the rounds.
        if now > self.last() {
            return Turn::Finish;
        }
        if lane.is_some_and(|time| time <= now) {
            return Turn::Lanes { limit: now, outer: now };
        }
        if agenda.is_some_and(|time| time <= now) {
            // The emissions of `on_start` are part of round 0, between its events and its calls (S36).
            return if self.stage.round.emissions > 0 {
                Turn::Emissions
            } else {
                Turn::Agenda { limit: now }
            };
        }
        if !self.stage.round.is_empty() || !self.stage.core.desk().joined.is_empty() {
            return Turn::Rounds;
        }
        if !self.stage.core.unsettled.is_empty() {
            return Turn::Settle;
        }
        self.move_on(lane, agenda)
    }

    /// Nothing is left at this instant: who is next?
    fn move_on(&mut self, lane: Option<i64>, agenda: Option<i64>) -> Turn {
        let mut last = self.last();
        let is_over = match (lane, agenda) {
            (None, None) => true,
            (None, Some(agenda)) => {
                agenda > last || (self.limits.end.is_none() && self.stage.core.alive == 0)
            }
            (Some(lane), None) => lane > last,
            (Some(lane), Some(agenda)) => lane.min(agenda) > last,
        };
        if is_over {
            return Turn::Finish;
        }
        self.stage.core.round = 0;
        self.stage.core.end_trace();
        if let (Some(pacer), Some(next)) = (&self.pacer, lane.into_iter().chain(agenda).min()) {
            // Instant by instant, each when its time has come.
            pacer.wait_for(next);
            last = next;
        }
        match (lane, agenda) {
            (Some(lane), agenda) if agenda.is_none_or(|agenda| lane <= agenda) => {
                Turn::Lanes { limit: agenda.unwrap_or(i64::MAX).min(last), outer: last }
            }
            _ => Turn::Agenda { limit: last },
        }
    }

    /// Dispatches source events in merged order up to `limit`, or up to what a handler schedules before that.
    fn run_lanes(&mut self, limit: i64, outer: i64) -> Result<(), ErrorKind> {
        self.stage.core.desk().set_limit(outer);
        self.stage.core.desk().lower_limit(limit);
        while let Some((lane, times)) = self.merge.run() {
            let stream = self.lanes[lane];
            let is_due = times[0] <= self.stage.core.desk().limit.get();
            let mut count = if is_due { self.stage.feed(lane, stream, times) } else { 0 };
            if count < times.len() {
                count += self.stage.feed_by_instants(lane, stream, &times[count..], outer)?;
            }
            let goes_on = count == times.len();
            let dry = self.merge.took(count);
            if self.stage.core.desk().halted() {
                break;
            }
            if dry {
                // A fault of the source takes effect now, before any other item (S15).
                self.refill(lane)?;
            }
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    /// Pulls the next batch of a lane whose column is dry.
    fn refill(&mut self, lane: usize) -> Result<(), ErrorKind> {
        let stream = self.lanes[lane];
        let filled = self.stage.hubs[stream as usize].channel_mut().fill(self.merge.refill(lane));
        self.merge.filled(lane);
        match filled {
            Filled::Events => Ok(()),
            Filled::Ended => {
                self.lane_ended(stream);
                Ok(())
            }
            Filled::Fault(fault) => Err(self.source_error(stream, fault)),
        }
    }

    /// The last event of a source was dispatched: its readers hear of it in the next round (S54).
    fn lane_ended(&mut self, stream: u32) {
        self.open_lanes -= 1;
        if self.open_lanes == 0 && self.limits.end.is_none() {
            self.stage.core.going = false;
            self.stage.core.draining = true;
        }
        let desk = self.stage.core.desk();
        for call in self.ends(stream) {
            desk.joined.calls.push(call);
            desk.hold_instant();
        }
    }

    /// The calls that tell the readers of a stream of its end, each with a sequence of its own.
    pub(super) fn ends(&self, stream: u32) -> Vec<SoonCall> {
        if self.emitted[stream as usize] {
            return Vec::new();
        }
        let desk = self.stage.core.desk();
        let ends = self.stage.hubs[stream as usize].channel().ends().iter();
        ends.map(|&(node, hook)| SoonCall { node, what: Soon::End(hook), sequence: desk.next_sequence() })
            .collect()
    }

    fn sink_error(&mut self) -> Option<ErrorKind> {
        let (stream, time, error) = self.stage.core.sink_failed.take()?;
        let stream = self.stage.hubs[stream as usize].channel().name().to_string();
        Some(ErrorKind::Sink { stream, time, error })
    }

    /// Stream and number of the event dispatched last.
    fn event_name(&self) -> Option<(String, u64)> {
        let (channel, index) = match self.stage.event? {
            Origin::Fed(lane) => {
                let channel = self.stage.hubs[self.lanes[lane] as usize].channel();
                (channel, channel.index_fed())
            }
            Origin::Emitted(stream) => {
                let channel = self.stage.hubs[stream as usize].channel();
                (channel, channel.index_emitted())
            }
        };
        Some((channel.name().to_string(), index))
    }

    fn source_error(&self, stream: u32, fault: SourceFault) -> ErrorKind {
        let stream = self.stage.hubs[stream as usize].channel().name().to_string();
        let SourceFault { index, position, what } = fault;
        match what {
            FaultKind::Unordered { previous, found } => {
                ErrorKind::Unordered { stream, position, index, previous, found }
            }
            FaultKind::Failed(error) => ErrorKind::Source { stream, position, index, error },
            FaultKind::Panicked(message) => {
                ErrorKind::Source { stream, position, index, error: format!("it panicked: {message}").into() }
            }
        }
    }

    /// Lets the node with the least head work through its agenda, up to the next item of anyone else.
    fn run_agenda(&mut self, limit: i64) {
        let node = self.stage.core.heads.first_node();
        let others = self.stage.core.heads.first_but(node);
        let lane = self.merge.peek().map_or(Due::NEVER, Due::at);
        self.stage.core.desk().set_limit(limit);
        match self.stage.nodes.get_mut(node) {
            Some(node) => node.run_agenda(&mut self.stage.core, others.min(lane)),
            // Who is gone has nothing pending.
            None => self.stage.core.heads.set(node, Due::NEVER),
        }
    }

    /// Why the run stops here, if it does.
    fn stopped(&mut self) -> Option<Ended> {
        if !self.stage.core.desk().halted() {
            return None;
        }
        if self.stage.core.raised.is_some() {
            return Some(Ok(StopReason::Failed));
        }
        if let Some(failed) = self.sink_error() {
            return Some(Err(failed));
        }
        if self.stage.core.desk().stop.get() {
            return Some(Ok(StopReason::Requested));
        }
        if self.stage.core.drained > self.limits.drain_limit
            && let Some((node, method)) = self.stage.core.last_drained
        {
            return Some(Err(ErrorKind::DrainLimit {
                strategy: self.stage.core.names[node as usize].to_string(),
                method: method.to_owned(),
                limit: self.limits.drain_limit,
            }));
        }
        None
    }
}
