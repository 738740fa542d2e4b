//! The scheduler: picks the item with the least place (S7), sets the time, and lets its owner run in a burst.
//!
//! Sans-I/O: it answers "what now, what next". Four things compete for the next turn: the merge of the past sources, the
//! items that live streams show, the heads of the agendas, and what joined the current instant's rounds. Whoever wins
//! runs until `limit`, the earliest time of the others; a handler that schedules something earlier lowers it.

mod arrivals;
mod close;
mod express;
mod faults;
mod feed;
mod grace;
mod grow;
mod lanes;
mod live;
mod look;
mod open;
mod replay;
mod rounds;
mod sinks;
mod stand_still;
mod step;
mod tasks;
#[cfg(test)]
mod tests;
mod wait;

use close::Closing;
use grace::Grace;
pub(crate) use live::{Live, LiveRun};
use rounds::{Round, Stage};
use sinks::Sinks;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::core::Core;
use crate::error::ErrorKind;
use crate::graph::{Inlet, Parts};
use crate::heads::{self, Due};
use crate::live::StopHandle;
use crate::live::wake::Poller;
use crate::merge::{Column, Merge};
use crate::monitor::Watch;
use crate::node::Step;
use crate::outcome::StopReason;
use crate::recording::Stopped;
use crate::task::Coroutine;
use crate::task::local::{self, Entered, Local};
use crate::time::{Pace, Pacer, Pulse, Share, Timestamp};

/// The most items that are dispatched before a run looks up that others may want something of. Handlers that are slow all
/// of a sudden are seen to be so after that many.
const PORTION: usize = 256;

/// How many are dispatched at a time where real time decides nothing.
const COUNTED: usize = 8;

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
    /// Which streams a test may put events into.
    inlets: Vec<Inlet>,
    /// The stream of each lane.
    lanes: Vec<u32>,
    merge: Merge,
    /// For how many runs of events the desk goes from hand to hand.
    takes_turns: u32,
    /// Lanes whose source may have more.
    open_lanes: usize,
    /// Which they are.
    fed: Vec<bool>,
    /// Lanes that were opened in this round, with events for the next one.
    late: Vec<(usize, Column)>,
    /// Lanes for whose live source time stands still (S57).
    awaited: Vec<usize>,
    /// How many events came late in the run that this repeats.
    late_again: Option<u64>,
    /// True if the run goes on without sources, until it is stopped.
    lasts: bool,
    limits: Limits,
    /// Holds time back, if the run is paced.
    pacer: Option<Pacer>,
    /// What a live run has beside.
    live: Option<Box<Live>>,
    stop: StopHandle,
    /// The steps of a recorded live run that are still to be repeated.
    steps: VecDeque<(i64, Step)>,
    /// Where that was stopped, if it was.
    stops_at: Option<Stopped>,
    /// Nothing later is dispatched before the engine has looked around: the clock in a live run.
    horizon: i64,
    /// The time of the instant that was begun last.
    next: i64,
    start: i64,
    /// False if this repeats a run that was stopped before it had begun.
    opens: bool,
    /// True once it has come to an outcome.
    is_closed: bool,
    /// That outcome, while sinks have still to take what is left.
    closing: Option<Closing>,
    /// The sinks that may be slow, if there are any.
    sinks: Option<Box<Sinks>>,
    /// Begun when a live run is stopped whose tasks have not ended.
    grace: Option<Grace>,
    /// The coroutines it begins with.
    coroutines: Vec<Coroutine>,
    /// What code under the run reaches without a context; here while the run is not polled.
    local: Option<Box<Local>>,
    /// Somebody who looks at the run from outside.
    watch: Option<Watch>,
    /// The task, or thread, that is woken when something comes from outside.
    poller: RefCell<Option<Poller>>,
}

/// How the loop ended.
pub(super) type Ended = Result<StopReason, ErrorKind>;

/// Where an event came from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin {
    /// The source of that lane.
    Fed(usize),
    /// A strategy that emitted it on that stream.
    Emitted(u32),
    /// It had to wait: its stream and its number there.
    Kept(u32, u64),
}

