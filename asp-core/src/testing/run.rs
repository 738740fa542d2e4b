//! A run in the hands of a test.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::item::{Item, who};
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::graph::Graph;
use crate::live::StopHandle;
use crate::names::type_name;
use crate::node::{AnyNode, Node};
use crate::observe::Place;
use crate::outcome::{Outcome, StopReason};
use crate::runner::{Runner, concluded};
use crate::strategy::Strategy;
use crate::stream::{Event, Payload, Stream};
use crate::time::Timestamp;

/// A run over history that a test takes step by step: it puts events in, dispatches one item after the other, and looks at
/// the strategies in between.
///
/// Streams need no source here: each one that the runner does not feed takes what is [injected](TestRun::inject). What
/// strategies emit is kept for [`TestRun::emitted`]. Apart from that it is the run that [`Runner::run`] makes: the same
/// items in the same order (S7).
///
/// Until [`TestRun::end_all`] or [`TestRun::finish`] more may come, so that the run does not end by itself before
/// [`Runner::end`]: timers go on ticking, and whoever waits for an event goes on waiting.
///
/// ```
#[doc = include_str!("../../doc/greeter.rs")]
/// use asp_core::testing::TestRun;
///
/// let start: Timestamp = "2025-01-01".parse()?;
/// let mut run = TestRun::new(Runner::new().start(start).add(Greeter::default()))?;
///
/// run.inject(Greeter::NAMES, start, "Jane".to_owned())?;
/// let item = run.step()?.expect("Jane's arrival");
/// assert_eq!(item.handlers, ["Greeter::arrive"]);
/// assert_eq!(run.pending()[0].to_string(), "2025-01-01T00:00:01Z call: Greeter::greet");
///
/// run.run_until(start + Duration::from_secs(1))?;
/// let greetings = run.emitted(Greeter::GREETINGS)?;
/// assert_eq!(greetings[0].to_string(), "2025-01-01T00:00:01Z Hello Jane");
/// assert_eq!(run.strategy::<Greeter>()?.ticks, 0);
///
/// let outcome = run.finish()?;
/// assert_eq!(outcome.report().dispatched.calls, 1);
/// # Ok::<(), asp_core::Error>(())
/// ```
pub struct TestRun {
    engine: Engine,
    /// The handler calls of the step that goes on.
    seen: Arc<Mutex<Vec<Seen>>>,
    state: State,
    /// Kept so that the run expects to be stopped between any two items, and takes them one by one.
    _stop: StopHandle,
}

struct Seen {
    place: Place,
    stream: Option<String>,
    who: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Goes,
    /// A handler, or whoever has a handle, has stopped it.
    Stopped,
    /// The error has the strategies.
    Failed,
}

