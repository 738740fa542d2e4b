//! The graph of a run while it is being put together: which stream is fed, emitted, read by whom.
//!
//! All faults are collected; the runner reports them together, before the first event.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::sync::Arc;

use crate::channel::{DigestFn, SinkFn};
use crate::context::Context;
use crate::graph_fault::GraphFault;
use crate::hub::{AnyHub, Hub};
use crate::names::{free_name, similar, type_name};
use crate::node::Node;
use crate::nodes::Nodes;
use crate::outline::RowInfo;
use crate::recording::Tap;
use crate::source::Source;
use crate::strategy::Strategy;
use crate::stream::{Payload, Stream};
use crate::task::Coroutine;
use crate::wiring::Wiring;

/// A row of a wiring table, attached to the graph when its strategy joins.
pub(crate) trait Attach<S: Strategy>: Send {
    fn attach(self: Box<Self>, joining: &mut Joining<'_, S>);

    /// Declares the streams that the row emits on; before all other rows, since it gives them their rank (S7).
    fn declare(&self, _joining: &mut Joining<'_, S>) {}

    /// The row as [`crate::Runner::graph`] shows it.
    fn info(&self) -> RowInfo;
}

/// One stream of an instance that is wired to another one.
#[derive(Debug)]
pub(crate) struct Rebind {
    pub(crate) declared: Cow<'static, str>,
    pub(crate) actual: Cow<'static, str>,
    pub(crate) used: bool,
}

/// A stream and who has to do with it.
struct Entry {
    name: Arc<str>,
    type_id: TypeId,
    type_name: String,
    /// Who said first what it carries.
    stated_by: String,
    hub: Box<dyn AnyHub>,
    /// True once it has its rank among the declared.
    declared: bool,
    sources: usize,
    emitted: bool,
    opened: bool,
    readers: Vec<String>,
    collected: bool,
    /// The constant by which a strategy knows it, for messages.
    constant: Option<String>,
}

/// The streams and nodes so far.
#[derive(Default)]
pub(crate) struct Graph {
    entries: Vec<Entry>,
    /// Streams in the order of their declaration: by `feed`, `opens`, or the `emits` of an `add`.
    ranks: Vec<u32>,
    pub(crate) nodes: Nodes,
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) faults: Vec<GraphFault>,
    pub(crate) coroutines: Vec<Coroutine>,
}

impl Graph {
    /// The hub of a stream, made if it is new; none (and a fault) if others say it carries something else.
    fn hub<T: Payload>(&mut self, name: &str, by: &str) -> Option<(u32, &mut Hub<T>)> {
        let known = self.entries.iter().position(|entry| *entry.name == *name);
        let id = known.unwrap_or_else(|| {
            let (name, id) = (Arc::from(name), self.entries.len());
            self.entries.push(Entry {
                hub: Box::new(Hub::<T>::new(Arc::clone(&name), id as u32)),
                name,
                type_id: TypeId::of::<T>(),
                type_name: type_name::<T>(),
                stated_by: by.to_owned(),
                declared: false,
                sources: 0,
                emitted: false,
                opened: false,
                readers: Vec::new(),
                collected: false,
                constant: None,
            });
            id
        });
        let entry = &mut self.entries[id];
        if entry.type_id != TypeId::of::<T>() {
            self.faults.push(GraphFault::TypeClash {
                stream: name.to_owned(),
                carries: entry.type_name.clone(),
                stated_by: entry.stated_by.clone(),
                other: type_name::<T>(),
                other_by: by.to_owned(),
            });
            return None;
        }
        let hub: &mut dyn Any = entry.hub.as_mut();
        hub.downcast_mut().map(|hub| (id as u32, hub))
    }

    fn declare(&mut self, id: u32) {
        let entry = &mut self.entries[id as usize];
        if !entry.declared {
            entry.declared = true;
            self.ranks.push(id);
        }
    }

    pub(crate) fn feed<T: Payload>(&mut self, stream: &Stream<T>, source: Source<T>) {
        if let Some(what) = source.misuse {
            self.faults.push(GraphFault::Misuse { stream: stream.name().to_owned(), what });
        }
        let Some((id, hub)) = self.hub::<T>(stream.name(), "its source") else { return };
        hub.set_source(source);
        self.entries[id as usize].sources += 1;
        self.declare(id);
    }

    /// The fed streams in the order of their declaration.
    pub(crate) fn fed(&self) -> Vec<String> {
        let fed = self.ranks.iter().map(|&id| &self.entries[id as usize]).filter(|entry| entry.sources > 0);
        fed.map(|entry| entry.name.to_string()).collect()
    }

