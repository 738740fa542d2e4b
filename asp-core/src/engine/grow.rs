//! Strategies that come and go while the run goes on (S56).

use super::rounds::Stage;
use crate::core::Cause;
use crate::desk::{Refused, Soon, SoonCall};
use crate::growth::{Asked, Growth};
use crate::heads::{self, Due};
use crate::task::{What, poll};

impl Stage {
    /// Does what a handler has asked for, now that it has returned.
    pub(super) fn grow(&mut self, asked: Asked) {
        match &asked.growth {
            Growth::Spawn(_) => {
                self.newcomers.push(asked);
                let desk = self.core.desk();
                desk.joined.calls.push(SoonCall { node: 0, what: Soon::Arrival, sequence: 0 });
                desk.hold_instant();
            }
            Growth::Feed(_) => {
                self.supplies.push(asked);
                self.core.desk().interrupt();
            }
        }
    }

    /// Lets those join who were spawned in the round before: each has its hooks, one after the other, before anything
    /// else of this round. True if there were any.
    pub(super) fn admit(&mut self) -> bool {
        let newcomers = std::mem::take(&mut self.newcomers);
        let any = !newcomers.is_empty();
        for asked in newcomers {
            if self.core.desk().halted() {
                break;
            }
            self.admit_one(asked);
        }
        any
    }

    fn admit_one(&mut self, Asked { node: by, method, growth }: Asked) {
        let Growth::Spawn(newcomer) = growth else { return };
        let now = self.now();
        let number = self.with_graph(|graph| newcomer.join(graph, now));
        let faults = self.graph.check_newcomer();
        if !faults.is_empty() {
            return self.core.raise_here(by as usize, method, Cause::Refused(Refused::Join { faults }));
        }
        self.make_room();
        self.core.pass_here();
        self.begin(number);
    }

    /// Has streams, nodes and names at home in the graph while somebody joins.
    fn with_graph<R>(&mut self, work: impl FnOnce(&mut crate::graph::Graph) -> R) -> R {
        let swap = |stage: &mut Stage| {
            std::mem::swap(&mut stage.graph.hubs, &mut stage.hubs);
            std::mem::swap(&mut stage.graph.nodes, &mut stage.nodes);
            std::mem::swap(&mut stage.graph.roster, &mut stage.core.roster);
        };
        swap(self);
        let done = work(&mut self.graph);
        swap(self);
        self.check_links();
        done
    }

    /// Room for all streams and nodes that there are.
    fn make_room(&mut self) {
        self.core.heads.grow(self.nodes.len());
        if let Some(desk) = &mut self.core.desk {
            self.graph.furnish(&self.hubs, &mut desk.outlets);
        }
    }

    /// Runs the hooks that a newcomer begins with, which are one item.
    fn begin(&mut self, number: u32) {
        let now = self.now();
        self.core.desk().at(now);
        if !self.core.desk().starting.get() && !self.core.desk().interrupted() {
            self.hold();
        }
        if let Some(node) = self.nodes.get_mut(number as usize) {
            node.begin(&mut self.core);
        }
        self.attend();
    }

    /// Attaches an instance to the streams that have no key.
    pub(super) fn attach(&mut self, number: u32) {
        let Some(group) = self.core.roster.group_of(number) else { return };
        let Some(declaration) = self.nodes.get_mut(number as usize).map(|node| node.declaration()) else {
            return;
        };
        let Some(mut instances) = self.core.roster.groups[group as usize].take() else { return };
        let seats = self.with_graph(|graph| instances.attach(graph, number, declaration));
        self.core.roster.groups[group as usize] = Some(instances);
        if let Some(node) = self.nodes.get_mut(number as usize) {
            node.set_seats(seats);
        }
    }

    /// Takes a strategy out that has retired: what it has pending is dropped with it.
    pub(super) fn remove(&mut self, number: u32) {
        for task in self.core.tasks.of(number) {
            poll::drop_task(&mut self.nodes, &mut self.core, task);
        }
        let Some(mut node) = self.nodes.remove(number as usize) else { return };
        while let Some(waiting) = node.next_waiting() {
            if let What::Event { stream, number, .. } = waiting.what {
                self.hubs[stream as usize].channel_mut().release_kept(number);
            }
        }
        for stream in node.take_seats() {
            self.hubs.reform(stream as usize, |hub| hub.leave(node.declaration(), number));
        }
        self.links.take_if(|links| links.iter().any(|link| link.1 == number));
        self.check_links();
        self.core.alive -= node.counted();
        self.core.heads.set(heads::of_node(number as usize), Due::NEVER);
        if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(node))) {
            let cause = Cause::Panicked(crate::panics::message(&*panic));
            self.core.raise_here(number as usize, "drop", cause);
        }
        if !self.core.desk().halted() {
            // Else it may be what stops the run, by its name.
            self.core.roster.remove(number);
            self.nodes.give_up(number, self.core.desk().now.get());
        }
        if !self.core.going && self.core.alive == 0 {
            // Nothing is left that keeps the run alive.
            self.core.desk().hold_instant();
        }
    }
}
