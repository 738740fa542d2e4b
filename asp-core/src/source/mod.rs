//! Where events come from: past sources, pulled lazily and in small batches.
//!
//! A source checks the order of its times (S15) and turns errors and panics of the user's iterator into faults
//! (S21); when a fault takes effect is the engine's business. One dynamic call is made per batch, none per event.

mod iter;
mod live;
mod merged;
mod per_instant;
mod reorder;
mod shared;
mod stamped;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use crate::stream::Payload;
use crate::time::{Duration, Timestamp};

pub use iter::{PastItem, TimeError};
pub use live::{IntoLive, Streaming};
pub use stamped::Stamped;

pub(crate) use iter::pull_items;
pub(crate) use live::LivePart;
pub(crate) use stamped::Stamp;

/// Feeds a stream with timed values.
///
/// Most sources need no mention of this type: [`Runner::feed`](crate::Runner::feed) takes any iterator of
/// `(time, value)` or of `Result<(time, value), E>`, where the time converts into a [`Timestamp`]. Options and
/// combinations start from [`Source::past`], [`Source::shared`] and [`Source::merge`].
///
/// Times must not go back; equal ones are fine and keep their order.
///
/// ```
/// use asp_core::{Source, timestamps};
///
/// let temperatures = timestamps("2025-01-01".parse()?, "1min".parse()?).zip([20.5, 20.7, 20.6]);
/// let source = Source::past(temperatures).read_ahead(1);
/// # let _: Source<f64> = source;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// So that what each batch needs stands together in its channel.
#[repr(C)]
pub struct Source<T> {
    pub(crate) pull: Box<dyn Pull<T>>,
    pub(crate) read_ahead: Option<usize>,
    /// In a box, as most have none and a lane of many waits for each line of the cache.
    pub(crate) live: Option<Box<LivePart<T>>>,
    /// True unless it began as a live source.
    pub(crate) has_past: bool,
    /// An option that makes no sense here, for the check of the graph.
    pub(crate) misuse: Option<&'static str>,
}

impl<T: Payload> Source<T> {
    /// A source over recorded history: any iterator of `(time, value)` or `Result<(time, value), E>`.
    ///
    /// It is pulled lazily and may be infinite. An `Err` or a panic of the iterator stops the run when the event
    /// before it has been dispatched.
    ///
    /// ```
    /// use asp_core::{Runner, Source, Stream, Timestamp};
    ///
    /// const PRICES: Stream<f64> = Stream::new("prices");
    /// let lines = ["0 20.5", "60 20.7", "120 high"];
    /// let prices = lines.map(|line| {
    ///     let (secs, price) = line.split_once(' ').ok_or("no space")?;
    ///     let item = (Timestamp::from_secs(secs.parse()?), price.parse()?);
    ///     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(item)
    /// });
    /// let error = Runner::new().feed(PRICES, Source::past(prices)).collect(PRICES).run().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the source of stream \"prices\" failed at index 2: invalid float literal"
    /// );
    /// assert_eq!(error.into_outcome().unwrap().collected(PRICES)?.len(), 2);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn past<I>(items: I) -> Self
    where
        I: IntoIterator<Item: PastItem<T>, IntoIter: Send + 'static>,
    {
        Source::from_pull(iter::Items::new(items.into_iter()))
    }

    /// A source over a slice that several runs share; values are cloned out of it.
    ///
    /// ```
    /// use asp_core::{Source, Timestamp};
    /// use std::sync::Arc;
    ///
    /// let ticks: Arc<[(Timestamp, f64)]> = [(Timestamp::EPOCH, 1.5)].into();
    /// let sources: Vec<Source<f64>> = (0..8).map(|_| Source::shared(Arc::clone(&ticks))).collect();
    /// # assert_eq!(sources.len(), 8);
    /// ```
    pub fn shared(items: Arc<[(Timestamp, T)]>) -> Self
    where
        T: Clone + Sync,
    {
        Source::from_pull(shared::Shared::new(items))
    }

