//! Everything that can go wrong, as data and as a sentence.

mod text;

pub(crate) use text::Few;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Mutex;

use crate::graph_fault::GraphFault;
use crate::observe::Class;
use crate::outcome::Outcome;
use crate::time::{Duration, OutOfRange, ParseDurationError, ParseTimestampError, Timestamp};

/// A `Result` with [`Error`].
///
/// ```
/// fn run() -> asp_core::Result<()> {
///     let outcome = asp_core::Runner::new().start("2025-01-01".parse()?).run()?;
///     println!("{}", outcome.report());
///     Ok(())
/// }
/// # run().unwrap();
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn StdError + Send + Sync>;

/// Why a run could not begin, or stopped before its end. One pointer wide.
///
/// `Display` is one readable sentence with the remedy, [`Error::kind`] the same as data, `source()` the cause.
/// A run that stopped hands its strategies back through [`Error::into_outcome`].
///
/// ```
/// use asp_core::{Error, ErrorKind, Timestamp};
///
/// let error: Error = "yesterday".parse::<Timestamp>().unwrap_err().into();
/// assert!(matches!(error.kind(), ErrorKind::Time(_)));
/// assert!(error.into_outcome().is_none());
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    also: Vec<ErrorKind>,
    /// In a mutex only to be `Sync`: strategies need not be.
    outcome: Mutex<Option<Outcome>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Error(Box::new(Inner { kind, also: Vec::new(), outcome: Mutex::new(None) }))
    }

    pub(crate) fn of_run(kind: ErrorKind, also: Vec<ErrorKind>, outcome: Outcome) -> Self {
        Error(Box::new(Inner { kind, also, outcome: Mutex::new(Some(outcome)) }))
    }

    /// What went wrong, as data.
    ///
    /// ```
    /// use asp_core::{ErrorKind, Runner};
    ///
    /// let day = "2025-01-01".parse()?;
    /// let error = Runner::new().start(day).end(day).run().unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::EmptyInterval { start, end } if start == end));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What else went wrong while the run was being stopped: errors of `on_stop` (S47).
    ///
    /// ```
    /// # use asp_core::*;
    /// # use std::convert::Infallible;
    /// # struct Fragile;
    /// # impl Strategy for Fragile {
    /// #     const NAME: &'static str = "Fragile";
    /// #     type Call = Infallible;
    /// #     type Calls<Q: Slot<Infallible>> = ();
    /// #     type Emits = ();
    /// fn wire(wiring: &mut Wiring<Self>) {
    ///     wiring.on_start("open", |_, _| Err("no such file"));
    ///     wiring.on_stop("close", |_, _| Err("not open"));
    /// }
    /// #     fn calls<Q: Slot<Infallible>>(_: Q) {}
    /// #     fn call(&mut self, _: &Context<Self>, call: Infallible) -> HandlerResult {
    /// #         match call {}
    /// #     }
    /// #     fn call_name(call: &Infallible) -> &'static str {
    /// #         match *call {}
    /// #     }
    /// # }
    ///
    /// let error = Runner::new().start(Timestamp::EPOCH).add(Fragile).run().unwrap_err();
    /// assert_eq!(error.kind().to_string(), "Fragile::open failed at 1970-01-01T00:00:00Z: no such file");
    /// assert_eq!(error.also()[0].to_string(), "Fragile::close failed at 1970-01-01T00:00:00Z: not open");
    /// ```
    pub fn also(&self) -> &[ErrorKind] {
        &self.0.also
    }

    /// The outcome of the run up to the error, with the strategies; none if no run had begun.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) -> Result<(), &'static str> {
    ///     if name == "Sarah" { Err("the house is full") } else { Ok(()) }
    /// }
    ///
    /// let error = run(arrive).unwrap_err();
    /// let mut outcome = error.into_outcome().expect("a run that had begun");
    /// assert_eq!(outcome.report().reason, StopReason::Failed);
    /// let _greeter: Greeter = outcome.take()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn into_outcome(self) -> Option<Outcome> {
        self.0.outcome.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.kind.fmt(f)?;
        self.0.also.iter().try_for_each(|kind| write!(f, "\nalso: {kind}"))
    }
}

/// The sentence and its causes, since this is what `fn main() -> asp::Result<()>` prints.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source().and_then(StdError::source);
        while let Some(error) = cause {
            write!(f, "\ncaused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.kind {
            ErrorKind::Handler(failure) => match &failure.reason {
                Reason::Error(error) => Some(&**error),
                Reason::Panic(_) => None,
            },
            ErrorKind::Source { error, .. } | ErrorKind::Sink { error, .. } => Some(&**error),
            ErrorKind::Time(error) => Some(error),
            ErrorKind::Duration(error) => Some(error),
            ErrorKind::OutOfRange(error) => Some(error),
            _ => None,
        }
    }
}

