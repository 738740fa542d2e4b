//! What wakes a task.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::Wake;

use super::local;
use super::outside::Outside;
use super::tasks::TaskKey;

/// Wakes a task: at the end of the dispatch that does so, in the next round, if the run is being polled here; else it
/// tells the run.
#[derive(Debug)]
pub(crate) struct TaskWaker {
    outside: Arc<Outside>,
    slot: u32,
    generation: AtomicU32,
}

impl TaskWaker {
    pub(super) fn new(outside: &Arc<Outside>, key: TaskKey) -> Arc<Self> {
        let TaskKey { slot, generation } = key;
        Arc::new(TaskWaker { outside: Arc::clone(outside), slot, generation: AtomicU32::new(generation) })
    }

    /// Lets it wake the next task in its slot. Nobody but the run has it.
    pub(super) fn renew(&self, generation: u32) {
        self.generation.store(generation, Relaxed);
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let key = TaskKey { slot: self.slot, generation: self.generation.load(Relaxed) };
        if !local::wake(self.outside.run, key) {
            self.outside.woken(key);
        }
    }
}
