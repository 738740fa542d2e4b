//! The end of a run: `on_stop`, the report, and the error if there was one (S43, S44, S47, S48).

use super::rounds::Stage;
use super::{Ended, Engine};
use crate::core::{Cause, Raised};
use crate::desk::Refused;
use crate::digest::Digester;
use crate::error::{ErrorKind, HandlerFailure, Reason, Request};
use crate::every::BadInterval;
use crate::live::StreamReport;
use crate::observe::Class;
use crate::outcome::{Instance, Outcome, Report, StopReason};
use crate::time::{Duration, Timestamp};

/// What a run has come to, before its sinks are closed.
pub(super) struct Closing {
    reason: StopReason,
    pending: u64,
    pub(super) errors: Vec<ErrorKind>,
}

impl Engine {
    /// Ends the run for its strategies.
    pub(super) fn begin_close(&mut self, ended: Ended) -> Closing {
        self.is_closed = true;
        let raised = self.stage.core.raised.take();
        let (reason, mut errors) = match (ended, raised) {
            (Err(kind), _) => (StopReason::Failed, vec![kind]),
            (Ok(_), Some(raised)) => (StopReason::Failed, vec![self.describe(*raised)]),
            (Ok(reason), None) => (reason, Vec::new()),
        };
        self.repeat_stop();
        self.record_stop(reason);
        if let (StopReason::Finished, Some(end)) = (reason, self.limits.end)
            && end.as_nanos() > self.stage.now()
        {
            self.stage.core.round = 0;
            self.stage.core.desk().at(end.as_nanos());
        }
        let pending = self.count_pending();
        self.stage.drop_tasks();
        if let (None, Some(raised)) = (errors.first(), self.stage.core.raised.take()) {
            errors.push(self.describe(*raised));
        }
        errors.append(&mut self.stop_all());
        self.close_sinks();
        Closing { reason, pending, errors }
    }

    /// Ends it for good, once its sinks are closed.
    pub(super) fn close(&mut self, closing: Closing) -> (Outcome, Vec<ErrorKind>) {
        let Closing { reason, pending, errors } = closing;
        let reason = if errors.is_empty() { reason } else { StopReason::Failed };
        self.show_end(reason, pending);
        (self.outcome(reason, pending), errors)
    }

    fn live_reports(&mut self) -> Vec<StreamReport> {
        let hubs = &mut self.stage.hubs;
        let reports = (0..hubs.len()).filter_map(|stream| {
            let channel = hubs[stream].channel_mut();
            let name = channel.name().clone();
            Some(channel.side()?.report(&name))
        });
        reports.collect()
    }

    /// Drops what was emitted and not delivered; how much that was.
    pub(super) fn discard_emitted(&mut self) -> usize {
        self.stage.round.emissions = 0;
        self.stage.core.desk().joined.emissions.clear();
        let Stage { hubs, core, .. } = &mut self.stage;
        (0..hubs.len()).map(|stream| hubs[stream].channel_mut().discard_emitted(core)).sum()
    }

    /// What will not be run any more; emitted values among it are dropped.
    fn count_pending(&mut self) -> u64 {
        let emissions = self.discard_emitted() + self.grace.as_ref().map_or(0, |grace| grace.emissions);
        self.stage.core.desk().joined.clear();
        let hubs = &mut self.stage.hubs;
        let sides = (0..hubs.len()).filter_map(|stream| Some(hubs[stream].channel_mut().side()?.waiting()));
        let received: usize = sides.sum();
        let kept: usize = self.stage.hubs.iter().map(|hub| hub.channel().kept()).sum();
        (self.stage.core.alive + emissions + received + kept + self.stage.newcomers.len()) as u64
    }

    /// Runs `on_stop` of all that started; their errors.
    fn stop_all(&mut self) -> Vec<ErrorKind> {
        let mut errors = Vec::new();
        self.stage.core.class = Class::Stop;
        self.stage.core.round = self.stage.core.last_round();
        self.stage.core.end_trace();
        for node in self.stage.nodes.in_order() {
            let Some(strategy) = self.stage.nodes.get_mut(node) else { continue };
            if !strategy.started() || strategy.panicked() {
                continue;
            }
            self.stage.core.desk().set_limit(i64::MAX);
            strategy.stop(&mut self.stage.core);
            if let Some(raised) = self.stage.core.raised.take() {
                errors.push(self.describe(*raised));
            }
        }
        // What they emitted reaches sinks, not handlers (S47).
        while let Some(emission) = self.stage.core.desk().joined.emissions.pop() {
            self.stage.drain_emission(emission);
            errors.extend(self.sink_error());
        }
        errors
    }

