//! What goes on within one instant: emissions, rounds, and settling (S8, S9, S14, S60).

use std::collections::VecDeque;

use super::Origin;
use super::step::Stepping;
use crate::core::Core;
use crate::departures::Departure;
use crate::desk::{Emission, Joined, Soon, SoonCall, SoonTick};
use crate::error::ErrorKind;
use crate::graph::Graph;
use crate::growth::Asked;
use crate::heads::{self, Due};
use crate::hubs::Hubs;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::time::Timestamp;

/// From how many rounds before the limit on an instant's dispatches are remembered for the message.
const SUSPICIOUS: u32 = 32;

/// The rounds that a fused chain goes through at most.
const MOST_HOPS: u32 = 8;

/// What is left of the current round. Its emissions and calls stand in front of the desk's queues.
#[derive(Debug, Default)]
pub(super) struct Round {
    pub(super) emissions: usize,
    /// Of its emissions, those that were passed over since they were cancelled.
    pub(super) cancelled: usize,
    pub(super) calls: usize,
    pub(super) ticks: VecDeque<SoonTick>,
}

impl Round {
    /// More than there are emissions.
    const NEVER_ALL: usize = usize::MAX / 2;

    pub(super) fn is_empty(&self) -> bool {
        self.emissions == 0 && !self.has_rest()
    }

    /// True if there is more to it than emissions.
    fn has_rest(&self) -> bool {
        self.calls > 0 || !self.ticks.is_empty()
    }

    #[inline(never)]
    fn take_rest(&mut self, joined: &Joined) {
        self.calls = joined.calls.len();
        self.ticks.extend(std::iter::from_fn(|| joined.ticks.pop()));
        self.ticks.make_contiguous().sort_unstable();
    }
}

/// Everyone who takes part in an instant, and how far it has come.
pub(super) struct Stage {
    pub(super) core: Core,
    pub(super) nodes: Nodes,
    pub(super) hubs: Hubs,
    /// What the streams are, for those who join.
    pub(super) graph: Graph,
    /// What is left of the current round.
    pub(super) round: Round,
    /// Where the event dispatched last came from, for error messages.
    pub(super) event: Option<Origin>,
    pub(super) max_rounds: u32,
    /// How far a test has come that runs it step by step.
    pub(super) stepping: Option<Stepping>,
    /// Strategies that join with the next round.
    pub(super) newcomers: Vec<Asked>,
    /// Sources that open when the engine has looked around.
    pub(super) supplies: Vec<Asked>,
    /// True if events that come late wait for the next round (S57).
    pub(super) has_late: bool,
    /// The streams within fused chains, each with the number of the strategy that it leads to; none once one of these has
    /// retired, since its number may come to be another's.
    pub(super) links: Option<Vec<(u32, u32)>>,
}

impl Stage {
    pub(super) fn now(&self) -> i64 {
        self.core.desk().now.get()
    }

    /// Dispatches events of a source, up to the limit; how many.
    #[inline]
    pub(super) fn feed(&mut self, lane: usize, stream: u32, times: &[i64]) -> usize {
        let Stage { core, nodes, hubs, event, .. } = self;
        core.class = Class::Event;
        *event = Some(Origin::Fed(lane));
        let count = hubs[stream as usize].run_fed(lane as u32, times, nodes, core);
        if !core.chains.passed_on.is_empty() {
            self.count_passed_on();
        }
        self.begin_call();
        count
    }

    /// Takes note of what went through fused chains.
    #[inline(never)]
    pub(super) fn count_passed_on(&mut self) {
        for (stream, count) in self.core.chains.passed_on.drain(..) {
            self.hubs[stream as usize].channel_mut().count_emitted(count);
        }
        if let Some(stream) = self.core.chains.relayed.take() {
            self.event = Some(Origin::Emitted(stream));
        }
    }

