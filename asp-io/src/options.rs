//! How rows are read, and what became of them.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::RowError;

/// What becomes of a row that cannot be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BadRows {
    /// It stops the run, when the event before it has been dispatched.
    #[default]
    Stop,
    /// It is left out and counted; the [`RowReport`] keeps the first ten.
    Skip,
}

/// How a source is read.
///
/// ```
/// use asp_io::{BadRows, ReadOptions, RowReport};
///
/// let report = RowReport::new();
/// let options = ReadOptions::new().bad_rows(BadRows::Skip).report(&report);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    pub(crate) bad_rows: BadRows,
    pub(crate) report: RowReport,
}

impl ReadOptions {
    /// A bad row stops the run, and nobody looks at the report.
    pub fn new() -> Self {
        ReadOptions::default()
    }

    /// What becomes of bad rows.
    pub fn bad_rows(mut self, policy: BadRows) -> Self {
        self.bad_rows = policy;
        self
    }

    /// Counts in `report`. Sources that share one add up in it.
    pub fn report(mut self, report: &RowReport) -> Self {
        self.report = report.clone();
        self
    }
}

/// What became of the rows of a source: a handle to be kept and read during the run or after it. Clones share it.
///
/// It prints as the summary of skipped rows that a program shows at its end.
///
/// ```
/// use asp_core::{Runner, Stream};
/// use asp_io::{BadRows, ReadOptions, RowReport};
///
/// const LEVELS: Stream<f64> = Stream::new("levels");
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// std::fs::write("levels.csv", "time,level\n2025-01-01,1.5\n2025-01-02,high\n2025-01-03,1.7\n")?;
///
/// let report = RowReport::new();
/// let options = ReadOptions::new().bad_rows(BadRows::Skip).report(&report);
/// let levels = asp_io::source(&"levels.csv".parse()?, &options)?;
/// let mut outcome = Runner::new().feed(LEVELS, levels).collect(LEVELS).run()?;
///
/// assert_eq!(outcome.collected(LEVELS)?.len(), 2);
/// assert_eq!(
///     report.to_string(),
///     "1 of 3 rows skipped\n  levels.csv:3: column \"level\": \"high\" is not a number (f64)"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RowReport(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    good: AtomicU64,
    skipped: AtomicU64,
    first: Mutex<Vec<RowError>>,
    bytes_read: AtomicU64,
    bytes_total: AtomicU64,
    unfinished: Mutex<Option<RowError>>,
}

/// How many skipped rows are kept.
const KEPT: usize = 10;

impl RowReport {
    /// A report of nothing yet.
    pub fn new() -> Self {
        RowReport::default()
    }

    /// Rows read so far, bad ones included. While a run goes on the figure may lag behind by a thousand rows.
    pub fn rows(&self) -> u64 {
        self.0.good.load(Relaxed) + self.skipped()
    }

    /// Rows skipped so far.
    pub fn skipped(&self) -> u64 {
        self.0.skipped.load(Relaxed)
    }

    /// The first ten rows that were skipped.
    pub fn first(&self) -> Vec<RowError> {
        self.0.first.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Bytes taken from the files so far, compressed ones as they lie on disk.
    pub fn bytes_read(&self) -> u64 {
        self.0.bytes_read.load(Relaxed)
    }

    /// The sizes of all files together, `None` as long as none is known: standard input has no size.
    pub fn bytes_total(&self) -> Option<u64> {
        Some(self.0.bytes_total.load(Relaxed)).filter(|&bytes| bytes > 0)
    }

    /// The last row of a file that was followed, if it had no end when the run stopped: it was not read.
    pub fn unfinished(&self) -> Option<RowError> {
        self.0.unfinished.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_unfinished(&self, row: RowError) {
        *self.0.unfinished.lock().unwrap_or_else(PoisonError::into_inner) = Some(row);
    }

    pub(crate) fn add_rows(&self, rows: u64) {
        self.0.good.fetch_add(rows, Relaxed);
    }

    pub(crate) fn add_skipped(&self, row: &RowError) {
        self.0.skipped.fetch_add(1, Relaxed);
        let mut first = self.0.first.lock().unwrap_or_else(PoisonError::into_inner);
        if first.len() < KEPT {
            first.push(row.clone());
        }
    }

    pub(crate) fn add_bytes_read(&self, bytes: u64) {
        self.0.bytes_read.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn add_bytes_total(&self, bytes: u64) {
        self.0.bytes_total.fetch_add(bytes, Relaxed);
    }
}

impl fmt::Display for RowReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (skipped, first) = (self.skipped(), self.first());
        write!(f, "{skipped} of {} rows skipped", self.rows())?;
        first.iter().try_for_each(|row| write!(f, "\n  {row}"))?;
        match skipped - first.len() as u64 {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}
