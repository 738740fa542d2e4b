//! Which live sources want to be looked at, so that a run with a thousand of them does not poll them all.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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

/// How many lanes have a bit of their own among the wake-ups.
const BITS: u32 = u64::BITS - 1;

/// The bit of all others.
const OTHERS: u64 = 1 << BITS;

/// The wake-ups of a run, shared with its sources.
///
/// Who wakes is mostly on another core, so that each line of memory takes longer than all that is done with it: this is one.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct Wakes {
    /// The lanes that want to be looked at, by their bits.
    ready: AtomicU64,
    /// The task of the run.
    pub(crate) run: RunWaker,
    /// Those that have no bit.
    others: Mutex<Vec<u32>>,
}

impl Wakes {
    /// True if a source wants to be looked at. One atomic load, made before each choice of the next item.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.ready.load(Ordering::Acquire) != 0
    }

    /// Moves the lanes that want to be looked at into `lanes`.
    #[inline]
    pub(crate) fn take(&self, lanes: &mut Vec<u32>) {
        let mut ready = self.ready.swap(0, Ordering::AcqRel);
        if ready & OTHERS != 0 {
            ready ^= OTHERS;
            lanes.append(&mut self.others());
        }
        while ready != 0 {
            lanes.push(ready.trailing_zeros());
            ready &= ready - 1;
        }
    }

    fn others(&self) -> MutexGuard<'_, Vec<u32>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes the run for its clock, and says so: who was not woken need not ask the clock again for the same time.
#[derive(Debug)]
pub(crate) struct Alarm {
    wakes: Arc<Wakes>,
    has_rung: AtomicBool,
}

impl Alarm {
    pub(crate) fn new(wakes: &Arc<Wakes>) -> Arc<Self> {
        Arc::new(Alarm { wakes: Arc::clone(wakes), has_rung: AtomicBool::new(false) })
    }

    /// Called before the clock is asked to ring.
    pub(crate) fn listen(&self) {
        self.has_rung.store(false, Ordering::Release);
    }

    /// True if it was woken since then.
    pub(crate) fn has_rung(&self) -> bool {
        self.has_rung.load(Ordering::Acquire)
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::Release);
        self.wakes.run.wake();
    }
}

/// Wakes the run for one lane.
#[derive(Debug)]
pub(crate) struct LaneWake {
    wakes: Arc<Wakes>,
    /// Its bit, if it has one.
    bit: u64,
    lane: u32,
    /// Without one, true while the lane stands among the others.
    listed: AtomicBool,
}

impl LaneWake {
    pub(crate) fn new(wakes: &Arc<Wakes>, lane: u32) -> Arc<Self> {
        let bit = if lane < BITS { 1 << lane } else { 0 };
        Arc::new(LaneWake { wakes: Arc::clone(wakes), bit, lane, listed: AtomicBool::new(false) })
    }

    /// What is reported from now on lists the lane again. Called before the source is looked at.
    #[inline]
    pub(crate) fn listen(&self) {
        if self.bit == 0 {
            self.listed.store(false, Ordering::Release);
        } else if self.is_listed() {
            self.wakes.ready.fetch_and(!self.bit, Ordering::AcqRel);
        }
    }

    /// True if it was woken since it was looked at.
    #[inline]
    pub(crate) fn is_listed(&self) -> bool {
        match self.bit {
            0 => self.listed.load(Ordering::Acquire),
            bit => self.wakes.ready.load(Ordering::Acquire) & bit != 0,
        }
    }

    pub(crate) fn wake_lane(&self) {
        let was_listed = match self.bit {
            0 => self.join_others(),
            bit => self.wakes.ready.fetch_or(bit, Ordering::AcqRel) & bit != 0,
        };
        if !was_listed {
            self.wakes.run.wake();
        }
    }

    /// True if it stood there already.
    #[cold]
    fn join_others(&self) -> bool {
        let was_listed = self.listed.swap(true, Ordering::AcqRel);
        if !was_listed {
            self.wakes.others().push(self.lane);
            self.wakes.ready.fetch_or(OTHERS, Ordering::AcqRel);
        }
        was_listed
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
        for numbers in [[0, 1], [BITS - 1, BITS], [BITS, 5_000]] {
            let wakes = Arc::new(Wakes::default());
            let [a, b] = numbers.map(|lane| LaneWake::new(&wakes, lane));
            let taken = || {
                let mut lanes = Vec::new();
                wakes.take(&mut lanes);
                lanes.sort_unstable();
                lanes
            };
            assert!(!wakes.any());
            b.waker().wake();
            b.waker().wake_by_ref();
            a.wake_lane();
            assert!(a.is_listed() && b.is_listed());
            assert_eq!(taken(), numbers);
            assert!(!wakes.any());
            a.listen();
            a.wake_lane();
            assert!(wakes.any() && a.is_listed());
            assert_eq!(taken(), numbers[..1]);
        }
    }

    #[test]
    fn each_lane_wakes_the_run_once() {
        let counter = Arc::<Counter>::default();
        let wakes = Arc::new(Wakes::default());
        wakes.run.set(Some(&Waker::from(Arc::clone(&counter))));
        let lanes = [0, BITS - 1, BITS, BITS + 1].map(|lane| LaneWake::new(&wakes, lane));
        for _ in 0..2 {
            lanes.iter().for_each(|lane| lane.wake_lane());
        }
        assert_eq!(counter.0.load(Ordering::Relaxed), 4);
        lanes.iter().for_each(|lane| lane.listen());
        lanes[0].wake_lane();
        assert_eq!(counter.0.load(Ordering::Relaxed), 5);
    }

    #[test]
    fn an_alarm_tells_that_it_has_rung() {
        let counter = Arc::<Counter>::default();
        let wakes = Arc::new(Wakes::default());
        wakes.run.set(Some(&Waker::from(Arc::clone(&counter))));
        let alarm = Alarm::new(&wakes);
        assert!(!alarm.has_rung());
        Waker::from(Arc::clone(&alarm)).wake();
        assert!(alarm.has_rung() && !wakes.any());
        assert_eq!(counter.0.load(Ordering::Relaxed), 1);
        alarm.listen();
        assert!(!alarm.has_rung());
    }
}
