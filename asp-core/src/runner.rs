//! The builder of a run.

use std::borrow::Cow;
use std::fmt;

use crate::core::{Core, Observer};
use crate::desk::Desk;
use crate::engine::{Engine, Limits};
use crate::error::{Error, ErrorKind, GraphFault, Result};
use crate::graph::{Graph, Rebind};
use crate::observe::Dispatch;
use crate::outcome::Outcome;
use crate::outline::{Mention, RunGraph, TypeInfo};
use crate::source::IntoSource;
use crate::strategy::{HandlerReturn, Strategy};
use crate::stream::{Event, Payload, Stream};
use crate::time::{Pace, Timestamp};

/// What becomes of an error that a handler returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnError {
    /// It stops the run (S43).
    #[default]
    Stop,
    /// It is counted in the report, and the run goes on. A panic stops it all the same.
    Continue,
}

/// What becomes of a call that is scheduled in the past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PastSchedule {
    /// It is made at once, and counted in the report (S11).
    #[default]
    Clamp,
    /// It stops the run.
    Error,
}

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
    limits: Limits,
    on_error: OnError,
    past_schedule: PastSchedule,
}

/// A step of the building, kept until the run so that a `rebind` can still change it.
enum Step {
    Graph { build: Box<dyn FnOnce(&mut Graph) + Send>, mention: Option<Mention> },
    Add(Add),
}

type Join = dyn FnOnce(&mut Graph, Option<String>, Vec<Rebind>) + Send;

struct Add {
    name: Option<String>,
    join: Box<Join>,
    describe: fn() -> TypeInfo,
    rebinds: Vec<Rebind>,
}

impl Runner {
    /// A run of nothing.
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
        }
    }

    /// Begins at `time`: earlier events are skipped and counted. Without it a run begins with the earliest event.
    pub fn start(mut self, time: Timestamp) -> Self {
        self.limits.start = Some(time);
        self
    }

    /// Ends before `time`: an item at `time` is not dispatched (S17). Without it a run ends when its sources have
    /// ended and nothing is pending (S28).
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
        self.step(Some(Mention::fed(&stream)), move |graph| graph.feed(&stream, source))
    }

    /// Announces a stream that may be fed later, while the run goes on.
    pub fn opens<T: Payload>(self, stream: Stream<T>) -> Self {
        self.step(Some(Mention::opened(&stream)), move |graph| graph.open(&stream))
    }

    /// Adds a strategy, named after its type (then `Type#2` and so on).
    #[allow(clippy::should_implement_trait, reason = "the word of builders; nobody adds up runners")]
    pub fn add<S: Strategy>(self, strategy: S) -> Self {
        self.join(None, strategy)
    }

    /// Adds a strategy under a name of its own.
    pub fn add_as<S: Strategy>(self, name: impl Into<String>, strategy: S) -> Self {
        self.join(Some(name.into()), strategy)
    }

    /// Lets the strategy added last use `actual` wherever it says `declared`.
    ///
    /// ```ignore
    /// runner.add_as("msft", Crossover::new()).rebind(Crossover::PRICES, Stream::named("prices.msft"))
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

    /// Keeps the events of a stream, for [`Outcome::collected`].
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
        let mention = Some(Mention::collected(&stream));
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

    /// Shows each handler call to `observer`, just before it is made. A run without observers pays nothing for it.
    pub fn observe(mut self, observer: impl FnMut(&Dispatch<'_>) + Send + 'static) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// What becomes of errors that handlers return; they stop the run unless told otherwise.
    pub fn on_error(mut self, policy: OnError) -> Self {
        self.on_error = policy;
        self
    }

    /// What becomes of calls in the past; they are made at once unless told otherwise.
    pub fn past_schedule(mut self, policy: PastSchedule) -> Self {
        self.past_schedule = policy;
        self
    }

    /// How many rounds one instant may have (S14); 10 000 unless told otherwise.
    pub fn max_rounds(mut self, rounds: u32) -> Self {
        self.limits.max_rounds = rounds;
        self
    }

    /// How many dispatches may follow the last source event in a run without an end (S29); 100 000 000 unless told
    /// otherwise.
    pub fn drain_limit(mut self, dispatches: u64) -> Self {
        self.limits.drain_limit = dispatches;
        self
    }

    /// Runs over past sources as fast as the machine goes.
    ///
    /// # Errors
    ///
    /// All faults of the graph, before the first event; later the first error of a source or handler, with the
    /// strategies in [`Error::into_outcome`].
    pub fn run(self) -> Result<Outcome> {
        let Runner { steps, observers, limits, on_error, past_schedule } = self;
        if let (Some(start), Some(end)) = (limits.start, limits.end)
            && start >= end
        {
            return Err(Error::new(ErrorKind::EmptyInterval { start, end }));
        }
        let mut graph = Graph::default();
        for step in steps {
            match step {
                Step::Graph { build, .. } => build(&mut graph),
                Step::Add(add) => (add.join)(&mut graph, add.name, add.rebinds),
            }
        }
        let faults = graph.check();
        if !faults.is_empty() {
            return Err(Error::new(ErrorKind::Graph(faults)));
        }
        let mut parts = graph.finish();
        let mut desk = Desk::new(past_schedule == PastSchedule::Error);
        desk.outlets = parts
            .hubs
            .iter()
            .zip(&parts.emitted)
            .map(|(hub, &emitted)| emitted.then(|| hub.channel().new_outlet()))
            .collect();
        let mut core = Core::new(desk, std::mem::take(&mut parts.names), on_error, observers);
        core.drain_limit = limits.drain_limit;
        let (outcome, errors) = Engine::new(parts, core, limits).run();
        let mut errors = errors.into_iter();
        match errors.next() {
            None => Ok(outcome),
            Some(first) => Err(Error::of_run(first, errors.collect(), outcome)),
        }
    }

    /// What the run consists of, as it stands.
    pub fn graph(&self) -> RunGraph {
        let mut graph = RunGraph::default();
        for step in &self.steps {
            match step {
                Step::Graph { mention, .. } => mention.iter().for_each(|mention| graph.mention(mention)),
                Step::Add(add) => graph.join(add.name.as_deref(), (add.describe)(), &add.rebinds),
            }
        }
        graph
    }

    fn join<S: Strategy>(mut self, name: Option<String>, strategy: S) -> Self {
        let join = Box::new(move |graph: &mut Graph, name, rebinds| graph.join(strategy, name, rebinds));
        self.steps.push(Step::Add(Add { name, join, describe: TypeInfo::of::<S>, rebinds: Vec::new() }));
        self
    }

    fn step(mut self, mention: Option<Mention>, build: impl FnOnce(&mut Graph) + Send + 'static) -> Self {
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
