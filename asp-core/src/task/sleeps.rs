//! The agenda of sleeping tasks: one for the whole run.

use std::task::Waker;

use super::tasks::TaskKey;
use crate::agenda::{Entry, Radix};
use crate::heads::Due;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    /// Asked for in the dispatch that goes on; not scheduled yet.
    Asked,
    Waiting,
    /// Its time has come, and its future has not been polled since.
    Over,
}

/// A line of the cache holds two.
#[derive(Debug)]
#[repr(align(32))]
struct Slot {
    state: State,
    /// False for a wake that nobody's future waits for.
    has_future: bool,
    /// True if there is a waker in the other list.
    has_waker: bool,
    task: TaskKey,
    due: i64,
    sequence: u64,
}

/// Sleeps in numbered slots, and a queue of when they are over.
#[derive(Debug)]
pub(crate) struct Sleeps {
    slots: Vec<Slot>,
    /// Of futures in between, for sleeps that are not polled by their tasks directly.
    wakers: Vec<Option<Waker>>,
    free: Vec<u32>,
    queue: Radix,
    /// Entries of sleeps that were dropped.
    stale: usize,
}

impl Sleeps {
    pub(crate) const fn new() -> Self {
        Sleeps { slots: Vec::new(), wakers: Vec::new(), free: Vec::new(), queue: Radix::new(), stale: 0 }
    }

    /// A sleep begins; [`Sleeps::schedule`] is to follow.
    #[inline]
    pub(super) fn begin(&mut self, due: i64, task: TaskKey, waker: Option<&Waker>) -> u32 {
        let (state, has_waker) = (State::Asked, waker.is_some());
        let id = self.put(Slot { state, has_future: true, has_waker, task, due, sequence: 0 });
        if has_waker {
            self.set_waker(id, waker);
        }
        id
    }

    /// Has a task woken at a time that is to come.
    pub(crate) fn wake_at(&mut self, time: i64, task: TaskKey, sequence: u64) {
        let state = State::Waiting;
        let id = self.put(Slot { state, has_future: false, has_waker: false, task, due: time, sequence });
        self.queue.push(Entry { time, rank: sequence, id });
    }

    #[inline]
    fn put(&mut self, slot: Slot) -> u32 {
        match self.free.pop() {
            Some(id) => {
                self.slots[id as usize] = slot;
                id
            }
            None => {
                self.slots.push(slot);
                (self.slots.len() - 1) as u32
            }
        }
    }

    #[inline(never)]
    fn set_waker(&mut self, id: u32, waker: Option<&Waker>) {
        let id = id as usize;
        self.slots[id].has_waker = waker.is_some();
        if self.wakers.len() <= id {
            self.wakers.resize(self.slots.len(), None);
        }
        match (waker, &mut self.wakers[id]) {
            (Some(waker), Some(known)) => known.clone_from(waker),
            (waker, known) => *known = waker.cloned(),
        }
    }

    #[inline]
    fn take_waker(&mut self, id: u32) -> Option<Waker> {
        let has_waker = std::mem::take(&mut self.slots[id as usize].has_waker);
        if has_waker { self.wakers[id as usize].take() } else { None }
    }

    /// Gives a sleep that was asked for its place in the order: when it is over, if it does not join the next round of this
    /// instant. None if it was dropped.
    #[inline]
    pub(crate) fn schedule(&mut self, id: u32, sequence: u64, now: i64) -> Option<Option<i64>> {
        let slot = &mut self.slots[id as usize];
        if slot.state != State::Asked {
            return None;
        }
        slot.state = State::Waiting;
        slot.sequence = sequence;
        let due = (slot.due > now).then_some(slot.due);
        if let Some(time) = due {
            self.queue.push(Entry { time, rank: sequence, id });
        }
        Some(due)
    }

    /// The place of the next one: a lower bound, since it may have been dropped.
    #[inline]
    pub(crate) fn head(&self) -> Due {
        self.queue.peek().map_or(Due::NEVER, |(time, sequence)| Due::call(time, sequence))
    }

    /// Sleeps that go on, and some that were dropped.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whose sleeps are over next: at most so many, in no order.
    #[inline]
    pub(super) fn next_tasks(&self, most: usize) -> impl Iterator<Item = TaskKey> {
        self.queue.next_few(most).map(|entry| self.slots[entry.id as usize].task)
    }

    /// All that go on, in no order: due time, sequence, task.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (i64, u64, TaskKey)> {
        let waiting = self.slots.iter().filter(|slot| slot.state == State::Waiting);
        waiting.map(|slot| (slot.due, slot.sequence, slot.task))
    }

    /// Takes out the next one: its slot, sequence and task.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<(u32, u64, TaskKey)> {
        let entry = self.queue.pop()?;
        if let Some(task) = self.sleeper(entry.id, entry.rank) {
            return Some((entry.id, entry.rank, task));
        }
        self.stale = self.stale.saturating_sub(1);
        None
    }

    /// The task that sleeps there, unless the sleep was dropped.
    pub(crate) fn sleeper(&self, id: u32, sequence: u64) -> Option<TaskKey> {
        let slot = &self.slots[id as usize];
        (slot.state == State::Waiting && slot.sequence == sequence).then_some(slot.task)
    }

    /// Ends a sleep that has a [`Sleeps::sleeper`]: who else wants to be woken, and whether it is a wake rather than a
    /// sleep.
    #[inline]
    pub(crate) fn end(&mut self, id: u32) -> (Option<Waker>, bool) {
        let slot = &mut self.slots[id as usize];
        if !slot.has_future {
            slot.state = State::Free;
            self.free.push(id);
            return (None, true);
        }
        slot.state = State::Over;
        (self.take_waker(id), false)
    }

    /// True if a sleep is over: then it is gone. Else it is known who polled it last.
    #[inline]
    pub(super) fn poll(&mut self, id: u32, task: TaskKey, waker: Option<&Waker>) -> bool {
        let slot = &mut self.slots[id as usize];
        if slot.state == State::Over {
            slot.state = State::Free;
            self.free.push(id);
            return true;
        }
        slot.task = task;
        if slot.has_waker || waker.is_some() {
            self.set_waker(id, waker);
        }
        false
    }

    /// Drops a sleep that is not over; the waker is for the caller to drop.
    pub(super) fn cancel(&mut self, id: u32) -> Option<Waker> {
        let slot = &mut self.slots[id as usize];
        self.stale += usize::from(slot.state == State::Waiting);
        slot.state = State::Free;
        let waker = self.take_waker(id);
        self.free.push(id);
        if self.stale > 64 && 2 * self.stale > self.queue.len() {
            let slots = &self.slots;
            self.queue.retain(|entry| {
                let slot = &slots[entry.id as usize];
                slot.state == State::Waiting && slot.sequence == entry.rank
            });
            self.stale = 0;
        }
        waker
    }
}
