//! What is left of a run: its report, its strategies, what was collected.

use std::any::Any;
use std::fmt;

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Few, Result};
use crate::forward::ForwardReport;
use crate::handler_times::HandlerTimes;
use crate::live::StreamReport;
use crate::names::type_name;
use crate::node::{AnyNode, Node};
use crate::observe::Class;
use crate::strategy::Strategy;
use crate::stream::{Event, Payload, Stream};
use crate::time::{ClockStep, Duration, Timestamp};

/// A run that has ended, or stopped with an error.
///
/// ```
/// use asp_core::Runner;
///
/// let outcome = Runner::new().run()?;
/// assert_eq!(outcome.report().dispatched.total(), 0);
/// # Ok::<(), asp_core::Error>(())
/// ```
pub struct Outcome {
    report: Report,
    strategies: Vec<Instance>,
    collected: Vec<(String, Box<dyn Any + Send>)>,
    digests: Vec<Digest>,
}

pub(crate) struct Instance {
    pub(crate) name: String,
    /// None once it was taken.
    pub(crate) node: Option<Box<dyn AnyNode>>,
}

impl Outcome {
    pub(crate) fn new(
        report: Report,
        strategies: Vec<Instance>,
        collected: Vec<(String, Box<dyn Any + Send>)>,
        digests: Vec<Digest>,
    ) -> Self {
        Outcome { report, strategies, collected, digests }
    }

