//! Streams that files feed: the type of each is known where the program is built, its files only when it runs.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use asp_core::{Payload, Runner, Source, Stream, Timestamp};
use asp_io::{IoError, ReadOptions, RowReport, Rows, Uri};
use serde::de::DeserializeOwned;

use crate::check::{self, Checked};

/// What can be read from a file: a payload that serde deserializes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a file",
    label = "not `serde::Deserialize`",
    note = "derive `serde::Deserialize` for it, or feed the stream from code"
)]
pub trait FromFile: Payload + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Payload + DeserializeOwned> FromFile for T {}

/// A stream and where its events come from.
pub(crate) struct Feed {
    pub(crate) stream: String,
    /// As given, by the program or on the command line.
    pub(crate) uri: String,
    typed: Box<dyn Typed>,
}

/// A feed whose files are open or about to be.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) stream: String,
    pub(crate) uri: Uri,
    pub(crate) report: RowReport,
    /// How far it was read, if that is of interest.
    pub(crate) clock: Option<Clock>,
}

/// The time of the last row that was read; the engine is at most a small batch behind it.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Feed {
    pub(crate) fn new<T: FromFile>(stream: Stream<T>, uri: String) -> Self {
        Feed { stream: stream.name().to_owned(), uri, typed: Box::new(stream) }
    }

    /// Feeds the stream from files.
    pub(crate) fn open(&self, runner: Runner, open: &Open, options: ReadOptions) -> Result<Runner, IoError> {
        self.typed.open(runner, open, &options.report(&open.report))
    }

    /// Feeds the stream with nothing, where only the graph is of interest.
    pub(crate) fn empty(&self, runner: Runner) -> Runner {
        self.typed.empty(runner)
    }

    /// Looks at the first rows of each file.
    pub(crate) fn check(&self, uri: &Uri) -> Result<Checked, IoError> {
        self.typed.check(uri)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Feed({} = {})", self.stream, self.uri)
    }
}

/// A feed whose payload type is known.
trait Typed {
    fn open(&self, runner: Runner, open: &Open, options: &ReadOptions) -> Result<Runner, IoError>;
    fn empty(&self, runner: Runner) -> Runner;
    fn check(&self, uri: &Uri) -> Result<Checked, IoError>;
}

impl<T: FromFile> Typed for Stream<T> {
    fn open(&self, runner: Runner, open: &Open, options: &ReadOptions) -> Result<Runner, IoError> {
        Ok(match &open.clock {
            None => runner.feed(self.clone(), asp_io::source(&open.uri, options)?),
            Some(clock) => {
                let rows = Timed { rows: asp_io::rows(&open.uri, options)?, clock: clock.clone() };
                runner.feed(self.clone(), Source::past(rows))
            }
        })
    }

    fn empty(&self, runner: Runner) -> Runner {
        runner.feed(self.clone(), std::iter::empty::<(Timestamp, T)>())
    }

    fn check(&self, uri: &Uri) -> Result<Checked, IoError> {
        check::first_rows::<T>(uri)
    }
}

impl Clock {
    /// It has read nothing.
    pub(crate) fn new() -> Self {
        Clock(Arc::new(AtomicI64::new(i64::MIN)))
    }

    /// The time of the last row; none before the first and behind the last.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        match self.0.load(Relaxed) {
            i64::MIN | i64::MAX => None,
            nanos => Some(Timestamp::from_nanos(nanos)),
        }
    }
}

/// Rows that leave their time behind.
struct Timed<T> {
    rows: Rows<T>,
    clock: Clock,
}

impl<T: DeserializeOwned> Iterator for Timed<T> {
    type Item = Result<(Timestamp, T), IoError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next();
        match &row {
            Some(Ok((time, _))) => self.clock.0.store(time.as_nanos(), Relaxed),
            Some(Err(_)) => {}
            None => self.clock.0.store(i64::MAX, Relaxed),
        }
        row
    }
}