    fn outcome(&mut self, reason: StopReason, pending: u64) -> Outcome {
        let (live, forwards) = (self.live_reports(), self.forward_reports());
        let (handover, steps, max_behind) =
            self.live.as_mut().map_or((None, Vec::new(), Duration::ZERO), |live| {
                (
                    live.reached.then(|| Timestamp::from_nanos(live.handover())),
                    std::mem::take(&mut live.steps),
                    live.max_behind,
                )
            });
        let desk = self.stage.core.desk();
        let late = self.stage.hubs.iter().map(|hub| hub.channel().came_late()).sum();
        // In a replay the events have the times at which they came.
        let late = self.late_again.unwrap_or(late);
        self.record(|facts| facts.late = Some(late));
        let report = Report {
            reason,
            start: Timestamp::from_nanos(self.start),
            now: Timestamp::from_nanos(desk.now.get()),
            dispatched: self.stage.core.dispatched,
            skipped: self.stage.hubs.iter().map(|hub| hub.channel().skipped()).sum(),
            fused: self.stage.core.chains.count,
            clamped: desk.clamped.get() + late,
            pending,
            errors: self.stage.core.errors,
            dropped: live.iter().map(|stream| stream.dropped).sum(),
            missed: self.stage.core.missed,
            restamped: live.iter().map(|stream| stream.restamped).sum(),
            max_lag: live.iter().filter_map(|stream| stream.max_lag).max(),
            max_behind,
            handover,
            digest: self.stage.core.digester.as_ref().map(Digester::now),
            clock_steps: steps,
            live,
            forwards,
            handlers: self.stage.core.times.as_mut().map(|times| times.take()).unwrap_or_default(),
        };
        let hubs = &mut self.stage.hubs;
        let collected = (0..hubs.len()).filter_map(|stream| {
            let channel = hubs[stream].channel_mut();
            Some((channel.name().to_string(), channel.take_collected()?))
        });
        let collected = collected.collect();
        let nodes = std::mem::take(&mut self.stage.nodes).into_list();
        let strategies = nodes
            .into_iter()
            .map(|(number, node)| Instance { name: self.stage.core.roster.name(number).into_owned(), node })
            .collect();
        let digests = self.stage.core.digester.as_mut().map(Digester::take_marks).unwrap_or_default();
        Outcome::new(report, strategies, collected, digests)
    }

    /// The error for what a dispatch raised, with the names of everyone involved.
    pub(super) fn describe(&self, raised: Raised) -> ErrorKind {
        let Raised { node, method, cause, about } = raised;
        let strategy = self.stage.core.roster.name(node as u32).into_owned();
        let method = method.to_owned();
        let reason = match cause {
            Cause::Refused(refused) => {
                return ErrorKind::Refused { strategy, method, request: request(refused) };
            }
            Cause::Backlog => {
                return ErrorKind::Backlog { strategy, method, limit: crate::task::BACKLOG };
            }
            Cause::Failed(error) => Reason::Error(error),
            Cause::Panicked(message) => Reason::Panic(message),
        };
        let desk = self.stage.core.desk();
        let is_event = self.stage.core.class == Class::Event;
        let event = if is_event { self.event_name(about) } else { None };
        let (stream, index) = event.unzip();
        ErrorKind::Handler(Box::new(HandlerFailure {
            strategy,
            method,
            class: self.stage.core.class,
            stream,
            index,
            event_time: Timestamp::from_nanos(desk.event_time()),
            now: Timestamp::from_nanos(desk.now.get()),
            reason,
        }))
    }
}

fn request(refused: Refused) -> Request {
    match refused {
        Refused::InPast { requested, now } => Request::InPast { requested, now },
        Refused::Overflow { base, delay } => Request::Overflow { base, delay },
        Refused::Interval { method, fault } => Request::Interval {
            method: method.to_owned(),
            interval: match fault {
                BadInterval::NotPositive(interval) => Some(interval),
                BadInterval::TooLong => None,
            },
        },
        Refused::NotListed { stream } => Request::NotListed { stream },
        Refused::Carries { stream, given } => Request::Carries { stream, given },
        Refused::NotLatest { stream } => Request::NotLatest { stream },
        Refused::LatestOfOther { stream, given } => Request::LatestOfOther { stream, given },
        Refused::NoStream { stream, similar } => Request::NoStream { stream, similar },
        Refused::OtherType { stream, given } => Request::OtherType { stream, given },
        Refused::NotOpened { stream, similar } => Request::NotOpened { stream, similar },
        Refused::FedTwice { stream } => Request::FedTwice { stream },
        Refused::LiveSource { stream } => Request::LiveSource { stream },
        Refused::OtherSource { stream, given } => Request::OtherSource { stream, given },
        Refused::Misuse { stream, what } => Request::Misuse { stream, what },
        Refused::Join { faults } => Request::Join { faults },
    }
}