    /// The digests along the way, one for every so many dispatches, if
    /// [`Runner::digest_every`](crate::Runner::digest_every) asked for them.
    ///
    /// The first that differs from that of another run says where the two part.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default());
    /// assert_eq!(runner.digest_every(2).run()?.digests().len(), 3);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn digests(&self) -> &[Digest] {
        &self.digests
    }

    /// The figures of the run.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let outcome = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).run()?;
    /// assert_eq!(outcome.report().dispatched.calls, 3);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The names of the strategies that are still here, in the order in which they were added.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names());
    /// let mut outcome = runner.add(Greeter::default()).add_as("doorman", Greeter::default()).run()?;
    /// let _doorman: Greeter = outcome.take_named("doorman")?;
    /// assert_eq!(outcome.names().collect::<Vec<_>>(), ["Greeter"]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.strategies
            .iter()
            .filter(|instance| instance.node.is_some())
            .map(|instance| instance.name.as_str())
    }

    /// True if that strategy panicked: it is handed back as the panic left it (S44).
    ///
    /// False for a name that no strategy has, or whose strategy was taken.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(_: &Context<Greeter>, name: String) {
    ///     assert_eq!(name, "Jane");
    /// }
    ///
    /// let outcome = run(arrive).unwrap_err().into_outcome().expect("a run that had begun");
    /// assert!(outcome.panicked("Greeter"));
    /// ```
    pub fn panicked(&self, name: &str) -> bool {
        let mut named = self.strategies.iter().filter(|instance| instance.name == name);
        named.any(|instance| instance.node.as_ref().is_some_and(|node| node.panicked()))
    }

    /// Takes the strategy of type `S`.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one: then use [`Outcome::take_named`] or [`Outcome::take_all`].
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let mut outcome = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).run()?;
    /// let greeter: Greeter = outcome.take()?;
    /// assert_eq!(greeter.ticks, 0);
    ///
    /// let again = outcome.take::<Greeter>();
    /// assert!(again.is_err());
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn take<S: Strategy>(&mut self) -> Result<S> {
        let mut found = self.strategies.iter_mut().filter(|instance| instance.is::<S>());
        let (first, more) = (found.next(), found.count());
        match (first, more) {
            (Some(instance), 0) => instance.take().ok_or_else(|| self.lacks(&type_name::<S>())),
            (Some(_), more) => Err(too_many::<S>(more + 1)),
            (None, _) => Err(self.lacks(&type_name::<S>())),
        }
    }

    /// The strategy of type `S`, which stays here.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let outcome = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).run()?;
    /// assert_eq!(outcome.get::<Greeter>()?.ticks, 0);
    /// assert_eq!(outcome.get::<Greeter>()?.ticks, 0); // it is still there
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn get<S: Strategy>(&self) -> Result<&S> {
        let mut found = self.strategies.iter().filter_map(Instance::get::<S>);
        match (found.next(), found.count()) {
            (Some(strategy), 0) => Ok(strategy),
            (Some(_), more) => Err(too_many::<S>(more + 1)),
            (None, _) => Err(self.lacks(&type_name::<S>())),
        }
    }

    /// Takes the strategy of that name.
    ///
    /// # Errors
    ///
    /// If there is none of that name and type.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names());
    /// let mut outcome = runner.add_as("front", Greeter::default()).add_as("back", Greeter::default()).run()?;
    /// let _front: Greeter = outcome.take_named("front")?;
    ///
    /// let error = outcome.take_named::<Greeter>("side").err().expect("no such strategy");
    /// assert!(error.to_string().ends_with("it has back"));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn take_named<S: Strategy>(&mut self, name: &str) -> Result<S> {
        let found = self.strategies.iter_mut().find(|instance| instance.name == name && instance.is::<S>());
        found.and_then(Instance::take).ok_or_else(|| {
            let names: Vec<&str> = self.names().collect();
            not_in_outcome(format!(
                "the run has no strategy \"{name}\" of type {}; it has {}",
                type_name::<S>(),
                list(&names)
            ))
        })
    }

    /// Takes all strategies of type `S`, in the order in which they were added.
    ///
    /// Empty if there are none, or all were taken.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names());
    /// let mut outcome = runner.add(Greeter::default()).add(Greeter::default()).run()?;
    /// let greeters: Vec<Greeter> = outcome.take_all();
    /// assert_eq!(greeters.len(), 2);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn take_all<S: Strategy>(&mut self) -> Vec<S> {
        self.strategies.iter_mut().filter_map(Instance::take).collect()
    }

    /// Takes what [`Runner::collect`](crate::Runner::collect) kept of a stream.
    ///
    /// # Errors
    ///
    /// If the stream was not collected, or its events were taken already.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default());
    /// let mut outcome = runner.collect(Greeter::GREETINGS).run()?;
    /// let greetings = outcome.collected(Greeter::GREETINGS)?;
    /// assert_eq!(greetings[2].to_string(), "2025-01-01T00:00:03Z Hello Sarah");
    /// assert!(outcome.collected(Greeter::GREETINGS).is_err()); // taken already
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn collected<T: Payload>(&mut self, stream: Stream<T>) -> Result<Vec<Event<T>>> {
        let position = self
            .collected
            .iter()
            .position(|(name, events)| name == stream.name() && events.is::<Vec<Event<T>>>());
        let events = position.and_then(|position| self.collected.swap_remove(position).1.downcast().ok());
        events.map(|events| *events).ok_or_else(|| {
            not_in_outcome(format!(
                "stream \"{stream}\" was not collected as {}, or was taken already; add `.collect(..)` to the runner",
                type_name::<T>()
            ))
        })
    }

    fn lacks(&self, wanted: &str) -> Error {
        let names: Vec<&str> = self.names().collect();
        let gone = match self.strategies.len() - names.len() {
            0 => String::new(),
            1 => " (1 was taken already, or has retired)".to_owned(),
            gone => format!(" ({gone} were taken already, or have retired)"),
        };
        not_in_outcome(format!("the run has no strategy of type {wanted}; it has {}{gone}", list(&names)))
    }
}

impl Instance {
    fn is<S: Strategy>(&self) -> bool {
        self.node::<S>().is_some()
    }

    fn get<S: Strategy>(&self) -> Option<&S> {
        self.node::<S>()?.strategy.as_ref()
    }

