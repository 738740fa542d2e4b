//! What a run consists of, as data: for programs that show their graph, and for people who wonder.

use std::fmt;

use crate::graph::Rebind;
use crate::names::type_name;
use crate::strategy::Strategy;
use crate::stream::Stream;
use crate::wiring::Wiring;

/// The streams and strategies of a run, from [`Runner::graph`](crate::Runner::graph). `Display` is an outline.
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
    /// True if it may be fed later.
    pub opened: bool,
    /// The strategies that emit on it.
    pub emitted_by: Vec<String>,
    /// Its readers, as `Strategy::method`.
    pub read_by: Vec<String>,
    /// True if it is collected or has another sink.
    pub collected: bool,
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
    /// One for each attribute of each method, in the order of the methods.
    pub handlers: Vec<HandlerInfo>,
    /// The streams it may emit on.
    pub emits: Vec<String>,
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
    /// The first line of its documentation.
    pub doc: Option<String>,
}

/// What a step of the runner adds to the graph.
pub(crate) enum Mention {
    Fed { stream: String, payload: String, live: bool },
    Opened { stream: String, payload: String },
    Collected { stream: String, payload: String },
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
}

/// A row of a wiring table, described.
pub(crate) enum RowInfo {
    Reads { stream: String, payload: String, method: u32, word: &'static str },
    Emits { stream: String, payload: String },
}

/// A strategy type, described; `(rank of the method, handler)` in no order.
pub(crate) struct TypeInfo {
    name: &'static str,
    rows: Vec<RowInfo>,
    others: Vec<(u32, String)>,
    methods: Vec<(&'static str, Option<&'static str>)>,
}

impl TypeInfo {
    pub(crate) fn of<S: Strategy>() -> Self {
        let wiring = Wiring::<S>::of_strategy();
        let mut others: Vec<(u32, String)> = Vec::new();
        let hooks = [
            ("on_start", &wiring.starts),
            ("on_live", &wiring.lives),
            ("on_caught_up", &wiring.caught_up),
            ("on_settled", &wiring.settled),
            ("on_stop", &wiring.stops),
        ];
        for (word, hooks) in hooks {
            others.extend(hooks.iter().map(|hook| (hook.method, word.to_owned())));
        }
        others.extend(wiring.periodic.iter().map(|periodic| (periodic.method, periodic.every.to_string())));
        let one_shots = wiring.one_shots.iter();
        others.extend(one_shots.map(|one_shot| (one_shot.method, format!("after {}", one_shot.delay))));
        others.extend(wiring.deferred.iter().map(|&method| (method, "after".to_owned())));
        TypeInfo {
            name: S::NAME,
            rows: wiring.rows.iter().map(|row| row.info()).collect(),
            others,
            methods: wiring.methods.iter().map(|method| (method.name, method.doc)).collect(),
        }
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
        }
    }

    pub(crate) fn join(&mut self, name: Option<&str>, info: TypeInfo, rebinds: &[Rebind]) {
        let taken: Vec<&str> = self.strategies.iter().map(|strategy| strategy.name.as_str()).collect();
        let name = name.map_or_else(|| crate::names::free_name(info.name, &taken), str::to_owned);
        let actual = |declared: String| {
            let rebound = rebinds.iter().find(|rebind| rebind.declared == declared);
            rebound.map_or(declared, |rebind| rebind.actual.clone().into_owned())
        };
        let mut triggers = info.others;
        let mut emits = Vec::new();
        for row in info.rows {
            match row {
                RowInfo::Reads { stream, payload, method, word } => {
                    let stream = actual(stream);
                    let reader = format!("{name}::{}", info.methods[method as usize].0);
                    self.stream(&stream, &payload).read_by.push(reader);
                    triggers.push((method, format!("{word} \"{stream}\"")));
                }
                RowInfo::Emits { stream, payload } => {
                    let stream = actual(stream);
                    self.stream(&stream, &payload).emitted_by.push(name.clone());
                    emits.push(stream);
                }
            }
        }
        triggers.sort_by_key(|&(method, _)| method);
        let handlers = triggers.into_iter().map(|(method, trigger)| {
            let (method, doc) = info.methods[method as usize];
            HandlerInfo { method: method.to_owned(), trigger, doc: doc.map(str::to_owned) }
        });
        let handlers = handlers.collect();
        self.strategies.push(StrategyInfo { name, type_name: info.name.to_owned(), handlers, emits });
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

impl fmt::Display for RunGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.streams.is_empty() {
            writeln!(f, "streams")?;
        }
        for stream in &self.streams {
            writeln!(f, "  {}: {}", stream.name, stream.payload)?;
            let states = [
                ("fed", stream.fed && !stream.live),
                ("fed live", stream.live),
                ("may be fed later", stream.opened),
            ];
            for (state, _) in states.into_iter().filter(|&(_, holds)| holds) {
                writeln!(f, "    {state}")?;
            }
            for emitter in &stream.emitted_by {
                writeln!(f, "    emitted by {emitter}")?;
            }
            for reader in &stream.read_by {
                writeln!(f, "    read by {reader}")?;
            }
            if stream.collected {
                writeln!(f, "    collected")?;
            }
        }
        if !self.strategies.is_empty() {
            writeln!(f, "strategies")?;
        }
        for strategy in &self.strategies {
            writeln!(f, "  {}", strategy.name)?;
            for HandlerInfo { method, trigger, doc } in &strategy.handlers {
                write!(f, "    {method}: {trigger}")?;
                writeln!(f, "{}", doc.as_ref().map(|doc| format!("  ({doc})")).unwrap_or_default())?;
            }
            if !strategy.emits.is_empty() {
                writeln!(f, "    emits {}", strategy.emits.join(", "))?;
            }
        }
        Ok(())
    }
}
