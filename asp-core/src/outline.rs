//! What a run consists of, as data: for programs that show their graph, and for people who wonder.
//!
//! Here is how it is gathered; the modules below write it down.

mod dot;
#[cfg(feature = "svg")]
mod layers;
mod mermaid;
mod picture;
#[cfg(feature = "svg")]
mod svg;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;

use crate::graph::Rebind;
use crate::names::{free_name, type_name};
use crate::strategy::Strategy;
use crate::stream::Stream;
use crate::wiring::{Method, Wiring};

/// The streams, strategies and coroutines of a run, from [`Runner::graph`](crate::Runner::graph).
///
/// `Display` is an outline. [`RunGraph::to_mermaid`] and [`RunGraph::to_dot`] are pictures for others to draw; with the
/// feature `svg`, `to_svg` is one that is drawn.
/// All list things in the order in which the runner was told of them, so that the same program gives the same text.
///
/// ```
/// use asp_core::{Runner, Stream, timestamps};
///
/// const NAMES: Stream<&str> = Stream::new("names");
/// let names = timestamps("2025-01-01".parse()?, "1s".parse()?).zip(["Jane", "John"]);
/// let runner = Runner::new().feed(NAMES, names).collect(NAMES);
/// assert_eq!(runner.graph().to_string(), "streams\n  names: &str\n    fed\n    collected\n");
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunGraph {
    /// By first mention.
    pub streams: Vec<StreamInfo>,
    /// In the order in which they were added.
    pub strategies: Vec<StrategyInfo>,
    /// The names of the coroutines, in the order in which they were added.
    pub coroutines: Vec<String>,
}

/// A stream and who has to do with it.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let graph = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).graph();
/// let names = &graph.streams[0];
/// assert_eq!((names.name.as_str(), names.payload.as_str(), names.fed), ("names", "String", true));
/// assert_eq!(names.read_by, ["Greeter::arrive"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamInfo {
    /// Its name.
    pub name: String,
    /// The type that it carries, as who mentions it first says.
    pub payload: String,
    /// True if a source feeds it.
    pub fed: bool,
    /// True if its source is live, or becomes so: for [`Runner::run_live`](crate::Runner::run_live).
    pub live: bool,
    /// Where its source takes the events from. A runner does not know; whoever does may fill it in, to have it shown.
    pub origin: Option<String>,
    /// True if it may be fed later.
    pub opened: bool,
    /// The strategies that emit on it.
    pub emitted_by: Vec<String>,
    /// Its readers, as `Strategy::method`.
    pub read_by: Vec<String>,
    /// The strategies that look at its latest event.
    pub latest_for: Vec<String>,
    /// True if its events are kept, by [`Runner::collect`](crate::Runner::collect).
    pub collected: bool,
    /// How many sinks it has, by [`Runner::sink`](crate::Runner::sink) and [`Runner::forward`](crate::Runner::forward).
    pub sinks: usize,
}

/// A strategy and its handlers.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let graph = Runner::new().add_as("doorman", Greeter::default()).graph();
/// let doorman = &graph.strategies[0];
/// assert_eq!((doorman.name.as_str(), doorman.type_name.as_str()), ("doorman", "Greeter"));
/// assert_eq!(doorman.emits, ["greetings"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StrategyInfo {
    /// The name of the instance.
    pub name: String,
    /// The name of its type.
    pub type_name: String,
    /// The streams by whose keys there are instances; none if it is one strategy.
    pub keyed_by: Vec<String>,
    /// One for each attribute of each method, in the order of the methods.
    pub handlers: Vec<HandlerInfo>,
    /// The streams it may emit on.
    pub emits: Vec<String>,
    /// The streams whose latest event it looks at.
    pub latest: Vec<String>,
}

/// A method and what it is called for.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let graph = Runner::new().add(Greeter::default()).graph();
/// let arrive = &graph.strategies[0].handlers[0];
/// assert_eq!((arrive.method.as_str(), arrive.trigger.as_str()), ("arrive", "on_event \"names\""));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerInfo {
    /// The method.
    pub method: String,
    /// What it is called for, for example `on_event "names"` or `every 1s`.
    pub trigger: String,
    /// The stream in the trigger, if there is one.
    pub stream: Option<String>,
    /// True if it can wait in the middle.
    pub is_async: bool,
    /// The first line of its documentation.
    pub doc: Option<String>,
}

/// What a step of the runner adds to the graph.
pub(crate) enum Mention {
    Fed { stream: String, payload: String, live: bool },
    Opened { stream: String, payload: String },
    Collected { stream: String, payload: String },
    Sink { stream: String, payload: String },
    Coroutine { name: String },
}

impl Mention {
    pub(crate) fn fed<T>(stream: &Stream<T>, live: bool) -> Self {
        Mention::Fed { stream: stream.name().to_owned(), payload: type_name::<T>(), live }
    }

    pub(crate) fn opened<T>(stream: &Stream<T>) -> Self {
        Mention::Opened { stream: stream.name().to_owned(), payload: type_name::<T>() }
    }

    pub(crate) fn collected<T>(stream: &Stream<T>) -> Self {
        Mention::Collected { stream: stream.name().to_owned(), payload: type_name::<T>() }
    }

    pub(crate) fn sink<T>(stream: &Stream<T>) -> Self {
        Mention::Sink { stream: stream.name().to_owned(), payload: type_name::<T>() }
    }
}

