//! What tests need: a run that goes step by step, and live sources that yield when the test says so.
//!
//! A [`TestRun`] is a run over history in the hands of a test, which puts events in, dispatches one item after the other,
//! and looks at the strategies in between.
//!
//! # Live
//!
//! With a [`ManualClock`] a test of a live strategy has no runtime and no real time: hours pass in milliseconds, and the same things happen
//! in the same order each time.
//!
//! ```
#![doc = include_str!("../../doc/greeter.rs")]
//! let at = |secs: i64| Timestamp::from_secs(1_735_776_000 + secs); // seconds into 2025-01-02
//! let clock = ManualClock::jumping(at(0));
//! let visitors = testing::Script::new(&clock).event(at(10), "Paul".to_owned()).end(at(60));
//!
//! let run = Runner::new()
//!     .feed(Greeter::NAMES, Source::past(names()).then_live(visitors.source()))
//!     .add(Greeter::default())
//!     .collect(Greeter::GREETINGS)
//!     .clock(clock)
//!     .run_live();
//! let mut outcome = futures::executor::block_on(run)?;
//! let greetings = outcome.collected(Greeter::GREETINGS)?;
//! assert_eq!(greetings[2].to_string(), "2025-01-01T00:00:03Z Hello Sarah");
//! assert_eq!(greetings[3].to_string(), "2025-01-02T00:00:11Z Hello Paul");
//! # Ok::<(), asp_core::Error>(())
//! ```
//!
//! [`live`] serves examples, and tests that use tokio's paused clock with a [`TokioClock`](crate::TokioClock).

mod item;
mod run;

pub use item::Item;
pub(crate) use item::who;
pub use run::TestRun;

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::source::Source;
use crate::stream::Payload;
use crate::time::{Duration, ManualClock, ManualSleep, Timestamp, sleep_in_tokio};

pub use crate::source::timestamps;

/// Values that come one `delay` after the other, in real time: the first one `delay` after it was asked for.
///
/// It sleeps with tokio, whose paused clock it follows.
///
/// ```
/// use asp_core::{Runner, Source, Stream, TokioClock, testing};
///
/// const NAMES: Stream<&str> = Stream::new("names");
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> asp_core::Result<()> {
/// let names = testing::live(["Jane", "John"], "1h".parse()?);
/// let run = Runner::new().feed(NAMES, Source::live(names)).collect(NAMES).clock(TokioClock::new()).run_live();
/// assert_eq!(run.await?.collected(NAMES)?.len(), 2); // under a paused clock, in no time
/// # Ok(())
/// # }
/// ```
pub fn live<T, I>(values: I, delay: Duration) -> impl Stream<Item = T> + Send + 'static
where
    T: Send + 'static,
    I: IntoIterator<Item = T, IntoIter: Send + 'static>,
{
    Delayed { values: values.into_iter(), delay, coming: None }
}

/// The stream of [`live`].
struct Delayed<I: Iterator> {
    values: I,
    delay: Duration,
    /// The next value, and what it waits for.
    coming: Option<(I::Item, Boxed)>,
}

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

// Its sleep stays in a box, and nothing else in it is pinned.
impl<I: Iterator> Unpin for Delayed<I> {}

impl<I: Iterator> Stream for Delayed<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Item>> {
        let Delayed { values, delay, coming } = &mut *self;
        if coming.is_none() {
            *coming = values.next().map(|value| (value, Box::pin(sleep_in_tokio(*delay)) as Boxed));
        }
        if let Some((_, sleep)) = coming {
            ready!(sleep.as_mut().poll(cx));
        }
        Poll::Ready(coming.take().map(|(value, _)| value))
    }
}

/// A live source that does what a test has written down, at the times of a [`ManualClock`].
///
/// Without an [`end`](Script::end) or a [`failure`](Script::fail) it stays silent for ever after its last event.
///
/// ```
/// use asp_core::{ManualClock, Runner, Stream, Timestamp, testing::Script};
///
/// const NAMES: Stream<&str> = Stream::new("names");
/// let at = Timestamp::from_secs;
/// let clock = ManualClock::jumping(at(100));
/// let names = Script::new(&clock).event(at(101), "Jane").stamped(at(103), at(102), "John").end(at(104));
/// let run = Runner::new().feed(NAMES, names.source()).collect(NAMES).clock(clock).run_live();
/// let mut outcome = futures::executor::block_on(run)?;
/// assert_eq!(outcome.collected(NAMES)?[1].to_string(), "1970-01-01T00:01:42Z John");
/// assert_eq!(outcome.report().now, at(104));
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Script<T> {
    clock: ManualClock,
    lines: VecDeque<(Timestamp, Line<T>)>,
    sleep: Option<ManualSleep>,
}

#[derive(Debug)]
enum Line<T> {
    Event(Option<Timestamp>, T),
    Fail(String),
    End,
}

impl<T> Script<T> {
    /// A script without a line.
    ///
    /// ```
    /// use asp_core::{ManualClock, Timestamp, testing::Script};
    ///
    /// let silent: Script<f64> = Script::new(&ManualClock::jumping(Timestamp::EPOCH));
    /// # drop(silent);
    /// ```
    pub fn new(clock: &ManualClock) -> Self {
        Script { clock: clock.clone(), lines: VecDeque::new(), sleep: None }
    }

