//! Live sources: futures streams, and functions that connect to one (S31).

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use futures_core::Stream;

use super::{Ready, Source, TimeError, pull_items};
use crate::live::connect::{Connect, Connecting};
use crate::live::feed::{Arrived, Feed, History, HistoryFn, Streamed};
use crate::live::options::LiveOptions;
use crate::live::side::{LiveSide, Side};
use crate::live::splice::{ById, ByTime};
use crate::live::wake::Wakes;
use crate::live::{Reconnect, WhenFull, WhenLate};
use crate::source::{FaultKind, PastItem};
use crate::stream::Payload;
use crate::testing::{Script, ScriptError};
use crate::time::{Clock, Duration, Timestamp};

/// The live part of a source.
pub(crate) struct LivePart<T> {
    pub(crate) link: Link<T>,
    pub(crate) history: Option<Box<dyn History<T>>>,
    pub(crate) options: LiveOptions<T>,
    /// Makes the live side of it. Where nothing comes live, nobody names that function, and it is not compiled.
    pub(crate) begin: Begin<T>,
}

type Begin<T> = fn(LivePart<T>, Arc<dyn Clock>, &Arc<Wakes>, u32) -> Box<dyn LiveSide<T>>;

pub(crate) enum Link<T> {
    Stream(Box<dyn Feed<T>>),
    Connect(Connect<T>),
}

impl<T: Payload> LivePart<T> {
    /// True if it is a stream and nothing else.
    fn is_bare(&self) -> bool {
        self.options.is_default() && self.history.is_none()
    }

    fn new(link: Link<T>) -> Self {
        LivePart { link, history: None, options: LiveOptions::default(), begin: Self::begin }
    }

    fn begin(self, clock: Arc<dyn Clock>, wakes: &Arc<Wakes>, lane: u32) -> Box<dyn LiveSide<T>> {
        Box::new(Side::new(self.link.into_feed(), self.history, self.options, clock, wakes, lane))
    }
}

impl<T: Payload> Link<T> {
    pub(crate) fn into_feed(self) -> Box<dyn Feed<T>> {
        match self {
            Link::Stream(feed) => feed,
            Link::Connect(connect) => Box::new(connect),
        }
    }
}

const TWO_PASTS: &str =
    "it has two pasts, that of `Source::past(..)` and that of `history(..)`; keep one of them";

const NOT_BARE: &str = "the function of `Source::connect` made a source with a past or with options of its own; put \
                        them on `Source::connect(..)`";

