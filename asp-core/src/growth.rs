//! What handlers ask for that changes who takes part in a run: strategies that come and sources that open (S56, S57).

use std::any::Any;

use crate::context::Context;
use crate::desk::Desk;
use crate::graph::Graph;
use crate::source::{IntoSource, Source};
use crate::strategy::Strategy;
use crate::stream::{Payload, Stream};
use crate::task::TaskContext;

/// What a handler asks for; it is done when the handler has returned, before any other item.
pub(crate) enum Growth {
    Spawn(Box<dyn Newcomer>),
    Feed(Supply),
}

/// A strategy that is about to join a run.
pub(crate) trait Newcomer: Send {
    /// Joins; its number.
    fn join(self: Box<Self>, graph: &mut Graph, now: i64) -> u32;
}

/// A strategy on its way, under a name of its own or that of its type.
pub(crate) struct Spawned<S> {
    pub(crate) strategy: S,
    pub(crate) name: Option<String>,
}

impl<S: Strategy> Newcomer for Spawned<S> {
    fn join(self: Box<Self>, graph: &mut Graph, now: i64) -> u32 {
        graph.spawn(self.strategy, self.name.as_deref(), now)
    }
}

/// A source on its way to a stream.
pub(crate) struct Supply {
    pub(crate) stream: String,
    /// A `Source<T>`.
    pub(crate) source: Box<dyn Any + Send>,
    /// The name of `T`.
    pub(crate) given: String,
    pub(crate) is_live: bool,
    /// What is wrong with it in itself.
    pub(crate) misuse: Option<&'static str>,
}

impl Supply {
    pub(crate) fn new<T: Payload>(stream: &str, source: Source<T>) -> Self {
        Supply {
            stream: stream.to_owned(),
            given: crate::names::type_name::<T>(),
            is_live: source.live.is_some(),
            misuse: source.misuse,
            source: Box::new(source),
        }
    }
}

/// A request that waits to be fulfilled, and who made it.
pub(crate) struct Asked {
    pub(crate) node: u32,
    pub(crate) method: &'static str,
    pub(crate) growth: Growth,
}

/// What [`Context::spawn`] takes: a strategy.
///
/// It is there for what the compiler says where something else is passed.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// fn spawn_two<N: asp_core::Spawnable + Clone>(cx: &Context<Greeter>, newcomer: N) {
///     cx.spawn(newcomer.clone());
///     cx.spawn(newcomer);
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot join the run, it is not a strategy",
    label = "no `#[strategy]` block",
    note = "add `#[strategy]` above the `impl` block of its type; a `Keyed` is for `Runner::add`",
    note = "a task is started where it can be awaited: `async fn`, `cx: &TaskContext<Self>`, `cx.spawn(async move {{ .. }})`"
)]
pub trait Spawnable: Strategy {}

#[diagnostic::do_not_recommend]
impl<S: Strategy> Spawnable for S {}

