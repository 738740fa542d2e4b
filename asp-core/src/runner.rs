//! The builder of a run.

mod build;
mod look;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::core::Observer;
use crate::engine::{Limits, LiveRun};
use crate::error::Result;
use crate::fuse::Fusion;
use crate::graph::{Graph, Rebind};
use crate::graph_fault::GraphFault;
use crate::keyed::{Describe, Join, Joiner, Member};
use crate::live::StopHandle;
use crate::monitor::Monitor;
use crate::outcome::Outcome;
use crate::outline::Mention;
use crate::policy::{OnError, PastSchedule};
use crate::recording::Recording;
use crate::source::IntoSource;
use crate::strategy::HandlerReturn;
use crate::stream::{Event, Payload, Stream};
use crate::time::{Clock, Pace, Timestamp};

pub(crate) use build::concluded;

/// Puts a run together: what feeds which stream, which strategies there are, from when to when.
///
/// The order of `feed` and `add` is the order of declaration, which decides between events of equal time (S7).
/// Nothing happens before [`Runner::run`], which checks the whole graph first and reports all its faults at once.
///
/// ```
/// use asp_core::Runner;
///
/// let outcome = Runner::new().start("2025-01-01".parse()?).end("2025-01-02".parse()?).run()?;
/// assert_eq!(outcome.report().now, "2025-01-02".parse()?);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[must_use = "a runner does nothing until it is run"]
pub struct Runner {
    steps: Vec<Step>,
    observers: Vec<Observer>,
    pub(crate) limits: Limits,
    on_error: OnError,
    past_schedule: PastSchedule,
    pub(crate) stop: StopHandle,
    pub(crate) live: LiveRun,
    pub(crate) clock: Option<Arc<dyn Clock>>,
    /// The dispatches between two marks of the digest, if there is one.
    pub(crate) digest: Option<u64>,
    times: bool,
    monitor: Option<Monitor>,
    pub(crate) recording: Option<Recording>,
    pub(crate) replay: Option<Recording>,
}

/// A step of the building, kept until the run so that a `rebind` can still change it.
enum Step {
    Graph { build: Box<dyn FnOnce(&mut Graph) + Send>, mention: Option<Mention> },
    Add(Add),
}

struct Add {
    name: Option<String>,
    join: Join,
    about: Describe,
    rebinds: Vec<Rebind>,
}

