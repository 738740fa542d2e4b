//! The agenda of sleeping tasks: one for the whole run.

use std::task::Waker;

use super::queue::{Entry, Queue};
use super::tasks::TaskKey;
use crate::heads::Due;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    /// Asked for in the dispatch that goes on; not scheduled yet.
    Asked,
    /// In the queue.
    Waiting,
    /// It joined the next round of its instant.
    Joined,
    /// It was dropped, and is still in the queue.
    Dropped,
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

/// A sleep that is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Over {
    pub(super) task: TaskKey,
    pub(super) time: i64,
    pub(super) sequence: u64,
}

/// Sleeps in numbered slots, and a queue of when they are over.
#[derive(Debug)]
pub(crate) struct Sleeps {
    slots: Vec<Slot>,
    /// Of futures in between, for sleeps that are not polled by their tasks directly.
    wakers: Vec<Option<Waker>>,
    free: Vec<u32>,
    queue: Queue,
    /// Entries of sleeps that were dropped.
    stale: usize,
}

impl Sleeps {
    pub(crate) const fn new() -> Self {
        Sleeps { slots: Vec::new(), wakers: Vec::new(), free: Vec::new(), queue: Queue::new(), stale: 0 }
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
        self.queue.push(Entry { time, id, task: task.slot });
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
        slot.sequence = sequence;
        if slot.due <= now {
            slot.state = State::Joined;
            return Some(None);
        }
        slot.state = State::Waiting;
        self.queue.push(Entry { time: slot.due, id, task: slot.task.slot });
        Some(Some(slot.due))
    }

    /// The place of the next one: a lower bound, since it may have been dropped.
    #[inline]
    pub(crate) fn head(&self) -> Due {
        let of = |entry: &Entry| Due::call(entry.time, self.slots[entry.id as usize].sequence);
        self.queue.peek().map_or(Due::NEVER, of)
    }

    /// Sleeps that go on, and some that were dropped.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Where the tasks are whose sleeps are over next: at most so many, in no order.
    #[inline]
    pub(super) fn next_tasks(&self, most: usize) -> impl Iterator<Item = (u32, bool)> {
        let slots = &self.slots;
        self.queue.next_few(most).map(|entry| (entry.task, slots[entry.id as usize].has_future))
    }

    /// All that go on, in no order: due time, sequence, task.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (i64, u64, TaskKey)> {
        let waits = |slot: &&Slot| matches!(slot.state, State::Waiting | State::Joined);
        self.slots.iter().filter(waits).map(|slot| (slot.due, slot.sequence, slot.task))
    }

    /// Takes out the next one: its slot, sequence and task. None if it was dropped.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<(u32, u64, TaskKey)> {
        let id = self.queue.pop()?.id;
        let slot = &mut self.slots[id as usize];
        if slot.state == State::Dropped {
            slot.state = State::Free;
            self.free.push(id);
            self.stale -= 1;
            return None;
        }
        slot.state = State::Joined;
        Some((id, slot.sequence, slot.task))
    }

    /// The next one, if nobody but its task wants to know that it is over.
    #[inline]
    pub(super) fn plain_next(&self) -> Option<Over> {
        let slot = &self.slots[self.queue.peek()?.id as usize];
        let is_plain = slot.state == State::Waiting && slot.has_future && !slot.has_waker;
        is_plain.then_some(Over { task: slot.task, time: slot.due, sequence: slot.sequence })
    }

    /// Ends the one that is [`Sleeps::plain_next`].
    #[inline(always)]
    pub(super) fn end_next(&mut self) {
        if let Some(entry) = self.queue.pop() {
            self.slots[entry.id as usize].state = State::Over;
        }
    }

    /// The task that sleeps there, unless the sleep was dropped.
    pub(crate) fn sleeper(&self, id: u32, sequence: u64) -> Option<TaskKey> {
        let slot = &self.slots[id as usize];
        (slot.state == State::Joined && slot.sequence == sequence).then_some(slot.task)
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
        let waker = self.take_waker(id);
        let slot = &mut self.slots[id as usize];
        if slot.state != State::Waiting {
            slot.state = State::Free;
            self.free.push(id);
            return waker;
        }
        slot.state = State::Dropped;
        self.stale += 1;
        if self.stale > 64 && 2 * self.stale > self.queue.len() {
            self.sweep();
        }
        waker
    }

    /// Forgets what was dropped.
    #[cold]
    fn sweep(&mut self) {
        let Sleeps { slots, free, queue, .. } = self;
        queue.retain(|entry| {
            let slot = &mut slots[entry.id as usize];
            let is_dropped = slot.state == State::Dropped;
            if is_dropped {
                slot.state = State::Free;
                free.push(entry.id);
            }
            !is_dropped
        });
        self.stale = 0;
    }
}