    /// Shows a recording what the source of a stream brings.
    pub(crate) fn tap<T: Payload>(&mut self, stream: &Stream<T>, tap: Tap<T>) {
        let Some((id, hub)) = self.hub::<T>(stream.name(), "`Recording::keep`") else { return };
        hub.set_tap(tap);
        let entry = &mut self.entries[id as usize];
        if entry.sources == 0 {
            let (stream, constant) = (entry.name.to_string(), entry.constant.clone());
            let reader = Some("`Recording::keep`".to_owned());
            let known = self.entries.iter().map(|entry| &*entry.name);
            let similar = similar(&stream, known).map(str::to_owned);
            self.faults.push(GraphFault::NeverFed { stream, reader, constant, similar });
        }
    }

    /// A recorded run had a source for a stream that the recording does not keep.
    pub(crate) fn not_kept(&mut self, stream: &str) {
        self.faults.push(GraphFault::NotKept { stream: stream.to_owned() });
    }

    /// Lets the payloads of a stream take part in the digest.
    pub(crate) fn digest_with<T: Payload>(&mut self, stream: &Stream<T>, digest: DigestFn<T>) {
        let Some((_, hub)) = self.hub::<T>(stream.name(), "`digest_with`") else { return };
        hub.set_digest(digest);
    }

    pub(crate) fn open<T: Payload>(&mut self, stream: &Stream<T>) {
        let Some((id, _)) = self.hub::<T>(stream.name(), "`opens`") else { return };
        self.entries[id as usize].opened = true;
        self.declare(id);
    }

    pub(crate) fn collect<T: Payload>(&mut self, stream: &Stream<T>) {
        let Some((id, hub)) = self.hub::<T>(stream.name(), "`collect`") else { return };
        hub.collect();
        self.entries[id as usize].collected = true;
    }

    pub(crate) fn sink<T: Payload>(&mut self, stream: &Stream<T>, sink: SinkFn<T>) {
        let Some((id, hub)) = self.hub::<T>(stream.name(), "`sink`") else { return };
        hub.add_sink(sink);
        self.entries[id as usize].collected = true;
    }

    /// Adds a strategy under a name of its own, or that of its type.
    pub(crate) fn join<S: Strategy>(&mut self, strategy: S, name: Option<String>, mut rebinds: Vec<Rebind>) {
        let instance = match name {
            Some(name) => {
                if self.names.iter().any(|other| **other == *name) {
                    self.faults.push(GraphFault::SameName { name: name.clone() });
                }
                name
            }
            None => {
                let taken: Vec<&str> = self.names.iter().map(|name| &**name).collect();
                free_name(S::NAME, &taken)
            }
        };
        let mut wiring = Wiring::<S>::of_strategy();
        let rows = std::mem::take(&mut wiring.rows);
        let methods: Vec<_> = wiring.methods.iter().map(|method| method.name).collect();
        let mut cx = Context::new(self.names.len() as u32, methods);
        self.names.push(instance.as_str().into());
        let mut joining = Joining { graph: self, cx: &mut cx, instance: &instance, rebinds: &mut rebinds };
        for row in &rows {
            row.declare(&mut joining);
        }
        for row in rows {
            row.attach(&mut joining);
        }
        let renamed = rebinds
            .iter()
            .map(|rebind| (rebind.declared.clone().into_owned(), rebind.actual.clone().into_owned()));
        cx.set_renamed(renamed.collect());
        for unused in rebinds.iter().filter(|rebind| !rebind.used) {
            self.faults.push(GraphFault::RebindUnused {
                strategy: instance.clone(),
                stream: unused.declared.clone().into_owned(),
            });
        }
        self.nodes.push(Box::new(Node::new(strategy, cx, wiring)));
    }

    /// Looks for loose ends; all faults, those found earlier first.
    pub(crate) fn check(&mut self, live: bool) -> Vec<GraphFault> {
        let mut faults = std::mem::take(&mut self.faults);
        let all: Vec<&str> = self.entries.iter().map(|entry| &*entry.name).collect();
        for entry in &self.entries {
            let name = entry.name.to_string();
            let like = || similar(&name, all.iter().copied()).map(str::to_owned);
            if entry.sources > 1 {
                faults.push(GraphFault::FedTwice { stream: name.clone() });
            }
            if !live && entry.hub.channel().is_live() {
                faults.push(GraphFault::LiveSource { stream: name.clone() });
            }
            let is_supplied = entry.sources > 0 || entry.emitted || entry.opened;
            if !is_supplied && (!entry.readers.is_empty() || entry.collected) {
                let reader = entry.readers.first().cloned();
                let constant = entry.constant.clone();
                faults.push(GraphFault::NeverFed { stream: name.clone(), reader, constant, similar: like() });
            }
            // A coroutine may wait for any stream.
            let is_read = !entry.readers.is_empty() || entry.collected || !self.coroutines.is_empty();
            if entry.sources > 0 && !is_read {
                faults.push(GraphFault::NeverRead { stream: name.clone(), similar: like() });
            }
        }
        faults
    }

