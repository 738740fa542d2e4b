//! [`Clock`]: where a live run reads the time and waits for it.
//!
//! - [`SystemClock`] is that of a machine: steered to the clock on the wall, and never going back (S5).
//! - [`ManualClock`] moves when it is told to, or jumps to whatever is waited for: for tests, without a runtime.
//! - [`TokioClock`] is that of tokio, for tests under its paused time.
//!
//! [`Steering`] is rule S5 alone: arithmetic over readings of two clocks, which reads none itself.

mod manual;
mod steering;
mod system;
mod tokio;

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Duration, Timestamp};

pub use self::manual::{ManualClock, ManualSleep};
pub use self::steering::Steering;
pub use self::system::SystemClock;
pub use self::tokio::TokioClock;

/// The engine's view of time in a live run.
///
/// A run has a clock of its own (S3). All that it knows about time outside of it comes from here: when an event has
/// arrived, whether something is due, and how long to sleep.
///
/// # Examples
///
/// A clock that ticks when it is looked at, and for which nobody has to wait:
///
/// ```
/// use std::sync::atomic::{AtomicI64, Ordering};
/// use std::task::{Context, Poll, Waker};
///
/// use asp_core::{Clock, Timestamp};
///
/// struct Counter(AtomicI64);
///
/// impl Clock for Counter {
///     fn now(&self) -> Timestamp {
///         Timestamp::from_nanos(self.0.fetch_add(1, Ordering::Relaxed))
///     }
///
///     fn poll_until(&self, _: &mut Context<'_>, time: Timestamp) -> Poll<()> {
///         if time == Timestamp::MAX {
///             return Poll::Pending;
///         }
///         self.0.fetch_max(time.as_nanos(), Ordering::Relaxed);
///         Poll::Ready(())
///     }
/// }
///
/// let clock = Counter(AtomicI64::new(0));
/// assert!(clock.now() < clock.now());
/// let hour = Timestamp::from_secs(3600);
/// assert!(clock.poll_until(&mut Context::from_waker(Waker::noop()), hour).is_ready());
/// assert!(clock.now() >= hour);
/// assert_eq!(clock.take_step(), None);
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time on the engine clock. It never goes back, whichever thread asks (S3, S5).
    fn now(&self) -> Timestamp;

    /// Ready once `now() >= time`, never early (S6); until then, the task of `cx` is woken when it is time to ask
    /// again, which may be more often than needed.
    ///
    /// The run is the only caller. It waits for one time: a call takes the place of the one before it. As long as its task
    /// was not woken by a [real](Self::is_real) clock, it need not ask again for the same time or a later one.
    /// [`Timestamp::MAX`] says that nothing is due. It is never ready, but the clock goes on being watched for
    /// [steps](Self::take_step).
    fn poll_until(&self, cx: &mut Context<'_>, time: Timestamp) -> Poll<()>;

    /// The oldest correction of the wall clock that was not taken yet, if there is one.
    ///
    /// A clock that is not steered by the wall has none, which is the default.
    fn take_step(&self) -> Option<ClockStep> {
        None
    }

    /// True if the clock goes as time goes outside of the program.
    ///
    /// A live run leaves the others on its thread their turn every few milliseconds; under a clock that is not real, every
    /// few dispatches, so that real time decides nothing about the run. Nor does it then stamp the second of two events of
    /// a source that are there together after the first one was handled. Not real is the default.
    fn is_real(&self) -> bool {
        false
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn poll_until(&self, cx: &mut Context<'_>, time: Timestamp) -> Poll<()> {
        (**self).poll_until(cx, time)
    }

    fn take_step(&self) -> Option<ClockStep> {
        (**self).take_step()
    }

    fn is_real(&self) -> bool {
        (**self).is_real()
    }
}

/// A correction of the wall clock, as seen by the engine (S5).
///
/// ```
/// use asp_core::{Clock, Duration, ManualClock, Timestamp};
///
/// let clock = ManualClock::new(Timestamp::from_secs(100));
/// clock.step(Duration::from_secs(-5));
/// let step = clock.take_step().unwrap();
/// assert_eq!((step.at, step.by), (Timestamp::from_secs(100), Duration::from_secs(-5)));
/// assert_eq!(step.to_string(), "the wall clock was moved by -5s at 1970-01-01T00:01:40Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ClockStep {
    /// The engine clock directly after the step was seen.
    pub at: Timestamp,
    /// How far the wall clock moved beside the monotonic one; negative when it was set back. What was slewed before, it
    /// does not contain. The machine's sleep is a step as well, where the monotonic clock stands still during it.
    pub by: Duration,
}

impl fmt::Display for ClockStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the wall clock was moved by {} at {}", self.by, self.at)
    }
}