    fn node<S: Strategy>(&self) -> Option<&Node<S>> {
        let node: &dyn Any = self.node.as_deref()?;
        node.downcast_ref()
    }

    fn take<S: Strategy>(&mut self) -> Option<S> {
        if !self.is::<S>() {
            return None;
        }
        let node: Box<dyn Any> = self.node.take()?;
        node.downcast::<Node<S>>().ok()?.strategy
    }
}

fn too_many<S>(count: usize) -> Error {
    not_in_outcome(format!(
        "the run has {count} strategies of type {}; use `take_named(..)` or `take_all()`",
        type_name::<S>()
    ))
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { Few(names).to_string() }
}

fn not_in_outcome(text: String) -> Error {
    Error::new(ErrorKind::NotInOutcome(text))
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names().collect();
        f.debug_struct("Outcome")
            .field("report", &self.report)
            .field("strategies", &names)
            .finish_non_exhaustive()
    }
}

/// Why a run stopped.
///
/// ```
/// use asp_core::{Runner, StopReason};
///
/// assert_eq!(Runner::new().run()?.report().reason, StopReason::Finished);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum StopReason {
    /// It had reached its end (S27), or nothing was left to do (S28).
    Finished,
    /// A strategy called `cx.stop()` (S46).
    Requested,
    /// An error stopped it.
    Failed,
}

/// The figures of a run (S48).
///
/// With the feature `serde` it can be serialized and read back: times as RFC 3339, durations as text (`1s500ms`).
///
/// It prints as two lines, and a third if anything was skipped, clamped, left pending or passed over; then one for each
/// sink that was too slow for the run.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default());
/// let outcome = runner.end("2025-01-01T00:00:02Z".parse()?).run()?;
/// assert_eq!(
///     outcome.report().to_string(),
///     "finished at 2025-01-01T00:00:02Z, from 2025-01-01T00:00:00Z\n\
///      dispatched 2 events, 1 call, 0 ticks, 0 hooks, 0 settled\n\
///      1 pending"
/// );
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Report {
    /// Why the run stopped.
    pub reason: StopReason,
    /// Where time began.
    pub start: Timestamp,
    /// Where time stopped.
    pub now: Timestamp,
    /// Handler calls by kind.
    pub dispatched: Dispatched,
    /// Emissions that went straight to the next strategy of a [fused chain](crate::Runner::fuse). They are among the events
    /// dispatched.
    pub fused: u64,
    /// Events before the start, left out (S17).
    pub skipped: u64,
    /// Calls asked for in the past, and made at once (S11).
    pub clamped: u64,
    /// Calls, timers and emissions that were still to come when the run stopped (S12).
    pub pending: u64,
    /// Handler errors passed over, under [`OnError::Continue`](crate::OnError::Continue).
    pub errors: u64,
    /// Live events that were dropped because their queue was full (S39).
    pub dropped: u64,
    /// Ticks that were left out because the next one was due too (S26).
    pub missed: u64,
    /// Live events whose time was moved behind an item that was dispatched before they were seen (S51).
    pub restamped: u64,
    /// The most by which a live event was dispatched after its own time; negative if all sources' clocks were ahead.
    pub max_lag: Option<Duration>,
    /// The most by which the live phase was late: from the time of an item to its dispatch.
    pub max_behind: Duration,
    /// The instant at which a live run began: what is earlier was worked off, what is later was waited for (S30). None if
    /// the run ended before it came to that.
    pub handover: Option<Timestamp>,
    /// The digest of all dispatches, if one was asked for (S49).
    pub digest: Option<Digest>,
    /// Corrections of the wall clock, at most the first 1000 (S5).
    pub clock_steps: Vec<ClockStep>,
    /// What came over each live stream, and how it joined its history.
    pub live: Vec<StreamReport>,
    /// What became of the events of each [`Runner::forward`](crate::Runner::forward), by stream.
    pub forwards: Vec<ForwardReport>,
    /// How long handlers took, if [`Runner::time_handlers`](crate::Runner::time_handlers) asked for it.
    pub handlers: Vec<HandlerTimes>,
}

