//! [`ManualClock`]: time as a test wants it, without a runtime.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::{Clock, ClockStep};
use crate::time::{Duration, Timestamp};

/// A clock for tests. It has nothing to do with real time and needs no runtime.
///
/// Clones are the same clock: a test keeps one and gives another to the run.
///
/// - [`new`](Self::new): it stands still and moves when it is told to, by [`advance`](Self::advance) and
///   [`set`](Self::set).
/// - [`jumping`](Self::jumping): besides, it moves by itself, as far as anybody waits for. Whenever the run has
///   nothing to do but to wait, it jumps to the first of what the run waits for and what [sleepers](Self::sleep_until)
///   wait for. A live year passes as fast as the machine can dispatch it.
///
/// # Order
///
/// At equal times sleepers are woken first, in the order in which they were made, and the run is woken last, so that it
/// finds what they bring. This holds for sources that the run polls, and for tasks that an executor polls before
/// the run: write `join!(feeder, run)`, not `join!(run, feeder)`. On one thread a test does the same each time.
///
/// # Examples
///
/// ```
/// use std::task::{Context, Poll, Waker};
///
/// use asp_core::{Clock, Duration, ManualClock, Timestamp};
///
/// let clock = ManualClock::new(Timestamp::EPOCH);
/// let mut cx = Context::from_waker(Waker::noop());
/// assert_eq!(clock.poll_until(&mut cx, Timestamp::from_secs(1)), Poll::Pending);
/// clock.advance(Duration::from_secs(1));
/// assert_eq!(clock.poll_until(&mut cx, Timestamp::from_secs(1)), Poll::Ready(()));
///
/// let clock = ManualClock::jumping(Timestamp::EPOCH);
/// assert_eq!(clock.poll_until(&mut cx, Timestamp::from_secs(1)), Poll::Ready(()));
/// assert_eq!(clock.now(), Timestamp::from_secs(1));
/// ```
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<State>>);

struct State {
    now: Timestamp,
    jumps: bool,
    /// Who waits, and was not told yet. By time, then by number: the order of making.
    sleepers: BTreeMap<(Timestamp, u64), Option<Waker>>,
    sleeps_made: u64,
    run: Option<(Timestamp, Waker)>,
    steps: VecDeque<ClockStep>,
}

impl State {
    /// Moves on to `time`, unless that is past; whom to wake for it, in order.
    fn move_to(&mut self, time: Timestamp) -> Vec<Waker> {
        self.now = self.now.max(time);
        let mut woken = Vec::new();
        while let Some(first) = self.sleepers.first_entry()
            && first.key().0 <= self.now
        {
            woken.extend(first.remove());
        }
        woken.extend(self.run.take_if(|(until, _)| is_over(*until, self.now)).map(|(_, waker)| waker));
        woken
    }
}

/// Whether the run has waited long enough; for the last timestamp it never has.
fn is_over(until: Timestamp, now: Timestamp) -> bool {
    until <= now && until < Timestamp::MAX
}

/// Wakes outside of the lock, since wakers may do anything.
fn wake(woken: Vec<Waker>) {
    woken.into_iter().for_each(Waker::wake);
}

impl ManualClock {
    /// A clock that shows `start` until it is told otherwise.
    ///
    /// ```
    /// use asp_core::{Clock, ManualClock, Timestamp};
    ///
    /// let clock = ManualClock::new(Timestamp::from_secs(5));
    /// assert_eq!(clock.now(), Timestamp::from_secs(5));
    /// ```
    pub fn new(start: Timestamp) -> ManualClock {
        ManualClock::with(start, false)
    }

