//! [`Monitor`]: how a run is doing, for another thread to look at while it goes on.
//!
//! What it writes is gathered in `engine/look.rs`; here is how that gets across.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::live::wake::RunWaker;
use crate::outcome::{Dispatched, StopReason};
use crate::time::{Duration, Stopwatch, Timestamp};

/// How a run is doing, seen from another thread or task; see [`Runner::monitor`](crate::Runner::monitor).
///
/// The run writes a [`Snapshot`] when it was asked for one, between two portions of items, which take a few milliseconds at
/// most unless a single handler takes longer; and one when it is over. Nothing is counted for it that is not counted
/// anyway, so that a run which is not asked pays nothing for an event. What the run does, and in which order, is the same
/// with and without. Clones look at the same run.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let monitor = Monitor::new();
/// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).monitor(&monitor);
/// let run = std::thread::spawn(move || runner.run());
///
/// let snapshot = loop {
///     monitor.ask();
///     match monitor.latest() {
///         Some(snapshot) if snapshot.is_over() => break snapshot,
///         _ => std::thread::sleep(std::time::Duration::from_millis(1)),
///     }
/// };
/// assert_eq!(snapshot.phase, RunPhase::Over(StopReason::Finished));
/// assert_eq!((&*snapshot.streams[0].name, snapshot.streams[0].fed), ("names", 3));
/// assert_eq!((&*snapshot.streams[1].name, snapshot.streams[1].emitted), ("greetings", 3));
/// # run.join().expect("it does not panic")?;
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Monitor(Arc<Board>);

/// What both sides have.
#[derive(Default)]
struct Board {
    is_asked: AtomicBool,
    /// A live run that waits.
    run: RunWaker,
    latest: Mutex<Option<Arc<Snapshot>>>,
}

impl Monitor {
    /// A monitor that has seen nothing yet.
    ///
    /// ```
    /// assert!(asp_core::Monitor::new().latest().is_none());
    /// ```
    pub fn new() -> Self {
        Monitor::default()
    }

    /// Asks the run for a snapshot, also one that waits. It does not block; asking again before the answer changes nothing.
    ///
    /// Ten times a second is often enough for people.
    ///
    /// ```
    /// use asp_core::{Monitor, Runner};
    ///
    /// let monitor = Monitor::new();
    /// monitor.ask();
    /// Runner::new().monitor(&monitor).run()?;
    /// assert!(monitor.latest().is_some());
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn ask(&self) {
        self.0.is_asked.store(true, Ordering::Release);
        self.0.run.wake();
    }

    /// The snapshot that the run wrote last; none before the first one.
    ///
    /// ```
    /// use asp_core::{Monitor, Runner};
    ///
    /// let monitor = Monitor::new();
    /// Runner::new().monitor(&monitor).run()?;
    /// assert!(monitor.latest().is_some_and(|snapshot| snapshot.is_over()));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn latest(&self) -> Option<Arc<Snapshot>> {
        self.0.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, snapshot: Snapshot) {
        let before = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner).replace(snapshot.into());
        // Outside the lock, since the last one to have it frees some hundred names.
        drop(before);
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.latest().map_or(0, |snapshot| snapshot.number);
        f.debug_struct("Monitor").field("snapshots", &number).finish_non_exhaustive()
    }
}

/// How far a run has come; in [`Snapshot::phase`].
///
/// ```
/// use asp_core::{RunPhase, StopReason};
///
/// assert_eq!(RunPhase::Live.to_string(), "live");
/// assert_eq!(RunPhase::Over(StopReason::Finished).to_string(), "finished");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum RunPhase {
    /// Live sources are being opened.
    Opening,
    /// Time is that of past events, or runs up to the instant at which a live run began.
    History,
    /// Time is that of the clock.
    Live,
    /// It has ended.
    Over(StopReason),
}

impl fmt::Display for RunPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RunPhase::Opening => "opening its sources",
            RunPhase::History => "history",
            RunPhase::Live => "live",
            RunPhase::Over(StopReason::Finished) => "finished",
            RunPhase::Over(StopReason::Requested) => "stopped",
            RunPhase::Over(StopReason::Failed) => "failed",
        })
    }
}

