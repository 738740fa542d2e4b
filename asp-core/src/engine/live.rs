//! A live run: the same loop as over history, which looks at sources and clock between two items (S30 to S40).
//!
//! What comes over the sources is in `arrivals.rs`, how the run waits in `wait.rs`.
//!
//! Before H, the hand-over, it works off what history has, as fast as it can. From H on nothing is dispatched before the
//! clock has reached its time (S6), and each live stream shows one event to the merge (S32).

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use super::wait::Horizon;
use super::{Ended, Engine, Turn};
use crate::error::ErrorKind;
use crate::live::side::Shown;
use crate::live::wake::{Alarm, Wakes};
use crate::node::Step;
use crate::outcome::{Outcome, StopReason};
use crate::time::{Clock, ClockStep, Duration, Timestamp};

/// What a live run has come to. In a box, so that a poll that only waits has little to hand back.
pub(crate) type Closed = Box<(Outcome, Vec<ErrorKind>)>;

/// Among more lanes than that nobody looks for the only one that is on, each time the run waits.
const FEW: usize = 64;

/// What a live run has beside the parts of every run.
pub(crate) struct Live {
    pub(super) clock: Arc<dyn Clock>,
    /// True if time passes as it does outside of the run.
    pub(super) is_real: bool,
    pub(super) wakes: Arc<Wakes>,
    pub(super) phase: Phase,
    /// The hand-over instant H (S30).
    pub(super) handover: i64,
    /// What each lane with a live side is about, by lane.
    pub(super) lanes: Vec<State>,
    /// How many of them are being opened.
    pub(super) opening: usize,
    /// Lanes that show an item, by its time and their rank.
    pub(super) shown: BinaryHeap<Reverse<(i64, u32)>>,
    /// Lanes that show none, and may have one in their queue.
    pub(super) hungry: Vec<u32>,
    /// When sources that are down want to be looked at again; few, if any.
    pub(super) retries: Vec<(Timestamp, u32)>,
    /// Lanes to look at, kept to save the allocation.
    pub(super) looking: Vec<u32>,
    pub(super) options: LiveRun,
    pub(super) draining: bool,
    /// What the clock has just shown, if it was read for an arrival.
    pub(super) read: Option<i64>,
    /// How far the horizon is to be relied on.
    pub(super) horizon: Horizon,
    /// The time of the last reading that was not made for an arrival.
    pub(super) looked: i64,
    /// True once all queues were looked into at the end of the run.
    pub(super) swept: bool,
    pub(super) steps: Vec<ClockStep>,
    pub(super) max_behind: Duration,
    /// The most since somebody looked.
    pub(super) behind: Cell<Duration>,
    pub(super) caught_up: bool,
    /// True once H was reached.
    pub(super) reached: bool,
    /// True while nothing but arrivals and the passing of time brings more.
    pub(super) rests: bool,
    /// The lane that is on, if it is the only one.
    pub(super) sole: Option<u32>,
    /// The lanes that a run asks over and over.
    pub(super) spun: Vec<u32>,
    /// What one of them has shown, before anybody took note of it.
    pub(super) found: Option<(u32, Shown)>,
    /// A lane that wakes the task of the run itself, and does not say so: to be looked at whenever the run is polled.
    pub(super) direct: Option<u32>,
    /// True while sources are asked over and over, and none of them wakes the run.
    pub(super) is_awake: bool,
    alarm: Arc<Alarm>,
    /// That alarm, as the clock knows it.
    rings: Waker,
    /// The time at which it is to ring, if the clock was asked to.
    set_to: Option<Timestamp>,
}

/// The options of a live run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LiveRun {
    pub(crate) drain: bool,
    pub(crate) spin: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Sources are being opened, history is being fetched (S31).
    Opening,
    /// Items before H, at full speed.
    Virtual,
    /// Items from H on, when their time has come.
    Live,
    Over,
}

