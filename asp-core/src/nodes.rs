//! All strategies of a run, by number.

use std::any::Any;
use std::collections::VecDeque;

use crate::node::{AnyNode, Node};
use crate::strategy::Strategy;

/// The nodes in the order of their declaration. A node that is gone leaves its place empty: its handlers are passed
/// by, while the streams that they read go on.
#[derive(Default)]
pub(crate) struct Nodes {
    list: Vec<Option<Box<dyn AnyNode>>>,
    /// Numbers that are free for others, with the times at which they became so.
    free: VecDeque<(i64, u32)>,
}

impl Nodes {
    /// A number for a node that comes at `now`. One that was given up is used again when nothing of its instant is left.
    pub(crate) fn vacant(&mut self, now: i64) -> u32 {
        match self.free.pop_front_if(|&mut (since, _)| since < now) {
            Some((_, number)) => number,
            None => {
                self.list.push(None);
                self.list.len() as u32 - 1
            }
        }
    }

    /// A number is not used any more; nothing is left that refers to it after this instant.
    pub(crate) fn give_up(&mut self, number: u32, now: i64) {
        self.free.push_back((now, number));
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn get(&self, node: usize) -> Option<&dyn AnyNode> {
        self.list.get(node)?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, node: usize) -> Option<&mut dyn AnyNode> {
        self.list.get_mut(node)?.as_deref_mut()
    }

    /// Takes a strategy out of the run, if it is of this type; [`Nodes::put_back`] is the way back.
    pub(crate) fn lend_typed<S: Strategy>(&mut self, node: u32) -> Option<Box<Node<S>>> {
        self.typed::<S>(node as usize)?;
        let node: Box<dyn Any> = self.lend(node)?;
        node.downcast().ok()
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

    /// Takes a node out for good.
    pub(crate) fn remove(&mut self, node: usize) -> Option<Box<dyn AnyNode>> {
        self.list.get_mut(node)?.take()
    }

    /// The place of a strategy or coroutine in the order of declaration; coroutines come after all strategies.
    pub(crate) fn rank(&self, number: u32) -> u64 {
        let node = self.list.get(number as usize).and_then(Option::as_ref);
        node.map_or(u64::MAX - u64::from(u32::MAX - number), |node| node.declaration())
    }

    /// The numbers of all nodes in the order of declaration.
    pub(crate) fn in_order(&self) -> Vec<usize> {
        let mut numbers: Vec<_> =
            (0..self.list.len()).filter(|&number| self.list[number].is_some()).collect();
        numbers.sort_by_key(|&number| self.rank(number as u32));
        numbers
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn AnyNode> {
        self.list.iter().filter_map(Option::as_deref)
    }

    /// All nodes in the order of declaration, with their numbers.
    pub(crate) fn into_list(mut self) -> Vec<(u32, Option<Box<dyn AnyNode>>)> {
        let order = self.in_order();
        order.into_iter().map(|number| (number as u32, self.list[number].take())).collect()
    }
}