    /// Somebody has joined, is gone or looks on: do the streams of fused chains still lead to where they did?
    pub(super) fn check_links(&mut self) {
        let leads = |&(stream, node): &(u32, u32)| {
            self.hubs[stream as usize].only_reader().is_some_and(|(reader, _)| reader == node as usize)
        };
        // With few rounds allowed they have to be counted.
        self.core.chains.are_whole = self.max_rounds > SUSPICIOUS + MOST_HOPS
            && self.links.as_ref().is_some_and(|links| links.iter().all(leads));
    }

    /// [`Stage::feed`], where each event waits until the instant before it is finished. It ends where more than rounds
    /// are left of an instant, or someone else has an item at or before the next event.
    #[inline(never)]
    pub(super) fn feed_by_instants(
        &mut self,
        lane: usize,
        stream: u32,
        times: &[i64],
        outer: i64,
    ) -> Result<usize, ErrorKind> {
        let mut done = 0;
        while let Some(&time) = times.get(done)
            && !self.core.desk().halted()
        {
            let is_due = |stage: &Stage| time <= stage.core.desk().limit.get();
            if is_due(self) || (self.finish_instant(outer)? && is_due(self)) {
                done += self.feed(lane, stream, &times[done..]);
            } else {
                break;
            }
        }
        Ok(done)
    }

    /// Runs the rounds of this instant, if nothing else is left of it, and sets the limits for events after it.
    /// False if that is not all, and it is for [`super::Engine::turn`] to say what comes next.
    #[inline]
    pub(super) fn finish_instant(&mut self, outer: i64) -> Result<bool, ErrorKind> {
        let (now, desk) = (self.now(), self.core.desk());
        let is_plain = desk.outer.get() == now && outer > now && self.core.unsettled.is_empty();
        if !is_plain || self.core.stands_still() || self.core.heads.first().time() <= now {
            return Ok(false);
        }
        self.run_rounds()?;
        if self.core.desk().interrupted() || !self.core.unsettled.is_empty() {
            return Ok(false);
        }
        if self.core.stands_still() {
            // A task that was woken in these rounds waits for something outside now.
            return Ok(false);
        }
        self.core.round = 0;
        self.core.end_trace();
        self.core.desk().set_limit(outer);
        self.core.desk().lower_limit(self.core.heads.first().time());
        Ok(true)
    }

    /// Dispatches the round's emissions; only then do the calls and ticks of round 0 have their turn (S7).
    #[inline(never)]
    pub(super) fn run_emissions(&mut self) {
        self.work_emissions();
    }

    /// [`Stage::run_emissions`] as a part of the caller.
    #[inline(always)]
    fn work_emissions(&mut self) {
        let mut left = std::mem::take(&mut self.round.emissions);
        while left > 0 {
            left -= 1;
            if !self.run_emission() {
                self.round.emissions = left;
                return;
            }
        }
    }

    /// Dispatches the next emission; false if there is none, or nothing more may be dispatched.
    #[inline(always)]
    pub(super) fn run_emission(&mut self) -> bool {
        let Stage { core, nodes, hubs, event, .. } = self;
        let Some(Emission { stream, slot, sequence }) = core.desk().joined.emissions.pop() else {
            return false;
        };
        if slot != Emission::PLAIN {
            return self.run_joined(slot, sequence);
        }
        core.class = Class::Event;
        if core.draining && sequence >= core.mark {
            core.drained += 1;
        }
        if core.watched {
            core.set_place(core.desk().now.get(), Class::Event, u64::MAX, sequence);
        }
        *event = Some(Origin::Emitted(stream));
        hubs[stream as usize].run_emitted(nodes, core);
        self.attend();
        !self.core.desk().interrupted()
    }

    /// Dispatches an emission that can be cancelled and joined this round, if it was not. False if nothing more may be
    /// dispatched.
    #[cold]
    #[inline(never)]
    fn run_joined(&mut self, slot: u32, sequence: u64) -> bool {
        let departure = self.core.desk().departures.take(slot, sequence);
        match departure {
            Some(departure) => self.run_departed(departure, sequence),
            None => self.round.cancelled += 1,
        }
        self.core.hear_departures();
        !self.core.desk().interrupted()
    }