/// What a lane is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It has no live side.
    None,
    /// Its source is being opened.
    Opening,
    /// Its own past is not exhausted: arrivals wait (S33).
    Past,
    /// It shows one item after the other.
    On,
    /// Its live source has ended.
    Ended,
}

impl Live {
    pub(crate) fn new(clock: Arc<dyn Clock>, options: LiveRun) -> Self {
        let wakes = Arc::default();
        let alarm = Alarm::new(&wakes);
        Live {
            is_real: clock.is_real(),
            clock,
            wakes,
            rings: Waker::from(Arc::clone(&alarm)),
            alarm,
            set_to: None,
            phase: Phase::Opening,
            handover: 0,
            lanes: Vec::new(),
            opening: 0,
            shown: BinaryHeap::new(),
            hungry: Vec::new(),
            retries: Vec::new(),
            looking: Vec::new(),
            options,
            draining: false,
            read: None,
            horizon: Horizon::Unknown,
            looked: i64::MIN,
            swept: false,
            steps: Vec::new(),
            max_behind: Duration::ZERO,
            behind: Cell::default(),
            caught_up: false,
            reached: false,
            rests: false,
            sole: None,
            spun: Vec::new(),
            found: None,
            direct: None,
            is_awake: false,
        }
    }

    /// The item that is shown first.
    #[inline]
    pub(super) fn first(&self) -> Option<(i64, usize)> {
        self.shown.peek().map(|Reverse((time, lane))| (*time, *lane as usize))
    }

    /// True once time is that of the clock.
    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.phase == Phase::Live
    }

    /// The lane that is on, if it is the only one.
    pub(super) fn only_lane(&self) -> Option<u32> {
        let mut lanes = self.lanes.iter().zip(0..).filter(|(state, _)| **state == State::On);
        let (_, lane) = lanes.next().filter(|_| self.lanes.len() <= FEW)?;
        lanes.next().is_none().then_some(lane)
    }

    /// True if the first event of a look may be dispatched in the middle of it. What comes together is stamped together, as
    /// far as one can tell: not in real time, where it is a matter of nanoseconds. And should the run stop by and by, all that
    /// there is belongs in the queue.
    pub(super) fn takes_one(&self) -> bool {
        self.is_real && !self.options.drain
    }

    pub(super) fn handover(&self) -> i64 {
        self.handover
    }

    /// Waits for a time of the clock. False if the run's task has to sleep for it.
    pub(super) fn wait_for_clock(&mut self, cx: &mut Context<'_>, until: Timestamp) -> bool {
        if !self.is_real {
            return self.clock.poll_until(cx, until).is_ready();
        }
        let is_set = self.set_to.is_some_and(|time| time <= until);
        if is_set && !self.alarm.has_rung() {
            // It rings in time; asked for each arrival, the clock would be what takes the most.
            return false;
        }
        self.alarm.listen();
        let is_over = self.clock.poll_until(&mut Context::from_waker(&self.rings), until).is_ready();
        self.set_to = (!is_over).then_some(until);
        is_over
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.now().as_nanos()
    }

    /// True if a queue may still have an event from before the end: a task of a source may have put it there since the
    /// queues were looked into, and not have said so yet. Said once.
    pub(super) fn sweeps(&mut self) -> bool {
        if self.phase != Phase::Live || std::mem::replace(&mut self.swept, true) {
            return false;
        }
        let lanes = self.lanes.iter().zip(0..).filter(|(state, _)| **state == State::On);
        self.hungry.extend(lanes.map(|(_, lane)| lane));
        !self.hungry.is_empty()
    }

    pub(super) fn set_retry(&mut self, lane: u32, time: Option<Timestamp>) {
        self.retries.retain(|&(_, other)| other != lane);
        self.retries.extend(time.map(|time| (time, lane)));
    }

    /// When the first source wants to be looked at again.
    pub(super) fn retry_at(&self) -> Timestamp {
        self.retries.iter().map(|&(time, _)| time).min().unwrap_or(Timestamp::MAX)
    }
}

