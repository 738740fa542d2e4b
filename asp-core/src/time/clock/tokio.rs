//! [`TokioClock`]: the clock of tokio, for tests that pause it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration as StdDuration;

use ::tokio::time::{Instant, Sleep, sleep};

use super::Clock;
use super::system::wall;
use crate::time::{Duration, Timestamp};

/// A longer wait is one of several sleeps.
const LONGEST_SLEEP: StdDuration = StdDuration::from_secs(86_400);

/// The clock of tokio: the time of its making, and what passes on [`tokio::time::Instant`] from then on.
///
/// It is for tests of programs that use tokio. Under `tokio::time::pause` a live hour takes milliseconds, and what
/// else sleeps with tokio stays in step with the run. The wall clock is read once, so that there are no
/// [steps](Clock::take_step); in production use a [`SystemClock`](super::SystemClock).
///
/// It is never early (S6). Timers of tokio end on whole milliseconds, and its paused clock moves from timer to timer:
/// up to 1 ms late there too.
///
/// Make it in the runtime in which the run is, since each runtime may have a paused clock of its own. A runtime whose
/// clock is behind makes it stand still, not go back. Waiting panics outside of a runtime whose time is enabled.
///
/// # Examples
///
/// ```
/// use std::future::poll_fn;
///
/// use asp_core::{Clock, Duration, TokioClock};
///
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
/// runtime.block_on(async {
///     let clock = TokioClock::starting_at("2025-01-01".parse().unwrap());
///     let time = clock.now() + Duration::from_hours(1);
///     poll_fn(|cx| clock.poll_until(cx, time)).await;
///     assert_eq!(clock.now().to_string(), "2025-01-01T01:00:00Z");
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct TokioClock {
    begun: Instant,
    start: Timestamp,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    last: Timestamp,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl TokioClock {
    /// Begins with the time on the wall.
    ///
    /// ```
    /// use asp_core::{Clock, Timestamp, TokioClock};
    ///
    /// assert!(TokioClock::new().now() > Timestamp::EPOCH);
    /// ```
    pub fn new() -> TokioClock {
        TokioClock::starting_at(Timestamp::from_nanos(wall()))
    }

    /// Begins with that time, so that a test does the same on each day.
    ///
    /// ```
    /// use asp_core::{Clock, Timestamp, TokioClock};
    ///
    /// let start = Timestamp::from_secs(100);
    /// assert!(TokioClock::starting_at(start).now() >= start);
    /// ```
    pub fn starting_at(start: Timestamp) -> TokioClock {
        TokioClock { begun: Instant::now(), start, state: Mutex::new(State { last: start, sleep: None }) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic of tokio, outside of a runtime, leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, state: &mut State) -> Timestamp {
        let passed = Duration::try_from(Instant::now().duration_since(self.begun)).unwrap_or(Duration::MAX);
        state.last = state.last.max(self.start.saturating_add(passed));
        state.last
    }
}

impl Default for TokioClock {
    fn default() -> TokioClock {
        TokioClock::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        self.advance(&mut self.lock())
    }

    /// # Panics
    ///
    /// Outside of a tokio runtime, and in one whose time is not enabled; not with [`Timestamp::MAX`].
    fn poll_until(&self, cx: &mut Context<'_>, time: Timestamp) -> Poll<()> {
        let mut state = self.lock();
        if time == Timestamp::MAX {
            // No timer is left behind, which would move a paused clock.
            state.sleep = None;
            return Poll::Pending;
        }
        loop {
            let now = self.advance(&mut state);
            if now >= time {
                state.sleep = None;
                return Poll::Ready(());
            }
            let left = StdDuration::from_nanos(time.as_nanos().abs_diff(now.as_nanos()));
            let sleep = state.sleep.insert(Box::pin(sleep(left.min(LONGEST_SLEEP))));
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[test]
    fn s06_a_paused_year_is_over_at_once_and_never_early() {
        let runtime =
            ::tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let clock = TokioClock::starting_at(Timestamp::EPOCH);
            for length in [1, 999_999, 1_000_000, 1_000_001, 3_600_000_000_000, 365 * 86_400_000_000_000] {
                let time = clock.now() + Duration::from_nanos(length);
                poll_fn(|cx| clock.poll_until(cx, time)).await;
                assert!(clock.now() >= time);
                assert!(clock.now() - time <= Duration::from_millis(1), "{}", clock.now() - time);
            }
        });
    }
}
