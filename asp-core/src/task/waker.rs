//! What wakes a task.

use std::sync::Arc;
use std::sync::atomic::{
    AtomicU32,
    Ordering::{Acquire, Relaxed},
    fence,
};
use std::task::{Wake, Waker};

use super::local;
use super::outside::Outside;
use super::tasks::TaskKey;

/// Wakes a task: at the end of the dispatch that does so, in the next round, if the run is being polled here; else it
/// tells the run.
#[derive(Debug)]
struct TaskWaker {
    outside: Arc<Outside>,
    slot: AtomicU32,
    generation: AtomicU32,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let (slot, generation) = (self.slot.load(Relaxed), self.generation.load(Relaxed));
        let key = TaskKey { slot, generation };
        if !local::wake(self.outside.run, key) {
            self.outside.woken(key);
        }
    }
}

/// A waker, as the run has it.
#[derive(Debug)]
pub(super) struct OwnWaker {
    target: Arc<TaskWaker>,
    waker: Waker,
}

impl OwnWaker {
    pub(super) fn new(outside: &Arc<Outside>) -> Self {
        let (slot, generation) = (AtomicU32::new(u32::MAX), AtomicU32::new(0));
        let target = Arc::new(TaskWaker { outside: Arc::clone(outside), slot, generation });
        OwnWaker { waker: Waker::from(Arc::clone(&target)), target }
    }

    /// Has it wake that task from now on. Nobody but the run has it.
    #[inline]
    pub(super) fn aim(&self, key: TaskKey) {
        self.target.slot.store(key.slot, Relaxed);
        self.target.generation.store(key.generation, Relaxed);
    }

    /// True if somebody else has it too, and may wake the task that it is aimed at.
    #[inline]
    pub(super) fn is_kept(&self) -> bool {
        let is_kept = Arc::strong_count(&self.target) > 2;
        // Who had it last has done with it before it is aimed at another task.
        fence(Acquire);
        is_kept
    }

    #[inline]
    pub(super) fn waker(&self) -> &Waker {
        &self.waker
    }
}
