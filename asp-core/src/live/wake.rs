//! Which live sources want to be looked at, so that a run with a thousand of them does not poll them all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

use futures_util::task::AtomicWaker;

/// The wake-ups of a run, shared with its sources.
#[derive(Debug, Default)]
pub(crate) struct Wakes {
    /// The task of the run.
    pub(crate) run: AtomicWaker,
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
    use super::*;

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
