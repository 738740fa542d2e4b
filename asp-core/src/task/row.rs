//! Sleeps of one strategy's tasks that are over one after the other: its node is lent once for all of them.
//!
//! It does for each what the engine does for a single one, as long as that is short: a task that asks for more than a
//! sleep is the last one of its row.

use std::task::Poll;

use super::hear;
use super::local::{self, Local};
use super::sleeps::Over;
use super::tasks::{Kind, TaskKey, without_budget};
use crate::core::Core;
use crate::heads::{Due, SLEEPERS};
use crate::live::StopHandle;
use crate::node::AnyNode;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::strategy::HandlerResult;

pub(super) struct Row<'a> {
    /// Whose tasks they are.
    owner: u32,
    kind: Kind,
    /// The earliest item of anybody else.
    until: Due,
    most: usize,
    stop: &'a StopHandle,
    /// How many were polled.
    pub(super) done: usize,
    /// The last one that was.
    pub(super) task: TaskKey,
    /// True if that is done, and still to be forgotten.
    has_ended: bool,
}

impl<'a> Row<'a> {
    /// None if the next sleep is not for a row.
    pub(super) fn begin(
        nodes: &Nodes,
        core: &mut Core,
        lane: Due,
        most: usize,
        stop: &'a StopHandle,
    ) -> Option<Self> {
        let task = local::in_run(|local| local.sleeps.plain_next())?.task;
        let (owner, kind, _) = core.tasks.owner(task)?;
        let is_held = || nodes.get(owner as usize).is_some_and(|node| node.holder().is_some());
        if kind == Kind::Exclusive || kind == Kind::Beside && is_held() {
            return None;
        }
        core.class = Class::Call;
        let until = core.heads.first_but(SLEEPERS).min(lane);
        Some(Row { owner, kind, until, most, stop, done: 0, task, has_ended: false })
    }

    /// Polls them. What the last one has come to; what it asks for is still to be heard.
    pub(super) fn poll(&mut self, core: &mut Core) -> Poll<HandlerResult> {
        let mut result = Ok(());
        let polled = without_budget(|| {
            while result.is_ok() && self.advance(core) {
                self.has_ended = core.tasks.poll_here(self.task, &mut result).is_ready();
            }
            if self.has_ended { Poll::Ready(()) } else { Poll::Pending }
        });
        polled.map(|()| result)
    }

    /// Hears what the last task asked for, and goes on to the next one. False if that is not for this row.
    #[inline]
    fn advance(&mut self, core: &mut Core) -> bool {
        local::between(|local, node| self.take_next(core, local, node))
    }

    #[inline]
    fn take_next(&mut self, core: &mut Core, local: &mut Local, mut node: Option<&mut dyn AnyNode>) -> bool {
        if self.has_ended {
            // What it has asked for is heard before it is forgotten.
            let has_asked = node.as_deref_mut().is_some_and(|node| node.quiet_desk().is_none());
            if has_asked || !local.is_quiet() || !core.remove_plain_task(self.task) {
                return false;
            }
            self.has_ended = false;
        }
        let (stands_still, is_lent) = (core.stands_still(), node.is_some());
        let own = core.desk.as_deref();
        let Some(desk) = node.map_or(own, |node| node.quiet_desk()) else { return false };
        if !local.asks.is_empty() {
            return false;
        }
        if let Some(slot) = local.asked.take() {
            hear::schedule(&mut local.sleeps, desk, slot);
        }
        let Some(Over { task, time, sequence }) = local.sleeps.plain_next() else { return false };
        let is_due = Due::call(time, sequence) < self.until && time <= desk.limit.get();
        let is_stopped = self.done > 0 && self.stop.is_requested();
        if !is_due || self.done == self.most || stands_still || is_stopped {
            return false;
        }
        let Some((current, kind)) = core.tasks.current(task) else { return false };
        if current.owner != self.owner || kind != self.kind {
            return false;
        }
        local.sleeps.end_next();
        core.tasks.look_ahead(&local.sleeps);
        if is_lent {
            desk.at_due(time, current.facts.event_time());
            core.running = (current.owner, current.method);
        } else {
            desk.at(time);
        }
        if core.draining && sequence >= core.mark {
            core.last_drained = Some((current.owner, current.method));
            core.drained += 1;
            if core.drained > core.drain_limit {
                desk.halt();
            }
        }
        local.current = Some(current);
        self.task = task;
        self.done += 1;
        true
    }
}