/// What went wrong.
///
/// ```
/// use asp_core::{ErrorKind, Runner, Stream, Timestamp};
///
/// const PRICES: Stream<f64> = Stream::new("prices");
/// let prices = [(Timestamp::from_secs(2), 20.5), (Timestamp::from_secs(1), 20.6)];
/// let error = Runner::new().feed(PRICES, prices).collect(PRICES).run().unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::Unordered { index: 1, .. }));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The graph has faults; none of its events was dispatched.
    Graph(Vec<GraphFault>),
    /// The run would end before it starts.
    EmptyInterval {
        /// The start given.
        start: Timestamp,
        /// The end given.
        end: Timestamp,
    },
    /// Nothing but timers is left, and the run has no end (S25).
    NoEnd,
    /// A live run is to start later than it begins (S17).
    StartsLater {
        /// [`Runner::start`](crate::Runner::start).
        start: Timestamp,
        /// When the run began.
        now: Timestamp,
    },
    /// A live run has a pace (S59).
    PacedLive,
    /// A past source goes back in time (S15).
    Unordered {
        /// The stream.
        stream: String,
        /// The position in a merged source, if it is one.
        position: Option<usize>,
        /// Counts from 0 all that the source yielded.
        index: u64,
        /// The time before.
        previous: Timestamp,
        /// The time that is earlier.
        found: Timestamp,
    },
    /// A source yielded an error or panicked (S21).
    Source {
        /// The stream.
        stream: String,
        /// The position in a merged source, if it is one.
        position: Option<usize>,
        /// Counts from 0 all that the source yielded.
        index: u64,
        /// The source's own error, or its panic message.
        error: Cause,
    },
    /// A handler returned an error or panicked (S43, S44).
    Handler(Box<HandlerFailure>),
    /// A sink returned an error or panicked.
    Sink {
        /// The stream.
        stream: String,
        /// The time of the event.
        time: Timestamp,
        /// The sink's own error, or its panic message.
        error: Cause,
    },
    /// One instant goes on and on (S14).
    SameInstantLoop {
        /// The instant.
        time: Timestamp,
        /// The limit that was passed.
        rounds: u32,
        /// The last dispatches, as `Strategy.method`.
        last: Vec<String>,
        /// The way they go round, once, with the streams between them, as `A.on_x -> "y" -> B.on_y -> "x" -> A.on_x`.
        path: String,
    },
    /// A method reschedules itself without end (S29).
    DrainLimit {
        /// The strategy.
        strategy: String,
        /// The method.
        method: String,
        /// The limit that was passed.
        limit: u64,
    },
    /// A task waits for something outside of the run that is not wrapped in `external` (S42).
    ForeignWake {
        /// The strategy, or the coroutine.
        strategy: String,
        /// The handler; empty for a coroutine.
        method: String,
        /// The time at which it was woken.
        now: Timestamp,
    },
    /// Tasks wait, and nothing is left that could wake them (S42).
    Stuck {
        /// The tasks, as `Strategy::method` or by the name of the coroutine.
        tasks: Vec<String>,
        /// The time.
        now: Timestamp,
    },
    /// Tasks wait for something that a tokio runtime has to do, and `run()` blocks the thread that drives it (S42).
    Blocked {
        /// The tasks, as in [`ErrorKind::Stuck`].
        tasks: Vec<String>,
        /// The time.
        now: Timestamp,
    },
    /// Too many items wait for a suspended handler (S41).
    Backlog {
        /// The strategy.
        strategy: String,
        /// The handler.
        method: String,
        /// The limit that was passed.
        limit: usize,
    },
    /// A handler asked for something that cannot be (S11, S22).
    Refused {
        /// The strategy.
        strategy: String,
        /// The handler.
        method: String,
        /// What it asked for.
        request: Request,
    },
    /// The outcome has no such strategy or stream.
    NotInOutcome(String),
    /// A test would put an event into the past of its run.
    InjectedInPast {
        /// The stream.
        stream: String,
        /// The time of the event.
        time: Timestamp,
        /// How far the run has come.
        now: Timestamp,
    },
    /// A test asks its run for what it does not have, or cannot do.
    NotInTest(String),
    /// A text that is no time.
    Time(ParseTimestampError),
    /// A text that is no duration.
    Duration(ParseDurationError),
    /// A time or length of time that cannot be represented.
    OutOfRange(OutOfRange),
}