    /// Dispatches emissions whose delay is over, as long as none else comes before them and none comes later than the
    /// limit.
    pub(super) fn run_departures(&mut self, lane: Due) {
        for _ in 0..self.core.desk().burst.get() {
            let due = self.core.heads.first();
            let is_next = due < lane && due.time() <= self.core.desk().limit.get();
            if !is_next || self.core.heads.first_place() != heads::DEPARTURES {
                return;
            }
            let next = self.core.desk().departures.pop();
            if let Some((departure, sequence)) = next {
                self.core.desk().at(due.time());
                self.run_departed(departure, sequence);
            }
            self.core.hear_departures();
        }
    }

    fn run_departed(&mut self, departure: Departure, sequence: u64) {
        let Stage { core, nodes, hubs, event, .. } = self;
        core.class = Class::Event;
        if core.watched {
            core.set_place(core.desk().now.get(), Class::Event, u64::MAX, sequence);
        }
        *event = Some(Origin::Emitted(departure.stream));
        hubs[departure.stream as usize].run_departed(departure, nodes, core);
        if core.draining && sequence >= core.mark {
            // Whoever emits in answer to it is one of those that go on for ever (S29).
            core.last_drained = Some(core.running);
            core.count_drained_here();
        }
        self.attend();
    }

    /// Hands an emission that comes too late for handlers to the sinks (S47).
    pub(super) fn drain_emission(&mut self, emission: Emission) {
        let Emission { stream, slot, sequence } = emission;
        let departure = match slot {
            Emission::PLAIN => None,
            slot => match self.core.desk().departures.take(slot, sequence) {
                None => return,
                departure => departure,
            },
        };
        self.hubs[stream as usize].channel_mut().drain_to_sinks(departure, &mut self.core);
        self.core.hear_departures();
    }

    /// Dispatches all rounds of this instant, until nothing joins them any more.
    #[inline]
    pub(super) fn run_rounds(&mut self) -> Result<(), ErrorKind> {
        self.hold();
        if self.round.is_empty() && self.relay() {
            return Ok(());
        }
        // A round is none if everything in it was cancelled; that in progress is one already.
        let mut begun = false;
        loop {
            let emits = self.round.emissions;
            self.work_emissions();
            let goes_on = self.round.has_rest() && self.run_rest();
            if begun && !goes_on && emits == self.round.cancelled {
                self.core.round -= 1;
            }
            let desk = self.core.desk();
            if desk.joined.is_empty() || desk.interrupted() {
                return Ok(());
            }
            self.next_round()?;
            begun = true;
            if self.core.desk().interrupted() {
                // By somebody who has joined.
                return Ok(());
            }
        }
    }

    /// Dispatches rounds of one plain emission each, as a chain of strategies has them. True if nothing is left of the
    /// instant then, false if it is for the caller to go on.
    #[inline]
    fn relay(&mut self) -> bool {
        let Stage { core, nodes, hubs, event, max_rounds, .. } = self;
        if core.watched || core.draining {
            return false;
        }
        let last = max_rounds.saturating_sub(SUSPICIOUS + 1);
        while core.round < last
            && let Some(stream) = core.desk().joined.pop_only()
        {
            core.round += 1;
            core.class = Class::Event;
            *event = Some(Origin::Emitted(stream));
            hubs[stream as usize].run_emitted(nodes, core);
            if !core.tasks.later.is_empty() {
                self.attend();
                return false;
            }
            if core.desk().interrupted() {
                return false;
            }
        }
        core.desk().joined.is_empty()
    }

    /// Dispatches the rest of this round, and none after it.
    pub(super) fn finish_round(&mut self) {
        self.hold();
        self.run_emissions();
        if self.round.has_rest() {
            self.run_rest();
        }
    }

    /// Begins the next round.
    #[inline]
    pub(super) fn next_round(&mut self) -> Result<(), ErrorKind> {
        self.core.round += 1;
        if self.core.round + SUSPICIOUS >= self.max_rounds {
            self.suspect_loop()?;
        }
        self.promote();
        Ok(())
    }

