//! The run hears what was asked for in a dispatch: sleeps and wakes get their place in the order, tasks begin.

use std::any::TypeId;

use super::local::{self, Ask, Current, Local};
use super::pool::Cell;
use super::sleeps::Sleeps;
use super::spawn::Spawned;
use super::tasks::{Kind, TaskInfo, TaskKey, Tasks};
use crate::core::{Cause, Core};
use crate::desk::{Desk, Soon, SoonCall};
use crate::heads::SLEEPERS;
use crate::strategy::HandlerReturn;

impl Core {
    /// A new task, which keeps the run alive until it ends. It was not polled yet.
    pub(crate) fn add_task<F>(&mut self, future: F, info: TaskInfo) -> TaskKey
    where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        self.alive += 1;
        self.has_tasks = true;
        self.tasks.add(future, info)
    }

    /// A future becomes a task that was polled already; see [`Tasks::adopt`].
    pub(super) fn adopt_task(&mut self, cell: Option<(TypeId, Cell)>, info: TaskInfo) -> TaskKey {
        self.alive += 1;
        self.has_tasks = true;
        self.tasks.adopt(cell, info)
    }

    /// Forgets a task that has come to its end, if nobody asks what it was. False if somebody may.
    #[inline]
    pub(super) fn remove_plain_task(&mut self, key: TaskKey) -> bool {
        let is_removed = self.tasks.remove_plain(key);
        if is_removed {
            self.alive -= 1;
            self.has_tasks = self.tasks.live() > 0;
        }
        is_removed
    }

    /// Forgets a task, whose future is gone.
    pub(super) fn remove_task(&mut self, key: TaskKey) -> Option<TaskInfo> {
        let info = self.tasks.remove(key)?;
        self.alive -= 1;
        self.has_tasks = self.tasks.live() > 0;
        if let Some(joint) = &info.joint {
            joint.set_gone();
        }
        Some(info)
    }

    /// Has a task woken in the next round of this instant.
    pub(crate) fn wake_soon(&mut self, key: TaskKey) {
        if self.tasks.note_wake(key) {
            join(self.desk(), Soon::Wake(key));
        }
    }

    /// Schedules what was asked for since this was called last, in the order in which it was asked for. No task is
    /// current any more.
    #[inline]
    pub(crate) fn hear(&mut self) {
        let Core { tasks, desk, heads, .. } = self;
        let Some(desk) = desk.as_deref() else { return };
        let has_more = local::in_run(|local| {
            (local.current, local.begins) = (None, None);
            if local.asked.is_none() && local.asks.is_empty() {
                return false;
            }
            if let Some(slot) = local.asked.take() {
                schedule_among(&mut local.sleeps, desk, slot);
            }
            let has_more = hear_plain(local, tasks, desk);
            heads.set(SLEEPERS, local.sleeps.head());
            has_more
        });
        if has_more {
            self.hear_rest();
        }
    }

    /// Tells the others when the next sleep is over.
    pub(crate) fn show_sleeps(&mut self) {
        let head = local::in_run(|local| local.sleeps.head());
        self.heads.set(SLEEPERS, head);
    }

    /// What takes more than a place in the order. A task that is spawned comes in between in that order.
    #[cold]
    fn hear_rest(&mut self) {
        let mut asks = std::mem::take(&mut self.tasks.asks);
        for ask in asks.drain(..) {
            match ask {
                Ask::Spawn(spawned) => self.begin_spawned(*spawned),
                Ask::Refuse(refused) => {
                    let (by, refused) = *refused;
                    self.raise_here(by.owner as usize, by.method, Cause::Refused(refused));
                }
                Ask::Stop => self.desk().stop(),
                Ask::Cancel(_) | Ask::Wait(_) | Ask::Grow(_) | Ask::Retire(_) | Ask::Attach(_) => {
                    self.tasks.later.push(ask);
                    // Nothing more is dispatched before it is attended to.
                    let desk = self.desk();
                    desk.lower_outer(desk.now.get().saturating_sub(1));
                }
                Ask::Sleep(slot) => {
                    let desk = self.desk();
                    local::in_run(|local| schedule_among(&mut local.sleeps, desk, slot));
                }
                Ask::Wake(key) => self.wake_soon(key),
            }
        }
        self.tasks.asks = asks;
        self.show_sleeps();
    }

    fn begin_spawned(&mut self, spawned: Spawned) {
        let Spawned { future, parent, joint } = spawned;
        if joint.is_cancelled() {
            return;
        }
        // A task that ends is heard before it is forgotten.
        let Some(origin) = self.tasks.info(parent.key).map(|info| info.origin) else { return };
        let kind = if parent.waits { Kind::Beside } else { Kind::Free };
        let Current { owner, method, .. } = parent;
        let info = TaskInfo { owner, kind, method, origin, joint: Some(joint), retires: false };
        let key = self.add_task(future, info);
        self.wake_soon(key);
    }
}

/// Schedules sleeps and wakes. True if something else was asked for: then nothing was scheduled.
#[inline]
fn hear_plain(local: &mut Local, tasks: &mut Tasks, desk: &Desk) -> bool {
    let Local { asks, sleeps, .. } = local;
    if asks.is_empty() {
        return false;
    }
    let is_plain = |ask: &Ask| matches!(ask, Ask::Sleep(_) | Ask::Wake(_));
    if !asks.iter().all(is_plain) {
        std::mem::swap(asks, &mut tasks.asks);
        return true;
    }
    for ask in asks.drain(..) {
        match ask {
            Ask::Sleep(slot) => schedule_among(sleeps, desk, slot),
            Ask::Wake(key) if tasks.note_wake(key) => join(desk, Soon::Wake(key)),
            _ => {}
        }
    }
    false
}

/// Gives a sleep its place in the order, and lets nobody else go past it unseen.
#[inline]
fn schedule_among(sleeps: &mut Sleeps, desk: &Desk, slot: u32) {
    if let Some(due) = schedule(sleeps, desk, slot) {
        desk.lower_outer(due);
    }
}

/// Gives a sleep its place in the order: when it is over, if it is for a later instant.
#[inline]
pub(super) fn schedule(sleeps: &mut Sleeps, desk: &Desk, slot: u32) -> Option<i64> {
    let sequence = desk.sequence.get();
    let due = sleeps.schedule(slot, sequence, desk.now.get())?;
    if due.is_some() {
        desk.sequence.set(sequence + 1);
    } else {
        join(desk, Soon::Sleep(slot));
    }
    due
}

fn join(desk: &Desk, what: Soon) {
    let sequence = desk.next_sequence();
    desk.joined.calls.push(SoonCall { node: u32::MAX, what, sequence });
    desk.hold_instant();
}
