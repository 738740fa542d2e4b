//! How strategies join a graph: what they name is found or made, and their readers get a place there.

use std::any::TypeId;
use std::borrow::Cow;
use std::sync::Arc;

use super::{Attach, Constant, Graph};
use crate::context::Context;
use crate::graph_fault::GraphFault;
use crate::hub::Hub;
use crate::keyed::{Install, InstanceParts, Instances, Keyable, KeyedReader, Make, Route};
use crate::node::{AnyNode, Node, Plan, Streams};
use crate::reader::Reader;
use crate::roster::{Name, declaration};
use crate::strategy::Strategy;
use crate::stream::{Payload, Stream};
use crate::wiring::Wiring;

/// One stream of an instance that is wired to another one.
#[derive(Debug)]
pub(crate) struct Rebind {
    pub(crate) declared: Cow<'static, str>,
    pub(crate) actual: Cow<'static, str>,
    pub(crate) used: bool,
}

impl Graph {
    /// Adds a strategy under a name of its own, or that of its type.
    pub(crate) fn add<S: Strategy>(&mut self, strategy: S, name: Option<String>, rebinds: Vec<Rebind>) {
        let name = self.name_for::<S>(name);
        let number = self.nodes.vacant(i64::MIN);
        self.join(strategy, name, number, declaration(number.into(), 0), rebinds);
    }

    /// The name that a strategy asks for, or one that is free.
    fn name_for<S: Strategy>(&mut self, name: Option<String>) -> Arc<str> {
        let base = name.as_deref().unwrap_or(S::NAME);
        if name.is_some() && !self.roster.is_free(base) {
            self.faults.push(GraphFault::SameName { name: base.to_owned() });
        }
        match name {
            Some(name) => self.roster.take_name(&name),
            None => self.roster.take_type_name(S::NAME),
        }
    }

    /// Adds a strategy while the run goes on; its number.
    pub(crate) fn spawn<S: Strategy>(&mut self, strategy: S, name: Option<&str>, now: i64) -> u32 {
        self.wanting.clear();
        let name = match name {
            Some(name) => self.roster.take_name(name),
            None => self.roster.take_type_name(S::NAME),
        };
        let declaration = self.roster.declare_spawned();
        let number = self.nodes.vacant(now);
        self.join(strategy, name, number, declaration, Vec::new());
        number
    }

    /// What is wrong with the strategy that has joined.
    pub(crate) fn check_newcomer(&mut self) -> Vec<GraphFault> {
        let mut faults = std::mem::take(&mut self.faults);
        for id in std::mem::take(&mut self.wanting) {
            if !self.entries[id as usize].is_supplied() {
                let entry = &self.entries[id as usize];
                faults.push(self.never_fed(entry, entry.reader.clone()));
            }
        }
        faults
    }

    /// Attaches a strategy to the streams that it names.
    fn join<S: Strategy>(
        &mut self,
        strategy: S,
        name: Arc<str>,
        number: u32,
        declaration: u64,
        mut rebinds: Vec<Rebind>,
    ) {
        let mut wiring = Wiring::<S>::of_strategy();
        let rows = std::mem::take(&mut wiring.rows);
        self.roster.set(number, Name::Own(Arc::clone(&name)));
        let mut joining = Joining::new(self, &wiring, number, declaration, &name, &mut rebinds);
        rows.iter().for_each(|row| row.declare(&mut joining));
        joining.attach(rows);
        let Parted { streams, seats } = joining.part();
        let plan = Plan::new(wiring, streams, self.renamed(&name, rebinds));
        let mut node = Node::new(strategy, Context::new(number, declaration, plan));
        node.set_seats(seats);
        self.nodes.put_back(number, Box::new(node));
    }

    /// The streams that an instance has under another name.
    fn renamed(&mut self, name: &str, rebinds: Vec<Rebind>) -> Vec<(String, String)> {
        for unused in rebinds.iter().filter(|rebind| !rebind.used) {
            let stream = unused.declared.clone().into_owned();
            self.faults.push(GraphFault::RebindUnused { strategy: name.to_owned(), stream });
        }
        let names =
            rebinds.into_iter().map(|rebind| (rebind.declared.into_owned(), rebind.actual.into_owned()));
        names.collect()
    }

