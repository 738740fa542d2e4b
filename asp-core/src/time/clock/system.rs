//! [`SystemClock`]: the clock of the machine.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration as StdDuration, Instant, SystemTime};

use futures_timer::Delay;

use super::{Clock, ClockStep, Steering};
use crate::live::wake::Poller;
use crate::time::{Duration, Timestamp};

/// The clock of the machine: it advances with the monotonic clock of `std` and is steered to the wall clock (S5).
///
/// [`Steering`] says how. Both clocks are read about once a second while the run waits, so that a step of the wall
/// clock, or a machine that was suspended, is noticed within a second and a thousandth.
///
/// It waits with a thread that all clocks of the process share, and so needs no runtime; and it is not bound to the
/// whole milliseconds of tokio's timer.
///
/// # How late
///
/// Never early (S6). What is waited for is some 0.1 ms late while the machine is idle; a busy one adds its own delays.
/// Events of live sources do not wait for the clock.
///
/// It does not follow the paused time of tokio; use a [`TokioClock`](super::TokioClock) there.
///
/// # Examples
///
/// ```
/// use std::future::poll_fn;
///
/// use asp_core::{Clock, Duration, SystemClock};
///
/// let clock = SystemClock::new();
/// let time = clock.now() + Duration::from_millis(1);
/// futures::executor::block_on(poll_fn(|cx| clock.poll_until(cx, time)));
/// assert!(clock.now() >= time);
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
    /// The last reading of the monotonic clock.
    mono: i64,
    kept: Option<Kept>,
}

/// The delay of the last wait. One that ends no later than the next wait has to serves that as well, since a timer that
/// is set anew at each arrival costs more than one that wakes a run for nothing once a second.
#[derive(Debug)]
struct Kept {
    delay: Delay,
    /// On the monotonic clock.
    end: i64,
    is_over: bool,
    /// Whom it wakes.
    poller: Option<Poller>,
}

impl Kept {
    fn new(end: i64, length: Duration) -> Kept {
        Kept { delay: Delay::new(std(length)), end, is_over: false, poller: None }
    }

    fn until(&mut self, end: i64, length: Duration) {
        if self.is_over || self.end > end {
            self.delay.reset(std(length));
            (self.end, self.is_over, self.poller) = (end, false, None);
        }
    }

    /// Polls it, at a time of the monotonic clock, unless it cannot have ended yet and knows whom to wake.
    fn poll(&mut self, mono: i64, cx: &mut Context<'_>) -> Poll<()> {
        let is_told = self.poller.as_ref().is_some_and(|poller| poller.is(cx.waker()));
        if is_told && mono < self.end {
            return Poll::Pending;
        }
        self.poller = Some(Poller::new(cx.waker()));
        let polled = Pin::new(&mut self.delay).poll(cx);
        self.is_over = polled.is_ready();
        polled
    }
}

/// For so long after both clocks were read, in nanoseconds, the wall is taken to have moved as the monotonic clock did.
const FRESH: i64 = 1_000_000;

impl State {
    /// Looks at the monotonic clock, and at the wall if it was not looked at just now. What both show.
    fn look(&mut self, begun: Instant) -> Timestamp {
        let mono = nanos(begun.elapsed());
        let passed = mono - self.read.0;
        let (mono, wall) = if passed < FRESH {
            (mono, self.read.1.saturating_add(passed))
        } else {
            self.read = read(begun);
            self.read
        };
        self.mono = mono;
        self.steering.advance(mono, wall)
    }
}

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
            state: Mutex::new(State {
                steering: Steering::new(mono, wall),
                read: (mono, wall),
                mono,
                kept: None,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done by a panic while it is locked.
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
        // Read under the lock, so that readings are in order.
        self.lock().look(self.begun)
    }

    fn poll_until(&self, cx: &mut Context<'_>, time: Timestamp) -> Poll<()> {
        let mut state = self.lock();
        loop {
            let had_step = state.steering.has_step();
            if state.look(self.begun) >= time && time < Timestamp::MAX {
                // A timer that is left would wake the run for nothing.
                state.kept = None;
                return Poll::Ready(());
            }
            if !had_step && state.steering.has_step() {
                // For the run to take it, which it may have tried already in this poll.
                cx.waker().wake_by_ref();
            }
            let left = state.steering.longest_sleep(time);
            let end = state.mono.saturating_add(left.as_nanos());
            let mono = state.mono;
            let kept = state.kept.get_or_insert_with(|| Kept::new(end, left));
            kept.until(end, left);
            if kept.poll(mono, cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    fn take_step(&self) -> Option<ClockStep> {
        self.lock().steering.take_step()
    }

    fn is_real(&self) -> bool {
        true
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

fn std(length: Duration) -> StdDuration {
    StdDuration::from_nanos(length.as_nanos().unsigned_abs())
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
        let clock = SystemClock::new();
        let mut late: Vec<i64> = (0..50)
            .map(|turn| {
                let time = clock.now() + Duration::from_micros(turn * 37);
                futures::executor::block_on(poll_fn(|cx| clock.poll_until(cx, time)));
                (clock.now() - time).as_micros()
            })
            .collect();
        late.sort_unstable();
        println!("late by {} us, at most {} us", late[late.len() / 2], late[late.len() - 1]);
        assert!(late[0] >= 0);
    }

    #[test]
    fn a_later_wait_is_not_held_up_by_an_earlier_one() {
        let clock = SystemClock::new();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(clock.poll_until(&mut cx, Timestamp::MAX).is_pending());
        assert!(clock.poll_until(&mut cx, clock.now() + Duration::from_secs(3600)).is_pending());
        let time = clock.now() + Duration::from_millis(1);
        futures::executor::block_on(poll_fn(|cx| clock.poll_until(cx, time)));
        assert!(clock.now() >= time);
        assert!(clock.now() < time + Duration::from_secs(60));
    }
}