    /// A clock that shows `start`, and jumps to whatever is waited for first.
    ///
    /// With [`poll_until(t)`](Clock::poll_until) it moves to the first sleeper's time, if that is not after `t`. It
    /// wakes the sleepers of that time and then the run, which is to look what they brought, and to wait again.
    /// Without such a sleeper it moves to `t`, and the run is ready. If the run waits for [`Timestamp::MAX`] and there
    /// is no sleeper, it stands still until there is one. A sleeper until [`Timestamp::MAX`] never moves it.
    ///
    /// ```
    /// use std::future::Future;
    /// use std::pin::pin;
    /// use std::task::{Context, Poll, Waker};
    ///
    /// use asp_core::{Clock, Duration, ManualClock, Timestamp};
    ///
    /// let clock = ManualClock::jumping(Timestamp::EPOCH);
    /// let mut cx = Context::from_waker(Waker::noop());
    /// let mut sleep = pin!(clock.sleep(Duration::from_secs(3)));
    ///
    /// // The run waits for 7, but something happens at 3.
    /// assert_eq!(clock.poll_until(&mut cx, Timestamp::from_secs(7)), Poll::Pending);
    /// assert_eq!(clock.now(), Timestamp::from_secs(3));
    /// assert_eq!(sleep.as_mut().poll(&mut cx), Poll::Ready(()));
    ///
    /// assert_eq!(clock.poll_until(&mut cx, Timestamp::from_secs(7)), Poll::Ready(()));
    /// assert_eq!(clock.now(), Timestamp::from_secs(7));
    /// ```
    pub fn jumping(start: Timestamp) -> ManualClock {
        ManualClock::with(start, true)
    }

    fn with(start: Timestamp, jumps: bool) -> ManualClock {
        ManualClock(Arc::new(Mutex::new(State {
            now: start,
            jumps,
            sleepers: BTreeMap::new(),
            sleeps_made: 0,
            run: None,
            steps: VecDeque::new(),
        })))
    }

    /// Moves the clock on, to [`Timestamp::MAX`] at most; a negative length is ignored.
    ///
    /// It moves in one go: a sleeper on the way is woken, and sees the time at the end of the way.
    ///
    /// ```
    /// use asp_core::{Clock, Duration, ManualClock, Timestamp};
    ///
    /// let clock = ManualClock::new(Timestamp::EPOCH);
    /// clock.advance(Duration::from_secs(2));
    /// clock.advance(Duration::from_secs(-1));
    /// assert_eq!(clock.now(), Timestamp::from_secs(2));
    /// ```
    pub fn advance(&self, by: Duration) {
        let mut state = self.lock();
        let time = state.now.saturating_add(by);
        let woken = state.move_to(time);
        drop(state);
        wake(woken);
    }

    /// Moves the clock on to `time`, as [`advance`](Self::advance) does.
    ///
    /// A time that is past is ignored, since the clock never goes back (S3).
    ///
    /// ```
    /// use asp_core::{Clock, ManualClock, Timestamp};
    ///
    /// let clock = ManualClock::new(Timestamp::EPOCH);
    /// clock.set(Timestamp::from_secs(2));
    /// clock.set(Timestamp::from_secs(1));
    /// assert_eq!(clock.now(), Timestamp::from_secs(2));
    /// ```
    pub fn set(&self, time: Timestamp) {
        let woken = self.lock().move_to(time);
        wake(woken);
    }

    /// Reports a [step](Clock::take_step) of the wall clock, and wakes the run to see it.
    ///
    /// The clock itself stays where it is, as after a step back. For a step on, [`advance`](Self::advance) it by as
    /// much before.
    ///
    /// ```
    /// use asp_core::{Clock, Duration, ManualClock, Timestamp};
    ///
    /// let clock = ManualClock::new(Timestamp::EPOCH);
    /// assert_eq!(clock.take_step(), None);
    /// clock.step(Duration::from_secs(-5));
    /// assert_eq!(clock.take_step().unwrap().by, Duration::from_secs(-5));
    /// assert_eq!(clock.take_step(), None);
    /// ```
    pub fn step(&self, by: Duration) {
        let mut state = self.lock();
        let at = state.now;
        state.steps.push_back(ClockStep { at, by });
        let woken = state.run.take().map(|(_, waker)| waker).into_iter().collect();
        drop(state);
        wake(woken);
    }

