//! A file that grows: what it holds is history, what is appended is live.
//!
//! History and live part share one reader, which [`HandOver`] passes from the one to the other where the file ended when
//! the run began. So there is no seam at which a row could be lost or doubled.

mod frame;
mod scan;

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use asp_core::{Payload, Source, Timestamp};
use futures_core::Stream;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, Sleep};

use crate::error::IoError;
use crate::files;
use crate::options::{BadRows, ReadOptions};
use crate::rows::{NextRow, OpenFile, REPORTED_AT, Request};
use crate::uri::LiveUri;
use frame::{Frame, Shared};

/// A source of `T` over a file that grows: the rows that it holds when the run begins are history, with their own
/// times, and rows appended later are live.
///
/// Payloads, columns and times are as [`source`](crate::source) has them, and so are bad rows. The order of history is
/// checked; live rows are delivered in the order of the file, whatever their times say, which are their
/// [event times](asp_core::Context::event_time). No row is lost or doubled, whenever it is written.
///
/// - A row counts when its line has an end, so that a writer may append in pieces: half a row, half a character, a
///   quoted value with line ends in it. A row that still has no end when the run stops is not read; then
///   [`RowReport::unfinished`](crate::RowReport::unfinished) names it.
/// - The file may be empty, or have a part of the line of column names; then all is live.
/// - Rows appended while history is worked off wait in the file, not in memory.
/// - The file is looked at every 50 ms, or as `poll` in the URI says, with tokio's timer.
/// - A file that is cut, removed, renamed or replaced while it is followed is an error, when what was written before
///   has been read. (A file that is cut and has grown beyond its old length between two looks goes unnoticed.)
///
/// # Errors
///
/// At once: a file that does not exist, is no regular file or is compressed, and column names that do not fit `T`. While
/// the run goes on: as above and as those of [`source`](crate::source).
///
/// ```
/// use asp_core::{Runner, Stream};
/// use asp_io::ReadOptions;
///
/// const LEVELS: Stream<f64> = Stream::new("levels");
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("levels.csv");
/// # let uri = format!("tail:{}", path.display());
/// std::fs::write(&path, "time,level\n2025-01-01,1.5\n2025-01-02,1.7\n")?;
///
/// # let _ = stringify! {
/// let uri = "tail:levels.csv";
/// # };
/// let levels = asp_io::live(&uri.parse()?, &ReadOptions::new())?;
/// let runner = Runner::new().feed(LEVELS, levels).collect(LEVELS);
/// let mut outcome = runner.end("2025-01-03".parse()?).run_live().await?;
/// assert_eq!(outcome.collected(LEVELS)?.len(), 2);
/// # Ok(())
/// # }
/// ```
pub fn live<T: DeserializeOwned + Payload>(
    uri: &LiveUri,
    options: &ReadOptions,
) -> Result<Source<T>, IoError> {
    let (past, live) = live_rows(uri, options)?;
    Ok(Source::past(past).then_live(Source::try_live_at(live)))
}

/// The rows that [`live`] would feed: those of history, and a stream of those that come later.
///
/// The stream begins when history has been read to its end; until then it is pending.
///
/// # Errors
///
/// As those of [`live`]. Both yield bad rows as errors and go on after them.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("ticks.jsonl");
/// std::fs::write(&path, "{\"time\": 5, \"bid\": 1.5}\n{\"time\": 6, ")?;
///
/// let uri = format!("tail:{}?unit=s", path.display()).parse()?;
/// let (past, _live) = asp_io::live_rows::<f64>(&uri, &asp_io::ReadOptions::new())?;
/// assert_eq!(past.count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn live_rows<T: DeserializeOwned>(
    uri: &LiveUri,
    options: &ReadOptions,
) -> Result<(PastRows<T>, LiveRows<T>), IoError> {
    let tail = Tail::open(uri, Request::new::<T>(uri.rows()), options)?;
    let hand_over = Arc::new(HandOver::default());
    let poll = u64::try_from(uri.poll().as_nanos()).unwrap_or(u64::MAX);
    let live = LiveRows {
        tail: None,
        hand_over: Arc::clone(&hand_over),
        poll: std::time::Duration::from_nanos(poll),
        sleep: None,
        has_failed: false,
        yields: PhantomData,
    };
    Ok((PastRows { tail: Some(tail), has_begun: false, hand_over, yields: PhantomData }, live))
}

/// A file in the course of being followed.
struct Tail {
    request: Request,
    frame: Shared,
    /// None until there is a row; of CSV, that of the column names.
    file: Option<OpenFile>,
    /// Rows that are whole, and those of them that were read.
    whole: u64,
    read: u64,
    options: ReadOptions,
    /// Good rows that the report does not count yet.
    unreported: u64,
}

impl Tail {
    /// Opens the file, and looks at its first rows for what can be told at once.
    fn open(uri: &LiveUri, request: Request, options: &ReadOptions) -> Result<Self, IoError> {
        let frame = Shared::new(Frame::open(uri, &options.report)?);
        let options = options.clone();
        let mut tail = Tail { request, frame, file: None, whole: 0, read: 0, options, unreported: 0 };
        tail.look()?;
        if tail.whole > 0 {
            tail.begin()?;
        }
        Ok(tail)
    }

