//! The short way of a live event to its handler, where nothing else is about: of one that comes alone it is the code that
//! takes the time, since most of it was not run for a while.
//!
//! What happens is what the loop of `live.rs` would do, and whatever is out of the ordinary is left to that.

use std::cmp::Reverse;
use std::task::{Context, Poll};

#[cfg(debug_assertions)]
use super::Turn;
use super::live::State;
use super::rounds::Stage;
use super::wait::Horizon;
use super::{Ended, Engine};
use crate::error::ErrorKind;
use crate::live::side::{Seen, Shown};
use crate::time::{Share, Timestamp};

/// An item that a lane shows.
struct Arrival {
    lane: u32,
    time: i64,
    /// True if others wait behind it.
    has_more: bool,
}

impl Stage {
    /// True if nothing is left of this instant, and nobody waits for anything but its time.
    fn is_quiet(&self) -> bool {
        let (core, desk) = (&self.core, self.core.desk());
        let is_over = !desk.interrupted() && desk.joined.is_empty() && core.unsettled.is_empty();
        is_over && self.round.is_empty() && !core.has_tasks && self.supplies.is_empty() && !self.has_late
    }
}

impl Engine {
    /// Before a live run waits: takes note of whether nothing but arrivals and the passing of time brings more.
    pub(super) fn note_rest(&mut self) {
        let is_plain = self.watch.is_none() && self.sinks.is_none() && self.awaited.is_empty();
        let is_quiet = self.stage.is_quiet() && self.merge.peek().is_none();
        let Some(live) = &mut self.live else { return };
        let is_on = live.is_on() && live.caught_up && !live.draining && live.opening == 0;
        let has_others = !live.retries.is_empty() || !live.shown.is_empty() || !live.hungry.is_empty();
        live.rests = is_plain && is_quiet && is_on && !has_others;
    }

    /// True, once, if the run has rested until it was woken.
    #[inline]
    pub(super) fn has_rested(&mut self) -> bool {
        self.live.as_mut().is_some_and(|live| std::mem::take(&mut live.rests))
    }

    /// Dispatches what comes over one source while the run rests, and rests again. None if it is for the loop to go on.
    pub(super) fn go_on_resting(
        &mut self,
        cx: &mut Context<'_>,
        share: &mut Share,
    ) -> Result<Option<Poll<Ended>>, ErrorKind> {
        while let Some(arrived) = self.sole_arrival()? {
            let Arrival { lane, mut time, mut has_more } = arrived;
            self.look_at_clock();
            loop {
                if !self.may_run(lane, time) {
                    return Ok(None);
                }
                self.run_event(lane, time);
                let rests = self.rests_again();
                if !rests && let Some(stopped) = self.stopped() {
                    return Ok(Some(Poll::Ready(stopped)));
                }
                if rests && !has_more && !self.stop.is_requested() {
                    break;
                }
                let is_over = self.has_had(share);
                let Some(live) = &mut self.live else { return Ok(None) };
                // Sources that the run has asked over and over have to wake it from now on.
                if is_over || !rests || live.is_awake || live.wakes.any() || self.stop.is_requested() {
                    live.hungry.push(lane);
                    if !is_over {
                        return Ok(None);
                    }
                    cx.waker().wake_by_ref();
                    return Ok(Some(Poll::Pending));
                }
                let Some(next) = self.next_of(lane)? else { break };
                (time, has_more) = (next.time, next.has_more);
            }
            if !self.rest(cx) {
                return Ok(Some(Poll::Pending));
            }
            if self.has_had(share) {
                cx.waker().wake_by_ref();
                return Ok(Some(Poll::Pending));
            }
        }
        Ok(None)
    }

    /// Waits for the next item, an arrival, a stop. False if the run's task has to sleep for it.
    fn rest(&mut self, cx: &mut Context<'_>) -> bool {
        #[cfg(debug_assertions)]
        assert!(self.would_wait(), "nothing is left but to wait");
        let next = Timestamp::from_nanos(self.stage.core.heads.first().time());
        let end = self.limits.end.unwrap_or(Timestamp::MAX);
        let goes_on = self.wait_until(cx, next.min(end));
        if let Some(live) = &mut self.live {
            live.rests = !goes_on;
        }
        goes_on
    }