/// A handler that failed: who, on what, when, why.
///
/// ```
#[doc = include_str!("../../doc/greeter.rs")]
/// fn arrive(_: &Context<Greeter>, _: String) -> Result<(), &'static str> {
///     Err("the house is full")
/// }
///
/// let error = run(arrive).unwrap_err();
/// let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
/// assert_eq!((failure.strategy.as_str(), failure.method.as_str()), ("Greeter", "arrive"));
/// assert_eq!((failure.stream.as_deref(), failure.index), (Some("names"), Some(0)));
/// ```
#[derive(Debug)]
pub struct HandlerFailure {
    /// The strategy instance.
    pub strategy: String,
    /// The handler.
    pub method: String,
    /// What was dispatched.
    pub class: Class,
    /// The stream, for events.
    pub stream: Option<String>,
    /// The event's number on the stream, counting from 0; for a source, all that it yielded.
    pub index: Option<u64>,
    /// What the source says.
    pub event_time: Timestamp,
    /// The time of the dispatch.
    pub now: Timestamp,
    /// Why it failed.
    pub reason: Reason,
}

/// Why a handler failed.
///
/// ```
#[doc = include_str!("../../doc/greeter.rs")]
/// fn arrive(_: &Context<Greeter>, name: String) {
///     panic!("{name} is not on the list");
/// }
///
/// let error = run(arrive).unwrap_err();
/// let ErrorKind::Handler(failure) = error.kind() else { panic!("{error}") };
/// assert!(matches!(&failure.reason, Reason::Panic(message) if message == "Jane is not on the list"));
/// ```
#[derive(Debug)]
pub enum Reason {
    /// It returned this error.
    Error(Cause),
    /// It panicked with this message.
    Panic(String),
}

/// Something a handler asked for that cannot be.
///
/// ```
#[doc = include_str!("../../doc/greeter.rs")]
/// fn arrive(cx: &Context<Greeter>, _: String) {
///     cx.every(Duration::ZERO).tick();
/// }
///
/// let error = run(arrive).unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::Refused { request: Request::Interval { .. }, .. }));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// A call in the past, where that is an error.
    InPast {
        /// The time asked for.
        requested: Timestamp,
        /// The time it was.
        now: Timestamp,
    },
    /// A time beyond the last timestamp.
    Overflow {
        /// The time it was.
        base: Timestamp,
        /// The delay asked for.
        delay: String,
    },
    /// A timer whose interval is not positive; none if it is beyond all durations.
    Interval {
        /// The method to be called.
        method: String,
        /// The interval.
        interval: Option<Duration>,
    },
    /// An emission on a stream that `emits` does not list.
    NotListed {
        /// The stream.
        stream: String,
    },
    /// An emission of a type that the stream does not carry.
    Carries {
        /// The stream.
        stream: String,
        /// The type given.
        given: String,
    },
    /// The latest event of a stream that `latest` does not list.
    NotLatest {
        /// The stream.
        stream: String,
    },
    /// The latest event of a stream, as a type that the stream does not carry.
    LatestOfOther {
        /// The stream.
        stream: String,
        /// The type expected.
        given: String,
    },
    /// To wait for a stream that the run does not have.
    NoStream {
        /// The stream.
        stream: String,
        /// One with a similar name.
        similar: Option<String>,
    },
    /// To wait for a stream that carries another type.
    OtherType {
        /// The stream.
        stream: String,
        /// The type expected.
        given: String,
    },
    /// To feed a stream that was not announced (S57).
    NotOpened {
        /// The stream.
        stream: String,
        /// A stream with a similar name that was.
        similar: Option<String>,
    },
    /// To feed a stream whose source has not ended (S57).
    FedTwice {
        /// The stream.
        stream: String,
    },
    /// To feed a run over history from a live source (S57).
    LiveSource {
        /// The stream.
        stream: String,
    },
    /// To feed a stream from a source of another type (S57).
    OtherSource {
        /// The stream.
        stream: String,
        /// The type that the source yields.
        given: String,
    },
    /// A source with an option that makes no sense for it.
    Misuse {
        /// The stream.
        stream: String,
        /// What is wrong with it, and what to write.
        what: &'static str,
    },
    /// To spawn a strategy whose streams do not fit the run (S56).
    Join {
        /// What does not fit.
        faults: Vec<GraphFault>,
    },
}

impl From<ParseTimestampError> for Error {
    fn from(error: ParseTimestampError) -> Self {
        Error::new(ErrorKind::Time(error))
    }
}

impl From<ParseDurationError> for Error {
    fn from(error: ParseDurationError) -> Self {
        Error::new(ErrorKind::Duration(error))
    }
}

impl From<OutOfRange> for Error {
    fn from(error: OutOfRange) -> Self {
        Error::new(ErrorKind::OutOfRange(error))
    }
}