    /// A source of recorded events, which carry two times each: [`Recording`](crate::Recording) has them (S62).
    ///
    /// The source may not go back in [`Stamped::time`] (S15); the event times may. Adaptors such as `reorder` are for
    /// plain past sources.
    ///
    /// ```
    /// use asp_core::{Source, Stamped, Timestamp};
    ///
    /// let at = Timestamp::from_secs;
    /// let source: Source<f64> = Source::stamped([Stamped { time: at(100), event_time: at(97), value: 21.5 }]);
    /// # drop(source);
    /// ```
    pub fn stamped<I>(items: I) -> Self
    where
        I: IntoIterator<Item = Stamped<T>, IntoIter: Send + 'static>,
    {
        Source::from_pull(stamped::StampedItems::new(items.into_iter()))
    }

    /// One source from several, merged by time; equal times by position in the list, then in source order (S61).
    ///
    /// ```
    /// use asp_core::{Source, timestamps};
    ///
    /// let start = "2025-01-01".parse()?;
    /// let east = Source::past(timestamps(start, "2s".parse()?).zip(["e1", "e2"]));
    /// let west = Source::past(timestamps(start, "3s".parse()?).zip(["w1", "w2"]));
    /// let both = Source::merge([east, west]);     // e1 w1 e2 w2
    /// # let _: Source<&str> = both;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(sources: impl IntoIterator<Item = Source<T>>) -> Self {
        let sources: Vec<Source<T>> = sources.into_iter().map(Source::adapted).collect();
        let live = sources.iter().any(|source| source.live.is_some());
        let misuse = live.then_some(
            "`Source::merge` joins past sources; join live streams with `futures::stream::select`",
        );
        let misuse = sources.iter().find_map(|source| source.misuse).or(misuse);
        Source { misuse, ..Source::from_pull(merged::Merged::new(sources)) }
    }

    /// Allows events to come late by up to `window`: they are held and released in order once the source has
    /// shown an event at least `window` later, or has ended (S16). One that is later than that is still a fault.
    ///
    /// ```
    /// use asp_core::{Duration, Runner, Source, Stream, Timestamp};
    ///
    /// const LETTERS: Stream<char> = Stream::new("letters");
    /// let letters = [(1, 'a'), (3, 'c'), (2, 'b'), (4, 'd')];
    /// let items = letters.map(|(secs, letter)| (Timestamp::from_secs(secs), letter));
    /// let source = Source::past(items).reorder(Duration::from_secs(2));
    /// let mut outcome = Runner::new().feed(LETTERS, source).collect(LETTERS).run()?;
    /// let letters: String = outcome.collected(LETTERS)?.iter().map(|event| event.value).collect();
    /// assert_eq!(letters, "abcd");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn reorder(self, window: Duration) -> Self {
        let source = self.adapted();
        Source { pull: Box::new(reorder::Reorder::new(source.pull, window)), ..source }
    }

    /// Keeps only the last event of each instant: for snapshots, of which the latest says all (S60).
    ///
    /// ```
    /// use asp_core::{Runner, Source, Stream, Timestamp};
    ///
    /// const BOOK: Stream<u32> = Stream::new("book");
    /// let at = Timestamp::from_secs;
    /// let book = Source::past([(at(1), 10), (at(1), 11), (at(2), 12)]).last_per_instant();
    /// let events = Runner::new().feed(BOOK, book).collect(BOOK).run()?.collected(BOOK)?;
    /// assert_eq!(events.iter().map(|event| event.value).collect::<Vec<_>>(), [11, 12]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn last_per_instant(self) -> Self {
        let source = self.adapted();
        let pull = Box::new(per_instant::PerInstant::<T, per_instant::Last<T>>::new(source.pull));
        Source { pull, ..source }
    }

    /// Makes one event of all events of an instant: a `Vec` of their values in source order (S60).
    ///
    /// ```
    /// use asp_core::{Runner, Source, Stream, Timestamp};
    ///
    /// const TRADES: Stream<Vec<u32>> = Stream::new("trades");
    /// let at = Timestamp::from_secs;
    /// let trades = Source::past([(at(1), 10), (at(1), 11), (at(2), 12)]).batch_per_instant();
    /// let events = Runner::new().feed(TRADES, trades).collect(TRADES).run()?.collected(TRADES)?;
    /// assert_eq!(events[0].value, [10, 11]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn batch_per_instant(self) -> Source<Vec<T>> {
        let source = self.adapted();
        let misuse = source
            .live
            .is_some()
            .then_some("`batch_per_instant()` is for past sources; put it before `then_live(..)`");
        let pull = Box::new(per_instant::PerInstant::<T, Vec<T>>::new(source.pull));
        Source { misuse: source.misuse.or(misuse), read_ahead: source.read_ahead, ..Source::of_pull(pull) }
    }

    /// Pulls at most `events` at a time, instead of a batch of 4 KiB (less where there are more than 256 streams).
    ///
    /// `read_ahead(1)` suits an iterator whose next value depends on what the run did. Zero is taken as one.
    ///
    /// ```
    /// use asp_core::{Source, Timestamp};
    ///
    /// let dice = (0..).map(|secs| (Timestamp::from_secs(secs), 4));
    /// let source = Source::past(dice).read_ahead(1);
    /// # let _: Source<i32> = source;
    /// ```
    pub fn read_ahead(self, events: usize) -> Self {
        Source { read_ahead: Some(events.max(1)), ..self }
    }

    /// What a recording kept of a source.
    pub(crate) fn replayed(pull: impl Pull<T> + 'static) -> Self {
        Source::from_pull(pull)
    }

    /// Notes the use of an adaptor on a source of stamped events, whose stamps it would lose.
    fn adapted(mut self) -> Self {
        if self.pull.stamps().is_some() {
            let misuse = "adaptors are for plain past sources, not for `Source::stamped(..)`";
            self.misuse = self.misuse.or(Some(misuse));
        }
        self
    }

    fn from_pull(pull: impl Pull<T> + 'static) -> Self {
        Source::of_pull(Box::new(pull))
    }

    fn of_pull(pull: Box<dyn Pull<T>>) -> Self {
        Source { pull, read_ahead: None, live: None, has_past: true, misuse: None }
    }

    /// How many events one pull may bring (S19), where a batch may take so many bytes.
    pub(crate) fn batch(&self, room: usize) -> usize {
        self.read_ahead.unwrap_or_else(|| (room / (size_of::<i64>() + size_of::<T>())).clamp(1, 512))
    }
}

