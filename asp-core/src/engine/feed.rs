//! Sources that handlers open while the run goes on (S57).

use std::sync::Arc;
use std::task::Poll;

use super::Engine;
use super::live::{Phase, State};
use crate::channel::Filled;
use crate::core::{Cause, Raised};
use crate::desk::Refused;
use crate::error::ErrorKind;
use crate::growth::{Asked, Growth, Supply};
use crate::merge::Column;
use crate::names::similar;

impl Engine {
    /// Opens the sources that were asked for.
    #[inline]
    pub(super) fn open_supplies(&mut self) -> Result<(), ErrorKind> {
        if self.stage.supplies.is_empty() { Ok(()) } else { self.open_all_supplies() }
    }

    #[cold]
    fn open_all_supplies(&mut self) -> Result<(), ErrorKind> {
        for Asked { node, method, growth } in std::mem::take(&mut self.stage.supplies) {
            let Growth::Feed(supply) = growth else { continue };
            match self.supply(supply) {
                Ok((lane, is_live)) => self.open_lane(lane, is_live)?,
                Err(refused) => {
                    let (node, cause) = (node as usize, Cause::Refused(refused));
                    return Err(self.describe(Raised { node, method, cause, about: None }));
                }
            }
        }
        Ok(())
    }

    /// Gives a stream its source; the lane of the stream, and whether the source is live.
    fn supply(&mut self, supply: Supply) -> Result<(usize, bool), Refused> {
        let Supply { stream, source, given, is_live, misuse } = supply;
        let name = |id: &u32| self.stage.hubs[*id as usize].channel().name();
        let Some(lane) = self.lanes.iter().position(|id| **name(id) == *stream) else {
            let known = self.lanes.iter().map(|id| &**name(id));
            let similar = similar(&stream, known).map(str::to_owned);
            return Err(Refused::NotOpened { stream, similar });
        };
        if self.fed[lane] {
            return Err(Refused::FedTwice { stream });
        }
        let channel = self.stage.hubs[self.lanes[lane] as usize].channel_mut();
        if channel.play_tape() {
            return Ok((lane, is_live));
        }
        if let Some(what) = misuse {
            return Err(Refused::Misuse { stream, what });
        }
        if is_live && self.live.is_none() {
            return Err(Refused::LiveSource { stream });
        }
        if channel.supply(source) { Ok((lane, is_live)) } else { Err(Refused::OtherSource { stream, given }) }
    }

    /// A lane has a source now.
    fn open_lane(&mut self, lane: usize, is_live: bool) -> Result<(), ErrorKind> {
        self.fed[lane] = true;
        let stream = self.lanes[lane];
        self.stage.core.ended.retain(|&ended| ended != stream);
        self.open_lanes += 1;
        self.stage.core.going = true;
        self.stage.core.draining = false;
        if self.live.as_ref().is_some_and(|live| live.draining) {
            // Nothing more comes into a run that is to stop, be it live or past (S46). In a replay its tape is over.
            return Ok(());
        }
        let channel = self.stage.hubs[self.lanes[lane] as usize].channel_mut();
        if let Some(live) = &mut self.live
            && channel.is_live()
        {
            channel.go_live(&Arc::clone(&live.clock), &live.wakes, lane as u32);
            live.lanes[lane] = State::Opening;
            live.opening += 1;
        }
        if is_live && !self.stage.core.desk().live.get() {
            self.awaited.push(lane);
            return Ok(());
        }
        let is_opening = self.live.as_ref().is_some_and(|live| live.lanes[lane] == State::Opening);
        if is_opening && self.poll_opening(lane)?.is_pending() {
            return Ok(());
        }
        let floor = self.stage.now();
        self.begin_lane(lane, floor)
    }

    /// Pulls the first events of a lane that was opened; those before `floor` come late, at that time.
    fn begin_lane(&mut self, lane: usize, floor: i64) -> Result<(), ErrorKind> {
        let (stream, now, start) = (self.lanes[lane], self.stage.now(), self.start);
        let mut column = Column::default();
        let channel = self.stage.hubs[stream as usize].channel_mut();
        channel.expect_late(start, floor);
        match channel.fill(&mut column) {
            Filled::Fault(fault) => return Err(self.source_error(stream, fault)),
            // No item of its own brings the end, neither now nor in a replay.
            Filled::Ended if !self.goes_on_live(lane) => self.lane_ended(lane, None),
            Filled::Ended | Filled::Nothing => {}
            Filled::Events => {
                let is_late = column.first().is_some_and(|time| time <= now);
                if is_late && !self.stage.core.desk().starting.get() {
                    self.late.push((lane, column));
                    self.stage.has_late = true;
                    self.stage.core.desk().hold_instant();
                } else {
                    self.merge.open(lane, column);
                }
            }
        }
        Ok(())
    }

    /// The round is over in which sources were opened: the next one begins with their events up to now.
    pub(super) fn let_in(&mut self) -> Result<(), ErrorKind> {
        self.stage.has_late = false;
        self.stage.next_round()?;
        for (lane, column) in std::mem::take(&mut self.late) {
            self.merge.open(lane, column);
        }
        Ok(())
    }

    /// Goes on with opening live sources that handlers have opened.
    pub(super) fn poll_openings(&mut self) -> Result<(), ErrorKind> {
        for lane in 0..self.lanes.len() {
            let Some(live) = &mut self.live else { break };
            if live.opening == 0 || live.phase != Phase::Live {
                break;
            }
            if live.lanes[lane] != State::Opening || self.awaited.contains(&lane) {
                continue;
            }
            if self.poll_opening(lane)?.is_ready() {
                // What it brings of the past comes now, by the clock.
                let floor = self.horizon.max(self.stage.now().saturating_add(1));
                self.begin_lane(lane, floor)?;
            }
        }
        Ok(())
    }

    /// Goes on with opening the live source of a lane.
    pub(super) fn poll_opening(&mut self, lane: usize) -> Result<Poll<()>, ErrorKind> {
        let (stream, Some(live)) = (self.lanes[lane], &mut self.live) else { return Ok(Poll::Pending) };
        let channel = self.stage.hubs[stream as usize].channel_mut();
        let Some(side) = channel.side() else { return Ok(Poll::Pending) };
        match side.poll_open() {
            Poll::Pending => {
                live.set_retry(lane as u32, side.retry_at());
                Ok(Poll::Pending)
            }
            Poll::Ready(Err(fault)) => Err(self.source_error(stream, fault)),
            Poll::Ready(Ok(())) => {
                live.lanes[lane] = State::Past;
                live.opening -= 1;
                channel.take_history();
                live.looking.push(lane as u32);
                Ok(Poll::Ready(()))
            }
        }
    }

    /// True if time has to stand still until a source is ready that a handler has opened.
    pub(super) fn waits_for_sources(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// Begins the lanes for which time stands still, when all of their sources are ready and nothing else is left of the
    /// instant: so what they meet there does not depend on how long it took. False if there are none.
    pub(super) fn begin_awaited(&mut self) -> Result<bool, ErrorKind> {
        let mut is_ready = !self.awaited.is_empty();
        for index in 0..self.awaited.len() {
            let lane = self.awaited[index];
            let is_opening = self.live.as_ref().is_some_and(|live| live.lanes[lane] == State::Opening);
            is_ready &= !is_opening || self.poll_opening(lane)?.is_ready();
        }
        if !is_ready {
            return Ok(false);
        }
        let now = self.stage.now();
        for lane in std::mem::take(&mut self.awaited) {
            self.begin_lane(lane, now)?;
        }
        Ok(true)
    }
}