/// Whose turn it is.
enum Turn {
    /// The event that a live stream shows.
    Shown,
    /// Events of sources up to the limit, the outer one if nothing of an agenda comes before it.
    Lanes { limit: i64, outer: i64 },
    /// Emissions of `on_start`, which are part of round 0.
    Emissions,
    /// The agenda of the node with the least head, up to the limit.
    Agenda { limit: i64 },
    /// What joined the rounds of this instant.
    Rounds,
    /// The next round, which begins with events of sources that were opened in this one.
    Late,
    /// A strategy whose events of this instant are all in.
    Settle,
    /// Nothing is due up to the horizon.
    Wait,
    /// Time stands still for something outside (S42).
    Hold,
    /// A sink has no room, or wants to be looked at.
    Sinks,
    /// Nothing is left but tasks that wait, for ever.
    Stuck,
    /// Nothing is left to do.
    Finish,
}

impl Engine {
    pub(crate) fn new(parts: Parts, core: Core, limits: Limits, stop: StopHandle) -> Self {
        let Parts { mut hubs, inlets, lanes, nodes, coroutines, graph, links, .. } = parts;
        let fed: Vec<bool> = lanes.iter().map(|&id| hubs[id as usize].channel().is_fed()).collect();
        hubs.tie(&lanes);
        let local = Local::new(Arc::clone(&core.tasks.outside), core.desk().now.share());
        let mut engine = Engine {
            grace: None,
            closing: None,
            sinks: Sinks::connect(&mut hubs),
            coroutines,
            local: Some(local),
            watch: None,
            poller: RefCell::default(),
            merge: Merge::new(lanes.len()),
            takes_turns: 0,
            open_lanes: fed.iter().filter(|is_fed| **is_fed).count(),
            fed,
            late: Vec::new(),
            awaited: Vec::new(),
            late_again: None,
            lasts: false,
            stage: Stage {
                core,
                nodes,
                hubs,
                graph,
                round: Round::default(),
                event: None,
                max_rounds: limits.max_rounds,
                stepping: None,
                newcomers: Vec::new(),
                supplies: Vec::new(),
                has_late: false,
                links: Some(links),
            },
            pacer: None,
            live: None,
            stop,
            steps: VecDeque::new(),
            stops_at: None,
            horizon: i64::MAX,
            next: i64::MIN,
            start: 0,
            opens: true,
            is_closed: false,
            inlets,
            lanes,
            limits,
        };
        engine.stage.check_links();
        engine
    }

    /// Puts the thread under the run, until [`Engine::leave`].
    fn enter(&mut self) -> Option<Entered> {
        self.local.take().map(local::enter)
    }

    fn leave(&mut self, entered: Option<Entered>) {
        self.local = entered.and_then(Entered::leave);
    }

    /// The last instant that is part of the run.
    fn last(&self) -> i64 {
        self.limits.end.map_or(i64::MAX, |end| end.as_nanos().saturating_sub(1))
    }

    /// Dispatches until nothing is left, or something stops the run.
    fn run_loop(&mut self) -> Ended {
        // Who may stop the run from outside does not wait for a burst of thousands of slow handlers.
        let mut share = self.takes_portions().then(|| self.share());
        loop {
            self.open_supplies()?;
            self.come_in()?;
            match if self.pump()? { self.turn() } else { Turn::Sinks } {
                Turn::Finish => return Ok(StopReason::Finished),
                Turn::Stuck => return Err(self.stuck()),
                Turn::Wait => self.repeat_step(),
                Turn::Hold if self.begin_awaited()? => {}
                Turn::Hold => {
                    self.flush_sinks()?;
                    self.stand_still()?;
                    self.bring_in();
                }
                Turn::Sinks => self.await_room()?,
                turn => self.perform(turn)?,
            }
            if let Some(stopped) = self.stopped() {
                return stopped;
            }
            if self.stop.is_requested() {
                return Ok(StopReason::Requested);
            }
            if let Some(share) = &mut share {
                self.look_after_watch();
                self.has_had(share);
            }
        }
    }

    /// True if others want to be heard between two portions of items: sources, a clock, whoever may stop the run, or looks at it.
    fn takes_portions(&self) -> bool {
        self.live.is_some() || self.stop.may_stop() || self.is_watched()
    }

