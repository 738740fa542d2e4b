//! Events of a source on their way through a chain.

use super::Fuse;
use super::link::{Hop, Next};
use crate::batch::Batch;
use crate::core::Core;
use crate::node::Node;
use crate::nodes::Nodes;
use crate::stream::Payload;

/// A strategy that reads a stream of `T`, and what comes after it.
pub(crate) trait Chain<T>: Send {
    /// Dispatches events of a source, each with all that follows from it, as long as no one else takes part in their instants
    /// and nobody asks for more than the next emission; how many.
    fn run(&mut self, times: &[i64], values: &mut Batch<T>, nodes: &mut Nodes, core: &mut Core) -> usize;
}

/// The first strategy of a chain, and the others.
pub(super) struct Head<S: Fuse, N> {
    pub(super) hop: Hop,
    /// The number of its method that [`Fuse`] knows.
    pub(super) receiver: u32,
    pub(super) next: N,
    pub(super) strategy: std::marker::PhantomData<fn(S)>,
}

impl<S: Fuse, T: Payload, N: Next<S>> Chain<T> for Head<S, N> {
    fn run(&mut self, times: &[i64], values: &mut Batch<T>, nodes: &mut Nodes, core: &mut Core) -> usize {
        let Some(node) = nodes.lend_typed::<S>(self.hop.number) else { return 0 };
        let is_open = node.takes_events() && self.next.open(&node, nodes);
        let mut lent = Lent { head: self, node: Some(node), nodes, core };
        if is_open { lent.run(times, values) } else { 0 }
    }
}

/// A chain that is open: its strategies are out of the run, and come back whatever happens.
struct Lent<'a, S: Fuse, N: Next<S>> {
    head: &'a mut Head<S, N>,
    /// Here until the end.
    node: Option<Box<Node<S>>>,
    nodes: &'a mut Nodes,
    core: &'a mut Core,
}

impl<S: Fuse, N: Next<S>> Lent<'_, S, N> {
    #[inline(always)]
    fn run<T: Payload>(&mut self, times: &[i64], values: &mut Batch<T>) -> usize {
        let Lent { head, node: Some(node), core, .. } = self else { return 0 };
        let Some(mut desk) = core.desk.take() else { return 0 };
        core.running = (head.hop.number, head.hop.method);
        desk.at(desk.now.get());
        let mut left = times;
        while let [time, rest @ ..] = left
            && let [next, ..] = rest
        {
            // Events of one instant come before what is emitted there.
            if time == next || *time >= desk.limit.get() {
                break;
            }
            let Some(value) = values.pop() else { break };
            left = rest;
            desk.go_on_at(*time);
            core.mark = desk.sequence.get();
            core.dispatched.events += 1;
            node.cx.take_desk(desk);
            let Node { strategy: Some(strategy), cx, .. } = &mut **node else {
                desk = node.cx.give_desk();
                break;
            };
            let result = strategy.receive(cx, head.receiver, value);
            let is_over;
            (desk, is_over) = head.hop.go_on(node, &mut head.next, *time, core, result);
            if !is_over {
                break;
            }
        }
        core.desk = Some(desk);
        times.len() - left.len()
    }
}

impl<S: Fuse, N: Next<S>> Drop for Lent<'_, S, N> {
    fn drop(&mut self) {
        if let Some(mut node) = self.node.take() {
            self.head.next.shut(&mut node, self.nodes, self.core);
            self.nodes.put_back(self.head.hop.number, node);
        }
        self.core.chains.hop = 0;
    }
}
