//! The graph of a run while it is being put together: which stream is fed, emitted, read by whom.
//!
//! All faults are collected; the runner reports them together, before the first event.

mod join;
mod rows;

pub(crate) use join::{Joining, Rebind};
pub(crate) use rows::{Attach, Emits, Latest, OnEnd, OnNotice};

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use crate::channel::{DigestFn, PeekFn, SinkFn, TapeFn};
use crate::forward::outflow::Outflow;
use crate::fuse::Fuser;
use crate::graph_fault::GraphFault;
use crate::hub::{AnyHub, Hub};
use crate::hubs::Hubs;
use crate::names::{similar, type_name};
use crate::nodes::Nodes;
use crate::recording::Tap;
use crate::roster::Roster;
use crate::source::Source;
use crate::stream::{Payload, Stream};
use crate::task::Coroutine;

/// A stream and who has to do with it.
struct Entry {
    name: Arc<str>,
    type_id: TypeId,
    type_name: String,
    /// Who said first what it carries.
    stated_by: String,
    /// True once it has its rank among the declared.
    declared: bool,
    sources: usize,
    emitted: bool,
    opened: bool,
    /// True if a test may put events in.
    injected: bool,
    /// Who reads it first.
    reader: Option<String>,
    collected: bool,
    /// The constant by which a strategy knows it, for messages.
    constant: Option<Constant>,
}

/// The constant of a stream, as messages name it.
#[derive(Clone)]
struct Constant {
    path: String,
    /// True if `#[strategy]` makes it for the reader, which gives the stream by name.
    is_own: bool,
}

impl Entry {
    /// True if something brings events, or may.
    fn is_supplied(&self) -> bool {
        self.sources > 0 || self.emitted || self.opened || self.injected
    }
}

/// The type of what a stream carries.
struct Carried {
    type_id: TypeId,
    type_name: fn() -> String,
}

/// Makes the hub of a stream.
type MakeHub = fn(Arc<str>, u32) -> Box<dyn AnyHub>;

/// The streams and nodes so far.
///
/// It lasts as long as the run, since strategies may join that. Hubs, nodes and names are at home in the engine then, and
/// here while somebody joins.
#[derive(Default)]
pub(crate) struct Graph {
    entries: Vec<Entry>,
    /// Their numbers by name.
    numbers: HashMap<Arc<str>, usize>,
    pub(crate) hubs: Hubs,
    /// Streams in the order of their declaration: by `feed`, `opens`, or the `emits` of an `add`.
    ranks: Vec<u32>,
    pub(crate) nodes: Nodes,
    pub(crate) roster: Roster,
    pub(crate) faults: Vec<GraphFault>,
    pub(crate) coroutines: Vec<Coroutine>,
    /// Streams that the strategy which joins reads, and that nothing supplies so far.
    wanting: Vec<u32>,
    /// Chains that are to be fused.
    pub(crate) fusions: Vec<Fuser>,
    /// True if a test takes the run step by step.
    is_of_test: bool,
}

impl Graph {
    /// The hub of a stream, made if it is new; none (and a fault) if others say it carries something else.
    fn hub<T: Payload>(&mut self, name: &str, by: &str) -> Option<(u32, &mut Hub<T>)> {
        let payload = Carried { type_id: TypeId::of::<T>(), type_name: type_name::<T> };
        let id = self.number(name, by, payload, |name, id| Box::new(Hub::<T>::new(name, id)))?;
        self.typed(id).map(|hub| (id, hub))
    }

