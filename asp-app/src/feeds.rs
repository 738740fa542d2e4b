//! Streams that files feed: the type of each is known where the program is built, its files only when it runs.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::task::{Context, Poll};

use asp_core::{Payload, Runner, Source, Stream, Timestamp};
use asp_io::{IoError, LiveUri, ReadOptions, RowReport, Uri, UriError};
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
    /// It is followed live, and the URI is a live one.
    pub(crate) is_live: bool,
    typed: Box<dyn Typed>,
    #[cfg(feature = "sweep")]
    shared: Option<Box<ReadShared>>,
}

/// Reads the files once for all cells of a sweep.
#[cfg(feature = "sweep")]
type ReadShared = dyn Fn(&Uri, &ReadOptions) -> Result<crate::sweep::FeedAgain, IoError>;

/// Where the events of a feed come from.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Files(Uri),
    Live(LiveUri),
}

/// A feed whose files are open or about to be.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) stream: String,
    pub(crate) place: Place,
    pub(crate) report: RowReport,
    /// How far it was read, if that is of interest.
    pub(crate) clock: Option<Clock>,
}

/// The time of the last row that was read; the engine is at most a small batch behind it.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Arc<State>);

#[derive(Debug)]
struct State {
    time: AtomicI64,
    is_live: AtomicBool,
}

impl Feed {
    pub(crate) fn new<T: FromFile>(stream: Stream<T>, uri: String, is_live: bool) -> Self {
        Feed {
            stream: stream.name().to_owned(),
            uri,
            is_live,
            typed: Box::new(stream),
            #[cfg(feature = "sweep")]
            shared: None,
        }
    }

    /// A feed from files that a sweep can share.
    #[cfg(feature = "sweep")]
    pub(crate) fn shared<T: crate::sweep::FromSharedFile>(stream: Stream<T>, uri: String) -> Self {
        let of = stream.clone();
        let read = move |uri: &Uri, options: &ReadOptions| crate::sweep::read(&of, uri, options);
        Feed { shared: Some(Box::new(read)), ..Feed::new(stream, uri, false) }
    }

    /// Reads the files for all cells of a sweep, if it can share them.
    #[cfg(feature = "sweep")]
    pub(crate) fn read_shared(
        &self,
        uri: &Uri,
        options: &ReadOptions,
    ) -> Result<Option<crate::sweep::FeedAgain>, IoError> {
        self.shared.as_ref().map(|read| read(uri, options)).transpose()
    }

    /// The URI, read.
    pub(crate) fn place(&self) -> Result<Place, UriError> {
        if self.is_live { self.uri.parse().map(Place::Live) } else { self.uri.parse().map(Place::Files) }
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
    pub(crate) fn check(&self, place: &Place) -> Result<Checked, IoError> {
        self.typed.check(place)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Feed({} = {})", self.stream, self.uri)
    }
}

impl Place {
    pub(crate) fn is_standard_stream(&self) -> bool {
        matches!(self, Place::Files(uri) if uri.is_standard_stream())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Files(uri) => uri.fmt(f),
            Place::Live(uri) => uri.fmt(f),
        }
    }
}

/// A feed whose payload type is known.
trait Typed {
    fn open(&self, runner: Runner, open: &Open, options: &ReadOptions) -> Result<Runner, IoError>;
    fn empty(&self, runner: Runner) -> Runner;
    fn check(&self, place: &Place) -> Result<Checked, IoError>;
}

impl<T: FromFile> Typed for Stream<T> {
    fn open(&self, runner: Runner, open: &Open, options: &ReadOptions) -> Result<Runner, IoError> {
        let source = match (&open.place, &open.clock) {
            (Place::Files(uri), None) => asp_io::source(uri, options)?,
            (Place::Files(uri), Some(clock)) => Source::past(Timed::new(asp_io::rows(uri, options)?, clock)),
            (Place::Live(uri), None) => asp_io::live(uri, options)?,
            (Place::Live(uri), Some(clock)) => {
                let (past, live) = asp_io::live_rows(uri, options)?;
                let live = Source::try_live_at(Timed::new(live, clock));
                Source::past(Timed::new(past, clock)).then_live(live)
            }
        };
        Ok(runner.feed(self.clone(), source))
    }

    fn empty(&self, runner: Runner) -> Runner {
        runner.feed(self.clone(), std::iter::empty::<(Timestamp, T)>())
    }

    fn check(&self, place: &Place) -> Result<Checked, IoError> {
        match place {
            Place::Files(uri) => check::first_rows::<T>(uri),
            Place::Live(uri) => check::first_live_rows::<T>(uri),
        }
    }
}

impl Clock {
    /// It has read nothing.
    pub(crate) fn new() -> Self {
        Clock(Arc::new(State { time: AtomicI64::new(i64::MIN), is_live: AtomicBool::new(false) }))
    }

    /// The time of the last row; none before the first and behind the last.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        match self.0.time.load(Relaxed) {
            i64::MIN | i64::MAX => None,
            nanos => Some(Timestamp::from_nanos(nanos)),
        }
    }

    /// True if nothing of history is left, nor will more come.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.time.load(Relaxed) == i64::MAX && !self.is_live()
    }

    /// True if history was read, and rows are waited for.
    pub(crate) fn is_live(&self) -> bool {
        self.0.is_live.load(Relaxed)
    }

    fn see<T, E>(&self, row: Option<&Result<(Timestamp, T), E>>) {
        match row {
            Some(Ok((time, _))) => self.0.time.store(time.as_nanos(), Relaxed),
            Some(Err(_)) => {}
            None => self.0.time.store(i64::MAX, Relaxed),
        }
    }
}

/// Rows that leave their time behind.
struct Timed<R> {
    rows: R,
    clock: Clock,
}

impl<R> Timed<R> {
    fn new(rows: R, clock: &Clock) -> Self {
        Timed { rows, clock: clock.clone() }
    }
}

impl<T, R: Iterator<Item = Result<(Timestamp, T), IoError>>> Iterator for Timed<R> {
    type Item = R::Item;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next();
        self.clock.see(row.as_ref());
        row
    }
}

impl<T, R> futures_core::Stream for Timed<R>
where
    R: futures_core::Stream<Item = Result<(Timestamp, T), IoError>> + Unpin,
{
    type Item = R::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.rows).poll_next(cx);
        match &polled {
            Poll::Ready(row) => {
                self.clock.0.is_live.store(true, Relaxed);
                self.clock.see(row.as_ref());
            }
            // Nothing of history is left.
            Poll::Pending if self.clock.has_ended() => self.clock.0.is_live.store(true, Relaxed),
            Poll::Pending => {}
        }
        polled
    }
}