impl<S: Strategy> Context<S> {
    /// Adds a strategy to the run that goes on, named after its type (then `Type#2` and so on).
    ///
    /// It begins with the next round of this instant: its `on_start` comes first, then it has its share of the events of
    /// that round. Its timers count from now, and it is declared after all that there are. What it reads must be fed,
    /// emitted or announced; else the run stops when it is to join (S56). A [`Keyed`](crate::Keyed) is for the runner.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     if name == "Jane" {
    ///         cx.spawn(Greeter::default()); // who greets all who come after Jane as well
    ///     }
    ///     cx.after(Duration::from_secs(1)).greet(name);
    /// }
    ///
    /// let outcome = run(arrive)?;
    /// assert_eq!(outcome.names().collect::<Vec<_>>(), ["Greeter", "Greeter#2"]);
    /// assert_eq!(outcome.report().dispatched.events, 3 + 2);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn spawn<N: Spawnable>(&self, strategy: N) {
        self.ask(Growth::Spawn(Box::new(Spawned { strategy, name: None })));
    }

    /// [`Context::spawn`] with a name; if another strategy has it, with a number behind it.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     cx.spawn_as(format!("{name}'s"), Greeter::default());
    /// }
    ///
    /// let outcome = run(arrive)?;
    /// assert_eq!(outcome.names().collect::<Vec<_>>(), ["Greeter", "Jane's", "John's", "Sarah's"]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn spawn_as<N: Spawnable>(&self, name: impl Into<String>, strategy: N) {
        self.ask(Growth::Spawn(Box::new(Spawned { strategy, name: Some(name.into()) })));
    }

    /// Takes this strategy out of the run when this handler has returned, an async one when it has ended.
    ///
    /// Its `on_stop` runs at once. What it has emitted is dispatched; its calls, timers and waiting tasks are dropped, and
    /// the strategy with them: it is not in the outcome (S56).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     cx.emit(Greeter::GREETINGS, format!("Hello {name}, and goodbye"));
    ///     cx.retire();
    /// }
    ///
    /// let mut outcome = run(arrive)?;
    /// assert_eq!(outcome.collected(Greeter::GREETINGS)?.len(), 1); // nobody is left to greet John and Sarah
    /// assert!(outcome.take::<Greeter>().is_err());
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn retire(&self) {
        let desk = self.desk();
        desk.retiring.set(true);
        self.interrupt(desk);
    }

    /// Opens a source now, on a stream that [`Runner::opens`](crate::Runner::opens) announced, or whose source has ended.
    ///
    /// Its events up to now are dispatched now, in the next round, with their own event times, and counted in
    /// `report.clamped`; later ones when their time comes. A live source is for live runs. While a live run works off its
    /// past, time stands still until the source is ready (S57).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     if name == "Jane" {
    ///         let friends = timestamps(cx.now(), Duration::from_mins(1)).zip(["Tom".to_owned(), "Pia".to_owned()]);
    ///         cx.feed(FRIENDS, friends);
    ///     }
    /// }
    ///
    /// const FRIENDS: Stream<String> = Stream::new("friends");
    /// let runner = Runner::new().opens(FRIENDS).collect(FRIENDS);
    /// let runner = runner.feed(Greeter::NAMES, names()).add(Greeter::arriving(arrive));
    /// let friends = runner.run()?.collected(FRIENDS)?;
    /// assert_eq!(friends[0].to_string(), "2025-01-01T00:00:00Z Tom");
    /// assert_eq!(friends[1].to_string(), "2025-01-01T00:01:00Z Pia");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn feed<T: Payload, Kind>(&self, stream: Stream<T>, source: impl IntoSource<T, Kind>) {
        let supply = Supply::new(self.actual(stream.name()), source.into_source());
        self.ask(Growth::Feed(supply));
        self.interrupt(self.desk());
    }

    fn ask(&self, growth: Growth) {
        let desk = self.desk();
        desk.growth.borrow_mut().push(growth);
        desk.hold_instant();
        self.touch_agenda();
    }

    /// Nothing more is dispatched before the engine has looked around.
    fn interrupt(&self, desk: &Desk) {
        desk.interrupt();
        self.touch_agenda();
    }
}

impl<S: Strategy> TaskContext<S> {
    /// [`Context::spawn`]: adds a strategy to the run. ([`RunContext::spawn`](crate::RunContext::spawn) starts a task.)
    ///
    /// ```
    #[doc = include_str!("../doc/sleeper.rs")]
    /// async fn nap(cx: &TaskContext<Sleeper>) {
    ///     cx.sleep(Duration::from_secs(1)).await;
    ///     cx.spawn_strategy(Sleeper::default());
    /// }
    /// ```
    #[track_caller]
    pub fn spawn_strategy<N: Spawnable>(&self, strategy: N) {
        self.reach(|cx| cx.spawn(strategy));
    }

    /// [`Context::retire`]: takes this strategy out of the run when this handler has ended.
    ///
    /// ```
    #[doc = include_str!("../doc/sleeper.rs")]
    /// async fn nap(cx: &TaskContext<Sleeper>) {
    ///     cx.retire(); // nothing happens yet
    ///     cx.sleep(Duration::from_secs(1)).await;
    /// }
    /// ```
    #[track_caller]
    pub fn retire(&self) {
        self.reach(Context::retire);
    }

    /// [`Context::feed`]: opens a source now.
    ///
    /// ```
    #[doc = include_str!("../doc/sleeper.rs")]
    /// async fn nap(cx: &TaskContext<Sleeper>) {
    ///     cx.sleep(Duration::from_secs(1)).await;
    ///     cx.feed(Stream::<u32>::new("dreams"), timestamps(cx.now(), Duration::from_secs(9)).zip(1..=3));
    /// }
    /// ```
    #[track_caller]
    pub fn feed<T: Payload, Kind>(&self, stream: Stream<T>, source: impl IntoSource<T, Kind>) {
        self.reach(|cx| cx.feed(stream, source));
    }
}
