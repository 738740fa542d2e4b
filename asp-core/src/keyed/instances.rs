//! Which instance has which key.

use std::any::Any;
use std::fmt::Write;
use std::hash::BuildHasher;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{Keyable, Make};
use crate::context::Context;
use crate::core::{Cause, Core};
use crate::graph::Graph;
use crate::node::{AnyNode, Node, Plan};
use crate::nodes::Nodes;
use crate::panics::message;
use crate::roster::{Name, declaration};
use crate::strategy::Strategy;
use crate::task::local::Ask;

/// The instances of one `Keyed`, whatever their key.
pub(crate) trait AnyInstances: Any + Send {
    /// The name of the instance in a slot.
    fn name(&self, slot: u32) -> String;
    /// Attaches an instance to the streams that have no key.
    fn attach(&mut self, graph: &mut Graph, number: u32, declaration: u64) -> Vec<u32>;
    /// Forgets an instance that has retired.
    fn remove(&mut self, slot: u32);
}

/// What a group of instances is made of.
pub(crate) struct Parts<S: Strategy, K> {
    /// The number and the name of the `Keyed` itself, which is no strategy.
    pub(crate) number: u32,
    pub(crate) name: Arc<str>,
    /// Its number among those of its kind.
    pub(crate) group: u32,
    /// Its position in the order of declaration.
    pub(crate) position: u64,
    pub(crate) make: Make<S, K>,
    pub(crate) plan: Arc<Plan<S>>,
    /// The streams that have a key, by the names that the strategy gives them.
    pub(crate) keyed: Vec<String>,
    /// True if instances are attached to streams of their own.
    pub(crate) attaches: bool,
}

/// The instances of one `Keyed`.
pub(crate) struct Instances<S: Strategy, K> {
    parts: Parts<S, K>,
    hasher: DefaultHashBuilder,
    /// Keys and the nodes of their instances.
    table: HashTable<(K, u32)>,
    /// The keys once more, for who asks with the number of an instance.
    slots: Vec<Option<K>>,
    free: Vec<u32>,
    births: u64,
}

impl<S: Strategy, K: Keyable> Instances<S, K> {
    pub(crate) fn new(parts: Parts<S, K>) -> Self {
        Instances {
            parts,
            hasher: DefaultHashBuilder::default(),
            table: HashTable::new(),
            slots: Vec::new(),
            free: Vec::new(),
            births: 0,
        }
    }

    /// The number of the `Keyed` itself.
    pub(crate) fn number(&self) -> usize {
        self.parts.number as usize
    }

    /// The node of the instance with a key.
    pub(crate) fn find(&self, key: &K) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        self.table.find(hash, |(other, _)| other == key).map(|&(_, node)| node)
    }

    /// Takes an instance up; its slot.
    fn insert(&mut self, key: K, node: u32) -> u32 {
        let hash = self.hasher.hash_one(&key);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        });
        self.slots[slot as usize] = Some(key.clone());
        let hasher = &self.hasher;
        self.table.insert_unique(hash, (key, node), |(key, _)| hasher.hash_one(key));
        slot
    }

    /// Makes the instance of a key, and runs the hooks that it begins with; its node, unless it has retired in one of them.
    /// These hooks belong to the event that is being dispatched.
    #[cold]
    pub(crate) fn create(&mut self, key: K, nodes: &mut Nodes, core: &mut Core) -> Option<u32> {
        let make = AssertUnwindSafe(|| (self.parts.make)(key.clone()));
        let strategy = match catch_unwind(make) {
            Ok(strategy) => strategy,
            Err(panic) => {
                core.raise_here(self.number(), "new", Cause::Panicked(message(&*panic)));
                return None;
            }
        };
        let number = nodes.vacant(core.desk().now.get());
        let slot = self.insert(key, number);
        core.roster.set(number, Name::Keyed { group: self.parts.group, slot });
        self.births += 1;
        let cx =
            Context::new(number, declaration(self.parts.position, self.births), Arc::clone(&self.parts.plan));
        let mut node = Node::new(strategy, cx);
        core.heads.grow(nodes.len());
        let (class, delayed) = (core.class, std::mem::replace(&mut core.delayed, true));
        node.begin(core);
        (core.class, core.delayed) = (class, delayed);
        if self.parts.attaches {
            core.tasks.later.push(Ask::Attach(number));
        }
        let lives = !node.is_gone() && !core.desk().halted();
        nodes.put_back(number, Box::new(node));
        lives.then_some(number)
    }
}

impl<S: Strategy, K: Keyable> AnyInstances for Instances<S, K> {
    fn name(&self, slot: u32) -> String {
        let mut name = self.parts.name.to_string();
        if let Some(Some(key)) = self.slots.get(slot as usize) {
            // A key that cannot be shown is none the less a key.
            let _ = write!(name, "[{key:?}]");
        }
        name
    }

    fn attach(&mut self, graph: &mut Graph, number: u32, declaration: u64) -> Vec<u32> {
        graph.attach_part::<S>(number, declaration, &self.parts.keyed, &self.parts.plan)
    }

    fn remove(&mut self, slot: u32) {
        let Some(key) = self.slots.get_mut(slot as usize).and_then(Option::take) else { return };
        let hash = self.hasher.hash_one(&key);
        if let Ok(entry) = self.table.find_entry(hash, |(other, _)| *other == key) {
            entry.remove();
        }
        self.free.push(slot);
    }
}