/// How a run was doing at one moment, from [`Monitor::latest`].
///
/// All counts are from the beginning of the run, so that two snapshots and the time between them, that of
/// [`Snapshot::elapsed`], make rates. With the feature `serde` it can be serialized.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let monitor = Monitor::new();
/// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).monitor(&monitor);
/// runner.end("2025-01-01T00:00:02Z".parse()?).run()?;
/// let snapshot = monitor.latest().expect("a run shows its end");
/// assert_eq!((snapshot.dispatched.events, snapshot.dispatched.calls), (2, 1));
/// assert_eq!((&*snapshot.strategies[0].name, snapshot.strategies[0].calls), ("Greeter", 1));
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Snapshot {
    /// 1 for the first one, and so on.
    pub number: u64,
    /// The real time since the run was put together.
    pub elapsed: Duration,
    /// How far it has come.
    pub phase: RunPhase,
    /// Where time began.
    pub start: Timestamp,
    /// The time of the run.
    pub now: Timestamp,
    /// Where time is to stop, if that is known.
    pub end: Option<Timestamp>,
    /// Handler calls by kind.
    pub dispatched: Dispatched,
    /// Calls, timers that end and emissions that are to come.
    pub pending: u64,
    /// Tasks that have not ended.
    pub tasks: u64,
    /// Events before the start, left out.
    pub skipped: u64,
    /// Calls asked for in the past, and made at once.
    pub clamped: u64,
    /// Handler errors passed over.
    pub errors: u64,
    /// Ticks that were left out because the next one was due too.
    pub missed: u64,
    /// Live events that were dropped because their queue was full.
    pub dropped: u64,
    /// In the live phase, the most by which an item was late since the snapshot before.
    pub behind: Option<Duration>,
    /// The most by which one was late at all.
    pub max_behind: Duration,
    /// The streams, at most the first 500.
    pub streams: Vec<StreamCounts>,
    /// The strategies, at most the first 500; those of a [`Keyed`](crate::Keyed) among them are one row.
    pub strategies: Vec<StrategyCounts>,
    /// Streams and strategies that are not listed.
    pub unlisted: u64,
}

impl Snapshot {
    /// True if the run has ended.
    ///
    /// ```
    /// use asp_core::{Monitor, Runner};
    ///
    /// let monitor = Monitor::new();
    /// Runner::new().monitor(&monitor).run()?;
    /// assert!(monitor.latest().expect("a run shows its end").is_over());
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn is_over(&self) -> bool {
        matches!(self.phase, RunPhase::Over(_))
    }
}

/// What has happened on a stream; in [`Snapshot::streams`].
///
/// ```
/// use asp_core::StreamCounts;
///
/// assert_eq!(StreamCounts::default().fed, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct StreamCounts {
    /// Its name.
    pub name: String,
    /// Events of its source that were dispatched.
    pub fed: u64,
    /// Events of strategies that were dispatched.
    pub emitted: u64,
    /// Live events in its queue.
    pub waiting: u64,
    /// Live events that were dropped because the queue was full.
    pub dropped: u64,
}

/// What a strategy has pending; in [`Snapshot::strategies`].
///
/// ```
/// use asp_core::StrategyCounts;
///
/// assert_eq!(StrategyCounts::default().calls, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct StrategyCounts {
    /// Its name; of a [`Keyed`](crate::Keyed) that of all instances.
    pub name: String,
    /// How many instances the row stands for.
    pub instances: u64,
    /// Calls that are to come, and timers that end.
    pub calls: u64,
    /// Timers that tick.
    pub timers: u64,
}

/// The run's side of a monitor.
pub(crate) struct Watch {
    monitor: Monitor,
    stopwatch: Stopwatch,
    /// The streams of which somebody wants to see some events.
    pub(crate) peeked: Vec<u32>,
    /// True if some more are to be shown.
    pub(crate) is_curious: Cell<bool>,
}

impl Watch {
    pub(crate) fn new(monitor: Monitor) -> Self {
        // What an earlier run has shown is not this one's.
        monitor.0.latest.lock().unwrap_or_else(PoisonError::into_inner).take();
        Watch { monitor, stopwatch: Stopwatch::start(), peeked: Vec::new(), is_curious: Cell::new(true) }
    }

    /// True if somebody has asked since the last snapshot.
    #[inline]
    pub(crate) fn is_asked(&self) -> bool {
        self.monitor.0.is_asked.load(Ordering::Relaxed)
            && self.monitor.0.is_asked.swap(false, Ordering::Acquire)
    }

    /// True if nobody is left to look.
    pub(crate) fn is_alone(&self) -> bool {
        Arc::strong_count(&self.monitor.0) == 1
    }

    /// Who is woken when somebody asks.
    pub(crate) fn run(&self) -> &RunWaker {
        &self.monitor.0.run
    }

    /// The number and the time of the next snapshot.
    pub(crate) fn next(&self) -> (u64, Duration) {
        (self.monitor.latest().map_or(1, |latest| latest.number + 1), self.stopwatch.elapsed())
    }

    pub(crate) fn show(&self, snapshot: Snapshot) {
        self.monitor.show(snapshot);
    }
}

impl Drop for Watch {
    /// A run that is given up was stopped.
    fn drop(&mut self) {
        let Some(latest) = self.monitor.latest().filter(|latest| !latest.is_over()) else { return };
        let (number, elapsed) = self.next();
        let phase = RunPhase::Over(StopReason::Requested);
        self.show(Snapshot { number, elapsed, phase, ..Snapshot::clone(&latest) });
    }
}