    /// What the run may do before others have their turn.
    fn share(&self) -> Share {
        Share::start(self.is_real(), self.stage.core.dispatched.total())
    }

    /// False in a live run under a clock of its own, in which real time is to decide nothing.
    fn is_real(&self) -> bool {
        self.live.as_ref().is_none_or(|live| live.is_real)
    }

    /// Takes as much at a time as is done in a few milliseconds. True if the run has had its share.
    fn has_had(&self, share: &mut Share) -> bool {
        let burst = &self.stage.core.desk().burst;
        let (is_over, pulse) = share.turn(self.stage.core.dispatched.total(), burst.get());
        match pulse {
            Pulse::Less => burst.set((burst.get() / 2).max(1)),
            Pulse::Same => {}
            Pulse::More => burst.set((burst.get() * 2).min(PORTION)),
        }
        is_over
    }

    fn perform(&mut self, turn: Turn) -> Result<(), ErrorKind> {
        match turn {
            Turn::Shown => self.run_shown(),
            Turn::Lanes { limit, outer } => self.run_lanes(limit, outer)?,
            Turn::Emissions => {
                self.stage.hold();
                self.stage.run_emissions();
            }
            Turn::Agenda { limit } => self.run_agenda(limit),
            Turn::Rounds if self.stage.has_late => self.stage.finish_round(),
            Turn::Rounds => self.stage.run_rounds()?,
            Turn::Late => self.let_in()?,
            Turn::Settle => self.stage.settle(),
            Turn::Wait | Turn::Hold | Turn::Sinks | Turn::Stuck | Turn::Finish => {}
        }
        Ok(())
    }

    /// Rule S7, seen from above: whose item has the least place.
    fn turn(&mut self) -> Turn {
        let now = self.stage.now();
        let lane = self.merge.peek_lane();
        let shown = self.live.as_ref().and_then(|live| live.first());
        let head = self.stage.core.heads.first();
        let agenda = (head != Due::NEVER).then(|| head.time());
        // Only round 0 has source events and agenda items at `now`: what comes later joins the rounds.
        if now > self.last() {
            return Turn::Finish;
        }
        if now > self.horizon {
            // A live run that starts when it begins: `on_live` comes before what `on_start` asked for.
            return Turn::Wait;
        }
        if lane.is_some_and(|(time, _)| time <= now) && !is_shown_first(shown, lane) {
            return Turn::Lanes { limit: now, outer: now };
        }
        if shown.is_some_and(|(time, _)| time <= now) {
            return Turn::Shown;
        }
        if agenda.is_some_and(|time| time <= now) {
            // The emissions of `on_start` are part of round 0, between its events and its calls (S36).
            return if self.stage.round.emissions > 0 {
                Turn::Emissions
            } else {
                Turn::Agenda { limit: now }
            };
        }
        if self.stage.has_late && self.stage.round.is_empty() {
            return Turn::Late;
        }
        if !self.stage.round.is_empty() || !self.stage.core.desk().joined.is_empty() {
            return Turn::Rounds;
        }
        if !self.stage.core.unsettled.is_empty() {
            return Turn::Settle;
        }
        self.move_on(lane, shown, agenda)
    }

