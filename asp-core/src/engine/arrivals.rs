//! What comes over the live sources of a run: they are opened, looked at, asked for their next item, hung up (S31 to S33,
//! S40, S46).

use std::cmp::Reverse;
use std::task::Poll;

use super::live::{Phase, State};
use super::{Engine, Origin};
use crate::error::ErrorKind;
use crate::live::side::Shown;
use crate::observe::Class;
use crate::outcome::StopReason;

/// So many sources are asked over and over by a run that spins; more are not, since that takes longer than to be woken.
const SPUN: usize = 4;

impl Engine {
    /// Lets sources that were woken, or whose time it is, put what they have into their queues.
    pub(super) fn receive(&mut self) {
        let Some(live) = &mut self.live else { return };
        if live.phase != Phase::Live {
            live.read = None;
        }
        if live.draining {
            return;
        }
        if live.wakes.any() {
            live.wakes.take(&mut live.looking);
        }
        live.looking.extend(live.direct.take());
        if std::mem::take(&mut live.is_awake) {
            // From now on they have to wake the run.
            let lanes = live.lanes.iter().zip(0..).filter(|(state, _)| **state == State::On);
            live.looking.extend(lanes.map(|(_, lane)| lane));
        }
        if !live.retries.is_empty() {
            let now = live.clock.now();
            let due = live.retries.extract_if(.., |&mut (time, _)| time <= now);
            live.looking.extend(due.map(|(_, lane)| lane));
        }
        while let Some(lane) = live.looking.pop() {
            if live.lanes[lane as usize] == State::Opening {
                continue;
            }
            let stream = self.lanes[lane as usize];
            let Some(side) = self.stage.hubs[stream as usize].channel_mut().side() else { continue };
            if let Some(now) = side.look() {
                live.read = Some(now);
            }
            let retry = side.retry_at();
            if retry.is_some() || !live.retries.is_empty() {
                live.set_retry(lane, retry);
            }
            if live.lanes[lane as usize] == State::On {
                live.hungry.push(lane);
            }
        }
    }

    /// Takes note of the sources that are on, if there are few.
    pub(super) fn note_spun(&mut self) {
        let Some(live) = &mut self.live else { return };
        live.spun.clear();
        let lanes = live.lanes.iter().zip(0..).filter(|(state, _)| **state == State::On);
        live.spun.extend(lanes.map(|(_, lane)| lane).take(SPUN + 1));
        if live.spun.len() > SPUN {
            live.spun.clear();
        }
    }

    /// Asks these without waiting for their wake-ups. True if one had something.
    pub(super) fn spin_over_sources(&mut self) -> bool {
        let Some(live) = &mut self.live else { return false };
        if live.draining || live.spun.is_empty() {
            std::hint::spin_loop();
            return false;
        }
        live.is_awake = true;
        if let Some(has_some) = self.ask_sole() {
            return has_some;
        }
        let Engine { live: Some(live), stage, lanes, .. } = self else { return false };
        for &lane in &live.spun {
            let stream = lanes[lane as usize];
            if let Some(side) = stage.hubs[stream as usize].channel_mut().side()
                && let Some(now) = side.look_awake()
            {
                live.read = Some(now);
                live.hungry.push(lane);
            }
        }
        live.read.is_some()
    }

    /// Lets each stream that shows no item take the next one from its queue (S32).
    pub(super) fn show_all(&mut self) -> Result<(), ErrorKind> {
        let last = self.stage.now();
        if let Some((lane, shown)) = self.live.as_mut().and_then(|live| live.found.take()) {
            self.note_shown(lane, shown)?;
        }
        while let Some(lane) = self.live.as_mut().and_then(|live| live.hungry.pop()) {
            let stream = self.lanes[lane as usize];
            let Some(live) = &mut self.live else { break };
            let Some(side) = self.stage.hubs[stream as usize].channel_mut().side() else { continue };
            if live.lanes[lane as usize] != State::On {
                continue;
            }
            let shown = side.show(last);
            self.note_shown(lane, shown)?;
        }
        Ok(())
    }

