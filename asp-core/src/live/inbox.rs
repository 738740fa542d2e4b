//! The queue of a live source, shared between whoever polls the source and the run.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use atomic_waker::AtomicWaker;

use super::queue::{Item, Queue, Received, WhenFull};
use super::wake::LaneWake;
use crate::time::{Clock, Timestamp};

/// An event of a live source, with the engine clock when it was received.
pub(crate) struct Event<T> {
    pub(crate) arrival: i64,
    /// The time that its source gave it, if any.
    pub(crate) event_time: Option<i64>,
    pub(crate) value: T,
}

/// The first event that a look brings, as long as nothing follows it.
pub(crate) enum Alone<T> {
    /// It goes into the queue like the others.
    Never,
    None,
    /// The look ends with it, and is to be gone on with once it was dispatched.
    First,
    Event(Event<T>),
}

/// What stands between a live source and the run. The engine polls most sources itself, and the lock is never waited
/// for then; a source with a task of its own shares it with that task.
pub(crate) struct Inbox<T> {
    queue: Mutex<Queue<T>>,
    /// True if nothing is in the queue: seen without the lock. Who puts the first item there wakes the lane after that.
    is_empty: AtomicBool,
    /// True if the source must wait for room: the same.
    is_blocked: AtomicBool,
    clock: Arc<dyn Clock>,
    lane: Arc<LaneWake>,
    /// True if the queue has room for more than one event.
    is_roomy: bool,
    /// True if what finds the queue full waits in the source: nothing is dropped that would not be if more had come before
    /// the first event was taken.
    blocks: bool,
    /// The task of the source, which waits for room, or for its time to try again.
    pub(crate) source: AtomicWaker,
    /// When something was put into the queue last.
    pushed: AtomicI64,
    /// True if a task of its own polls the source.
    pub(crate) has_task: AtomicBool,
    /// When a source with a task of its own wants to be woken.
    retry: Mutex<Option<Timestamp>>,
}

impl<T> Inbox<T> {
    pub(crate) fn new(
        capacity: usize,
        when_full: WhenFull,
        clock: Arc<dyn Clock>,
        lane: Arc<LaneWake>,
    ) -> Self {
        let queue = Mutex::new(Queue::new(capacity, when_full));
        Inbox {
            queue,
            is_empty: AtomicBool::new(true),
            is_blocked: AtomicBool::new(false),
            clock,
            lane,
            is_roomy: capacity > 1 && when_full != WhenFull::Latest,
            blocks: when_full == WhenFull::Block,
            source: AtomicWaker::new(),
            pushed: AtomicI64::new(i64::MIN),
            has_task: AtomicBool::new(false),
            retry: Mutex::new(None),
        }
    }

    pub(crate) fn queue(&self) -> MutexGuard<'_, Queue<T>> {
        // A panic of a source leaves the queue whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn lane(&self) -> &Arc<LaneWake> {
        &self.lane
    }

    pub(crate) fn pushed(&self) -> i64 {
        self.pushed.load(Ordering::Relaxed)
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.is_blocked.load(Ordering::Acquire)
    }

    /// Called with the lock, after each change.
    fn note(&self, queue: &Queue<T>) {
        self.is_empty.store(queue.is_empty(), Ordering::Release);
        self.is_blocked.store(queue.is_blocked(), Ordering::Release);
    }

    pub(crate) fn retry(&self) -> Option<Timestamp> {
        *self.retry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_retry(&self, time: Option<Timestamp>) {
        *self.retry.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// True if nothing waits, of whatever kind.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.is_empty.load(Ordering::Acquire)
    }

    /// True if an event that comes now may be taken past the queue: whatever is done when that is full, it is not.
    #[inline]
    pub(crate) fn may_skip(&self) -> bool {
        self.is_roomy && self.is_empty() && !self.has_task.load(Ordering::Relaxed)
    }

    /// True if the first event may be dispatched before more is received.
    #[inline]
    pub(crate) fn may_pause(&self) -> bool {
        self.blocks
    }

    /// Stamps an event. It is kept for the first one of a look; if others follow, all go into the queue. True if the look
    /// ends with it.
    #[inline]
    pub(crate) fn receive(&self, event_time: Option<i64>, value: T, alone: &mut Alone<T>) -> bool {
        match std::mem::replace(alone, Alone::Never) {
            // Else a notice is before it.
            state @ (Alone::None | Alone::First) if self.is_empty() => {
                let arrival = self.clock.now().as_nanos();
                self.pushed.store(arrival, Ordering::Relaxed);
                *alone = Alone::Event(Event { arrival, event_time, value });
                return matches!(state, Alone::First);
            }
            Alone::Event(first) => {
                self.put(first);
                self.push(Item::Event { event_time, value });
            }
            Alone::None | Alone::First | Alone::Never => self.push(Item::Event { event_time, value }),
        }
        false
    }

    /// Puts an event into the queue that was stamped before.
    fn put(&self, event: Event<T>) {
        let Event { arrival, event_time, value } = event;
        let mut queue = self.queue();
        queue.push(arrival, Item::Event { event_time, value });
        self.note(&queue);
    }

    /// Stamps an item and puts it into the queue. A task of the source tells the run of the first one at once,
    /// and not only when it has nothing more: the run may be waiting for it.
    pub(crate) fn push(&self, item: Item<T>) {
        let mut queue = self.queue();
        let is_first = queue.is_empty();
        // Under the lock: stamps stand in the order of the queue.
        let arrival = self.clock.now().as_nanos();
        self.pushed.store(arrival, Ordering::Relaxed);
        queue.push(arrival, item);
        self.note(&queue);
        if is_first && self.has_task.load(Ordering::Relaxed) {
            drop(queue);
            self.lane.wake_lane();
        }
    }

    /// Takes the first item. A source that waited for room is told of it.
    pub(crate) fn pop(&self) -> Option<Received<T>> {
        if self.is_empty() {
            return None;
        }
        let mut queue = self.queue();
        let was_blocked = queue.is_blocked();
        let received = queue.pop();
        self.note(&queue);
        if was_blocked && !queue.is_blocked() {
            drop(queue);
            self.source.wake();
            self.lane.wake_lane();
        }
        received
    }
}