    /// Nothing is left at this instant: who is next?
    fn move_on(
        &mut self,
        lane: Option<(i64, usize)>,
        shown: Option<(i64, usize)>,
        agenda: Option<i64>,
    ) -> Turn {
        if self.stands_still() || self.waits_for_sources() {
            return Turn::Hold;
        }
        let mut last = self.last();
        let data = earlier(lane.map(|(time, _)| time), shown.map(|(time, _)| time));
        let next = earlier(data, agenda);
        let is_idle = data.is_none() && !self.stage.core.going && self.stage.core.alive == 0;
        let Some(next) = next.filter(|&next| next <= last && !is_idle) else { return self.nothing_left() };
        if self.is_drained() {
            return Turn::Finish;
        }
        if next > self.horizon {
            return Turn::Wait;
        }
        self.stage.core.round = 0;
        self.stage.core.end_trace();
        self.next = next;
        last = last.min(self.horizon);
        if let Some(pacer) = &self.pacer {
            // Instant by instant, each when its time has come.
            let stops = || {
                self.show_if_asked();
                self.stop.is_requested() || self.any_sinks()
            };
            if !pacer.wait_for(next, stops) {
                return if self.stop.is_requested() { Turn::Wait } else { Turn::Sinks };
            }
            last = next;
        }
        if data != Some(next) {
            // Data come before timers: those of a live stream's instant wait for its event.
            return Turn::Agenda { limit: shown.map_or(last, |(time, _)| last.min(time - 1)) };
        }
        if is_shown_first(shown, lane) {
            return Turn::Shown;
        }
        // Up to the shown event, and among equal times only what is declared before it.
        let first = lane.map(|(_, lane)| lane);
        let outer = shown.map_or(last, |(time, lane)| last.min(time - i64::from(first > Some(lane))));
        Turn::Lanes { limit: agenda.unwrap_or(i64::MAX).min(outer), outer }
    }

    /// No item is left before the end.
    fn nothing_left(&mut self) -> Turn {
        let last = self.last();
        let Some(live) = &mut self.live else {
            return if self.steps.is_empty() { self.nothing_due() } else { Turn::Wait };
        };
        let is_at_end = match live.is_on() {
            true => self.horizon > last,
            false => live.handover() > last,
        };
        if is_at_end && live.sweeps() {
            return Turn::Wait;
        }
        if is_at_end || self.is_drained() {
            return Turn::Finish;
        }
        if self.stage.core.going { Turn::Wait } else { self.nothing_due() }
    }

    /// Lets the node with the least head work through its agenda, up to the next item of anyone else; then the next one, as
    /// long as nothing but calls and ticks comes next.
    fn run_agenda(&mut self, limit: i64) {
        let shown = self.live.as_ref().and_then(|live| live.first()).map(|(time, _)| time);
        let lane = self.merge.peek().into_iter().chain(shown).min().map_or(Due::NEVER, Due::at);
        let most = self.stage.core.dispatched.total() + self.stage.core.desk().burst.get() as u64;
        loop {
            self.stage.core.desk().set_limit(limit);
            let (place, others) = self.stage.core.heads.first_two();
            if place == heads::SLEEPERS {
                return self.stage.run_sleeps(lane, &self.stop);
            }
            if place == heads::DEPARTURES {
                return self.stage.run_departures(lane);
            }
            match self.stage.nodes.get_mut(heads::node_at(place)) {
                Some(node) => node.run_agenda(&mut self.stage.core, others.min(lane)),
                // Who is gone has nothing pending.
                None => self.stage.core.heads.set(place, Due::NEVER),
            }
            self.stage.begin_call();
            if !self.goes_on_with_agendas(limit, lane) || self.stage.core.dispatched.total() >= most {
                return;
            }
            self.next = self.next.max(self.stage.core.heads.first().time());
        }
    }

    /// True if a call or tick is next, not later than `limit` and before `lane`, and nothing has come of the last one, nor
    /// from outside, that is to be seen before that.
    fn goes_on_with_agendas(&self, limit: i64, lane: Due) -> bool {
        let Stage { core, supplies, newcomers, .. } = &self.stage;
        let next = core.heads.first();
        next < lane
            && next.time() <= limit
            // Whatever joins the instant, stops the run or belongs to nobody has lowered the limit.
            && core.desk().outer.get() == limit
            && (core.going || core.alive > 0 || lane != Due::NEVER)
            && !core.watched
            && !core.has_tasks
            && supplies.is_empty()
            && newcomers.is_empty()
            && self.sinks.is_none()
            && self.pacer.is_none()
            && !self.is_on()
            && !self.stop.is_requested()
    }
}

/// True if the event that a live stream shows comes before all past ones, by their times and lanes.
fn is_shown_first(shown: Option<(i64, usize)>, lane: Option<(i64, usize)>) -> bool {
    shown.is_some() && lane.is_none_or(|lane| shown < Some(lane))
}

/// The earlier of two times that may not be.
fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}
