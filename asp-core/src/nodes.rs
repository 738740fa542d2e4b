//! All strategies of a run, by number.

use std::any::Any;

use crate::node::{AnyNode, Node};
use crate::strategy::Strategy;

/// The nodes in the order of their declaration. A node that is gone leaves its place empty: its handlers are passed
/// by, while the streams that they read go on.
#[derive(Default)]
pub(crate) struct Nodes {
    list: Vec<Option<Box<dyn AnyNode>>>,
}

impl Nodes {
    pub(crate) fn push(&mut self, node: Box<dyn AnyNode>) {
        self.list.push(Some(node));
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn get_mut(&mut self, node: usize) -> Option<&mut dyn AnyNode> {
        self.list.get_mut(node)?.as_deref_mut()
    }

    /// The node as what it is. One comparison of types, made once a burst.
    #[inline]
    pub(crate) fn typed<S: Strategy>(&mut self, node: usize) -> Option<&mut Node<S>> {
        let node: &mut dyn Any = self.list[node].as_deref_mut()?;
        node.downcast_mut()
    }

    /// Takes a node out while one of its tasks is polled; none if the number is that of a coroutine.
    pub(crate) fn lend(&mut self, node: u32) -> Option<Box<dyn AnyNode>> {
        self.list.get_mut(node as usize)?.take()
    }

    pub(crate) fn put_back(&mut self, number: u32, node: Box<dyn AnyNode>) {
        self.list[number as usize] = Some(node);
    }

    #[cfg(test)]
    pub(crate) fn remove(&mut self, node: usize) {
        self.list[node] = None;
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn AnyNode> {
        self.list.iter().filter_map(Option::as_deref)
    }

    pub(crate) fn into_list(self) -> Vec<Option<Box<dyn AnyNode>>> {
        self.list
    }
}
