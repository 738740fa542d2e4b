//! The short way of a live event to its handler, where nothing else is about: of one that comes alone it is the code that
//! takes the time, since most of it was not run for a while.
//!
//! What happens is what the loop of `live.rs` would do, and whatever is out of the ordinary is left to that. One thing differs,
//! under a real clock: the first event of a look is dispatched in the middle of it, so that what came together with it is
//! stamped after its handler has returned (S39, S51).

use std::cmp::Reverse;
use std::task::{Context, Poll, Waker};

#[cfg(debug_assertions)]
use super::Turn;
use super::live::State;
use super::rounds::Stage;
use super::wait::Horizon;
use super::{Ended, Engine};
use crate::error::ErrorKind;
use crate::live::side::{Seen, Shown};
use crate::time::{Share, Timestamp};

/// What may be behind an item that a lane shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum More {
    Nothing,
    /// Others wait in the queue.
    Queued,
    /// The source was not asked for more yet, nor knows whom to wake.
    Unasked,
}

impl More {
    fn queued(has_more: bool) -> Self {
        if has_more { More::Queued } else { More::Nothing }
    }
}

/// An item that a lane shows.
struct Arrival {
    lane: u32,
    time: i64,
    more: More,
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
        live.sole = if live.rests && !live.options.spin { live.only_lane() } else { None };
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
        while let Some(arrived) = self.sole_arrival(cx)? {
            let Arrival { lane, mut time, mut more } = arrived;
            self.look_at_clock();
            loop {
                if !self.may_run(lane, time) {
                    self.note_more(lane, more);
                    return Ok(None);
                }
                self.run_event(lane, time);
                let rests = self.rests_again();
                if !rests && let Some(stopped) = self.stopped() {
                    return Ok(Some(Poll::Ready(stopped)));
                }
                let goes_on = rests && !self.stop.is_requested();
                if goes_on && more == More::Nothing {
                    break;
                }
                let is_over = more != More::Unasked && self.has_had(share);
                let Some(live) = &self.live else { return Ok(None) };
                // Sources that the run has asked over and over have to wake it from now on.
                if is_over || !goes_on || live.is_awake || live.wakes.any() {
                    self.note_more(lane, more);
                    if !is_over {
                        return Ok(None);
                    }
                    cx.waker().wake_by_ref();
                    return Ok(Some(Poll::Pending));
                }
                let next = if more == More::Unasked { self.look_on(lane, cx)? } else { self.next_of(lane)? };
                let Some(next) = next else { break };
                (time, more) = (next.time, next.more);
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
        if let Some(live) = &mut self.live {
            live.rests = true;
        }
        let goes_on = self.wait_until(cx, next.min(end));
        if let Some(live) = &mut self.live {
            live.rests = !goes_on;
        }
        goes_on
    }

    /// The loop is to go on with what is left on a lane.
    #[cold]
    fn note_more(&mut self, lane: u32, more: More) {
        let Some(live) = &mut self.live else { return };
        if more == More::Unasked {
            live.looking.push(lane);
        } else {
            live.hungry.push(lane);
        }
    }

    /// What has arrived, if that is on one lane only.
    fn sole_arrival(&mut self, cx: &Context<'_>) -> Result<Option<Arrival>, ErrorKind> {
        let Engine { live: Some(live), stop, .. } = self else { return Ok(None) };
        if let Some((lane, shown)) = live.found.take() {
            // The run goes on spinning, and asks for more by that.
            return self.arrival(lane, shown, false);
        }
        if stop.is_requested() {
            return Ok(None);
        }
        let has_wakes = live.wakes.any();
        let (lane, waker) = if let Some(lane) = live.direct {
            (lane, Some(cx.waker()))
        } else if live.read.is_some() == has_wakes {
            return Ok(None);
        } else if !has_wakes {
            // The run has asked its sources over and over.
            let &[lane] = &live.hungry[..] else { return Ok(None) };
            live.hungry.clear();
            return self.next_of(lane);
        } else {
            live.wakes.take(&mut live.looking);
            let &[lane] = &live.looking[..] else { return Ok(None) };
            if live.lanes[lane as usize] != State::On {
                return Ok(None);
            }
            live.looking.clear();
            (lane, None)
        };
        match self.first_of(lane, waker)? {
            None if waker.is_none() => self.all_of(lane, None),
            first => Ok(first),
        }
    }

    /// What a source has first. It is dispatched before the source is asked for more, since that takes as long as all else.
    fn first_of(&mut self, lane: u32, waker: Option<&Waker>) -> Result<Option<Arrival>, ErrorKind> {
        let Engine { live: Some(live), stage, lanes, .. } = self else { return Ok(None) };
        if !live.takes_one() {
            return Ok(None);
        }
        let stream = lanes[lane as usize];
        let last = stage.core.desk().now.get();
        match stage.hubs[stream as usize].look_for_one(last, waker, &mut live.read) {
            None | Some(Shown::Nothing) => Ok(None),
            Some(Shown::At(time)) => Ok(Some(Arrival { lane, time, more: More::Unasked })),
            Some(Shown::Fault(fault)) => Err(self.source_error(stream, *fault)),
        }
    }

    /// Asks the source of a run that rests, and spins, if there is only one: true if it had something. None if it is to be
    /// looked at as a whole.
    pub(super) fn ask_sole(&mut self) -> Option<bool> {
        let Engine { live: Some(live), stage, lanes, .. } = self else { return None };
        let &[lane] = &live.spun[..] else { return None };
        if !live.rests || !live.takes_one() {
            return None;
        }
        let last = stage.core.desk().now.get();
        let hub = &mut stage.hubs[lanes[lane as usize] as usize];
        match hub.look_for_one(last, Some(Waker::noop()), &mut live.read)? {
            // An end, say, is in the queue.
            Shown::Nothing if live.read.is_some() => live.hungry.push(lane),
            Shown::Nothing => {}
            shown => live.found = Some((lane, shown)),
        }
        Some(live.read.is_some())
    }

    /// Goes on with a look at a lane that has ended with its first event.
    fn look_on(&mut self, lane: u32, cx: &Context<'_>) -> Result<Option<Arrival>, ErrorKind> {
        let Some(live) = &mut self.live else { return Ok(None) };
        // Who need not find out which source it was is woken with less.
        live.direct = live.sole;
        let waker = live.sole.map(|_| cx.waker());
        let next = self.all_of(lane, waker)?;
        if next.is_some() {
            self.look_at_clock();
        }
        Ok(next)
    }

    /// Looks at a lane that is on.
    fn all_of(&mut self, lane: u32, waker: Option<&Waker>) -> Result<Option<Arrival>, ErrorKind> {
        let Engine { live: Some(live), stage, lanes, .. } = self else { return Ok(None) };
        let Some(side) = stage.hubs[lanes[lane as usize] as usize].channel_mut().side() else {
            return Ok(None);
        };
        let Seen { read, shown, has_more, retry_at } = side.look_and_show(stage.core.desk().now.get(), waker);
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
            Shown::At(time) => Ok(Some(Arrival { lane, time, more: More::queued(has_more) })),
            Shown::Fault(fault) => Err(self.source_error(self.lanes[lane as usize], *fault)),
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