    /// Yields a value when the clock is at `time`. Lines are worked off in the order in which they are written.
    ///
    /// ```
    /// use asp_core::{ManualClock, Timestamp, testing::Script};
    ///
    /// let clock = ManualClock::jumping(Timestamp::EPOCH);
    /// let prices = Script::new(&clock).event(Timestamp::from_secs(1), 9.5);
    /// # drop(prices);
    /// ```
    pub fn event(self, time: Timestamp, value: T) -> Self {
        self.line(time, Line::Event(None, value))
    }

    /// Yields a value when the clock is at `time`, of which the source says that it happened at `event_time`.
    ///
    /// ```
    /// use asp_core::{ManualClock, Timestamp, testing::Script};
    ///
    /// let at = Timestamp::from_secs;
    /// let prices = Script::new(&ManualClock::jumping(at(0))).stamped(at(3), at(2), 9.5);
    /// # drop(prices);
    /// ```
    pub fn stamped(self, time: Timestamp, event_time: Timestamp, value: T) -> Self {
        self.line(time, Line::Event(Some(event_time), value))
    }

    /// Fails when the clock is at `time`.
    ///
    /// ```
    /// use asp_core::{ManualClock, Timestamp, testing::Script};
    ///
    /// let at = Timestamp::from_secs;
    /// let prices = Script::new(&ManualClock::jumping(at(0))).event(at(1), 9.5).fail(at(2), "connection lost");
    /// # drop(prices);
    /// ```
    pub fn fail(self, time: Timestamp, error: impl Into<String>) -> Self {
        self.line(time, Line::Fail(error.into()))
    }

    /// Ends when the clock is at `time`.
    ///
    /// ```
    /// use asp_core::{ManualClock, Timestamp, testing::Script};
    ///
    /// let at = Timestamp::from_secs;
    /// let prices = Script::new(&ManualClock::jumping(at(0))).event(at(1), 9.5).end(at(2));
    /// # drop(prices);
    /// ```
    pub fn end(self, time: Timestamp) -> Self {
        self.line(time, Line::End)
    }

    fn line(mut self, time: Timestamp, line: Line<T>) -> Self {
        self.lines.push_back((time, line));
        self
    }
}

impl<T: Payload> Script<T> {
    /// The script as a live source.
    ///
    /// ```
    /// use asp_core::{ManualClock, Source, Timestamp, testing::Script};
    ///
    /// let prices: Source<f64> = Script::new(&ManualClock::jumping(Timestamp::EPOCH)).source();
    /// # drop(prices);
    /// ```
    pub fn source(self) -> Source<T> {
        Source::scripted(self)
    }
}

// Nothing in it is pinned.
impl<T> Unpin for Script<T> {}

impl<T> Stream for Script<T> {
    type Item = Result<(Option<Timestamp>, T), ScriptError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let script = &mut *self;
        let Some(&(time, _)) = script.lines.front() else { return Poll::Pending };
        let sleep = script.sleep.get_or_insert_with(|| script.clock.sleep_until(time));
        ready!(Pin::new(sleep).poll(cx));
        script.sleep = None;
        Poll::Ready(match script.lines.pop_front() {
            Some((_, Line::Event(event_time, value))) => Some(Ok((event_time, value))),
            Some((_, Line::Fail(error))) => Some(Err(ScriptError(error))),
            Some((_, Line::End)) | None => None,
        })
    }
}

/// What [`Source::connect`] takes in a test: each connection follows a script of its own, in this order. When there are no
/// more, connecting fails.
///
/// ```
/// use asp_core::{Duration, ManualClock, Reconnect, Runner, Source, Stream, Timestamp, testing};
///
/// const NAMES: Stream<&str> = Stream::new("names");
/// let at = Timestamp::from_secs;
/// let clock = ManualClock::jumping(at(100));
/// let first = testing::Script::new(&clock).event(at(101), "Jane").fail(at(102), "connection lost");
/// let second = testing::Script::new(&clock).event(at(110), "John").end(at(110));
/// let names = Source::connect(testing::connections([first, second]))
///     .reconnect(Reconnect::new(Duration::from_secs(1)));
/// let run = Runner::new().feed(NAMES, names).collect(NAMES).clock(clock).run_live();
/// let outcome = futures::executor::block_on(run)?;
/// assert_eq!(outcome.report().live[0].disconnects, 1);
/// # Ok::<(), asp_core::Error>(())
/// ```
pub fn connections<T: Payload>(
    scripts: impl IntoIterator<Item = Script<T>>,
) -> impl FnOnce() -> std::future::Ready<Result<Source<T>, ScriptError>> + Clone + Send + 'static {
    let scripts: VecDeque<Script<T>> = scripts.into_iter().collect();
    let scripts = Arc::new(Mutex::new(scripts));
    move || {
        let script = scripts.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let failed = || ScriptError("there is no script for another connection".to_owned());
        std::future::ready(script.map(Script::source).ok_or_else(failed))
    }
}

/// What a [`Script`] fails with.
///
/// ```
/// use asp_core::testing::ScriptError;
///
/// fn show(error: &ScriptError) -> String {
///     error.to_string()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError(String);

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScriptError {}