    /// What has arrived, if that is on one lane only.
    fn sole_arrival(&mut self) -> Result<Option<Arrival>, ErrorKind> {
        let Engine { live: Some(live), stage, lanes, stop, .. } = self else { return Ok(None) };
        let has_wakes = live.wakes.any();
        if stop.is_requested() || live.read.is_some() == has_wakes {
            return Ok(None);
        }
        if !has_wakes {
            // The run has asked its sources over and over.
            let &[lane] = &live.hungry[..] else { return Ok(None) };
            live.hungry.clear();
            return self.next_of(lane);
        }
        live.wakes.take(&mut live.looking);
        let &[lane] = &live.looking[..] else { return Ok(None) };
        let stream = lanes[lane as usize];
        let side = stage.hubs[stream as usize].channel_mut().side();
        let Some(side) = side.filter(|_| live.lanes[lane as usize] == State::On) else { return Ok(None) };
        live.looking.clear();
        let Seen { read, shown, has_more, retry_at } = side.look_and_show(stage.core.desk().now.get());
        live.read = read;
        if retry_at.is_some() {
            live.set_retry(lane, retry_at);
        }
        self.arrival(lane, shown, has_more)
    }

    /// The next item in the queue of a lane.
    fn next_of(&mut self, lane: u32) -> Result<Option<Arrival>, ErrorKind> {
        let (last, stream) = (self.stage.now(), self.lanes[lane as usize]);
        let Some(side) = self.stage.hubs[stream as usize].channel_mut().side() else { return Ok(None) };
        let shown = side.show(last);
        let has_more = side.has_more();
        self.arrival(lane, shown, has_more)
    }

    fn arrival(&self, lane: u32, shown: Shown, has_more: bool) -> Result<Option<Arrival>, ErrorKind> {
        match shown {
            Shown::Nothing => Ok(None),
            Shown::At(time) => Ok(Some(Arrival { lane, time, has_more })),
            Shown::Fault(fault) => Err(self.source_error(self.lanes[lane as usize], fault)),
        }
    }

    /// True if an item at `time` is the next one, and its time has come. Else it is shown among others.
    fn may_run(&mut self, lane: u32, time: i64) -> bool {
        let head = self.stage.core.heads.first().time();
        let is_next = time <= head && time <= self.horizon && time <= self.last();
        #[cfg(debug_assertions)]
        assert_eq!(self.would_run(lane, time), is_next, "the loop decides the same");
        if !is_next {
            if let Some(live) = &mut self.live {
                live.shown.push(Reverse((time, lane)));
            }
            return false;
        }
        if self.live.as_ref().is_some_and(|live| live.horizon == Horizon::Old) {
            self.read_clock();
        }
        self.stage.core.round = 0;
        self.stage.core.end_trace();
        self.next = time;
        self.note_behind();
        true
    }

    /// True if nothing has come of an event that was dispatched, and nothing else is due.
    fn rests_again(&self) -> bool {
        let retries = self.live.as_ref().is_some_and(|live| !live.retries.is_empty());
        let is_quiet = self.stage.is_quiet() && self.awaited.is_empty() && self.stage.core.going;
        is_quiet
            && !retries
            && self.stage.core.heads.first().time() > self.horizon
            && self.horizon <= self.last()
    }

    /// What the loop makes of an item that a lane shows.
    #[cfg(debug_assertions)]
    fn would_run(&mut self, lane: u32, time: i64) -> bool {
        if let Some(live) = &mut self.live {
            live.shown.push(Reverse((time, lane)));
        }
        let turn = self.turn();
        if let Some(live) = &mut self.live {
            live.shown.pop();
        }
        matches!(turn, Turn::Shown)
    }

    /// True if the loop would wait.
    #[cfg(debug_assertions)]
    fn would_wait(&mut self) -> bool {
        matches!(self.turn(), Turn::Wait)
    }
}