    /// A future that is ready once this clock shows `time`; at once if it does already.
    ///
    /// It counts as a sleeper from its making, not from its first poll, until it is dropped. A source of a live run
    /// sleeps with it between its events.
    ///
    /// ```
    /// use std::pin::pin;
    /// use std::task::{Context, Poll, Waker};
    ///
    /// use asp_core::{Clock, ManualClock, Timestamp};
    ///
    /// let clock = ManualClock::new(Timestamp::EPOCH);
    /// let mut cx = Context::from_waker(Waker::noop());
    /// let mut sleep = pin!(clock.sleep_until(Timestamp::from_secs(1)));
    /// assert_eq!(sleep.as_mut().poll(&mut cx), Poll::Pending);
    /// clock.set(Timestamp::from_secs(1));
    /// assert_eq!(sleep.as_mut().poll(&mut cx), Poll::Ready(()));
    /// ```
    pub fn sleep_until(&self, time: Timestamp) -> ManualSleep {
        let mut state = self.lock();
        let number = state.sleeps_made;
        state.sleeps_made += 1;
        let mut woken = None;
        if time > state.now {
            state.sleepers.insert((time, number), None);
            if state.jumps {
                // The run may be waiting for someone to jump to.
                woken = state.run.take();
            }
        }
        drop(state);
        wake(woken.map(|(_, waker)| waker).into_iter().collect());
        ManualSleep { clock: self.clone(), time, number }
    }

    /// [`sleep_until`](Self::sleep_until) so long after now, or until [`Timestamp::MAX`] at most.
    ///
    /// ```
    /// use asp_core::{Duration, ManualClock, Timestamp};
    ///
    /// async fn patience(clock: ManualClock) {
    ///     clock.sleep(Duration::from_secs(1)).await;
    /// }
    /// # let _ = patience(ManualClock::new(Timestamp::EPOCH));
    /// ```
    pub fn sleep(&self, length: Duration) -> ManualSleep {
        let time = self.now().saturating_add(length);
        self.sleep_until(time)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    fn poll_until(&self, cx: &mut Context<'_>, time: Timestamp) -> Poll<()> {
        let mut state = self.lock();
        state.run = None;
        if is_over(time, state.now) {
            return Poll::Ready(());
        }
        if state.jumps {
            let first = state.sleepers.first_key_value().map(|(&(due, _), _)| due);
            if let Some(due) = first
                && due <= time
                && due < Timestamp::MAX
            {
                let woken = state.move_to(due);
                drop(state);
                wake(woken);
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if time < Timestamp::MAX {
                state.now = time;
                return Poll::Ready(());
            }
        }
        state.run = Some((time, cx.waker().clone()));
        Poll::Pending
    }

    fn take_step(&self) -> Option<ClockStep> {
        self.lock().steps.pop_front()
    }
}

/// Writes the time, and how many sleep.
impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("ManualClock")
            .field("now", &state.now)
            .field("jumps", &state.jumps)
            .field("sleepers", &state.sleepers.len())
            .finish_non_exhaustive()
    }
}

/// Waits for a time on a [`ManualClock`]; made by [`ManualClock::sleep_until`].
///
/// Ready from then on, however often it is polled. To drop it is to forget it.
///
/// ```
/// use std::task::{Context, Poll, Waker};
///
/// use asp_core::{Clock, Duration, ManualClock, Timestamp};
///
/// let clock = ManualClock::jumping(Timestamp::EPOCH);
/// let sleep = clock.sleep(Duration::from_secs(1));
/// drop(sleep);
/// let mut cx = Context::from_waker(Waker::noop());
/// assert_eq!(clock.poll_until(&mut cx, Timestamp::from_secs(2)), Poll::Ready(()));
/// ```
#[must_use = "a sleep does nothing unless it is awaited"]
pub struct ManualSleep {
    clock: ManualClock,
    time: Timestamp,
    number: u64,
}

impl Future for ManualSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        if state.now >= self.time {
            return Poll::Ready(());
        }
        match state.sleepers.get_mut(&(self.time, self.number)) {
            Some(Some(waker)) => waker.clone_from(cx.waker()),
            Some(waker) => *waker = Some(cx.waker().clone()),
            None => unreachable!("a sleeper is taken out when its time has come"),
        }
        Poll::Pending
    }
}

impl Drop for ManualSleep {
    fn drop(&mut self) {
        let waker = self.clock.lock().sleepers.remove(&(self.time, self.number));
        // Outside of the lock, like waking.
        drop(waker);
    }
}

impl fmt::Debug for ManualSleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManualSleep").field("until", &self.time).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