    /// Makes the calls and ticks of the round; false if all of them were cancelled.
    #[inline(never)]
    fn run_rest(&mut self) -> bool {
        let before = self.core.dispatched.total();
        self.run_calls();
        self.run_ticks();
        self.core.dispatched.total() > before
    }

    /// True if something of this instant is left that was not cancelled, apart from what keeps the run alive anyway.
    pub(super) fn has_work(&self) -> bool {
        let joined = &self.core.desk().joined;
        let emits = |emission: &Emission| emission.slot == Emission::PLAIN;
        joined.emissions.to_vec().iter().any(emits)
            || joined.calls.to_vec().iter().any(|call| !matches!(call.what, Soon::Arrival))
            || !self.round.ticks.is_empty()
    }

    /// Keeps time from moving on.
    pub(super) fn hold(&self) {
        self.core.desk().set_limit(self.now());
    }

    fn run_calls(&mut self) {
        while self.round.calls > 0 && !self.core.desk().interrupted() {
            self.run_call();
        }
    }

    /// Makes the next call of the round, if it was not cancelled.
    #[inline(always)]
    pub(super) fn run_call(&mut self) {
        self.round.calls -= 1;
        let call = self.core.desk().joined.calls.pop();
        let Some(SoonCall { node, what, sequence }) = call else { return };
        if let Soon::Wake(_) | Soon::Sleep(_) = what {
            return self.wake(what, sequence);
        }
        let Some(node) = self.nodes.get_mut(node as usize) else { return };
        match what {
            Soon::Call(slot) => node.run_call(&mut self.core, slot, sequence),
            Soon::End(hook) => node.run_end(&mut self.core, hook, sequence),
            Soon::Wake(_) | Soon::Sleep(_) | Soon::Arrival => {}
        }
        self.begin_call();
    }

    fn run_ticks(&mut self) {
        while !self.core.desk().interrupted() && self.run_tick() {}
    }

    /// Makes the next tick of the round, if its timer was not cancelled; false if there is none.
    #[inline(always)]
    pub(super) fn run_tick(&mut self) -> bool {
        let Some(tick) = self.round.ticks.pop_front() else { return false };
        if let Some(node) = self.nodes.get_mut(tick.node as usize) {
            node.run_tick(&mut self.core, tick.rank, tick.slot);
        }
        self.begin_call();
        true
    }

    /// There will not be many more rounds of this instant, if this one still is one.
    #[cold]
    fn suspect_loop(&mut self) -> Result<(), ErrorKind> {
        let core = &mut self.core;
        if core.round >= self.max_rounds {
            let trace = core.trace.take().unwrap_or_default();
            return Err(ErrorKind::SameInstantLoop {
                time: Timestamp::from_nanos(core.desk().now.get()),
                rounds: self.max_rounds,
                last: trace.last(),
                path: trace.path(),
            });
        }
        core.begin_trace();
        Ok(())
    }

    /// Takes the next call or wake of this instant out, going on to the next round where the current one is over.
    pub(super) fn next_soon(&mut self) -> Option<SoonCall> {
        if self.round.calls == 0 {
            self.round.calls = self.core.desk().joined.calls.len();
            if self.round.calls == 0 {
                return None;
            }
            self.core.round += 1;
        }
        self.round.calls -= 1;
        self.core.desk().joined.calls.pop()
    }

    /// Makes what joined the next round the current one.
    #[inline]
    pub(super) fn promote(&mut self) {
        let joined = &self.core.desk().joined;
        (self.round.emissions, self.round.cancelled) = (joined.emissions.len(), 0);
        if joined.calls.len() | joined.ticks.len() > 0 {
            self.round.take_rest(joined);
            if !self.newcomers.is_empty() {
                // Whatever is cancelled, it is a round.
                self.round.cancelled = Round::NEVER_ALL;
                self.admit();
            }
        }
    }

    /// Lets the first declared strategy settle whose events of this instant are all in.
    pub(super) fn settle(&mut self) {
        let Some(node) = self.core.unsettled.pop_first() else { return };
        self.hold();
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.settle(&mut self.core);
        }
        self.attend();
    }
}
