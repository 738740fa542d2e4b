//! Runs of events of one stream to its only reader.

use super::{Handler, Take};
use crate::batch::Batch;
use crate::context::Context;
use crate::core::Core;
use crate::heads;
use crate::node::Node;
use crate::nodes::Nodes;
use crate::strategy::{HandlerResult, Strategy};

impl<S: Strategy, H> Handler<S, H> {
    /// Dispatches events of a source, at these times, from the front of `values`, as long as the run's limit
    /// allows, and says how many.
    pub(crate) fn burst<T>(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        times: &[i64],
        values: &mut Batch<T>,
    ) -> usize
    where
        H: Take<S, T>,
    {
        let Some(node) = nodes.typed::<S>(self.node()) else { return pass_by(core, times, values) };
        let settles = node.settles();
        // Only this node's agenda changes while it has its burst.
        let others = core.heads.first_but(heads::of_node(self.node()));
        node.enter(core, self.method);
        let mut done = 0;
        let goes_on = self.events(node, core, times, values, &mut done);
        if goes_on && done < times.len() && !settles && core.going && !core.draining {
            done += self.among_calls(node, core, &times[done..], values, others);
        }
        if settles && done > 0 {
            node.unsettle(core);
        }
        // What a handler asked for in vain has halted the burst.
        let (_, method) = core.running;
        core.ended(node.cx.desk(), self.node(), method, Ok(()));
        node.leave(core);
        done
    }

    /// Dispatches events up to the limit. False if the burst ends there.
    #[inline(always)]
    fn events<T>(
        &mut self,
        node: &mut Node<S>,
        core: &mut Core,
        times: &[i64],
        values: &mut Batch<T>,
        done: &mut usize,
    ) -> bool
    where
        H: Take<S, T>,
    {
        let settles = node.settles();
        let Node { strategy: Some(strategy), cx, .. } = node else { return false };
        cx.desk().at(cx.desk().now.get());
        while let Some(&time) = times.get(*done)
            && time <= cx.desk().limit.get()
        {
            let run = Run::new(values, core);
            let (mark, result) = self.events_alone(strategy, cx, &times[*done..], run.values, settles);
            let count = run.count();
            drop(run);
            *done += count;
            core.mark = mark;
            if result.is_err() && !core.ended(cx.desk(), self.node(), self.method, result) || count == 0 {
                return false;
            }
        }
        true
    }

    /// The loop over events that come one after the other; the sequence before the last one. It calls nothing but the
    /// handler, so that the compiler can keep what is small of a strategy in registers.
    // Not inlined, so that it knows that the strategy is apart from all else.
    #[inline(never)]
    fn events_alone<T>(
        &mut self,
        strategy: &mut S,
        cx: &Context<S>,
        times: &[i64],
        values: &mut Vec<T>,
        settles: bool,
    ) -> (u64, HandlerResult)
    where
        H: Take<S, T>,
    {
        let desk = cx.desk();
        let mut mark = desk.sequence.get();
        let mut times = times.iter();
        let mut take_next = || {
            let time = times.next().copied().filter(|&time| time <= desk.limit.get())?;
            Some((time, values.pop()?))
        };
        // Whether there is a next one is asked after the handler, so that all ways out come after what it does.
        let mut next = take_next();
        while let Some((time, value)) = next {
            desk.go_on_at(time);
            if settles {
                desk.hold_instant();
            }
            mark = desk.sequence.get();
            let result = self.take.owned(strategy, cx, value);
            if result.is_err() {
                return (mark, result);
            }
            next = take_next();
        }
        (mark, Ok(()))
    }
}

/// A run of events, which are counted by the values that are gone, also if a handler panics.
pub(super) struct Run<'a, T> {
    /// From the end of this list.
    pub(super) values: &'a mut Vec<T>,
    before: usize,
    pub(super) core: &'a mut Core,
}

impl<'a, T> Run<'a, T> {
    #[inline]
    pub(super) fn new(values: &'a mut Batch<T>, core: &'a mut Core) -> Self {
        let values = values.oldest();
        Run { before: values.len(), values, core }
    }

    /// How many there were.
    #[inline]
    pub(super) fn count(&self) -> usize {
        self.before - self.values.len()
    }
}

impl<T> Drop for Run<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.core.dispatched.events += self.count() as u64;
    }
}

/// Drops the events up to the limit, for their only reader is gone; how many. Time goes on with them.
#[cold]
fn pass_by<T>(core: &mut Core, times: &[i64], values: &mut Batch<T>) -> usize {
    let desk = core.desk();
    let count = times.partition_point(|&time| time <= desk.limit.get());
    if let Some(&last) = times[..count].last() {
        desk.at(last);
        core.mark = desk.sequence.get();
    }
    values.skip(count);
    count
}