const NOT_LIVE: &str =
    "the function of `Source::connect` made a past source; what is past goes into `.history(..)`";

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl<T: Payload> Source<T> {
    /// A live source: a stream of values, which get their time when they arrive (S32).
    ///
    /// It is for [`Runner::run_live`](crate::Runner::run_live). When the stream ends, so does the source. An event whose
    /// source knows when it happened comes through [`Source::live_at`].
    ///
    /// ```
    /// use asp_core::{ManualClock, Runner, Source, Stream, Timestamp};
    ///
    /// const NAMES: Stream<&str> = Stream::new("names");
    /// let names = Source::live(futures_util::stream::iter(["Jane", "John"]));
    /// let clock = ManualClock::jumping(Timestamp::from_secs(100));
    /// let run = Runner::new().feed(NAMES, names).collect(NAMES).clock(clock).run_live();
    /// let mut outcome = futures::executor::block_on(run)?; // elsewhere: `run.await?`
    /// assert_eq!(outcome.collected(NAMES)?.len(), 2);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn live(stream: impl IntoLive<T, Streaming>) -> Self {
        stream.into_live()
    }

    /// A live source whose stream says when each value happened: the [event time](crate::Context::event_time).
    ///
    /// It decides nothing about the order: that is the time of arrival. The difference is the
    /// [lag](crate::Context::lag).
    ///
    /// ```
    /// use asp_core::{Source, Timestamp};
    ///
    /// let quotes = futures_util::stream::iter([(Timestamp::from_secs(100), 9.5)]);
    /// let quotes: Source<f64> = Source::live_at(quotes);
    /// # drop(quotes);
    /// ```
    pub fn live_at<A>(stream: impl Stream<Item = (A, T)> + Send + 'static) -> Self
    where
        A: TryInto<Timestamp, Error: TimeError> + 'static,
    {
        Source::of_stream(stream, |(time, value)| at(time, value))
    }

    /// A live source that may fail: an `Err` stops the run, naming the stream, or has it connected again
    /// ([`Source::reconnect`]).
    ///
    /// ```
    /// use asp_core::Source;
    ///
    /// let quotes = futures_util::stream::iter([Ok(9.5), Err("connection lost")]);
    /// let quotes: Source<f64> = Source::try_live(quotes);
    /// # drop(quotes);
    /// ```
    pub fn try_live<E>(stream: impl Stream<Item = Result<T, E>> + Send + 'static) -> Self
    where
        E: Into<Cause> + 'static,
    {
        Source::of_stream(stream, |item: Result<T, E>| match item {
            Ok(value) => Ok((None, value)),
            Err(error) => Err(FaultKind::Failed(error.into())),
        })
    }

    /// [`Source::live_at`] for a stream that may fail.
    ///
    /// ```
    /// use asp_core::{Source, Timestamp};
    ///
    /// let quotes = futures_util::stream::iter([Ok::<_, std::io::Error>((Timestamp::from_secs(100), 9.5))]);
    /// let quotes: Source<f64> = Source::try_live_at(quotes);
    /// # drop(quotes);
    /// ```
    pub fn try_live_at<A, E>(stream: impl Stream<Item = Result<(A, T), E>> + Send + 'static) -> Self
    where
        A: TryInto<Timestamp, Error: TimeError> + 'static,
        E: Into<Cause> + 'static,
    {
        Source::of_stream(stream, |item: Result<(A, T), E>| match item {
            Ok((time, value)) => at(time, value),
            Err(error) => Err(FaultKind::Failed(error.into())),
        })
    }

    /// A live source that is made by a function: called when the run begins, and again after a failure if there is a
    /// [`reconnect`](Source::reconnect) policy.
    ///
    /// It is cloned for each call, and may so use up what it owns. It resolves to a stream of values, or to one of the live sources above. The source counts as
    /// receiving when it has resolved; only then is its [`history`](Source::history) asked for (S31).
    ///
    /// ```
    /// use asp_core::{Duration, Reconnect, Source};
    ///
    /// # async fn open(_: String) -> Result<futures_util::stream::Empty<Result<f64, std::io::Error>>, std::io::Error> {
    /// #     Ok(futures_util::stream::empty())
    /// # }
    /// let url = String::from("ws://localhost:9000/prices");
    /// let prices: Source<f64> = Source::connect(async move || open(url).await.map(Source::try_live))
    ///     .reconnect(Reconnect::new(Duration::from_millis(100)));
    /// # drop(prices);
    /// ```
    pub fn connect<F, Fut, L, E, Kind>(connect: F) -> Self
    where
        F: FnOnce() -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Result<L, E>> + Send + 'static,
        L: IntoLive<T, Kind>,
        E: Into<Cause>,
    {
        let dial = move || -> Connecting<T> {
            let connecting = connect.clone()();
            Box::pin(async move {
                let source = connecting.await.map_err(Into::into)?.into_live();
                match source.live {
                    Some(live) if !source.has_past && live.is_bare() => Ok(live.link.into_feed()),
                    Some(_) => Err(NOT_BARE.into()),
                    None => Err(NOT_LIVE.into()),
                }
            })
        };
        Source::of_link(Link::Connect(Connect::new(Box::new(dial))))
    }

    /// The past of a source that is made by [`Source::connect`]: a function that is asked, once the source receives, for
    /// what happened up to that instant (S31).
    ///
    /// What both bring is delivered twice unless it is spliced: [`Source::splice_by_id`], [`Source::splice_by_time`].
    ///
    /// ```
    /// use asp_core::{Source, Timestamp};
    ///
    /// # async fn open() -> Result<futures_util::stream::Empty<f64>, std::io::Error> {
    /// #     Ok(futures_util::stream::empty())
    /// # }
    /// # async fn load(_: Timestamp) -> Result<Vec<(Timestamp, f64)>, std::io::Error> {
    /// #     Ok(vec![])
    /// # }
    /// let prices: Source<f64> = Source::connect(async || open().await)
    ///     .history(async |until: Timestamp| load(until).await);
    /// # drop(prices);
    /// ```
    pub fn history<F, Fut, I, E>(self, history: F) -> Self
    where
        F: FnOnce(Timestamp) -> Fut + Send + 'static,
        Fut: Future<Output = Result<I, E>> + Send + 'static,
        I: IntoIterator<Item: PastItem<T>, IntoIter: Send + 'static>,
        E: Into<Cause> + 'static,
    {
        let pasts = (self.has_past && self.live.is_some()).then_some(TWO_PASTS);
        let misuse = self.misuse.or(pasts);
        Source { misuse, ..self }.with_live(
            "`history(..)` needs a live source, which it is asked for after; use `Source::past(..)`",
            |live| live.history = Some(Box::new(HistoryFn::new(history))),
        )
    }

    /// Goes on live when the past is exhausted: a stream of values, or a live source.
    ///
    /// The live source is opened when the run begins, so that nothing is lost while history is worked off (S31).
    ///
    /// ```
    /// use asp_core::{Source, Timestamp};
    ///
    /// let past = [(Timestamp::from_secs(1), "Jane")];
    /// let feed = futures_util::stream::iter(["John"]);
    /// let names: Source<&str> = Source::past(past).then_live(feed);
    /// # drop(names);
    /// ```
    pub fn then_live<Kind>(self, live: impl IntoLive<T, Kind>) -> Self {
        let live = live.into_live();
        let twice = self.live.is_some().then_some("`then_live(..)` is given a source that is live already");
        let past =
            live.live.is_none().then_some("`then_live(..)` needs a live source, such as `Source::live(..)`");
        let has_history = live.live.as_ref().is_some_and(|live| live.history.is_some());
        let pasts = (self.has_past && has_history).then_some(TWO_PASTS);
        let misuse = self.misuse.or(live.misuse).or(twice).or(past).or(pasts);
        Source { live: live.live.or(self.live), misuse, ..self }
    }

    /// How many live events may wait, and what becomes of more (S39); 65 536 and [`WhenFull::Block`] unless told
    /// otherwise.
    ///
    /// ```
    /// use asp_core::{Source, WhenFull};
    ///
    /// let prices: Source<f64> = Source::live(futures_util::stream::empty()).queue(1, WhenFull::Latest);
    /// # drop(prices);
    /// ```
    pub fn queue(self, capacity: usize, when_full: WhenFull) -> Self {
        self.with_live("`queue(..)` is for live sources; a past source is pulled as it is needed", |live| {
            live.options.capacity = capacity;
            live.options.when_full = when_full;
        })
    }

    /// Polls the live source in a task of its own, so that a handler that blocks does not delay the time stamps (S51).
    ///
    /// It helps on a runtime with several threads, and costs each event the way between two tasks.
    ///
    /// ```
    /// use asp_core::Source;
    ///
    /// let prices: Source<f64> = Source::live(futures_util::stream::empty()).own_task();
    /// # drop(prices);
    /// ```
    pub fn own_task(self) -> Self {
        self.with_live("`own_task()` is for live sources", |live| live.options.own_task = true)
    }

    /// Drops live events whose id is among the last 65 536 seen on the stream, past ones included (S38).
    ///
    /// ```
    /// use asp_core::{Source, Timestamp};
    ///
    /// let past = [(Timestamp::from_secs(1), (7, "Jane"))];
    /// let feed = futures_util::stream::iter([(7, "Jane"), (8, "John")]);
    /// let names: Source<(u32, &str)> = Source::past(past).then_live(feed).splice_by_id(|(id, _)| *id);
    /// # drop(names);
    /// ```
    pub fn splice_by_id<K>(self, id: impl FnMut(&T) -> K + Send + 'static) -> Self
    where
        K: Hash + Eq + Clone + fmt::Debug + Send + 'static,
    {
        self.with_live("`splice_by_id(..)` is for a source with a past and a live part", |live| {
            live.options.splice = Some(Box::new(ById::new(id)));
        })
    }

    /// Drops live events that their source stamped before the last past event (S38).
    ///
    /// One stamped at the very time of it is delivered, perhaps a second time. The feed has to come in the order of its
    /// event times, as [`Source::live_at`] gives them.
    ///
    /// ```
    /// use asp_core::{Source, Timestamp};
    ///
    /// let at = Timestamp::from_secs;
    /// let feed = futures_util::stream::iter([(at(1), "Jane"), (at(2), "John")]);
    /// let names: Source<&str> = Source::past([(at(1), "Jane")]).then_live(Source::live_at(feed)).splice_by_time();
    /// # drop(names);
    /// ```
    pub fn splice_by_time(self) -> Self {
        self.with_live("`splice_by_time()` is for a source with a past and a live part", |live| {
            live.options.splice = Some(Box::<ByTime>::default());
        })
    }

    /// Watches the numbering of events, from the last of history on: what is missing in it is in the report,
    /// [`StreamReport::gaps`](crate::StreamReport::gaps).
    ///
    /// ```
    /// use asp_core::Source;
    ///
    /// let trades = futures_util::stream::iter([(17, 9.5), (19, 9.6)]);
    /// let trades: Source<(u64, f64)> = Source::live(trades).sequence(|(number, _)| *number);
    /// # drop(trades);
    /// ```
    pub fn sequence(self, number: impl FnMut(&T) -> u64 + Send + 'static) -> Self {
        self.with_live("`sequence(..)` is for live sources", |live| {
            live.options.sequence = Some(Box::new(number));
        })
    }

    /// How late a live event may arrive, counted from its event time, and what becomes of a later one (S37). Without it
    /// all are delivered.
    ///
    /// ```
    /// use asp_core::{Duration, Source, Timestamp, WhenLate};
    ///
    /// let feed = futures_util::stream::iter([(Timestamp::from_secs(1), 9.5)]);
    /// let prices: Source<f64> = Source::live_at(feed).max_lag(Duration::from_secs(5), WhenLate::Error);
    /// # drop(prices);
    /// ```
    pub fn max_lag(self, lag: Duration, when_late: WhenLate) -> Self {
        self.with_live("`max_lag(..)` is for live sources", |live| {
            live.options.max_lag = Some((lag, when_late));
        })
    }

    /// Connects a source of [`Source::connect`] again when it fails (S40); without it a failure stops the run.
    ///
    /// ```
    /// use asp_core::{Duration, Reconnect, Source};
    ///
    /// # async fn open() -> Result<futures_util::stream::Empty<f64>, std::io::Error> {
    /// #     Ok(futures_util::stream::empty())
    /// # }
    /// let prices: Source<f64> =
    ///     Source::connect(async || open().await).reconnect(Reconnect::new(Duration::from_secs(1)));
    /// # drop(prices);
    /// ```
    pub fn reconnect(mut self, policy: Reconnect) -> Self {
        match self.live.as_deref_mut() {
            Some(LivePart { link: Link::Connect(connect), .. }) => connect.set_policy(policy),
            _ => {
                let misuse = "`reconnect(..)` is for `Source::connect(..)`, which knows how to connect again";
                self.misuse = self.misuse.or(Some(misuse));
            }
        }
        self
    }

    pub(crate) fn scripted(script: Script<T>) -> Self {
        Source::of_stream(script, |item: Result<(Option<Timestamp>, T), ScriptError>| match item {
            Ok((event_time, value)) => Ok((event_time.map(Timestamp::as_nanos), value)),
            Err(error) => Err(FaultKind::Failed(error.into())),
        })
    }

    fn with_live(mut self, misuse: &'static str, set: impl FnOnce(&mut LivePart<T>)) -> Self {
        match &mut self.live {
            Some(live) => set(live),
            None => self.misuse = self.misuse.or(Some(misuse)),
        }
        self
    }

    fn of_stream<St>(stream: St, arrive: impl FnMut(St::Item) -> Arrived<T> + Send + 'static) -> Self
    where
        St: Stream + Send + 'static,
    {
        Source::of_link(Link::Stream(Box::new(Streamed::new(stream, arrive))))
    }

    fn of_link(link: Link<T>) -> Self {
        let pull = pull_items(std::iter::empty::<(Timestamp, T)>());
        Source {
            pull,
            read_ahead: None,
            live: Some(Box::new(LivePart::new(link))),
            has_past: false,
            misuse: None,
        }
    }
}

fn at<A: TryInto<Timestamp, Error: TimeError>, T>(time: A, value: T) -> Arrived<T> {
    match time.try_into() {
        Ok(time) => Ok((Some(time.as_nanos()), value)),
        Err(error) => Err(FaultKind::Failed(error.into_boxed())),
    }
}

/// What [`Source::then_live`] and [`Source::connect`] take: a futures stream of values, or a live [`Source`]. `Kind`
/// only keeps the two apart.
///
/// ```
/// use asp_core::{IntoLive, Source};
///
/// fn is_live<Kind>(_: impl IntoLive<f64, Kind>) {}
/// is_live(futures_util::stream::iter([1.5]));
/// is_live(Source::live(futures_util::stream::iter([1.5])));
/// ```
#[diagnostic::on_unimplemented(
    message = "a stream of `{T}` cannot go on live with this",
    label = "not a live source of `{T}`",
    note = "a live source is a `futures::Stream<Item = {T}>`, or `Source::live_at(..)`, `try_live(..)`, `try_live_at(..)`",
    note = "what an iterator yields is past: `Source::past(..)`; or make a stream of it with `futures::stream::iter(..)`"
)]
pub trait IntoLive<T, Kind> {
    /// As a source.
    ///
    /// ```
    /// use asp_core::{IntoLive, Source};
    ///
    /// let source: Source<f64> = futures_util::stream::iter([1.5]).into_live();
    /// # drop(source);
    /// ```
    fn into_live(self) -> Source<T>;
}

/// [`IntoLive`] by being a stream.
#[derive(Debug)]
pub struct Streaming;

impl<T: Payload> IntoLive<T, Ready> for Source<T> {
    fn into_live(self) -> Source<T> {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, St> IntoLive<T, Streaming> for St
where
    T: Payload,
    St: Stream<Item = T> + Send + 'static,
{
    fn into_live(self) -> Source<T> {
        Source::of_stream(self, |value| Ok((None, value)))
    }
}
