//! What is still to come in a run, for a test to look at.

use std::collections::BTreeMap;

use super::{Engine, Inlet};
use crate::desk::{Emission, Soon, SoonTick};
use crate::node::{AnyNode, Coming};
use crate::observe::{Class, Place};
use crate::task::{Waiting, What};
use crate::testing::{Item, who};
use crate::time::Timestamp;

impl Engine {
    /// What is to come, in order; at the end what waits for suspended handlers.
    pub(crate) fn planned(&self) -> Vec<Item> {
        let (mut planned, mut waiting) = (Vec::new(), Vec::new());
        let soon = self.plan_rounds(&mut planned);
        self.plan_lanes(&mut planned);
        self.plan_sleeps(&soon, &mut planned);
        for node in 0..self.stage.nodes.len() as u32 {
            let Some(strategy) = self.stage.nodes.get(node as usize) else { continue };
            let parked = if strategy.holder().is_some() { &mut waiting } else { &mut planned };
            let calls = self.plan_backlog(node, strategy, parked);
            for plan in strategy.plans() {
                let place = self.place_of((node, strategy.declaration()), &plan, &soon, &calls);
                let is_parked = strategy.holder().is_some() && place.time <= self.now() && place.round == 0;
                let list = if is_parked { &mut waiting } else { &mut planned };
                list.push(handled(place, vec![self.who(node, plan.method)]));
            }
        }
        self.plan_settling(&mut planned);
        planned.sort_by_key(|item| item.place);
        waiting.sort_by_key(|item| item.place);
        planned.append(&mut waiting);
        planned
    }

    /// Strategies settle after all rounds of an instant.
    fn plan_settling(&self, planned: &mut Vec<Item>) {
        let now = self.stage.now();
        let rounds = planned.iter().map(|item| item.place).filter(|place| place.time.as_nanos() == now);
        let round = rounds.map(|place| place.round).max().unwrap_or(self.stage.core.round);
        for (declaration, node) in self.stage.core.unsettled.iter() {
            let methods = self.stage.nodes.get(node as usize).map(|node| node.settled_methods());
            let who = methods.unwrap_or_default().iter().map(|method| self.who(node, method)).collect();
            planned.push(handled(place(now, round, Class::Settled, declaration, 0), who));
        }
    }

    /// What joined the rounds of this instant; the rounds of calls, by their sequence.
    fn plan_rounds(&self, planned: &mut Vec<Item>) -> BTreeMap<u64, u32> {
        let core = &self.stage.core;
        let (now, joined) = (self.stage.now(), &core.desk().joined);
        let round = |index: usize, current: usize| core.round + u32::from(index >= current);
        let delayed = core.desk().departures.pending();
        let emissions = joined.emissions.to_vec();
        for (index, emission) in emissions.iter().enumerate() {
            let is_cancelled = || delayed.iter().all(|&(_, sequence, _)| sequence != emission.sequence);
            if emission.slot != Emission::PLAIN && is_cancelled() {
                continue;
            }
            let round = round(index, self.stage.round.emissions);
            let place = place(now, round, Class::Event, u64::MAX, emission.sequence);
            planned.push(self.event(place, emission.stream));
        }
        for (due, sequence, stream) in delayed {
            if emissions.iter().any(|emission| emission.sequence == sequence) {
                continue;
            }
            planned.push(self.event(place(due, 0, Class::Event, u64::MAX, sequence), stream));
        }
        let mut rounds = BTreeMap::new();
        for (index, call) in joined.calls.to_vec().into_iter().enumerate() {
            if let Soon::Arrival = call.what {
                continue;
            }
            let round = round(index, self.stage.round.calls);
            rounds.insert(call.sequence, round);
            let who = match call.what {
                Soon::End(hook) => self
                    .stage
                    .nodes
                    .get(call.node as usize)
                    .map(|node| self.who(call.node, node.end_method(hook))),
                Soon::Wake(task) => core.tasks.owner(task).map(|(owner, _, method)| self.who(owner, method)),
                // Agendas and sleeps know of these.
                Soon::Call(_) | Soon::Sleep(_) | Soon::Arrival => None,
            };
            if let Some(who) = who {
                planned.push(handled(place(now, round, Class::Call, 0, call.sequence), vec![who]));
            }
        }
        rounds
    }