impl<T> fmt::Debug for Source<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source<{}>", crate::names::type_name::<T>())
    }
}

/// What [`Runner::feed`](crate::Runner::feed) takes for a stream of `T`: a [`Source`], or an iterator that
/// [`Source::past`] would take. `Kind` only keeps the two apart.
///
/// ```
/// use asp_core::{IntoSource, Source, Timestamp};
///
/// fn is_source<Kind>(_: impl IntoSource<f64, Kind>) {}
/// is_source(Source::past([(Timestamp::EPOCH, 1.5)]));
/// is_source([(Timestamp::EPOCH, 1.5)]);
/// is_source(vec![Ok::<_, std::io::Error>((Timestamp::EPOCH, 1.5))]);
/// ```
#[diagnostic::on_unimplemented(
    message = "a stream of `{T}` cannot be fed from this",
    label = "not a source of `{T}`",
    note = "a past source yields `(Timestamp, {T})`, or a `Result` of it, and is `Send`: `Arc` instead of `Rc`",
    note = "add times with `timestamps(start, step).zip(..)`",
    note = "a live source is wrapped: `Source::live(..)`, or `Source::past(..).then_live(..)`"
)]
pub trait IntoSource<T, Kind> {
    /// As a source.
    ///
    /// ```
    /// use asp_core::{IntoSource, Source, Timestamp};
    ///
    /// let source: Source<f64> = [(Timestamp::EPOCH, 1.5)].into_source();
    /// # drop(source);
    /// ```
    fn into_source(self) -> Source<T>;
}