/// A row of a wiring table, described.
pub(crate) enum RowInfo {
    Reads { stream: String, payload: String, method: u32, word: &'static str },
    Emits { stream: String, payload: String },
    Latest { stream: String, payload: String },
}

/// A strategy type, described; `(rank of the method, handler)` in no order.
pub(crate) struct TypeInfo {
    name: &'static str,
    /// The streams by whose keys there are instances.
    keyed: Vec<String>,
    rows: Vec<RowInfo>,
    others: Vec<(u32, String)>,
    methods: Vec<Method>,
}

impl TypeInfo {
    pub(crate) fn of<S: Strategy>() -> Self {
        let wiring = Wiring::<S>::of_strategy();
        let mut others = Others(Vec::new());
        let hooks = [
            ("on_start", &wiring.hooks.starts),
            ("on_live", &wiring.hooks.lives),
            ("on_caught_up", &wiring.hooks.caught_up),
            ("on_settled", &wiring.hooks.settled),
            ("on_stop", &wiring.hooks.stops),
        ];
        for (word, hooks) in hooks {
            for hook in hooks {
                others.add(hook.method, "", &word);
            }
        }
        for periodic in &wiring.periodic {
            others.add(periodic.method, "", &periodic.every);
        }
        for one_shot in &wiring.one_shots {
            others.add(one_shot.method, "after ", &one_shot.delay);
        }
        for &method in &wiring.deferred {
            others.add(method, "", &"after");
        }
        let rows = wiring.rows.iter().map(|row| row.info()).collect();
        TypeInfo { name: S::NAME, keyed: Vec::new(), rows, others: others.0, methods: wiring.methods }
    }
}

/// What methods do that read no stream.
struct Others(Vec<(u32, String)>);

impl Others {
    #[inline(never)]
    fn add(&mut self, method: u32, word: &str, what: &dyn fmt::Display) {
        self.0.push((method, format!("{word}{what}")));
    }
}

impl TypeInfo {
    /// One instance for each key of these streams.
    pub(crate) fn keyed_by(self, streams: Vec<String>) -> Self {
        TypeInfo { keyed: streams, ..self }
    }
}

impl RunGraph {
    pub(crate) fn mention(&mut self, mention: &Mention) {
        match mention {
            Mention::Fed { stream, payload, live } => {
                let stream = self.stream(stream, payload);
                (stream.fed, stream.live) = (true, stream.live || *live);
            }
            Mention::Opened { stream, payload } => self.stream(stream, payload).opened = true,
            Mention::Collected { stream, payload } => self.stream(stream, payload).collected = true,
            Mention::Sink { stream, payload } => self.stream(stream, payload).sinks += 1,
            Mention::Coroutine { name } => self.coroutines.push(name.clone()),
        }
    }

    /// Gives the coroutines the names that they have in the run, where all strategies come first.
    pub(crate) fn name_coroutines(&mut self) {
        let mut names: Vec<String> = Vec::new();
        for name in &self.coroutines {
            let strategies = self.strategies.iter().map(|strategy| strategy.name.as_str());
            let taken: Vec<&str> = strategies.chain(names.iter().map(String::as_str)).collect();
            names.push(free_name(name, &taken));
        }
        self.coroutines = names;
    }

    pub(crate) fn join(&mut self, name: Option<&str>, info: TypeInfo, rebinds: &[Rebind]) {
        let taken: Vec<&str> = self.strategies.iter().map(|strategy| strategy.name.as_str()).collect();
        let name = name.map_or_else(|| free_name(info.name, &taken), str::to_owned);
        let actual = |declared: String| {
            let rebound = rebinds.iter().find(|rebind| rebind.declared == declared);
            rebound.map_or(declared, |rebind| rebind.actual.clone().into_owned())
        };
        let mut triggers: Vec<_> =
            info.others.into_iter().map(|(method, trigger)| (method, trigger, None)).collect();
        let (mut emits, mut latest) = (Vec::new(), Vec::new());
        for row in info.rows {
            match row {
                RowInfo::Reads { stream, payload, method, word } => {
                    let stream = actual(stream);
                    let reader = format!("{name}::{}", info.methods[method as usize].name);
                    self.stream(&stream, &payload).read_by.push(reader);
                    triggers.push((method, format!("{word} \"{stream}\""), Some(stream)));
                }
                RowInfo::Emits { stream, payload } => {
                    let stream = actual(stream);
                    self.stream(&stream, &payload).emitted_by.push(name.clone());
                    emits.push(stream);
                }
                RowInfo::Latest { stream, payload } => {
                    let stream = actual(stream);
                    self.stream(&stream, &payload).latest_for.push(name.clone());
                    latest.push(stream);
                }
            }
        }
        triggers.sort_by_key(|&(method, ..)| method);
        let handlers = triggers.into_iter().map(|(method, trigger, stream)| {
            let Method { name, doc, waits } = info.methods[method as usize];
            let (method, doc) = (name.to_owned(), doc.map(str::to_owned));
            HandlerInfo { method, trigger, stream, is_async: waits, doc }
        });
        let handlers = handlers.collect();
        let keyed_by = info.keyed.into_iter().map(actual).collect();
        let type_name = info.name.to_owned();
        self.strategies.push(StrategyInfo { name, type_name, keyed_by, handlers, emits, latest });
    }

    fn stream(&mut self, name: &str, payload: &str) -> &mut StreamInfo {
        let known = self.streams.iter().position(|stream| stream.name == name);
        let index = known.unwrap_or_else(|| {
            self.streams.push(StreamInfo {
                name: name.to_owned(),
                payload: payload.to_owned(),
                ..StreamInfo::default()
            });
            self.streams.len() - 1
        });
        &mut self.streams[index]
    }
}
