//! What goes on within one instant: emissions, rounds, and settling (S8, S9, S14, S60).

use std::collections::VecDeque;

use super::Origin;
use crate::core::Core;
use crate::desk::{Emission, Joined, Soon, SoonCall, SoonTick};
use crate::error::ErrorKind;
use crate::hub::AnyHub;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::time::Timestamp;

/// From how many rounds before the limit on an instant's dispatches are remembered for the message.
const SUSPICIOUS: u32 = 8;

/// What is left of the current round. Its emissions and calls stand in front of the desk's queues.
#[derive(Debug, Default)]
pub(super) struct Round {
    pub(super) emissions: usize,
    calls: usize,
    ticks: VecDeque<SoonTick>,
}

impl Round {
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
    pub(super) hubs: Vec<Box<dyn AnyHub>>,
    /// What is left of the current round.
    pub(super) round: Round,
    /// Where the event dispatched last came from, for error messages.
    pub(super) event: Option<Origin>,
    pub(super) max_rounds: u32,
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
        self.begin_call();
        count
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
        if self.core.desk().halted() || !self.core.unsettled.is_empty() {
            return Ok(false);
        }
        self.core.round = 0;
        self.core.end_trace();
        self.core.desk().set_limit(outer);
        self.core.desk().lower_limit(self.core.heads.first().time());
        Ok(true)
    }

    /// Dispatches the round's emissions; only then do the calls and ticks of round 0 have their turn (S7).
    #[inline]
    pub(super) fn run_emissions(&mut self) {
        for _ in 0..std::mem::take(&mut self.round.emissions) {
            let Stage { core, nodes, hubs, event, .. } = self;
            core.class = Class::Event;
            let Some(Emission { stream, sequence }) = core.desk().joined.emissions.pop() else { return };
            if core.draining && sequence >= core.mark {
                core.drained += 1;
            }
            if core.watched {
                core.set_place(core.desk().now.get(), Class::Event, u32::MAX, sequence);
            }
            *event = Some(Origin::Emitted(stream));
            hubs[stream as usize].run_emitted(nodes, core);
            self.attend();
            if self.core.desk().halted() {
                return;
            }
        }
    }

    /// Dispatches all rounds of this instant, until nothing joins them any more.
    #[inline]
    pub(super) fn run_rounds(&mut self) -> Result<(), ErrorKind> {
        self.hold();
        let mut begun = false;
        loop {
            let emits = self.round.emissions > 0;
            self.run_emissions();
            if self.round.has_rest() && !self.run_rest() && begun && !emits {
                // Everything in it was cancelled: it was no round.
                self.core.round -= 1;
            }
            let desk = self.core.desk();
            if desk.joined.is_empty() || desk.halted() {
                return Ok(());
            }
            self.core.round += 1;
            if self.core.round + SUSPICIOUS >= self.max_rounds {
                self.suspect_loop()?;
            }
            self.promote();
            begun = true;
        }
    }

    /// Makes the calls and ticks of the round; false if all of them were cancelled.
    #[inline(never)]
    fn run_rest(&mut self) -> bool {
        let before = self.core.dispatched.total();
        self.run_calls();
        self.run_ticks();
        self.core.dispatched.total() > before
    }

    /// Keeps time from moving on.
    pub(super) fn hold(&self) {
        self.core.desk().set_limit(self.now());
    }

    fn run_calls(&mut self) {
        while self.round.calls > 0 && !self.core.desk().halted() {
            self.round.calls -= 1;
            let call = self.core.desk().joined.calls.pop();
            let Some(SoonCall { node, what, sequence }) = call else { return };
            if let Soon::Wake(_) | Soon::Sleep(_) = what {
                self.wake(what, sequence);
                continue;
            }
            let Some(node) = self.nodes.get_mut(node as usize) else { continue };
            match what {
                Soon::Call(slot) => node.run_call(&mut self.core, slot, sequence),
                Soon::End(hook) => node.run_end(&mut self.core, hook, sequence),
                Soon::Wake(_) | Soon::Sleep(_) => {}
            }
            self.begin_call();
        }
    }

    fn run_ticks(&mut self) {
        while !self.core.desk().halted() {
            let Some(tick) = self.round.ticks.pop_front() else { return };
            if let Some(node) = self.nodes.get_mut(tick.node as usize) {
                node.run_tick(&mut self.core, tick.rank, tick.slot);
            }
            self.begin_call();
        }
    }

    /// There will not be many more rounds of this instant, if this one still is one.
    #[cold]
    fn suspect_loop(&mut self) -> Result<(), ErrorKind> {
        let core = &mut self.core;
        if core.round >= self.max_rounds {
            return Err(ErrorKind::SameInstantLoop {
                time: Timestamp::from_nanos(core.desk().now.get()),
                rounds: self.max_rounds,
                last: core.trace.take().unwrap_or_default().into(),
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
        self.round.emissions = joined.emissions.len();
        if joined.calls.len() | joined.ticks.len() > 0 {
            self.round.take_rest(joined);
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