impl Engine {
    /// Makes the run a live one: `H` is now.
    pub(crate) fn make_live(&mut self, live: Live) {
        let clock = Arc::clone(&live.clock);
        let drains = live.options.drain;
        self.record(|facts| facts.drains = drains);
        let live = self.live.insert(Box::new(live));
        live.handover = live.now();
        for (lane, &stream) in self.lanes.iter().enumerate() {
            let channel = self.stage.hubs[stream as usize].channel_mut();
            let is_live = channel.is_live();
            if is_live {
                channel.go_live(&clock, &live.wakes, lane as u32);
                live.opening += 1;
            }
            live.lanes.push(if is_live { State::Opening } else { State::None });
        }
        if let Some(desk) = &mut self.stage.core.desk {
            desk.clock = Some(clock);
            desk.drain = live.options.drain.then(|| self.stop.clone());
        }
        self.horizon = live.handover.saturating_sub(1);
        // Should it end before it has opened, this is where it was.
        let given = self.limits.start.map_or(self.horizon + 1, Timestamp::as_nanos);
        self.start = given.min(self.last().saturating_add(1));
        self.stage.core.desk().at(self.start);
        let start = Timestamp::from_nanos(self.start);
        self.record(|facts| facts.start = Some(start));
    }

    /// Goes on with a live run until it has to wait, or has had its share of the time.
    pub(crate) fn poll_live(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        let entered = self.enter();
        let polled = self.poll_inside(cx);
        self.leave(entered);
        polled
    }

    fn poll_inside(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        if self.closing.is_none() {
            let ended = match catch_unwind(AssertUnwindSafe(|| self.go_on_or_end(cx))) {
                Ok(polled) => ready!(polled),
                Err(panic) => self.panicked(panic),
            };
            if let Some(live) = &mut self.live {
                live.phase = Phase::Over;
            }
            self.closing = Some(self.begin_close(ended));
        }
        let Some(mut closing) = self.closing.take() else { return Poll::Pending };
        if self.poll_sinks(&mut closing.errors, cx).is_pending() {
            self.closing = Some(closing);
            return Poll::Pending;
        }
        Poll::Ready(Box::new(self.close(closing)))
    }

