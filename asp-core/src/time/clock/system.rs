//! [`SystemClock`]: the clock of the machine.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration as StdDuration, Instant, SystemTime};

use ::tokio::runtime::{Handle, Id};
use ::tokio::time::{Instant as TokioInstant, Sleep, sleep_until};

use super::{Clock, ClockStep, Steering};
use crate::time::Timestamp;

/// The clock of the machine: it advances with the monotonic clock of `std` and is steered to the wall clock (S5).
///
/// [`Steering`] says how. Waiting needs a tokio runtime whose time is enabled; reading does not. Both clocks are read
/// at least once a second while the run waits, so that a step of the wall clock, or a machine that was suspended, is
/// noticed within a second.
///
/// # How late
///
/// Never early (S6). Timers of tokio end on whole milliseconds, so that what is waited for is some 1 ms late, and
/// about 2 ms at most while the machine is idle; a busy one adds its own delays. What is left of a last millisecond is
/// slept as well: to spin through it would cost a run with many timers a large part of a core. Events of live sources
/// do not wait for the clock.
///
/// Under the paused time of tokio, which this clock does not follow, a waiting run is busy; use a
/// [`TokioClock`](super::TokioClock) there.
///
/// # Examples
///
/// ```
/// use std::future::poll_fn;
///
/// use asp_core::{Clock, Duration, SystemClock};
///
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// let clock = SystemClock::new();
/// let time = clock.now() + Duration::from_millis(1);
/// runtime.block_on(poll_fn(|cx| clock.poll_until(cx, time)));
/// assert!(clock.now() >= time);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct SystemClock {
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    steering: Steering,
    /// The last readings of both clocks.
    read: (i64, i64),
    sleep: Option<Kept>,
}

/// The sleep of the last wait. One that ends no later than the next wait has to serves that as well, since a timer
/// that is set anew at each arrival costs more than one that wakes a run for nothing once a second.
#[derive(Debug)]
struct Kept {
    sleep: Pin<Box<Sleep>>,
    /// Whose timer it is.
    runtime: Id,
}

impl Kept {
    fn until(&mut self, end: TokioInstant, runtime: Id) {
        let serves = self.runtime == runtime && self.sleep.deadline() <= end && !self.sleep.is_elapsed();
        if self.runtime != runtime {
            *self = Kept { sleep: Box::pin(sleep_until(end)), runtime };
        } else if !serves {
            self.sleep.as_mut().reset(end);
        }
    }
}

/// For so long after both clocks were read, in nanoseconds, the wall is taken to have moved as the monotonic clock did.
const FRESH: i64 = 1_000_000;

impl SystemClock {
    /// A clock that agrees with the wall.
    ///
    /// ```
    /// use asp_core::{Clock, SystemClock};
    ///
    /// let clock = SystemClock::new();
    /// let earlier = clock.now();
    /// assert!(clock.now() >= earlier);
    /// ```
    pub fn new() -> SystemClock {
        let begun = Instant::now();
        let (mono, wall) = read(begun);
        SystemClock {
            begun,
            state: Mutex::new(State { steering: Steering::new(mono, wall), read: (mono, wall), sleep: None }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic of tokio, outside of a runtime, leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let mut state = self.lock();
        // Read under the lock, so that readings are in order.
        let (mono, wall) = state.read;
        let passed = nanos(self.begun.elapsed()) - mono;
        let (mono, wall) = if passed < FRESH {
            (mono + passed, wall.saturating_add(passed))
        } else {
            state.read = read(self.begun);
            state.read
        };
        state.steering.advance(mono, wall)
    }

    /// # Panics
    ///
    /// Outside of a tokio runtime, and in one whose time is not enabled.
    fn poll_until(&self, cx: &mut Context<'_>, time: Timestamp) -> Poll<()> {
        let mut state = self.lock();
        let State { steering, read: last_read, sleep: slot } = &mut *state;
        loop {
            let had_step = steering.has_step();
            *last_read = read(self.begun);
            let now = steering.advance(last_read.0, last_read.1);
            if now >= time && time < Timestamp::MAX {
                // A timer that is left would wake the run for nothing.
                *slot = None;
                return Poll::Ready(());
            }
            if !had_step && steering.has_step() {
                // For the run to take it, which it may have tried already in this poll.
                cx.waker().wake_by_ref();
            }
            let left = StdDuration::from_nanos(steering.longest_sleep(time).as_nanos().unsigned_abs());
            let (end, runtime) = (TokioInstant::now() + left, Handle::current().id());
            let kept = slot.get_or_insert_with(|| Kept { sleep: Box::pin(sleep_until(end)), runtime });
            kept.until(end, runtime);
            if kept.sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    fn take_step(&self) -> Option<ClockStep> {
        self.lock().steering.take_step()
    }
}

/// Both clocks, in nanoseconds, as if read at the same moment.
fn read(begun: Instant) -> (i64, i64) {
    const CLOSE: StdDuration = StdDuration::from_millis(1);
    let mut before = begun.elapsed();
    for _ in 0..3 {
        let wall = wall();
        let after = begun.elapsed();
        if after - before <= CLOSE {
            return (nanos(after), wall);
        }
        // The thread was held up in between, and may have been so for seconds, which must not look like a step.
        before = after;
    }
    // The monotonic clock second: a delay in between then looks as if the wall were behind, which makes no jump.
    let wall = wall();
    (nanos(begun.elapsed()), wall)
}

fn nanos(length: StdDuration) -> i64 {
    i64::try_from(length.as_nanos()).unwrap_or(i64::MAX)
}

/// The nearest there is, when the clock on the wall shows no timestamp.
pub(super) fn wall() -> i64 {
    let now = SystemTime::now();
    match Timestamp::try_from(now) {
        Ok(time) => time.as_nanos(),
        Err(_) if now < SystemTime::UNIX_EPOCH => i64::MIN,
        Err(_) => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;
    use crate::time::Duration;

    /// How late it is, is printed; that it is not early, is checked. T8 does this at length.
    #[test]
    fn s06_the_system_clock_is_never_early() {
        let runtime = ::tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let clock = SystemClock::new();
        let mut late: Vec<i64> = (0..50)
            .map(|turn| {
                let time = clock.now() + Duration::from_micros(turn * 37);
                runtime.block_on(poll_fn(|cx| clock.poll_until(cx, time)));
                (clock.now() - time).as_micros()
            })
            .collect();
        late.sort_unstable();
        println!("late by {} us, at most {} us", late[late.len() / 2], late[late.len() - 1]);
        assert!(late[0] >= 0);
    }

    #[test]
    fn a_wait_outside_of_a_runtime_panics_and_leaves_the_clock_whole() {
        let clock = SystemClock::new();
        let later = clock.now() + Duration::from_secs(3600);
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = clock.poll_until(&mut Context::from_waker(std::task::Waker::noop()), later);
        }));
        assert!(waited.is_err());
        assert!(clock.now() < later);
        assert_eq!(clock.take_step(), None);
    }

    #[test]
    fn a_clock_outlives_the_runtime_of_a_wait() {
        let clock = SystemClock::new();
        for _ in 0..2 {
            let runtime = ::tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let time = clock.now() + Duration::from_millis(1);
            let never = poll_fn(|cx| clock.poll_until(cx, Timestamp::MAX));
            let wait = poll_fn(|cx| clock.poll_until(cx, time));
            let mut never = std::pin::pin!(never);
            runtime.block_on(poll_fn(|cx| {
                assert!(never.as_mut().poll(cx).is_pending());
                Poll::Ready(())
            }));
            runtime.block_on(wait);
            assert!(clock.now() >= time);
        }
    }
}
