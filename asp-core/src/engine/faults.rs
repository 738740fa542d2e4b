//! What stops a run, by name.

use super::{Ended, Engine, Origin};
use crate::error::ErrorKind;
use crate::outcome::StopReason;
use crate::source::{FaultKind, SourceFault};

impl Engine {
    pub(super) fn sink_error(&mut self) -> Option<ErrorKind> {
        let (stream, time, error) = self.stage.core.sink_failed.take()?;
        let stream = self.stage.hubs[stream as usize].channel().name().to_string();
        Some(ErrorKind::Sink { stream, time, error })
    }

    /// Stream and number of the event that a failure is about, or else of the one dispatched last.
    pub(super) fn event_name(&self, about: Option<(u32, u64)>) -> Option<(String, u64)> {
        let origin = about.map(|(stream, index)| Origin::Kept(stream, index));
        let (channel, index) = match origin.or(self.stage.event)? {
            Origin::Kept(stream, index) => (self.stage.hubs[stream as usize].channel(), index),
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

    pub(super) fn source_error(&self, stream: u32, fault: SourceFault) -> ErrorKind {
        let stream = self.stage.hubs[stream as usize].channel().name().to_string();
        let SourceFault { index, position, what } = fault;
        match what {
            FaultKind::Unordered { previous, found } => {
                ErrorKind::Unordered { stream, position, index, previous, found }
            }
            FaultKind::Failed(error) => ErrorKind::Source { stream, position, index, error },
            what => ErrorKind::Source { stream, position, index, error: what.to_string().into() },
        }
    }

    /// Why the run stops here, if it does.
    pub(super) fn stopped(&mut self) -> Option<Ended> {
        if !self.stage.core.desk().halted() {
            return self.stage.core.is_stopped_again().then_some(Ok(StopReason::Requested));
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
                strategy: self.stage.core.roster.name(node).into_owned(),
                method: method.to_owned(),
                limit: self.limits.drain_limit,
            }));
        }
        None
    }
}