    /// [`Graph::hub`] without a word of the payload's type, so that it is compiled once.
    fn number(&mut self, name: &str, by: &str, payload: Carried, make: MakeHub) -> Option<u32> {
        let known = self.numbers.get(name).copied();
        let id = known.unwrap_or_else(|| {
            let (name, id): (Arc<str>, _) = (Arc::from(name), self.entries.len());
            self.numbers.insert(Arc::clone(&name), id);
            self.hubs.push(make(Arc::clone(&name), id as u32));
            self.entries.push(Entry {
                name,
                type_id: payload.type_id,
                type_name: (payload.type_name)(),
                stated_by: by.to_owned(),
                declared: false,
                sources: 0,
                emitted: false,
                opened: false,
                injected: false,
                reader: None,
                collected: false,
                constant: None,
            });
            id
        });
        let entry = &mut self.entries[id];
        if entry.type_id != payload.type_id {
            self.faults.push(GraphFault::TypeClash {
                stream: name.to_owned(),
                carries: entry.type_name.clone(),
                stated_by: entry.stated_by.clone(),
                other: (payload.type_name)(),
                other_by: by.to_owned(),
            });
            return None;
        }
        Some(id as u32)
    }

    /// The hub of a stream as what it is.
    fn typed<T: Payload>(&mut self, id: u32) -> Option<&mut Hub<T>> {
        let index = id as usize;
        if !(&self.hubs[index] as &dyn Any).is::<Hub<T>>() {
            // While the run goes on: a stream with one reader has no room for others.
            self.hubs.reform(index, |hub| hub.generalize());
        }
        let hub: &mut dyn Any = &mut self.hubs[index];
        hub.downcast_mut()
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

    /// Plays what was recorded of a stream.
    pub(crate) fn play<T: Payload>(&mut self, stream: &Stream<T>, mut next: TapeFn<T>, from_start: bool) {
        if from_start {
            self.feed(stream, next());
        }
        if let Some((_, hub)) = self.hub::<T>(stream.name(), "`Recording::keep`") {
            hub.set_tape(next);
        }
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
        let entry = &self.entries[id as usize];
        if entry.sources == 0 && !entry.opened {
            let reader = Some("`Recording::keep`".to_owned());
            let fault = self.never_fed(entry, reader);
            self.faults.push(fault);
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

    /// Lets a test put events into each stream that has no source, and take out what is emitted. Streams that nothing
    /// declares come last, as they are named.
    pub(crate) fn open_to_test(&mut self) {
        self.is_of_test = true;
        for id in 0..self.entries.len() as u32 {
            let entry = &mut self.entries[id as usize];
            if entry.sources == 0 {
                entry.injected = true;
            }
            if entry.emitted {
                self.hubs[id as usize].channel_mut().keep_events();
            }
            self.declare(id);
        }
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

    /// Shows some events of a stream now and then; it is no reader.
    pub(crate) fn peek<T: Payload>(&mut self, stream: &Stream<T>, peek: PeekFn<T>) {
        let Some((_, hub)) = self.hub::<T>(stream.name(), "`peek`") else { return };
        hub.set_peek(peek);
    }

    pub(crate) fn forward<T: Payload>(&mut self, stream: &Stream<T>, forward: Box<dyn Outflow<T>>) {
        let Some((id, hub)) = self.hub::<T>(stream.name(), "`forward`") else { return };
        hub.add_forward(forward);
        self.entries[id as usize].collected = true;
    }

    /// Looks for loose ends; all faults, those found earlier first.
    pub(crate) fn check(&mut self, live: bool) -> Vec<GraphFault> {
        let mut faults = std::mem::take(&mut self.faults);
        let all: Vec<&str> = self.entries.iter().map(|entry| &*entry.name).collect();
        for (entry, hub) in self.entries.iter().zip(self.hubs.iter()) {
            let name = entry.name.to_string();
            // What clashes was not attached, and so would seem not to be there.
            let clashes = faults
                .iter()
                .any(|fault| matches!(fault, GraphFault::TypeClash { stream, .. } if *stream == name));
            let like = || similar(&name, all.iter().copied()).map(str::to_owned);
            if entry.sources > 1 {
                faults.push(GraphFault::FedTwice { stream: name.clone() });
            }
            if !live && hub.channel().is_live() {
                let stream = name.clone();
                faults.push(match self.is_of_test {
                    true => GraphFault::LiveSourceInTest { stream },
                    false => GraphFault::LiveSource { stream },
                });
            }
            if !clashes && !entry.is_supplied() && (entry.reader.is_some() || entry.collected) {
                faults.push(self.never_fed(entry, entry.reader.clone()));
            }
            // A coroutine may wait for any stream, and a strategy that is spawned may read one that is announced.
            let is_read =
                entry.reader.is_some() || entry.collected || entry.opened || !self.coroutines.is_empty();
            if !clashes && entry.sources > 0 && !is_read {
                faults.push(GraphFault::NeverRead { stream: name.clone(), similar: like() });
            }
        }
        let fusions = self.fusions.clone();
        faults.extend(fusions.iter().filter_map(|fuser| (fuser.check)(self)));
        faults
    }

    fn never_fed(&self, entry: &Entry, reader: Option<String>) -> GraphFault {
        let all = self.entries.iter().map(|entry| &*entry.name);
        GraphFault::NeverFed {
            stream: entry.name.to_string(),
            reader,
            constant: entry.constant.as_ref().map(|constant| constant.path.clone()),
            by_path: entry.constant.as_ref().is_some_and(|constant| !constant.is_own),
            similar: similar(&entry.name, all).map(str::to_owned),
        }
    }

    /// Takes the graph apart for the engine.
    pub(crate) fn finish(mut self) -> Parts {
        let is_lane = |&id: &u32| {
            let entry = &self.entries[id as usize];
            entry.sources > 0 || entry.opened || entry.injected
        };
        let lanes = self.ranks.iter().copied().filter(is_lane).collect();
        let inlets = self.entries.iter().map(|entry| match (entry.injected, entry.opened) {
            (false, _) => Inlet::None,
            (true, false) => Inlet::Open,
            (true, true) => Inlet::Announced,
        });
        let inlets = inlets.collect();
        let mut hubs = std::mem::take(&mut self.hubs);
        hubs.specialize();
        for coroutine in &self.coroutines {
            self.roster.add_coroutine(&coroutine.name);
        }
        let fusions = std::mem::take(&mut self.fusions);
        let mut parts = Parts {
            hubs,
            inlets,
            lanes,
            nodes: std::mem::take(&mut self.nodes),
            roster: std::mem::take(&mut self.roster),
            coroutines: std::mem::take(&mut self.coroutines),
            graph: self,
            links: Vec::new(),
        };
        fusions.iter().for_each(|fuser| (fuser.join)(&mut parts));
        parts
    }

    /// What a stream carries.
    pub(crate) fn carried(&self, stream: u32) -> TypeId {
        self.entries[stream as usize].type_id
    }

    /// Makes the queues of the streams that strategies emit on.
    pub(crate) fn furnish(&self, hubs: &Hubs, outlets: &mut Vec<Option<Box<dyn Any + Send>>>) {
        outlets.resize_with(self.entries.len(), || None);
        for ((entry, hub), outlet) in self.entries.iter().zip(hubs.iter()).zip(outlets) {
            if entry.emitted || entry.injected {
                outlet.get_or_insert_with(|| hub.channel().new_outlet());
            }
        }
    }

    /// True if strategies emit on a stream.
    pub(crate) fn is_emitted(&self, stream: u32) -> bool {
        self.entries[stream as usize].emitted
    }
}

/// Whether a test may put events into a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inlet {
    None,
    Open,
    /// As long as it does not, the stream is one that is only announced: it has no end (S54).
    Announced,
    /// Not any more.
    Closed,
}

/// A checked graph, taken apart.
pub(crate) struct Parts {
    /// All streams.
    pub(crate) hubs: Hubs,
    /// Which of them a test may put events into.
    pub(crate) inlets: Vec<Inlet>,
    /// The streams that sources feed, or may feed, by rank.
    pub(crate) lanes: Vec<u32>,
    pub(crate) nodes: Nodes,
    pub(crate) roster: Roster,
    pub(crate) coroutines: Vec<Coroutine>,
    /// What is left of it.
    pub(crate) graph: Graph,
    /// The streams within fused chains, each with the number of the strategy that it leads to.
    pub(crate) links: Vec<(u32, u32)>,
}
