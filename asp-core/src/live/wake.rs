//! Which live sources want to be looked at, so that a run with a thousand of them does not poll them all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{RawWakerVTable, Wake, Waker};

/// Who was told to wake whom.
#[derive(Debug)]
pub(crate) struct Poller {
    waker: Waker,
    /// The table of the waker of which that is a clone. The same table may have several addresses, and `will_wake` goes by
    /// the address.
    table: &'static RawWakerVTable,
}

impl Poller {
    pub(crate) fn new(waker: &Waker) -> Self {
        Poller { waker: waker.clone(), table: waker.vtable() }
    }

    /// True if this is the waker that was seen before. Its data are alive as long as the clone is, which has them too.
    pub(crate) fn is(&self, waker: &Waker) -> bool {
        self.waker.data() == waker.data() && std::ptr::eq(self.table, waker.vtable())
    }
}

/// Wakes the task, or the thread, that polls a run.
///
/// Unlike an `AtomicWaker` it keeps the waker when it wakes, so that a run whose task stays the same says so once, and not
/// each time before it waits.
#[derive(Debug, Default)]
pub(crate) struct RunWaker(Mutex<Option<Waker>>);

impl RunWaker {
    fn lock(&self) -> MutexGuard<'_, Option<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this one is woken; nobody if there is none.
    pub(crate) fn set(&self, waker: Option<&Waker>) {
        let former = std::mem::replace(&mut *self.lock(), waker.cloned());
        // Dropped here, since that may run code of others.
        drop(former);
    }

    pub(crate) fn wake(&self) {
        let waker = self.lock().clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The wake-ups of a run, shared with its sources.
#[derive(Debug, Default)]
pub(crate) struct Wakes {
    /// The task of the run.
    pub(crate) run: RunWaker,
    /// True if `ready` is not empty.
    any: AtomicBool,
    ready: Mutex<Vec<u32>>,
}

impl Wakes {
    /// True if a source wants to be looked at. One atomic load, made before each choice of the next item.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// Moves the lanes that want to be looked at into `lanes`.
    pub(crate) fn take(&self, lanes: &mut Vec<u32>) {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        self.any.store(false, Ordering::Release);
        lanes.append(&mut ready);
    }
}

/// Wakes the run for one lane.
#[derive(Debug)]
pub(crate) struct LaneWake {
    wakes: Arc<Wakes>,
    lane: u32,
    /// True while the lane stands among the ready.
    listed: AtomicBool,
}

impl LaneWake {
    pub(crate) fn new(wakes: &Arc<Wakes>, lane: u32) -> Arc<Self> {
        Arc::new(LaneWake { wakes: Arc::clone(wakes), lane, listed: AtomicBool::new(false) })
    }

    /// What is reported from now on lists the lane again. Called before the source is looked at.
    pub(crate) fn listen(&self) {
        self.listed.store(false, Ordering::Release);
    }

    /// True if it was woken since it was looked at.
    pub(crate) fn is_listed(&self) -> bool {
        self.listed.load(Ordering::Acquire)
    }

    pub(crate) fn wake_lane(&self) {
        if !self.listed.swap(true, Ordering::AcqRel) {
            let mut ready = self.wakes.ready.lock().unwrap_or_else(PoisonError::into_inner);
            ready.push(self.lane);
            self.wakes.any.store(true, Ordering::Release);
            drop(ready);
            self.wakes.run.wake();
        }
    }

    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }
}

impl Wake for LaneWake {
    fn wake(self: Arc<Self>) {
        self.wake_lane();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_lane();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_polls_a_run_is_told_each_time_and_said_once() {
        let (first, second) = (Arc::<Counter>::default(), Arc::<Counter>::default());
        let counts = || (first.0.load(Ordering::Relaxed), second.0.load(Ordering::Relaxed));
        let run = RunWaker::default();
        run.wake();
        run.set(Some(&Waker::from(Arc::clone(&first))));
        run.wake();
        run.wake();
        assert_eq!(counts(), (2, 0));
        run.set(Some(&Waker::from(Arc::clone(&second))));
        run.wake();
        assert_eq!(counts(), (2, 1));
        run.set(None);
        run.wake();
        assert_eq!(counts(), (2, 1));
        assert_eq!(Arc::strong_count(&second), 1, "it is not kept");
    }

    #[test]
    fn a_poller_is_known_by_its_waker() {
        let (first, second) = (Arc::<Counter>::default(), Arc::<Counter>::default());
        let waker = Waker::from(Arc::clone(&first));
        let poller = Poller::new(&waker);
        assert!(poller.is(&waker));
        assert!(!poller.is(&Waker::from(second)));
        assert!(!poller.is(Waker::noop()));
    }

    #[test]
    fn a_lane_is_listed_once_until_it_was_looked_at() {
        let wakes = Arc::new(Wakes::default());
        let (a, b) = (LaneWake::new(&wakes, 0), LaneWake::new(&wakes, 1));
        assert!(!wakes.any());
        b.waker().wake();
        b.waker().wake_by_ref();
        a.wake_lane();
        let mut lanes = Vec::new();
        wakes.take(&mut lanes);
        assert_eq!(lanes, [1, 0]);
        assert!(!wakes.any());
        a.wake_lane();
        assert!(!wakes.any(), "it was not looked at yet");
        a.listen();
        a.wake_lane();
        assert!(wakes.any());
    }
}
