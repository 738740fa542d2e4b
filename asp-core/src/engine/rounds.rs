//! What goes on within one instant: rounds, and settling (S8, S9, S14, S60).

use std::collections::VecDeque;

use super::{Engine, Origin};
use crate::desk::{Soon, SoonCall, SoonTick};
use crate::error::ErrorKind;
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
        self.emissions == 0 && self.calls == 0 && self.ticks.is_empty()
    }
}

impl Engine {
    /// Dispatches the round's emissions; only then do the calls and ticks of round 0 have their turn (S7).
    pub(super) fn run_emissions(&mut self) {
        let Engine { core, nodes, hubs, round, event, .. } = self;
        core.class = Class::Event;
        while round.emissions > 0 && !core.desk().halted() {
            let Some(emission) = core.desk().joined.emissions.pop() else { return };
            round.emissions -= 1;
            if core.draining && emission.sequence >= core.mark {
                core.drained += 1;
            }
            *event = Some(Origin::Emitted(emission.stream));
            hubs[emission.stream as usize].run_emitted(emission.sequence, nodes, core);
        }
    }

    /// Dispatches all rounds of this instant, until nothing joins them any more.
    pub(super) fn run_rounds(&mut self) -> Result<(), ErrorKind> {
        self.hold();
        let mut begun = false;
        loop {
            let emits = self.round.emissions > 0;
            if emits {
                self.run_emissions();
            }
            if self.round.calls > 0 || !self.round.ticks.is_empty() {
                let before = self.core.dispatched.total();
                self.run_calls();
                self.run_ticks();
                if begun && !emits && self.core.dispatched.total() == before {
                    // Everything in it was cancelled: it was no round.
                    self.core.round -= 1;
                }
            }
            if self.core.desk().halted() {
                return Ok(());
            }
            if self.core.desk().joined.is_empty() {
                return Ok(());
            }
            self.next_round()?;
            begun = true;
        }
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
            let Some(node) = self.nodes.get_mut(node as usize) else { continue };
            match what {
                Soon::Call(slot) => node.run_call(&mut self.core, slot, sequence),
                Soon::End(hook) => node.run_end(&mut self.core, hook, sequence),
            }
        }
    }

    fn run_ticks(&mut self) {
        while !self.core.desk().halted() {
            let Some(tick) = self.round.ticks.pop_front() else { return };
            if let Some(node) = self.nodes.get_mut(tick.node as usize) {
                node.run_tick(&mut self.core, tick.rank, tick.slot);
            }
        }
    }

    /// Begins the next round of this instant.
    fn next_round(&mut self) -> Result<(), ErrorKind> {
        let core = &mut self.core;
        core.round += 1;
        if core.round >= self.limits.max_rounds {
            return Err(ErrorKind::SameInstantLoop {
                time: Timestamp::from_nanos(core.desk().now.get()),
                rounds: self.limits.max_rounds,
                last: core.trace.take().unwrap_or_default().into(),
            });
        }
        if core.round + SUSPICIOUS >= self.limits.max_rounds {
            core.begin_trace();
        }
        self.promote();
        Ok(())
    }

    /// Makes what joined the next round the current one.
    pub(super) fn promote(&mut self) {
        let joined = &self.core.desk().joined;
        self.round.emissions = joined.emissions.len();
        self.round.calls = joined.calls.len();
        if joined.ticks.len() > 0 {
            self.round.ticks.extend(std::iter::from_fn(|| joined.ticks.pop()));
            self.round.ticks.make_contiguous().sort_unstable();
        }
    }

    /// Lets the first declared strategy settle whose events of this instant are all in.
    pub(super) fn settle(&mut self) {
        let Some(node) = self.core.unsettled.pop_first() else { return };
        self.hold();
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.settle(&mut self.core);
        }
    }

    /// The calls that tell the readers of a stream of its end, each with a sequence of its own.
    pub(super) fn ends(&self, stream: u32) -> Vec<SoonCall> {
        if self.emitted[stream as usize] {
            return Vec::new();
        }
        let desk = self.core.desk();
        let ends = self.hubs[stream as usize].channel().ends().iter();
        ends.map(|&(node, hook)| SoonCall { node, what: Soon::End(hook), sequence: desk.next_sequence() })
            .collect()
    }
}
