//! Async handlers that have the strategy to themselves, over many events: while none of them waits, no task is made.
//!
//! It does for each event what a [`TaskReader`] does for a single one, as long as that is short: the node is lent once,
//! the future is polled where it is made. One that waits, fails or asks for something becomes a task after all, and is
//! the last one of its burst.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;

use super::begin::{Origin, info};
use super::exclusive::Handed;
use super::facts::Facts;
use super::local::{self, Local};
use super::poll::{conclude, end_loan, hold_still};
use super::reader::{Start, TaskReader};
use super::tasks::{Kind, TaskKey, without_budget};
use crate::channel::{AnyChannel, Channel};
use crate::core::Core;
use crate::node::{AnyNode, Node};
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::strategy::{HandlerResult, Strategy};
use crate::stream::Payload;

struct Burst<'a, S, T, A> {
    reader: &'a mut TaskReader<S, A>,
    channel: &'a mut Channel<T>,
    times: &'a [i64],
    /// How many have begun.
    done: usize,
    /// True if the last one has ended, and nothing is to be heard of it.
    is_quiet: bool,
}

impl<S: Strategy, A> TaskReader<S, A> {
    /// Dispatches events of a source, at these times, up to the limit; how many. None if the handler has to wait. Nobody
    /// watches, and the events are plain ones which nobody else reads.
    pub(super) fn run_at_once<T: Payload>(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        times: &[i64],
        channel: &mut Channel<T>,
    ) -> usize
    where
        A: Start<S, T>,
    {
        let is_free = |node: &mut Node<S>| node.takes_events();
        let owner = self.node as u32;
        let is_free = nodes.typed::<S>(self.node).is_some_and(is_free);
        let Some(mut node) = is_free.then(|| nodes.lend(owner)).flatten() else { return 0 };
        node.take_desk(core, self.method);
        local::lend(Some(node), core.tasks.current_in_nest(owner, self.method));
        let mut burst = Burst { reader: self, channel, times, done: 0, is_quiet: true };
        let polled = catch_unwind(AssertUnwindSafe(|| without_budget(|| burst.run(core))));
        let Burst { done, is_quiet, .. } = burst;
        let has_future = !matches!(polled, Ok(Poll::Ready(_)));
        let made = (!is_quiet).then(|| self.adopt(core, has_future));
        end_loan(nodes, core, owner);
        if let Some(key) = made {
            if let Some(node) = nodes.typed::<S>(self.node).filter(|node| node.strategy.is_none()) {
                node.held_by(key, self.method);
            }
            conclude(nodes, core, key, polled);
        } else {
            hold_still(core);
        }
        done
    }

    /// Makes a task of what was polled last.
    #[inline(never)]
    fn adopt<T>(&mut self, core: &mut Core, has_future: bool) -> TaskKey
    where
        A: Start<S, T>,
    {
        let facts = Facts::plain(local::in_run(|local| local.now.load(Relaxed)));
        let origin = Origin { class: Class::Event, event: core.event, facts };
        let info = info(self.node as u32, Kind::Exclusive, self.method, origin);
        let cell = if has_future { self.start.take() } else { None };
        core.adopt_task(cell, info)
    }
}

impl<S: Strategy, T: Payload, A: Start<S, T>> Burst<'_, S, T, A> {
    /// What the last one has come to.
    fn run(&mut self, core: &mut Core) -> Poll<HandlerResult> {
        let (run, node) = (core.tasks.outside.run, self.reader.node as u32);
        let mut result = Ok(());
        while let Some(strategy) = local::between(|local, node| self.next(core, local, node)) {
            let Some(value) = self.channel.values.pop() else { break };
            core.event = Some((self.channel.id, self.channel.index_fed()));
            self.is_quiet = false;
            let handed = Handed { run, node, strategy };
            self.done += 1;
            let polled = self.reader.start.at_once(handed, value, &mut core.tasks, &mut result);
            if polled.is_pending() || result.is_err() {
                return polled.map(|()| result);
            }
        }
        Poll::Ready(result)
    }

    /// Looks whether something came of the last event, and goes on to the next one: the strategy. None if that is not for
    /// this burst.
    #[inline]
    fn next(
        &mut self,
        core: &mut Core,
        local: &mut Local,
        node: Option<&mut dyn AnyNode>,
    ) -> Option<Box<Option<S>>> {
        let node: &mut dyn Any = node?;
        let node = node.downcast_mut::<Node<S>>()?;
        let is_free = node.strategy.is_some() && !node.cx.is_touched() && !node.cx.desk().halted();
        if self.done > 0 && !(is_free && local.is_quiet() && !core.tasks.is_waker_kept()) {
            return None;
        }
        self.is_quiet = true;
        let desk = node.cx.desk();
        let time = *self.times.get(self.done).filter(|time| **time <= desk.limit.get())?;
        if self.channel.values.is_empty() {
            return None;
        }
        desk.at(time);
        if let Some(current) = &mut local.current {
            current.facts = Facts::plain(time);
        }
        core.mark = desk.sequence.get();
        core.dispatched.events += 1;
        node.hand_out()
    }
}