/// [`IntoSource`] by being one.
#[derive(Debug)]
pub struct Ready;

/// [`IntoSource`] by iteration.
#[derive(Debug)]
pub struct Iterated;

impl<T: Payload> IntoSource<T, Ready> for Source<T> {
    fn into_source(self) -> Source<T> {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, I> IntoSource<T, Iterated> for I
where
    T: Payload,
    I: IntoIterator<Item: PastItem<T>, IntoIter: Send + 'static>,
{
    fn into_source(self) -> Source<T> {
        Source::past(self)
    }
}

/// Instants one `step` apart, beginning with `start`; ends before the last representable time would be passed.
///
/// ```
/// use asp_core::timestamps;
///
/// let names = timestamps("2025-01-01".parse()?, "1s".parse()?).zip(["Jane", "John"]);
/// assert_eq!(names.last().map(|(time, _)| time), Some("2025-01-01T00:00:01Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn timestamps(start: Timestamp, step: Duration) -> impl Iterator<Item = Timestamp> + Clone + Send {
    std::iter::successors(Some(start), move |time| time.checked_add(step))
}

/// A typed stretch of a source.
pub(crate) trait Pull<T>: Send {
    /// Appends at most `max` events, in order. Those before a fault are appended too.
    fn pull(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<T>) -> Pulled;

    /// Stops checking that times do not go back, because the caller puts them in order.
    fn allow_disorder(&mut self) {}

    /// What the items of the last pull carry beside time and value, one for each of its times; none if they are plain
    /// events.
    fn stamps(&mut self) -> Option<&mut VecDeque<Stamp>> {
        None
    }
}

/// Why a pull stopped.
#[derive(Debug)]
pub(crate) enum Pulled {
    /// There may be more.
    Some,
    /// There is nothing more, and still the source has not ended: a recording that broke off.
    Silent,
    /// There is no more.
    End,
    /// There is no more, because of a fault.
    Fault(SourceFault),
}

/// A fault of a source. `index` counts from 0 all that the source yielded.
#[derive(Debug)]
pub(crate) struct SourceFault {
    pub(crate) index: u64,
    /// Its position among merged sources.
    pub(crate) position: Option<usize>,
    pub(crate) what: FaultKind,
}

#[derive(Debug)]
pub(crate) enum FaultKind {
    Unordered {
        previous: Timestamp,
        found: Timestamp,
    },
    Failed(Box<dyn std::error::Error + Send + Sync>),
    Panicked(String),
    /// The queue of a live source is full, and that is an error (S39).
    QueueFull {
        capacity: usize,
    },
    /// A live event came later than its stream allows (S37).
    Late {
        lag: Duration,
        max: Duration,
    },
    /// A task of its own needs a runtime.
    NoRuntime,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultKind::Unordered { previous, found } => write!(f, "{found} after {previous}"),
            FaultKind::Failed(error) => error.fmt(f),
            FaultKind::Panicked(message) => write!(f, "it panicked: {message}"),
            FaultKind::QueueFull { capacity } => {
                write!(f, "{capacity} events wait already; allow more with `.queue(..)`, or drop some")
            }
            FaultKind::Late { lag, max } => write!(f, "an event is {lag} late, {max} are allowed"),
            FaultKind::NoRuntime => {
                f.write_str("`own_task` needs a tokio runtime; await the run inside `#[tokio::main]`")
            }
        }
    }
}

impl SourceFault {
    pub(crate) fn new(index: u64, what: FaultKind) -> Self {
        SourceFault { index, position: None, what }
    }

    pub(crate) fn unordered(index: u64, previous: i64, found: i64) -> Self {
        let (previous, found) = (Timestamp::from_nanos(previous), Timestamp::from_nanos(found));
        SourceFault::new(index, FaultKind::Unordered { previous, found })
    }
}