    /// Takes the graph apart for the engine.
    pub(crate) fn finish(self) -> Parts {
        let fed = |&id: &u32| self.entries[id as usize].sources > 0;
        let lanes = self.ranks.iter().copied().filter(fed).collect();
        let emitted = self.entries.iter().map(|entry| entry.emitted).collect();
        let hubs = self.entries.into_iter().map(|entry| entry.hub.specialize()).collect();
        let mut names = self.names;
        for coroutine in &self.coroutines {
            let taken: Vec<&str> = names.iter().map(|name| &**name).collect();
            names.push(free_name(&coroutine.name, &taken).into());
        }
        Parts { hubs, emitted, lanes, nodes: self.nodes, names, coroutines: self.coroutines }
    }
}

/// A checked graph, taken apart.
pub(crate) struct Parts {
    /// All streams.
    pub(crate) hubs: Vec<Box<dyn AnyHub>>,
    /// Which of them strategies emit on.
    pub(crate) emitted: Vec<bool>,
    /// The fed streams by rank.
    pub(crate) lanes: Vec<u32>,
    pub(crate) nodes: Nodes,
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) coroutines: Vec<Coroutine>,
}

/// A strategy on its way into the graph.
pub(crate) struct Joining<'a, S: Strategy> {
    graph: &'a mut Graph,
    pub(crate) cx: &'a mut Context<S>,
    instance: &'a str,
    rebinds: &'a mut Vec<Rebind>,
}

impl<S: Strategy> Joining<'_, S> {
    /// The name under which the instance meets others on a stream.
    fn actual(&mut self, declared: &str) -> Cow<'static, str> {
        match self.rebinds.iter_mut().find(|rebind| rebind.declared == declared) {
            Some(rebind) => {
                rebind.used = true;
                rebind.actual.clone()
            }
            None => Cow::Owned(declared.to_owned()),
        }
    }

    /// Notes that a handler reads a stream; its hub, unless that carries something else.
    pub(crate) fn reads<T: Payload>(&mut self, stream: &Stream<T>, method: &str) -> Option<&mut Hub<T>> {
        let actual = self.actual(stream.name());
        let reader = format!("{}::{method}", self.instance);
        let constant = format!("{}::{}", S::NAME, constant(stream.name()));
        let (id, _) = self.graph.hub::<T>(&actual, &reader)?;
        let entry = &mut self.graph.entries[id as usize];
        if actual == stream.name() {
            entry.constant.get_or_insert(constant);
        }
        entry.readers.push(reader);
        let hub: &mut dyn Any = entry.hub.as_mut();
        hub.downcast_mut()
    }
}

/// The name of the constant that `#[strategy]` generates for a stream.
fn constant(stream: &str) -> String {
    stream.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// A row of the wiring table: the strategy emits on a stream.
pub(crate) struct Emits<T> {
    pub(crate) stream: Stream<T>,
}

impl<S: Strategy, T: Payload> Attach<S> for Emits<T> {
    fn declare(&self, joining: &mut Joining<'_, S>) {
        let actual = joining.actual(self.stream.name());
        let by = format!("`emits` of {}", joining.instance);
        let Some((id, _)) = joining.graph.hub::<T>(&actual, &by) else { return };
        joining.graph.declare(id);
        joining.graph.entries[id as usize].emitted = true;
        joining.cx.add_outlet(self.stream.name_cow(), id);
    }

    fn attach(self: Box<Self>, _: &mut Joining<'_, S>) {}

    fn info(&self) -> RowInfo {
        RowInfo::Emits { stream: self.stream.name().to_owned(), payload: type_name::<T>() }
    }
}

/// A row of the wiring table: a hook for the end of a stream.
pub(crate) struct OnEnd<T> {
    pub(crate) stream: Stream<T>,
    pub(crate) method: u32,
    pub(crate) hook: u32,
}

impl<S: Strategy, T: Payload> Attach<S> for OnEnd<T> {
    fn attach(self: Box<Self>, joining: &mut Joining<'_, S>) {
        let (node, method) = (joining.cx.node(), joining.cx.method_name(self.method));
        if let Some(hub) = joining.reads(&self.stream, method) {
            hub.add_end(node, self.hook);
        }
    }

    fn info(&self) -> RowInfo {
        let (stream, payload) = (self.stream.name().to_owned(), type_name::<T>());
        RowInfo::Reads { stream, payload, method: self.method, word: "on_end" }
    }
}

/// A row of the wiring table: a hook for what befalls the source of a stream.
pub(crate) struct OnNotice<T> {
    pub(crate) stream: Stream<T>,
    pub(crate) method: u32,
    pub(crate) hook: u32,
}

impl<S: Strategy, T: Payload> Attach<S> for OnNotice<T> {
    fn attach(self: Box<Self>, joining: &mut Joining<'_, S>) {
        let (node, method) = (joining.cx.node(), joining.cx.method_name(self.method));
        if let Some(hub) = joining.reads(&self.stream, method) {
            hub.add_notice(node, self.hook);
        }
    }

    fn info(&self) -> RowInfo {
        let (stream, payload) = (self.stream.name().to_owned(), type_name::<T>());
        RowInfo::Reads { stream, payload, method: self.method, word: "on_notice" }
    }
}