impl Report {
    /// How much virtual time the run covered.
    ///
    /// None if that is longer than a [`Duration`] can be.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let outcome = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).run()?;
    /// assert_eq!(outcome.report().elapsed(), Some(Duration::from_secs(3)));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn elapsed(&self) -> Option<Duration> {
        self.now.checked_since(self.start)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            StopReason::Finished => "finished",
            StopReason::Requested => "stopped on request",
            StopReason::Failed => "failed",
        };
        writeln!(f, "{reason} at {}, from {}", self.now, self.start)?;
        write!(f, "dispatched {}", self.dispatched)?;
        let rest = [
            ("skipped", self.skipped),
            ("clamped", self.clamped),
            ("pending", self.pending),
            ("errors passed over", self.errors),
            ("dropped", self.dropped),
            ("missed", self.missed),
            ("restamped", self.restamped),
        ];
        for (k, (what, count)) in rest.into_iter().filter(|&(_, count)| count > 0).enumerate() {
            write!(f, "{}{count} {what}", if k == 0 { "\n" } else { ", " })?;
        }
        self.digest.map_or(Ok(()), |digest| write!(f, "\ndigest {digest}"))?;
        let mut slow = self.forwards.iter().filter(|forward| forward.was_slow());
        slow.try_for_each(|forward| write!(f, "\n{forward}"))?;
        let Some(handover) = self.handover else { return Ok(()) };
        write!(f, "\nlive from {handover}, at most {} behind", self.max_behind)?;
        self.max_lag.map_or(Ok(()), |lag| write!(f, ", lag at most {lag}"))?;
        self.live.iter().try_for_each(|stream| write!(f, "\n{stream}"))?;
        self.clock_steps.iter().try_for_each(|step| write!(f, "\n{step}"))
    }
}

/// Handler calls by kind (S48).
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let outcome = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).run()?;
/// let Dispatched { events, calls, ticks, .. } = outcome.report().dispatched;
/// assert_eq!((events, calls, ticks), (3, 3, 0));
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Dispatched {
    /// `on_start`, class 0.
    pub starts: u64,
    /// Events of sources and emissions, class 1: one for each handler that read one.
    pub events: u64,
    /// Deferred calls and ends of streams, class 2.
    pub calls: u64,
    /// Wakes of async handlers and coroutines, class 2.
    pub wakes: u64,
    /// Ticks of periodic timers, class 3.
    pub ticks: u64,
    /// `on_settled`, class 4.
    pub settled: u64,
    /// `on_stop`, class 5.
    pub stops: u64,
}

impl Dispatched {
    /// All handler calls.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let outcome = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).run()?;
    /// assert_eq!(outcome.report().dispatched.total(), 6);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn total(&self) -> u64 {
        self.starts + self.events + self.calls + self.wakes + self.ticks + self.settled + self.stops
    }

    pub(crate) fn count(&mut self, class: Class) {
        *match class {
            Class::Start => &mut self.starts,
            Class::Event => &mut self.events,
            Class::Call => &mut self.calls,
            Class::Tick => &mut self.ticks,
            Class::Settled => &mut self.settled,
            Class::Stop => &mut self.stops,
        } += 1;
    }
}

impl fmt::Display for Dispatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Dispatched { starts, events, calls, wakes, ticks, settled, stops } = self;
        let hooks = starts + stops;
        let counts = [(events, "event"), (calls, "call"), (wakes, "wake"), (ticks, "tick"), (&hooks, "hook")];
        // Wakes are for those who have async handlers.
        for (count, word) in counts.into_iter().filter(|&(&count, word)| count > 0 || word != "wake") {
            write!(f, "{count} {word}{}, ", if *count == 1 { "" } else { "s" })?;
        }
        write!(f, "{settled} settled")
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests;