    /// Adds one strategy for each key: `keys` are the streams that have one.
    pub(crate) fn add_keyed<S: Strategy, K: Keyable>(
        &mut self,
        make: Make<S, K>,
        keys: Vec<(String, Install)>,
        name: Option<String>,
        mut rebinds: Vec<Rebind>,
    ) {
        let name = self.name_for::<S>(name);
        let (number, group) = (self.nodes.vacant(i64::MIN), self.roster.groups.len() as u32);
        let declaration = declaration(number.into(), 0);
        self.roster.set(number, Name::Own(Arc::clone(&name)));
        let mut wiring = Wiring::<S>::of_strategy();
        let rows = std::mem::take(&mut wiring.rows);
        let mut joining = Joining::new(self, &wiring, number, declaration, &name, &mut rebinds);
        rows.iter().for_each(|row| row.declare(&mut joining));
        let keyed: Vec<String> = keys.iter().map(|(stream, _)| stream.clone()).collect();
        for (stream, install) in keys {
            let actual = joining.actual(&stream);
            install(joining.graph, &actual, group, declaration);
        }
        joining.keyed = keyed.clone();
        joining.mode = Mode::Template { attaches: false, unread: keyed.clone() };
        joining.attach(rows);
        let Mode::Template { attaches, unread } = std::mem::replace(&mut joining.mode, Mode::Part) else {
            return;
        };
        let Parted { streams, .. } = joining.part();
        if keyed.is_empty() {
            self.faults.push(GraphFault::NoKey { strategy: name.to_string() });
        }
        for stream in unread {
            self.faults.push(GraphFault::KeyUnused { strategy: name.to_string(), stream });
        }
        let plan = Plan::new(wiring, streams, self.renamed(&name, rebinds));
        let position = u64::from(number);
        let parts = InstanceParts { number, name, group, position, make, plan, keyed, attaches };
        self.roster.groups.push(Some(Box::new(Instances::new(parts))));
    }

    /// Makes a place for the handlers of a stream that find their instance by key.
    pub(crate) fn seat_keyed<T: Payload>(
        &mut self,
        stream: &str,
        declaration: u64,
        route: Box<dyn Route<T>>,
    ) {
        if let Some((_, hub)) = self.hub::<T>(stream, "`Keyed::by`") {
            hub.add_reader(declaration, Box::new(KeyedReader::new(route)));
        }
    }

    /// Attaches an instance that was made for its key to the streams that have none; which they are.
    pub(crate) fn attach_part<S: Strategy>(
        &mut self,
        number: u32,
        declaration: u64,
        keyed: &[String],
        plan: &Plan<S>,
    ) -> Vec<u32> {
        let mut wiring = Wiring::<S>::of_strategy();
        let rows = std::mem::take(&mut wiring.rows);
        let renamed = plan.renamed.iter().cloned();
        let rebind = |(declared, actual): (String, String)| Rebind {
            declared: declared.into(),
            actual: actual.into(),
            used: true,
        };
        let mut rebinds: Vec<_> = renamed.map(rebind).collect();
        let name = self.roster.name(number).into_owned();
        let mut joining = Joining::new(self, &wiring, number, declaration, &name, &mut rebinds);
        joining.mode = Mode::Part;
        joining.keyed = keyed.to_vec();
        joining.outlets = plan.streams.outlets.to_vec();
        joining.attach(rows);
        joining.part().seats
    }
}

