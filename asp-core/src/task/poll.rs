//! Polling a task, and dropping one: the only two places where code of tasks runs.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use super::local;
use super::tasks::{TaskInfo, TaskKey};
use crate::core::{Cause, Core};
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::panics::message;
use crate::strategy::HandlerResult;

/// Polls a task, with its node at hand. What it asked for is scheduled afterwards.
pub(crate) fn poll(nodes: &mut Nodes, core: &mut Core, key: TaskKey) {
    let Some(polled) = with_node(nodes, core, key, |core| match core.tasks.poll(key) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }) else {
        return;
    };
    if core.watched {
        core.took();
    }
    match polled {
        Ok(None) => {}
        Ok(Some(result)) => end(nodes, core, key, result),
        Err(panic) => {
            if let Some(info) = drop_future(nodes, core, key).1 {
                raise(nodes, core, &info, &*panic);
            }
        }
    }
    if core.stands_still() {
        // Nothing of a later instant in this burst.
        core.desk().hold_instant();
    }
}

/// Drops a task, and hands its strategy back.
pub(crate) fn drop_task(nodes: &mut Nodes, core: &mut Core, key: TaskKey) {
    if let (Some(panic), Some(info)) = drop_future(nodes, core, key) {
        raise(nodes, core, &info, &*panic);
    }
}

type Panic = Box<dyn Any + Send>;

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
    let (current, event_time) = core.tasks.current(key)?;
    let owner = current.owner;
    let mut node = nodes.lend(owner);
    if let Some(node) = &mut node {
        core.desk().event_time.set(event_time);
        node.take_desk(core, current.method);
    }
    local::lend(node, current);
    let done = catch_unwind(AssertUnwindSafe(|| work(core)));
    if let Some(mut node) = local::take_back() {
        if node.give_desk(core) {
            core.tasks.retire_after(key);
        }
        nodes.put_back(owner, node);
    }
    core.hear();
    Some(done)
}

/// A task is done.
fn end(nodes: &mut Nodes, core: &mut Core, key: TaskKey, result: HandlerResult) {
    core.tasks.clear(key);
    let Some(info) = core.remove_task(key) else { return };
    if result.is_err() {
        about(core, &info);
        core.desk().event_time.set(info.origin.event_time);
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
    core.desk().event_time.set(info.origin.event_time);
    core.raise_here(info.owner as usize, info.method, Cause::Panicked(message(panic)));
    core.about = None;
}
