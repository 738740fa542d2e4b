//! [`StopHandle`]: stopping a run from outside (S46).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};

use super::wake::RunWaker;

/// Stops a run from another thread or task; see [`Runner::stop_handle`](crate::Runner::stop_handle).
///
/// The run hears of it between two batches of items, which take a few milliseconds at most unless a single handler takes
/// longer, and returns with [`StopReason::Requested`](crate::StopReason::Requested): nothing else is dispatched but `on_stop`. A handler that
/// wants to be the last one uses [`Context::stop`](crate::Context::stop). Clones stop the same run.
///
/// ```
/// use asp_core::{Runner, StopReason, Stream, Timestamp};
///
/// const BEATS: Stream<i64> = Stream::new("beats");
/// let for_ever = (0..).map(|secs| (Timestamp::from_secs(secs), secs));
/// let runner = Runner::new().feed(BEATS, for_ever).collect(BEATS);
/// let stop = runner.stop_handle();
/// std::thread::spawn(move || stop.stop());
/// assert_eq!(runner.run()?.report().reason, StopReason::Requested);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct StopHandle(Arc<Shared>);

#[derive(Default)]
struct Shared {
    requested: AtomicBool,
    run: RunWaker,
}

impl StopHandle {
    /// Asks the run to stop. Asking again changes nothing; so does asking after the run has ended.
    ///
    /// ```
    /// use asp_core::Runner;
    ///
    /// let runner = Runner::new();
    /// let stop = runner.stop_handle();
    /// stop.stop();
    /// assert!(stop.is_requested());
    /// # runner.run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn stop(&self) {
        self.0.requested.store(true, Ordering::Release);
        self.0.run.wake();
    }

    /// True once the run was asked to stop.
    ///
    /// ```
    /// use asp_core::Runner;
    ///
    /// assert!(!Runner::new().stop_handle().is_requested());
    /// ```
    pub fn is_requested(&self) -> bool {
        self.0.requested.load(Ordering::Acquire)
    }

    /// True if nobody else has a handle to the same run.
    pub(crate) fn is_last(&self) -> bool {
        let is_last = Arc::strong_count(&self.0) == 1;
        fence(Ordering::Acquire);
        is_last
    }

    /// True if the run was asked to stop, or somebody else may still ask: who did so may have dropped the handle since.
    pub(crate) fn may_stop(&self) -> bool {
        // In this order, so that what the last one did before it was dropped is seen.
        !self.is_last() || self.is_requested()
    }

    /// Who is woken when a stop is requested.
    pub(crate) fn run(&self) -> &RunWaker {
        &self.0.run
    }
}

impl fmt::Debug for StopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StopHandle").field(&self.is_requested()).finish()
    }
}
