//! What reaches the tasks of a run from outside of its own poll: results of external futures, and wakes that should not
//! be.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use super::TaskKey;
use crate::live::wake::RunWaker;

/// Shared by a run, the wakers of its tasks, and its external futures.
#[derive(Debug)]
pub(crate) struct Outside {
    /// The number of the run, from 1: unique among those that a process has at a time. Each context and each sleep has it,
    /// so that it is short.
    pub(crate) run: u32,
    /// Whoever polls the run.
    pub(crate) poller: RunWaker,
    /// External futures that are pending.
    externals: AtomicUsize,
    returned: Mailbox<Waker>,
    foreign: Mailbox<TaskKey>,
}

/// What others have put there.
#[derive(Debug)]
struct Mailbox<T> {
    /// True if it has something.
    any: AtomicBool,
    list: Mutex<Vec<T>>,
}

impl<T> Mailbox<T> {
    const fn new() -> Self {
        Mailbox { any: AtomicBool::new(false), list: Mutex::new(Vec::new()) }
    }

    #[inline]
    fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    fn put(&self, what: T) {
        self.list.lock().unwrap_or_else(PoisonError::into_inner).push(what);
        self.any.store(true, Ordering::Release);
    }

    fn take(&self) -> Vec<T> {
        self.any.store(false, Ordering::Release);
        std::mem::take(&mut self.list.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Outside {
    pub(crate) fn new() -> Arc<Self> {
        static RUNS: AtomicU32 = AtomicU32::new(1);
        Arc::new(Outside {
            run: RUNS.fetch_add(1, Ordering::Relaxed),
            poller: RunWaker::default(),
            externals: AtomicUsize::new(0),
            returned: Mailbox::new(),
            foreign: Mailbox::new(),
        })
    }

    /// True if something came from outside that was not taken yet.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.returned.any() || self.foreign.any()
    }

    /// Something that an external future waited for has happened: its task is woken when the run is polled.
    pub(crate) fn bring_back(&self, waker: Waker) {
        self.returned.put(waker);
        self.poller.wake();
    }

    /// A task was woken by somebody outside, who has no business to.
    pub(crate) fn woken(&self, task: TaskKey) {
        self.foreign.put(task);
        self.poller.wake();
    }

    /// True if a task was woken by somebody outside.
    #[inline]
    pub(crate) fn any_foreign(&self) -> bool {
        self.foreign.any()
    }

    /// Tasks that were woken by somebody outside.
    pub(crate) fn take_foreign(&self) -> Vec<TaskKey> {
        self.foreign.take()
    }

    /// Wakers of tasks whose external futures go on.
    pub(crate) fn take_returned(&self) -> Vec<Waker> {
        self.returned.take()
    }

    /// External futures that are pending.
    pub(crate) fn externals(&self) -> usize {
        self.externals.load(Ordering::Acquire)
    }

    pub(crate) fn begin_external(&self) {
        self.externals.fetch_add(1, Ordering::AcqRel);
    }

    /// An external future is done, or was dropped: perhaps elsewhere, while the run stands still for it.
    pub(crate) fn end_external(&self) {
        self.externals.fetch_sub(1, Ordering::AcqRel);
        self.poller.wake();
    }
}