    /// Finds rows that are whole by now.
    fn look(&mut self) -> Result<(), IoError> {
        let mut frame = self.frame.frame();
        if self.whole == 0 {
            let found = frame.advance();
            if frame.is_compressed() {
                let reason =
                    "it is compressed, and followed as plain text; have it written without compression";
                return Err(files::cannot_open(&frame.name, reason));
            }
            self.whole = found?;
        } else {
            self.whole = frame.advance()?;
        }
        Ok(())
    }

    /// Begins to read rows.
    fn begin(&mut self) -> Result<(), IoError> {
        let name = Arc::clone(&self.frame.frame().name);
        let bytes = files::bounded(Box::new(self.frame.clone()));
        let file = OpenFile::new(name, bytes, &self.request)?;
        #[cfg(feature = "csv")]
        if matches!(file, OpenFile::Csv(_)) {
            self.read = 1;
        }
        self.file = Some(file);
        Ok(())
    }

    /// The next row; none if there is none for now.
    #[inline]
    fn next_row<T: DeserializeOwned>(&mut self) -> NextRow<T> {
        loop {
            if self.read == self.whole {
                self.look()?;
                if self.read == self.whole {
                    self.report();
                    return Ok(None);
                }
            }
            let Some(file) = &mut self.file else {
                self.begin()?;
                continue;
            };
            self.read += 1;
            match file.next_row(&self.request) {
                Ok(Some(row)) => {
                    self.unreported += 1;
                    if self.unreported == REPORTED_AT {
                        self.report();
                    }
                    return Ok(Some(row));
                }
                Ok(None) => {}
                Err(error) => match (error.row(), self.options.bad_rows) {
                    (Some(row), BadRows::Skip) => self.options.report.add_skipped(row),
                    _ => return Err(error),
                },
            }
        }
    }

    fn report(&mut self) {
        self.options.report.add_rows(std::mem::take(&mut self.unreported));
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.report();
    }
}

/// Where history leaves the reader for the live part.
#[derive(Default)]
struct HandOver(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    tail: Option<Tail>,
    live: Option<Waker>,
}

impl HandOver {
    fn put(&self, tail: Tail) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.tail = Some(tail);
        let waker = waiting.live.take();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll_take(&self, cx: &mut Context<'_>) -> Poll<Tail> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.tail.take() {
            Some(tail) => Poll::Ready(tail),
            None => {
                waiting.live = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// The rows that a file holds when the first of them is asked for; see [`live_rows`].
pub struct PastRows<T> {
    /// None once history was read, or reading failed.
    tail: Option<Tail>,
    has_begun: bool,
    hand_over: Arc<HandOver>,
    yields: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> PastRows<T> {
    #[inline]
    fn next_row(&mut self) -> NextRow<T> {
        let Some(tail) = &mut self.tail else { return Ok(None) };
        if !self.has_begun {
            self.has_begun = true;
            tail.frame.frame().fix_history()?;
        }
        tail.next_row()
    }
}

impl<T: DeserializeOwned> Iterator for PastRows<T> {
    type Item = Result<(Timestamp, T), IoError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.next_row() {
            Ok(Some(row)) => Some(Ok(row)),
            Ok(None) => {
                let tail = self.tail.take()?;
                tail.frame.frame().go_live();
                self.hand_over.put(tail);
                None
            }
            Err(error) => {
                if error.row().is_none() {
                    self.tail = None;
                }
                Some(Err(error))
            }
        }
    }
}

impl<T> fmt::Debug for PastRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PastRows").finish_non_exhaustive()
    }
}

/// The rows that are appended to a file after history was read; see [`live_rows`].
///
/// It ends after an error that is not one of a row, and not before. It needs tokio's timer.
pub struct LiveRows<T> {
    /// None until history was read.
    tail: Option<Tail>,
    hand_over: Arc<HandOver>,
    poll: std::time::Duration,
    /// Until the next look.
    sleep: Option<Pin<Box<Sleep>>>,
    has_failed: bool,
    yields: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Stream for LiveRows<T> {
    type Item = Result<(Timestamp, T), IoError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let LiveRows { tail, hand_over, poll, sleep, has_failed, .. } = self.get_mut();
        if *has_failed {
            return Poll::Ready(None);
        }
        let tail = match tail {
            Some(tail) => tail,
            None => match hand_over.poll_take(cx) {
                Poll::Ready(received) => tail.insert(received),
                Poll::Pending => return Poll::Pending,
            },
        };
        loop {
            match tail.next_row() {
                Ok(Some(row)) => return Poll::Ready(Some(Ok(row))),
                Ok(None) => {}
                Err(error) => {
                    *has_failed = error.row().is_none();
                    return Poll::Ready(Some(Err(error)));
                }
            }
            let sleep = sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(*poll)));
            if sleep.is_elapsed() {
                sleep.as_mut().reset(Instant::now() + *poll);
            }
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl<T> fmt::Debug for LiveRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveRows").finish_non_exhaustive()
    }
}