    /// Events that were put in; of a stream that is fed the next one.
    fn plan_lanes(&self, planned: &mut Vec<Item>) {
        for (lane, &stream) in self.lanes.iter().enumerate() {
            let shown = if self.inlets[stream as usize] == Inlet::None { 1 } else { usize::MAX };
            let delivered = self.stage.hubs[stream as usize].channel().count_delivered();
            for (&time, sequence) in self.merge.rest(lane).iter().take(shown).zip(delivered..) {
                let place = place(time, 0, Class::Event, lane as u64, sequence);
                planned.push(self.event(place, stream));
            }
        }
    }

    fn plan_sleeps(&self, soon: &BTreeMap<u64, u32>, planned: &mut Vec<Item>) {
        let sleeps = self.local.iter().flat_map(|local| local.sleeps.waiting());
        planned.extend(sleeps.filter_map(|(due, sequence, task)| {
            let (owner, _, method) = self.stage.core.tasks.owner(task)?;
            let (time, round) = soon.get(&sequence).map_or((due, 0), |&round| (self.stage.now(), round));
            Some(handled(place(time, round, Class::Call, 0, sequence), vec![self.who(owner, method)]))
        }));
    }

    /// What waits for a suspended handler and is in no agenda; the places of the calls that do, by their sequence.
    fn plan_backlog(
        &self,
        node: u32,
        strategy: &dyn AnyNode,
        parked: &mut Vec<Item>,
    ) -> BTreeMap<u64, Place> {
        let mut calls = BTreeMap::new();
        for Waiting { place, what } in strategy.backlog().iter() {
            match what {
                What::Event { stream, .. } => parked.push(self.event(*place, *stream)),
                What::Call { sequence, .. } => _ = calls.insert(*sequence, *place),
                What::End { hook } => {
                    parked.push(handled(*place, vec![self.who(node, strategy.end_method(*hook))]));
                }
                What::Wake { what: Soon::Wake(task), .. } => {
                    let owner = self.stage.core.tasks.owner(*task);
                    let who = owner.map(|(owner, _, method)| self.who(owner, method));
                    parked.extend(who.map(|who| handled(*place, vec![who])));
                }
                // Agendas and sleeps know of these; the others are of live runs.
                What::Tick | What::Wake { .. } | What::Notice { .. } | What::Step(_) => {}
            }
        }
        calls
    }

    /// The place of a call or tick of an agenda.
    fn place_of(
        &self,
        (node, declaration): (u32, u64),
        plan: &Coming,
        soon: &BTreeMap<u64, u32>,
        parked: &BTreeMap<u64, Place>,
    ) -> Place {
        let (now, round) = (self.stage.now(), self.stage.core.round);
        let sequence = plan.sequence;
        if plan.class == Class::Call {
            if let Some(parked) = parked.get(&sequence) {
                return *parked;
            }
            let round = soon.get(&sequence).copied().unwrap_or(0);
            // One that was asked for in the past is made now (S11).
            return place(plan.due.max(now), round, Class::Call, 0, sequence);
        }
        let is_tick = |tick: &SoonTick| (tick.node, tick.rank) == (node, sequence);
        let round = if self.stage.round.ticks.iter().any(is_tick) {
            round
        } else if self.stage.core.desk().joined.ticks.to_vec().iter().any(is_tick) {
            round + 1
        } else {
            0
        };
        place(plan.due, round, Class::Tick, declaration, sequence)
    }

    fn who(&self, owner: u32, method: &str) -> String {
        who(&self.stage.core.roster.name(owner), method)
    }

    fn event(&self, place: Place, stream: u32) -> Item {
        Item { place, stream: Some(self.stream_name(stream)), handlers: Vec::new() }
    }
}

fn handled(place: Place, handlers: Vec<String>) -> Item {
    Item { place, stream: None, handlers }
}

fn place(time: i64, round: u32, class: Class, declaration: u64, sequence: u64) -> Place {
    Place { time: Timestamp::from_nanos(time), round, class, declaration, sequence }
}