impl TestRun {
    /// Begins a run: sources are opened and `on_start` is called, so that what it asks for is [pending](TestRun::pending).
    ///
    /// # Errors
    ///
    /// Faults of the graph, other than streams without a source; errors of `on_start`; a runner without a
    /// [start](Runner::start) that feeds no stream either, or one that repeats a recording.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let run = TestRun::new(Runner::new().start(Timestamp::EPOCH).add(Greeter::default()))?;
    /// assert_eq!(run.now(), Timestamp::EPOCH);
    ///
    /// let error = TestRun::new(Runner::new().add(Greeter::default())).unwrap_err();
    /// assert!(error.to_string().ends_with("add `.start(..)` to the runner"));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn new(runner: Runner) -> Result<Self> {
        if runner.replay.is_some() {
            return Err(refused("a recorded run is repeated as a whole; use `.run()`"));
        }
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let noted = Arc::clone(&seen);
        let runner = runner.step(None, Graph::open_to_test).observe(move |dispatch| {
            let who = who(dispatch.strategy, dispatch.handler);
            let seen = Seen { place: dispatch.place, stream: dispatch.stream.map(str::to_owned), who };
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        });
        let stop = runner.stop.clone();
        let mut run = TestRun { engine: runner.engine(false)?, seen, state: State::Goes, _stop: stop };
        if !run.engine.has_start() {
            return Err(refused("no event tells when the run begins; add `.start(..)` to the runner"));
        }
        match run.engine.begin_steps() {
            Ok(None) => {}
            Ok(Some(StopReason::Requested)) => run.state = State::Stopped,
            ended => return Err(run.failed(ended.map(|_| StopReason::Failed))),
        }
        run.take_seen();
        Ok(run)
    }

    /// Puts an event into a stream that the runner does not feed.
    ///
    /// It is an event of a source, and takes its place among the others by time; events of one stream and time are in the
    /// order in which they were injected. One at [`TestRun::now`] that would come before what was dispatched already joins
    /// the next round of this instant instead, as an emission does (S9).
    ///
    /// # Errors
    ///
    /// If the run is past `time`; if the run has no such stream, or it carries something else, is fed by a source, or has
    /// ended; if the run is over.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let at = Timestamp::from_secs;
    /// let mut run = TestRun::new(Runner::new().start(at(0)).add(Greeter::default()))?;
    /// run.inject(Greeter::NAMES, at(20), "John".to_owned())?;
    /// run.inject(Greeter::NAMES, at(10), "Jane".to_owned())?;
    /// run.run_until(at(15))?;
    /// assert_eq!(run.emitted(Greeter::GREETINGS)?[0].value, "Hello Jane");
    ///
    /// let error = run.inject(Greeter::NAMES, at(12), "Sarah".to_owned()).unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::InjectedInPast { .. }));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn inject<T: Payload>(&mut self, stream: Stream<T>, time: Timestamp, value: T) -> Result<()> {
        self.goes_on()?;
        self.engine.inject(&stream, time, value).map_err(Error::new)
    }

    /// Ends a stream, after the events that were injected: its readers hear of it (S54), those who wait for it too.
    ///
    /// # Errors
    ///
    /// As those of [`TestRun::inject`].
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let start = Timestamp::EPOCH;
    /// let mut run = TestRun::new(Runner::new().start(start).add(Greeter::default()))?;
    /// run.end(Greeter::NAMES)?;
    /// assert!(run.inject(Greeter::NAMES, start, "Jane".to_owned()).is_err());
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn end<T: Payload>(&mut self, stream: Stream<T>) -> Result<()> {
        self.goes_on()?;
        self.engine.end_stream(stream.name()).map_err(Error::new)
    }

    /// Ends all streams that were not fed: from now on the run ends where [`Runner::run`] would end it (S28).
    ///
    /// Streams that the runner only [announces](Runner::opens) end if something was injected into them.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let start = Timestamp::EPOCH;
    /// let mut run = TestRun::new(Runner::new().start(start).add(Greeter::default()))?;
    /// run.inject(Greeter::NAMES, start, "Jane".to_owned())?;
    /// run.end_all();
    /// let mut items = 0;
    /// while run.step()?.is_some() {
    ///     items += 1;
    /// }
    /// assert_eq!(items, 3); // she arrives, is greeted, the greeting is emitted
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn end_all(&mut self) {
        if self.state == State::Goes {
            self.engine.end_all();
        }
    }

    /// Dispatches the next item, to all of its handlers; none if nothing is left.
    ///
    /// An unbounded timer always has a next tick, until the run has ended.
    ///
    /// # Errors
    ///
    /// Those of [`Runner::run`]. The run is over then, and [`Error::into_outcome`] has the strategies.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let mut run = TestRun::new(Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()))?;
    /// assert_eq!(run.step()?.expect("Jane").stream.as_deref(), Some("names"));
    /// assert_eq!(run.step()?.expect("John").to_string(), "2025-01-01T00:00:01Z event of \"names\": Greeter::arrive");
    /// assert_eq!(run.step()?.expect("a call").to_string(), "2025-01-01T00:00:01Z call: Greeter::greet");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn step(&mut self) -> Result<Option<Item>> {
        self.step_until(i64::MAX)
    }

    /// Dispatches all that is due before `time` or at it, with all rounds of that instant, and lets time move on to `time`;
    /// how many items there were.
    ///
    /// Time does not move beyond [`Runner::end`], nor when the run is over.
    ///
    /// # Errors
    ///
    /// As those of [`TestRun::step`]; if the run is past `time`.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let mut run = TestRun::new(Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()))?;
    /// let time = run.now() + Duration::from_secs(1);
    /// assert_eq!(run.run_until(time)?, 4); // Jane and John have come, she was greeted
    /// assert_eq!(run.now(), time);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn run_until(&mut self, time: Timestamp) -> Result<usize> {
        self.is_there()?;
        let now = self.now();
        if time < now {
            return Err(refused(format!("the run is at {now}, and time does not go back to {time}")));
        }
        let mut items = 0;
        while self.step_until(time.as_nanos())?.is_some() {
            items += 1;
        }
        if self.state == State::Goes {
            self.engine.move_to(time.as_nanos());
        }
        Ok(items)
    }

    /// Ends all streams, dispatches what is left, calls `on_stop`, and hands out what the run has come to.
    ///
    /// # Errors
    ///
    /// As those of [`Runner::run`]; if a step has returned an error already.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let mut run = TestRun::new(Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()))?;
    /// run.step()?;
    /// let mut outcome = run.finish()?;
    /// assert_eq!(outcome.report().dispatched.events, 3);
    /// let _greeter: Greeter = outcome.take()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn finish(mut self) -> Result<Outcome> {
        self.is_there()?;
        self.end_all();
        while self.step()?.is_some() {}
        let reason = if self.state == State::Stopped { StopReason::Requested } else { StopReason::Finished };
        let (outcome, errors) = self.engine.conclude(Ok(reason));
        concluded(outcome, errors)
    }

    /// Takes the events out that a stream has had since the last time: those that strategies emit, and those that were
    /// injected there.
    ///
    /// For a stream on which no strategy emits, [`Runner::collect`] keeps them.
    ///
    /// # Errors
    ///
    /// If the run has no such stream, or it carries something else, or its events are not kept.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let mut run = TestRun::new(Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()))?;
    /// run.run_until(run.now() + Duration::from_secs(2))?;
    /// assert_eq!(run.emitted(Greeter::GREETINGS)?.len(), 2);
    /// assert!(run.emitted(Greeter::GREETINGS)?.is_empty());
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn emitted<T: Payload>(&mut self, stream: Stream<T>) -> Result<Vec<Event<T>>> {
        self.is_there()?;
        self.engine.take_events(&stream).map_err(Error::new)
    }

    /// What is to come, in order: events, deferred calls, the next tick of each timer, tasks that sleep, and what waits for a
    /// suspended handler.
    ///
    /// Of a stream that is fed only the next event is known. The first item is what [`TestRun::step`] dispatches, unless
    /// it has to wait for a suspended handler itself (S41), or is a tick that is left out (S26).
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let at = Timestamp::from_secs;
    /// let mut run = TestRun::new(Runner::new().start(at(0)).add(Greeter::default()))?;
    /// run.inject(Greeter::NAMES, at(1), "John".to_owned())?;
    /// run.inject(Greeter::NAMES, at(0), "Jane".to_owned())?;
    /// run.step()?;
    /// let pending: Vec<String> = run.pending().iter().map(ToString::to_string).collect();
    /// assert_eq!(
    ///     pending,
    ///     ["1970-01-01T00:00:01Z event of \"names\"", "1970-01-01T00:00:01Z call: Greeter::greet"]
    /// );
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn pending(&self) -> Vec<Item> {
        if self.state == State::Failed { Vec::new() } else { self.engine.planned() }
    }

    /// Virtual time: that of the last item, or what [`TestRun::run_until`] has moved on to.
    ///
    /// ```
    /// use asp_core::{Runner, Timestamp, testing::TestRun};
    ///
    /// let at = Timestamp::from_secs;
    /// let mut run = TestRun::new(Runner::new().start(at(5)))?;
    /// run.run_until(at(10))?;
    /// assert_eq!(run.now(), at(10));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn now(&self) -> Timestamp {
        self.engine.now()
    }

    /// The strategy of type `S`.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one: then use [`TestRun::strategy_named`]. If an `async fn(&mut self)` that is
    /// suspended has it (S41).
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let run = TestRun::new(Runner::new().start(Timestamp::EPOCH).add(Greeter::default()))?;
    /// assert_eq!(run.strategy::<Greeter>()?.ticks, 0);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn strategy<S: Strategy>(&self) -> Result<&S> {
        self.is_there()?;
        let mut found = self.engine.strategies().filter(|(_, node)| is::<S>(*node));
        let text = match (found.next(), found.count()) {
            (Some((name, node)), 0) => return state::<S>(&name, node),
            (Some(_), more) => {
                format!("{} strategies of type {}; use `strategy_named(..)`", more + 1, type_name::<S>())
            }
            (None, _) => format!("no strategy of type {}; it has {}", type_name::<S>(), self.names()),
        };
        Err(refused(format!("the run has {text}")))
    }

    /// The strategy of that name.
    ///
    /// # Errors
    ///
    /// If there is none of that name and type, or if a suspended `async fn(&mut self)` has it (S41).
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// use asp_core::testing::TestRun;
    ///
    /// let runner = Runner::new().start(Timestamp::EPOCH).add_as("doorman", Greeter::default());
    /// let run = TestRun::new(runner)?;
    /// assert_eq!(run.strategy_named::<Greeter>("doorman")?.ticks, 0);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn strategy_named<S: Strategy>(&self, name: &str) -> Result<&S> {
        self.is_there()?;
        let mut named = self.engine.strategies().filter(|(other, node)| *other == name && is::<S>(*node));
        match named.next() {
            Some((name, node)) => state(&name, node),
            None => Err(refused(format!(
                "the run has no strategy \"{name}\" of type {}; it has {}",
                type_name::<S>(),
                self.names()
            ))),
        }
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.engine.strategies().map(|(name, _)| name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    fn step_until(&mut self, time: i64) -> Result<Option<Item>> {
        self.is_there()?;
        if self.state == State::Stopped {
            return Ok(None);
        }
        let (item, ended) = self.engine.step(time);
        let seen = self.take_seen();
        match ended {
            None => {}
            Some(Ok(StopReason::Requested)) => self.state = State::Stopped,
            Some(ended) => return Err(self.failed(ended)),
        }
        Ok(item.map(|mut item| {
            if let Some(first) = seen.first() {
                (item.place, item.stream) = (first.place, first.stream.clone());
            }
            item.handlers.extend(seen.into_iter().map(|seen| seen.who));
            item
        }))
    }

    fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends the run with an error.
    fn failed(&mut self, ended: Result<StopReason, ErrorKind>) -> Error {
        self.state = State::Failed;
        let (outcome, errors) = self.engine.conclude(ended);
        match concluded(outcome, errors) {
            Err(error) => error,
            Ok(_) => refused("the run has failed"),
        }
    }

    fn is_there(&self) -> Result<()> {
        match self.state {
            State::Failed => {
                Err(refused("the run has failed; the error has what is left of it: `error.into_outcome()`"))
            }
            State::Goes | State::Stopped => Ok(()),
        }
    }

    fn goes_on(&self) -> Result<()> {
        self.is_there()?;
        match self.state {
            State::Stopped => Err(refused("the run was stopped by `stop()`; nothing comes any more")),
            State::Goes | State::Failed => Ok(()),
        }
    }
}

fn refused(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::NotInTest(text.into()))
}

fn is<S: Strategy>(node: &dyn AnyNode) -> bool {
    let node: &dyn Any = node;
    node.is::<Node<S>>()
}

fn state<'a, S: Strategy>(name: &str, node: &'a dyn AnyNode) -> Result<&'a S> {
    let any: &dyn Any = node;
    any.downcast_ref::<Node<S>>().and_then(|node| node.strategy.as_ref()).ok_or_else(|| {
        let method = node.holder().map_or("", |(_, method)| method);
        refused(format!("{name} is in its handler `{method}`, which waits; step on until that has ended"))
    })
}

impl fmt::Debug for TestRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pending: Vec<String> = self.pending().iter().map(ToString::to_string).collect();
        f.debug_struct("TestRun").field("now", &self.now()).field("pending", &pending).finish_non_exhaustive()
    }
}