    fn note_shown(&mut self, lane: u32, shown: Shown) -> Result<(), ErrorKind> {
        match (shown, &mut self.live) {
            (Shown::At(time), Some(live)) => live.shown.push(Reverse((time, lane))),
            (Shown::Fault(fault), _) => return Err(self.source_error(self.lanes[lane as usize], *fault)),
            (Shown::Nothing | Shown::At(_), _) => {}
        }
        Ok(())
    }

    /// Goes on with opening the sources; ready when the run has begun.
    pub(super) fn poll_open(&mut self) -> Poll<Result<Option<StopReason>, ErrorKind>> {
        for lane in 0..self.lanes.len() {
            if self.live.as_ref().is_some_and(|live| live.lanes[lane] == State::Opening)
                && let Err(error) = self.poll_opening(lane)
            {
                return Poll::Ready(Err(error));
            }
        }
        let Some(live) = &mut self.live else { return Poll::Pending };
        if live.opening > 0 {
            return Poll::Pending;
        }
        live.phase = Phase::Virtual;
        Poll::Ready(self.open())
    }

    /// The past of a lane is exhausted. True if it goes on live.
    pub(super) fn goes_on_live(&mut self, lane: usize) -> bool {
        let Some(live) = &mut self.live else { return false };
        if live.lanes.get(lane) != Some(&State::Past) {
            return false;
        }
        self.stage.hubs[self.lanes[lane] as usize].channel_mut().past_ended();
        live.lanes[lane] = State::On;
        live.hungry.push(lane as u32);
        true
    }

    /// Dispatches the item that a live stream shows.
    pub(super) fn run_shown(&mut self) {
        let Some(live) = &mut self.live else { return };
        let Some(Reverse((time, lane))) = live.shown.pop() else { return };
        live.hungry.push(lane);
        self.run_event(lane, time);
    }

    /// Dispatches the item that the stream of a lane shows.
    pub(super) fn run_event(&mut self, lane: u32, time: i64) {
        let stream = self.lanes[lane as usize];
        self.stage.core.class = Class::Event;
        self.stage.event = Some(Origin::Fed(lane as usize));
        self.stage.core.desk().set_limit(time);
        let hub = &mut self.stage.hubs[stream as usize];
        hub.run_shown(lane, time, &mut self.stage.nodes, &mut self.stage.core);
        self.stage.attend();
        let hub = &mut self.stage.hubs[stream as usize];
        if hub.channel_mut().side().is_some_and(|side| side.has_ended()) {
            if let Some(live) = &mut self.live {
                live.lanes[lane as usize] = State::Ended;
            }
            self.lane_ended(lane as usize, Some(time));
        }
    }

    /// True if a stop was asked for, and no event that was received before it is left.
    pub(super) fn is_drained(&mut self) -> bool {
        let Engine { live: Some(live), stage, lanes, .. } = self else { return false };
        if !live.draining {
            return false;
        }
        let mut waits = live.lanes.iter().zip(lanes).filter(|(state, _)| **state == State::On);
        live.shown.is_empty()
            && waits.all(|(_, stream)| {
                stage.hubs[*stream as usize].channel_mut().side().is_none_or(|side| side.is_drained())
            })
    }

    /// A stop was asked for. True if the events received so far are dispatched first (S46).
    pub(super) fn begin_drain(&mut self) -> bool {
        let Some(live) = &mut self.live else { return false };
        if !live.options.drain || live.phase == Phase::Opening {
            return false;
        }
        if live.draining {
            return true;
        }
        live.draining = true;
        // Nobody is called again: to wait for that time would be not to wait at all.
        live.retries.clear();
        for (lane, state) in live.lanes.iter_mut().enumerate() {
            let Some(side) = self.stage.hubs[self.lanes[lane] as usize].channel_mut().side() else {
                continue;
            };
            side.hang_up();
            if *state == State::Opening {
                live.opening -= 1;
            }
            if matches!(state, State::Past | State::Opening) {
                *state = State::Ended;
            }
        }
        self.merge.clear();
        // Time does not stand still for those that were opened last.
        self.awaited.clear();
        self.late.clear();
        self.stage.has_late = false;
        true
    }
}