/// A strategy on its way into the graph.
pub(crate) struct Joining<'a> {
    pub(super) graph: &'a mut Graph,
    pub(crate) node: u32,
    pub(crate) declaration: u64,
    type_name: &'static str,
    methods: Vec<&'static str>,
    /// By the number of a row, the path to the constant of its stream.
    paths: Vec<(usize, &'static str)>,
    /// That of the row which is attached.
    path: Option<&'static str>,
    pub(super) instance: &'a str,
    rebinds: &'a mut Vec<Rebind>,
    pub(super) mode: Mode,
    /// The streams that have a key, by the names that the strategy gives them.
    keyed: Vec<String>,
    /// The streams that it emits on, by these names.
    pub(crate) outlets: Vec<(Cow<'static, str>, u32)>,
    pub(super) latest: Vec<(Cow<'static, str>, u32, TypeId)>,
    seats: Vec<u32>,
    pub(super) ends: Vec<(u32, u32)>,
}

/// What of a strategy joins.
pub(super) enum Mode {
    /// All of it.
    Whole,
    /// What instances have in common that are made by key.
    Template {
        /// True if there is more to each of them.
        attaches: bool,
        /// Streams that have a key and no handler.
        unread: Vec<String>,
    },
    /// What one of these instances has for itself.
    Part,
}

/// What has become of a strategy that has joined.
struct Parted {
    streams: Streams,
    /// The streams that it reads.
    seats: Vec<u32>,
}

impl<'a> Joining<'a> {
    fn new<S: Strategy>(
        graph: &'a mut Graph,
        wiring: &Wiring<S>,
        node: u32,
        declaration: u64,
        instance: &'a str,
        rebinds: &'a mut Vec<Rebind>,
    ) -> Self {
        Joining {
            graph,
            node,
            declaration,
            type_name: S::NAME,
            methods: wiring.methods.iter().map(|method| method.name).collect(),
            paths: wiring.paths.clone(),
            path: None,
            instance,
            rebinds,
            mode: Mode::Whole,
            keyed: Vec::new(),
            outlets: Vec::new(),
            latest: Vec::new(),
            seats: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn attach(&mut self, rows: Vec<Box<dyn Attach>>) {
        for (number, row) in rows.into_iter().enumerate() {
            self.path = self.paths.iter().find(|(of, _)| *of == number).map(|(_, path)| *path);
            row.attach(self);
        }
    }

    fn part(self) -> Parted {
        let Joining { outlets, latest, mut seats, ends, .. } = self;
        seats.sort_unstable();
        seats.dedup();
        Parted { streams: Streams { outlets: outlets.into(), latest, ends }, seats }
    }

    /// The name under which the instance meets others on a stream.
    pub(super) fn actual(&mut self, declared: &str) -> Cow<'static, str> {
        match self.rebinds.iter_mut().find(|rebind| rebind.declared == declared) {
            Some(rebind) => {
                rebind.used = true;
                rebind.actual.clone()
            }
            None => Cow::Owned(declared.to_owned()),
        }
    }

    pub(crate) fn method_name(&self, method: u32) -> &'static str {
        self.methods[method as usize]
    }

    /// Notes that a handler reads a stream; its number, unless that carries something else.
    fn reads<T: Payload>(&mut self, stream: &Stream<T>, method: &str) -> Option<u32> {
        let reader = format!("{}::{method}", self.instance);
        self.reads_as(stream, reader)
    }

    /// The same under another name than that of a method.
    pub(super) fn reads_as<T: Payload>(&mut self, stream: &Stream<T>, reader: String) -> Option<u32> {
        let actual = self.actual(stream.name());
        let (id, _) = self.graph.hub::<T>(&actual, &reader)?;
        self.note_reader(id, stream.name(), &actual, reader);
        Some(id)
    }

    /// Takes note of who reads a stream, which it calls `declared`.
    fn note_reader(&mut self, id: u32, declared: &str, actual: &str, reader: String) {
        let (path, is_own) = match (self.path, self.path.and_then(|path| path.strip_prefix("Self::"))) {
            (Some(_), Some(name)) => (format!("{}::{name}", self.type_name), false),
            (Some(path), None) => (path.to_owned(), false),
            (None, _) => (format!("{}::{}", self.type_name, constant(declared)), true),
        };
        let entry = &mut self.graph.entries[id as usize];
        if actual == declared {
            entry.constant.get_or_insert(Constant { path, is_own });
        }
        entry.reader.get_or_insert(reader);
        if !entry.is_supplied() {
            self.graph.wanting.push(id);
        }
    }

    /// Seats a handler of a stream.
    pub(crate) fn seat<T: Payload>(&mut self, stream: &Stream<T>, method: &str, reader: Box<dyn Reader<T>>) {
        let Some(id) = self.reads(stream, method) else { return };
        let is_keyed = self.keyed.iter().any(|keyed| keyed == stream.name());
        let declaration = self.declaration;
        match (&mut self.mode, is_keyed) {
            (Mode::Template { unread, .. }, true) => {
                unread.retain(|other| other != stream.name());
                if let Some(hub) = self.graph.typed::<T>(id) {
                    hub.add_to_keyed(declaration, reader);
                }
            }
            (Mode::Template { attaches, .. }, false) => *attaches = true,
            (Mode::Part, true) => {}
            (Mode::Whole | Mode::Part, _) => {
                self.seats.push(id);
                if let Some(hub) = self.graph.typed::<T>(id) {
                    hub.add_reader(declaration, reader);
                }
            }
        }
    }

    /// Notes a hook for a stream; the hub, if it is for this very instance.
    pub(super) fn hook<T: Payload>(
        &mut self,
        stream: &Stream<T>,
        method: &str,
    ) -> Option<(u32, Option<&mut Hub<T>>)> {
        let id = self.reads(stream, method)?;
        if let Mode::Template { attaches, .. } = &mut self.mode {
            *attaches = true;
            return Some((id, None));
        }
        self.seats.push(id);
        Some((id, self.graph.typed::<T>(id)))
    }
}

/// The name of the constant that `#[strategy]` generates for a stream.
fn constant(stream: &str) -> String {
    stream.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