    fn go_on_or_end(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        let ended = match self.grace {
            None => ready!(self.go_on(cx)),
            Some(_) => {
                self.register(cx.waker());
                Ok(StopReason::Requested)
            }
        };
        self.poll_grace(ended, cx)
    }

    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        self.register(cx.waker());
        self.forget_horizon();
        let mut share = self.share();
        loop {
            if self.has_rested()
                && let Some(polled) = self.go_on_resting(cx, &mut share)?
            {
                return polled;
            }
            self.look_after_watch();
            self.open_supplies()?;
            if let Some(ended) = self.look_around() {
                return Poll::Ready(ended);
            }
            let has_room = self.pump()?;
            match self.phase() {
                Phase::Opening => match self.poll_open() {
                    Poll::Ready(Ok(None)) => continue,
                    Poll::Ready(Ok(Some(reason))) => return Poll::Ready(Ok(reason)),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending if self.wait(cx) => continue,
                    Poll::Pending => return Poll::Pending,
                },
                Phase::Over => return Poll::Pending,
                Phase::Virtual | Phase::Live => {}
            }
            match if has_room { self.turn_by_clock() } else { Turn::Sinks } {
                Turn::Finish => return Poll::Ready(Ok(self.finished())),
                Turn::Stuck => return Poll::Ready(Err(self.stuck())),
                Turn::Sinks if self.is_tired(cx) => return Poll::Ready(Ok(self.finished())),
                Turn::Sinks => {
                    if !self.wait_until(cx, Timestamp::MAX) {
                        return Poll::Pending;
                    }
                }
                Turn::Hold if self.begin_awaited()? => {}
                Turn::Hold => {
                    self.flush_sinks()?;
                    if !self.bring_in() && !self.wait_until(cx, Timestamp::MAX) {
                        return Poll::Pending;
                    }
                }
                Turn::Wait if self.phase() == Phase::Virtual => {
                    self.flush_sinks()?;
                    self.hand_over();
                }
                Turn::Wait => {
                    if !self.catch_up() {
                        self.note_rest();
                        if !self.wait(cx) {
                            return Poll::Pending;
                        }
                    }
                }
                turn => self.perform_live(turn)?,
            }
            if let Some(stopped) = self.stopped() {
                return Poll::Ready(stopped);
            }
            if self.has_had(&mut share) {
                // Others on this thread have their turn; the sources of this run among them.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }

    /// Performs a turn of a live run.
    fn perform_live(&mut self, turn: Turn) -> Result<(), ErrorKind> {
        if self.phase() == Phase::Live {
            self.note_behind();
        }
        self.perform(turn)
    }

    /// Takes note of how late the next item is.
    pub(super) fn note_behind(&mut self) {
        let behind = Duration::from_nanos(self.horizon.saturating_sub(self.next));
        if let Some(live) = &mut self.live {
            live.max_behind = live.max_behind.max(behind);
            live.behind.set(live.behind.get().max(behind));
            live.horizon = Horizon::Old;
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.live.as_ref().map_or(Phase::Over, |live| live.phase)
    }

    fn finished(&self) -> StopReason {
        let draining = self.live.as_ref().is_some_and(|live| live.draining);
        if draining { StopReason::Requested } else { StopReason::Finished }
    }

    /// What may have happened since the last item: a stop, arrivals, the passing of time.
    fn look_around(&mut self) -> Option<Ended> {
        if self.stop.is_requested() && !self.begin_drain() {
            return Some(Ok(StopReason::Requested));
        }
        self.receive();
        if self.phase() == Phase::Live {
            if let Err(fault) = self.show_all() {
                return Some(Err(fault));
            }
            self.look_at_clock();
        }
        if let Err(fault) = self.poll_openings() {
            return Some(Err(fault));
        }
        self.come_in().err().map(Err)
    }

    /// Everything before H is done: the live phase begins (S36).
    fn hand_over(&mut self) {
        let Some(live) = &mut self.live else { return };
        live.phase = Phase::Live;
        live.reached = true;
        let handover = live.handover;
        self.stage.core.desk().live.set(true);
        self.record(|facts| facts.handover = Some(handover));
        self.run_step(handover, Step::Live);
    }

    /// For the first time nothing is due at the clock (S36). True if hooks were told so now.
    fn catch_up(&mut self) -> bool {
        let now = self.stage.now();
        let horizon = self.horizon;
        let last = self.last();
        let Some(live) = &mut self.live else { return false };
        let time = horizon.max(now.saturating_add(1));
        // Never early: a nanosecond that has not come yet is waited for.
        if live.caught_up || live.draining || time > horizon || time > last {
            return false;
        }
        live.caught_up = true;
        self.record(|facts| facts.caught_up = Some(time));
        self.run_step(time, Step::CaughtUp);
        true
    }

    /// Runs a hook of all strategies at an instant of which nothing else was dispatched yet.
    pub(super) fn run_step(&mut self, time: i64, step: Step) {
        self.stage.core.round = 0;
        self.stage.core.end_trace();
        self.stage.core.desk().at(time);
        match step {
            Step::Live => self.stage.core.steps_taken.0 = true,
            Step::CaughtUp => self.stage.core.steps_taken.1 = true,
        }
        for node in self.stage.nodes.in_order() {
            self.stage.core.desk().set_limit(time);
            if let Some(node) = self.stage.nodes.get_mut(node) {
                node.run_step(&mut self.stage.core, step);
            }
            self.stage.attend();
            if self.stage.core.desk().halted() {
                return;
            }
        }
    }
}
