//! Polling a task, and dropping one: the only two places where code of tasks runs.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use super::local;
use super::row::Row;
use super::tasks::{TaskInfo, TaskKey};
use crate::core::{Cause, Core};
use crate::heads::Due;
use crate::live::StopHandle;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::panics::message;
use crate::strategy::HandlerResult;

/// Polls a task, with its node at hand. What it asked for is scheduled afterwards.
pub(crate) fn poll(nodes: &mut Nodes, core: &mut Core, key: TaskKey) {
    let Some(polled) = with_node(nodes, core, key, |core| core.tasks.poll(key)) else { return };
    if core.watched {
        core.took();
    }
    conclude(nodes, core, key, polled);
}

/// Polls tasks of one strategy whose sleeps are over one after the other, with its node at hand all the time; how many.
/// None of them is at `until` or later, or after one that asked the run to stop. What the last one asked for is scheduled
/// afterwards.
pub(crate) fn poll_in_a_row(
    nodes: &mut Nodes,
    core: &mut Core,
    until: Due,
    most: usize,
    stop: &StopHandle,
) -> usize {
    let Some(mut row) = Row::begin(nodes, core, until, most, stop) else { return 0 };
    let Some(polled) = with_node(nodes, core, row.task, |core| row.poll(core)) else { return 0 };
    core.dispatched.wakes += row.done as u64;
    conclude(nodes, core, row.task, polled);
    core.show_sleeps();
    row.done
}

/// A task was polled.
#[inline]
pub(super) fn conclude(
    nodes: &mut Nodes,
    core: &mut Core,
    key: TaskKey,
    polled: Result<Poll<HandlerResult>, Panic>,
) {
    match polled {
        Ok(Poll::Pending) => {}
        Ok(Poll::Ready(result)) => end(nodes, core, key, result),
        Err(panic) => {
            if let Some(info) = drop_future(nodes, core, key).1 {
                raise(nodes, core, &info, &*panic);
            }
        }
    }
    hold_still(core);
}

/// If time has to stand still now, nothing of a later instant follows in this burst.
#[inline]
pub(super) fn hold_still(core: &Core) {
    if core.stands_still() {
        core.desk().hold_instant();
    }
}

/// Drops a task, and hands its strategy back.
pub(crate) fn drop_task(nodes: &mut Nodes, core: &mut Core, key: TaskKey) {
    if let (Some(panic), Some(info)) = drop_future(nodes, core, key) {
        raise(nodes, core, &info, &*panic);
    }
}

pub(super) type Panic = Box<dyn Any + Send>;

fn drop_future(nodes: &mut Nodes, core: &mut Core, key: TaskKey) -> (Option<Panic>, Option<TaskInfo>) {
    let dropped = with_node(nodes, core, key, |core| core.tasks.clear(key));
    (dropped.and_then(Result::err), core.remove_task(key))
}

/// Does something with a task that may run its code, and hears what that asked for; none if it has ended.
#[inline]
fn with_node<R>(
    nodes: &mut Nodes,
    core: &mut Core,
    key: TaskKey,
    work: impl FnOnce(&mut Core) -> R,
) -> Option<Result<R, Panic>> {
    let (current, _) = core.tasks.current(key)?;
    let owner = current.owner;
    let mut node = nodes.lend(owner);
    if let Some(node) = &mut node {
        core.desk().set_event_time(current.facts.event_time());
        node.take_desk(core, current.method);
    }
    local::lend(node, current);
    let done = catch_unwind(AssertUnwindSafe(|| work(core)));
    end_loan(nodes, core, owner);
    Some(done)
}

/// Takes back the node that was lent to a task, and hears what that asked for.
#[inline]
pub(super) fn end_loan(nodes: &mut Nodes, core: &mut Core, owner: u32) {
    if let Some(mut node) = local::take_back() {
        if node.give_desk(core) {
            retire_after_current(core);
        }
        nodes.put_back(owner, node);
    }
    core.hear();
}

#[cold]
fn retire_after_current(core: &mut Core) {
    if let Some(current) = local::in_run(|local| local.current) {
        core.tasks.retire_after(current.key);
    }
}

/// A task is done.
fn end(nodes: &mut Nodes, core: &mut Core, key: TaskKey, result: HandlerResult) {
    if result.is_ok() && core.remove_plain_task(key) {
        return;
    }
    let Some(info) = core.remove_task(key) else { return };
    if result.is_err() {
        about(core, &info);
        core.desk().set_event_time(info.origin.facts.event_time());
        core.with_desk(|core, desk| {
            core.ended(desk, info.owner as usize, info.method, result);
        });
        core.about = None;
    }
    if info.retires {
        retire(nodes, core, info.owner);
    }
}

/// A task has ended with which its strategy retires: what else it has suspended is dropped first.
#[cold]
fn retire(nodes: &mut Nodes, core: &mut Core, owner: u32) {
    for task in core.tasks.of(owner) {
        drop_task(nodes, core, task);
    }
    if let Some(node) = nodes.get_mut(owner as usize) {
        node.retire_now(core);
        core.desk().interrupt();
    }
}

/// What follows is about what made the task's handler run.
fn about(core: &mut Core, info: &TaskInfo) {
    core.class = info.origin.class;
    core.about = info.origin.event.filter(|_| info.origin.class == Class::Event);
}

fn raise(nodes: &mut Nodes, core: &mut Core, info: &TaskInfo, panic: &(dyn Any + Send)) {
    if let Some(node) = nodes.get_mut(info.owner as usize) {
        node.set_panicked();
    }
    about(core, info);
    core.desk().set_event_time(info.origin.facts.event_time());
    core.raise_here(info.owner as usize, info.method, Cause::Panicked(message(panic)));
    core.about = None;
}