impl Runner {
    /// A run of nothing.
    ///
    /// ```
    /// use asp_core::{Runner, StopReason};
    ///
    /// let outcome = Runner::new().run()?;
    /// assert_eq!(outcome.report().reason, StopReason::Finished);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn new() -> Self {
        Runner {
            steps: Vec::new(),
            observers: Vec::new(),
            limits: Limits {
                start: None,
                end: None,
                max_rounds: 10_000,
                drain_limit: 100_000_000,
                pace: Pace::Max,
            },
            on_error: OnError::default(),
            past_schedule: PastSchedule::default(),
            stop: StopHandle::default(),
            live: LiveRun::default(),
            clock: None,
            digest: None,
            times: false,
            monitor: None,
            recording: None,
            replay: None,
        }
    }

    /// Begins at `time`: earlier events are skipped and counted. Without it a run begins with the earliest event.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// // Jane, John and Sarah arrive one second apart, from the beginning of 2025.
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default());
    /// let outcome = runner.start("2025-01-01T00:00:01Z".parse()?).run()?;
    /// assert_eq!(outcome.report().skipped, 1);
    /// assert_eq!(outcome.report().dispatched.events, 2);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn start(mut self, time: Timestamp) -> Self {
        self.limits.start = Some(time);
        self
    }

    /// Ends before `time`: an item at `time` is not dispatched (S17). Without it a run ends when its sources have
    /// ended and nothing is pending (S28).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default());
    /// let outcome = runner.end("2025-01-01T00:00:02Z".parse()?).run()?;
    /// assert_eq!(outcome.report().dispatched.events, 2); // Sarah would arrive at the end
    /// assert_eq!(outcome.report().pending, 1); // John would be greeted at the end
    /// assert_eq!(outcome.report().now, "2025-01-01T00:00:02Z".parse()?);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn end(mut self, time: Timestamp) -> Self {
        self.limits.end = Some(time);
        self
    }

    /// Feeds a stream from a source: a [`Source`](crate::Source), or an iterator of `(time, value)`.
    ///
    /// ```
    /// use asp_core::{Runner, Stream, timestamps};
    ///
    /// const NAMES: Stream<&str> = Stream::new("names");
    /// let names = timestamps("2025-01-01".parse()?, "1s".parse()?).zip(["Jane", "John"]);
    /// let mut outcome = Runner::new().feed(NAMES, names).collect(NAMES).run()?;
    /// assert_eq!(outcome.collected(NAMES)?.len(), 2);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn feed<T: Payload, Kind>(self, stream: Stream<T>, source: impl IntoSource<T, Kind>) -> Self {
        let source = source.into_source();
        let mention = Mention::fed(&stream, source.live.is_some());
        self.step(Some(mention), move |graph| graph.feed(&stream, source))
    }

    /// Announces a stream that may be fed or read later, while the run goes on: by
    /// [`Context::feed`](crate::Context::feed), by strategies that are [spawned](crate::Context::spawn).
    ///
    /// It counts as fed and as read, so that neither its readers nor its source are a fault of the graph.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().opens(Greeter::NAMES).add(Greeter::default());
    /// assert!(runner.graph().streams[0].opened);
    /// runner.run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn opens<T: Payload>(self, stream: Stream<T>) -> Self {
        self.step(Some(Mention::opened(&stream)), move |graph| graph.open(&stream))
    }

    /// Adds a strategy, named after its type (then `Type#2` and so on), or [one for each key](crate::Keyed).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let outcome = Runner::new()
    ///     .feed(Greeter::NAMES, names())
    ///     .add(Greeter::default())
    ///     .add(Greeter::default())
    ///     .run()?;
    /// assert_eq!(outcome.names().collect::<Vec<_>>(), ["Greeter", "Greeter#2"]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[allow(clippy::should_implement_trait, reason = "the word of builders; nobody adds up runners")]
    pub fn add(self, member: impl Member) -> Self {
        self.join(None, member)
    }

    /// Adds a strategy under a name of its own.
    ///
    /// Two strategies with one name are a fault of the graph.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add_as("doorman", Greeter::default());
    /// let doorman: Greeter = runner.run()?.take_named("doorman")?;
    /// assert_eq!(doorman.ticks, 0);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn add_as(self, name: impl Into<String>, member: impl Member) -> Self {
        self.join(Some(name.into()), member)
    }

    /// Lets the strategy added last use `actual` wherever it says `declared`.
    ///
    /// One type serves several streams so. It is for what the strategy reads and for what it emits. A rebinding that
    /// the strategy has no use for, or that no strategy stands before, is a fault of the graph.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let [front, back]: [Stream<String>; 2] = ["names.front", "names.back"].map(Stream::named);
    /// let runner = Runner::new()
    ///     .feed(front.clone(), names())
    ///     .feed(back.clone(), names())
    ///     .add_as("front", Greeter::default())
    ///     .rebind(Greeter::NAMES, front)
    ///     .add_as("back", Greeter::default())
    ///     .rebind(Greeter::NAMES, back);
    /// assert_eq!(runner.graph().streams[0].read_by, ["front::arrive"]);
    ///
    /// let outcome = runner.run()?;
    /// assert_eq!(outcome.report().dispatched.events, 6);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn rebind<T: Payload>(mut self, declared: Stream<T>, actual: Stream<T>) -> Self {
        let rebind = Rebind { declared: owned(&declared), actual: owned(&actual), used: false };
        match self.steps.iter_mut().rev().find_map(|step| match step {
            Step::Add(add) => Some(&mut add.rebinds),
            Step::Graph { .. } => None,
        }) {
            Some(rebinds) => {
                rebinds.push(rebind);
                self
            }
            None => {
                let stream = rebind.declared.into_owned();
                self.step(None, move |graph| graph.faults.push(GraphFault::RebindNothing { stream }))
            }
        }
    }

    /// Compiles the way from strategy to strategy into one function, where each emits on a stream that the next one alone
    /// reads: `.fuse::<(Prices, Signals, Orders)>()`.
    ///
    /// What happens, and when, stays the same; an emission costs a fifth of what it does else. It is for chains that most events
    /// of a long history run through. The strategies are added as always, and each has `#[strategy(fuse)]` above its block.
    ///
    /// Events go the usual way where there is more to be done at their instant: where others take part in it, or a handler asks
    /// for more than one emission; where events of several sources alternate; where a stream has a second reader or a sink, or a
    /// strategy `#[on_settled]` or an `async` handler; in the live phase, and in a run that is observed, recorded or digested.
    /// [`Report::fused`](crate::Report::fused) counts those that did not.
    ///
    /// ```
    #[doc = include_str!("../doc/fused.rs")]
    /// let prices = timestamps("2025-01-01".parse()?, "1s".parse()?).zip([1.0, 2.0, 3.0]);
    /// let runner = Runner::new().feed(Doubler::PRICES, prices).add(Doubler).add(Total::default());
    /// let mut outcome = runner.fuse::<(Doubler, Total)>().run()?;
    /// assert_eq!(outcome.report().fused, 1); // not the first and the last one: others may share their instants
    /// assert_eq!(outcome.take::<Total>()?.0, 12.0);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn fuse<C: Fusion>(self) -> Self {
        self.step(None, |graph| graph.fusions.push(C::fuser()))
    }

    /// Keeps the events of a stream, for [`Outcome::collected`].
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let mut outcome = Runner::new()
    ///     .feed(Greeter::NAMES, names())
    ///     .add(Greeter::default())
    ///     .collect(Greeter::GREETINGS)
    ///     .run()?;
    /// let greetings = outcome.collected(Greeter::GREETINGS)?;
    /// assert_eq!(greetings[0].to_string(), "2025-01-01T00:00:01Z Hello Jane");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn collect<T: Payload>(self, stream: Stream<T>) -> Self {
        self.step(Some(Mention::collected(&stream)), move |graph| graph.collect(&stream))
    }

    /// Hands each event of a stream to `sink`, after all handlers (S8): to print, write or count it.
    ///
    /// A sink may return a `Result`: an error stops the run, so that a full disk is not a silent loss.
    ///
    /// ```
    /// use asp_core::{Runner, Stream, timestamps};
    ///
    /// const NAMES: Stream<&str> = Stream::new("names");
    /// let names = timestamps("2025-01-01".parse()?, "1s".parse()?).zip(["Jane", "John"]);
    /// Runner::new().feed(NAMES, names).sink(NAMES, |event| println!("{event}")).run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn sink<T: Payload, R: HandlerReturn>(
        self,
        stream: Stream<T>,
        mut sink: impl FnMut(&Event<T>) -> R + Send + 'static,
    ) -> Self {
        let mention = Some(Mention::sink(&stream));
        self.step(mention, move |graph| graph.sink(&stream, Box::new(move |event| sink(event).into_result())))
    }

    /// How fast virtual time may pass: as fast as the machine goes, unless told otherwise (S59).
    ///
    /// ```
    /// use asp_core::{Pace, Runner};
    ///
    /// let runner = Runner::new().pace("10".parse::<Pace>()?);
    /// # runner.run()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pace(mut self, pace: Pace) -> Self {
        self.limits.pace = pace;
        self
    }

    /// What becomes of errors that handlers return; they stop the run unless told otherwise.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) -> Result<(), String> {
    ///     if name == "John" {
    ///         return Err(format!("{name} is not on the list"));
    ///     }
    ///     cx.after(Duration::from_secs(1)).greet(name);
    ///     Ok(())
    /// }
    ///
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::arriving(arrive));
    /// let outcome = runner.on_error(OnError::Continue).run()?;
    /// assert_eq!(outcome.report().errors, 1);
    /// assert_eq!(outcome.report().dispatched.calls, 2);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn on_error(mut self, policy: OnError) -> Self {
        self.on_error = policy;
        self
    }

    /// What becomes of calls in the past; they are made at once unless told otherwise.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     cx.at(cx.now() - Duration::from_secs(1)).greet(name);
    /// }
    ///
    /// assert_eq!(run(arrive)?.report().clamped, 3);
    ///
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::arriving(arrive));
    /// let error = runner.past_schedule(PastSchedule::Error).run().unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::Refused { request: Request::InPast { .. }, .. }));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn past_schedule(mut self, policy: PastSchedule) -> Self {
        self.past_schedule = policy;
        self
    }

    /// How many rounds one instant may have (S14); 10 000 unless told otherwise.
    ///
    /// More stop the run with [`ErrorKind::SameInstantLoop`](crate::ErrorKind::SameInstantLoop).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn again(cx: &Context<Greeter>, name: String) {
    ///     cx.after(Duration::ZERO).greet(name);
    /// }
    ///
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::with(again, again));
    /// let error = runner.max_rounds(100).run().unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::SameInstantLoop { rounds: 100, .. }));
    /// ```
    pub fn max_rounds(mut self, rounds: u32) -> Self {
        self.limits.max_rounds = rounds;
        self
    }

    /// How many dispatches may follow the last source event in a run without an end (S29); 100 000 000 unless told
    /// otherwise.
    ///
    /// More stop the run with [`ErrorKind::DrainLimit`](crate::ErrorKind::DrainLimit), which names a method that goes on
    /// scheduling.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn again(cx: &Context<Greeter>, name: String) {
    ///     cx.after(Duration::from_secs(1)).greet(name);
    /// }
    ///
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::with(again, again));
    /// let error = runner.drain_limit(100).run().unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::DrainLimit { limit: 100, .. }));
    /// ```
    pub fn drain_limit(mut self, dispatches: u64) -> Self {
        self.limits.drain_limit = dispatches;
        self
    }

    /// Runs over past sources as fast as the machine goes.
    ///
    /// # Errors
    ///
    /// All faults of the graph, before the first event; later the first error of a source or handler, with the
    /// strategies in [`Error::into_outcome`](crate::Error::into_outcome).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let error = Runner::new().add(Greeter::default()).run().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "stream \"names\" is read by Greeter::arrive but nothing feeds or emits it; \
    ///      add `.feed(Greeter::NAMES, ..)`"
    /// );
    ///
    /// let outcome = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).run()?;
    /// assert_eq!(outcome.report().dispatched.to_string(), "3 events, 3 calls, 0 ticks, 0 hooks, 0 settled");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn run(self) -> Result<Outcome> {
        let (outcome, errors) = self.engine(false)?.run();
        concluded(outcome, errors)
    }

    fn join(mut self, name: Option<String>, member: impl Member) -> Self {
        let Joiner { about, join } = member.into_joiner();
        self.steps.push(Step::Add(Add { name, join, about, rebinds: Vec::new() }));
        self
    }

    pub(crate) fn step(
        mut self,
        mention: Option<Mention>,
        build: impl FnOnce(&mut Graph) + Send + 'static,
    ) -> Self {
        self.steps.push(Step::Graph { build: Box::new(build), mention });
        self
    }
}

fn owned<T>(stream: &Stream<T>) -> Cow<'static, str> {
    Cow::Owned(stream.name().to_owned())
}

impl Default for Runner {
    fn default() -> Self {
        Runner::new()
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner")
            .field("steps", &self.steps.len())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
