//! The way of a value from strategy to strategy.

use std::any::TypeId;

use super::{Emits, Fuse, Receiver, Spill};
use crate::core::Core;
use crate::desk::Desk;
use crate::node::Node;
use crate::nodes::Nodes;
use crate::strategy::{HandlerResult, Strategy};

/// What comes after a strategy.
pub(crate) trait Next<S: Strategy>: Send + 'static {
    /// Takes the strategies out of the run that events are to go to. False if they cannot take any now.
    fn open(&mut self, before: &Node<S>, nodes: &mut Nodes) -> bool;
    /// Puts them back, and tells the core what has become of the events.
    fn shut(&mut self, before: &mut Node<S>, nodes: &mut Nodes, core: &mut Core);
    /// Passes on what the strategy before has emitted. True if nothing is left of the instant then.
    ///
    /// The desk goes from hand to hand, so that the compiler keeps its address; over its place in the core, each strategy
    /// would wait for the one before to have written it there.
    fn pass(&mut self, emitted: &S::Emits, time: i64, desk: Box<Desk>, core: &mut Core) -> (Box<Desk>, bool);
    /// What the strategy before has emitted goes the usual way.
    fn spill(&self, before: &Node<S>);
}

/// The end of a chain.
pub(crate) struct Last;

impl<S: Strategy> Next<S> for Last {
    fn open(&mut self, _: &Node<S>, _: &mut Nodes) -> bool {
        true
    }

    fn shut(&mut self, _: &mut Node<S>, _: &mut Nodes, _: &mut Core) {}

    #[inline(always)]
    fn pass(&mut self, _: &S::Emits, _: i64, desk: Box<Desk>, _: &mut Core) -> (Box<Desk>, bool) {
        (desk, true)
    }

    fn spill(&self, _: &Node<S>) {}
}

/// What comes after a strategy, if the run is put together so that it does.
impl<S: Strategy, N: Next<S>> Next<S> for Option<N> {
    fn open(&mut self, before: &Node<S>, nodes: &mut Nodes) -> bool {
        self.as_mut().is_none_or(|next| next.open(before, nodes))
    }

    fn shut(&mut self, before: &mut Node<S>, nodes: &mut Nodes, core: &mut Core) {
        if let Some(next) = self {
            next.shut(before, nodes, core);
        }
    }

    #[inline(always)]
    fn pass(&mut self, emitted: &S::Emits, time: i64, desk: Box<Desk>, core: &mut Core) -> (Box<Desk>, bool) {
        match self {
            Some(next) => next.pass(emitted, time, desk, core),
            None => (desk, true),
        }
    }

    fn spill(&self, before: &Node<S>) {
        if let Some(next) = self {
            next.spill(before);
        }
    }
}

/// A step of a chain, for those who ask where an event is.
#[derive(Clone, Copy)]
pub(crate) struct Hop {
    /// The round in which its turn comes; 0 is that of the event that the chain begins with.
    pub(super) round: u32,
    /// The stream of emissions that leads to it.
    pub(super) stream: Option<u32>,
    /// The number of the strategy, and its method.
    pub(super) number: u32,
    pub(super) method: &'static str,
}

impl Hop {
    /// Tells the core that an event is here.
    fn tell(&self, core: &mut Core) {
        core.running = (self.number, self.method);
        core.round = self.round;
        core.chains.relayed = self.stream;
    }

    /// After a dispatch here: passes on what was emitted, as [`Next::pass`] does.
    #[inline(always)]
    pub(super) fn go_on<S: Strategy>(
        &self,
        node: &mut Node<S>,
        next: &mut impl Next<S>,
        time: i64,
        core: &mut Core,
        result: HandlerResult,
    ) -> (Box<Desk>, bool) {
        if !node.is_plain(time, &result) {
            return self.go_on_after_more(node, next, time, core, result);
        }
        let desk = node.cx.give_desk();
        next.pass(node.cx.emits(), time, desk, core)
    }

    /// [`Hop::go_on`], where more has come of the dispatch than an emission: apart, so that in the common case the compiler
    /// knows what is where.
    #[cold]
    #[inline(never)]
    fn go_on_after_more<S: Strategy>(
        &self,
        node: &mut Node<S>,
        next: &mut impl Next<S>,
        time: i64,
        core: &mut Core,
        result: HandlerResult,
    ) -> (Box<Desk>, bool) {
        let first = core.running;
        self.tell(core);
        if !node.ended_with_more(core, self.method, result) {
            next.spill(node);
            return (node.cx.give_desk(), false);
        }
        // The chain says where it is by its hops again.
        (core.running, core.round, core.chains.relayed) = (first, 0, None);
        let desk = node.cx.give_desk();
        next.pass(node.cx.emits(), time, desk, core)
    }
}

/// The next strategy of a chain, and what comes after it.
pub(crate) struct Link<B: Strategy, N> {
    /// The strategy, while the chain is open.
    pub(super) node: Option<Box<Node<B>>>,
    /// The number of its method that [`Fuse`] knows.
    pub(super) receiver: u32,
    /// Events that came to it since the chain was opened.
    pub(super) count: u64,
    pub(super) hop: Hop,
    /// The stream as the strategy before calls it, and what it carries.
    pub(super) declared: &'static str,
    pub(super) carried: TypeId,
    pub(super) next: N,
}

impl<A: Strategy, B: Fuse, N: Next<B>> Next<A> for Link<B, N> {
    fn open(&mut self, before: &Node<A>, nodes: &mut Nodes) -> bool {
        self.node = nodes.lend_typed(self.hop.number);
        let Some(node) = &self.node else { return false };
        before.cx.emits().open(self.carried, self.declared);
        node.takes_events() && self.next.open(node, nodes)
    }

    fn shut(&mut self, before: &mut Node<A>, nodes: &mut Nodes, core: &mut Core) {
        before.cx.emits().shut();
        self.spill(before);
        let Some(mut node) = self.node.take() else { return };
        if core.chains.hop == self.hop.round {
            self.hop.tell(core);
        }
        self.next.shut(&mut node, nodes, core);
        nodes.put_back(self.hop.number, node);
        let count = std::mem::take(&mut self.count);
        if count > 0 {
            core.dispatched.events += count;
            core.chains.count += count;
            core.chains.passed_on.extend(self.hop.stream.map(|stream| (stream, count)));
        }
    }

    #[inline(always)]
    fn pass(&mut self, emitted: &A::Emits, time: i64, desk: Box<Desk>, core: &mut Core) -> (Box<Desk>, bool) {
        emitted
            .pass(Passing { link: self, time, desk, core })
            .unwrap_or_else(|Passing { desk, .. }| (desk, true))
    }

    fn spill(&self, before: &Node<A>) {
        if let (Some(desk), Some(stream)) = (before.cx.desk_if_here(), self.hop.stream) {
            before.cx.emits().pass(Spill { desk, stream }).unwrap_or_else(drop);
        }
    }
}

/// Tells the core where an event is, should the handler panic that it is in. Else it leaves no trace.
struct Here<'a> {
    core: Option<&'a mut Core>,
    round: u32,
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        if let Some(core) = &mut self.core {
            core.chains.hop = self.round;
        }
    }
}

/// A value on its way to the next strategy.
struct Passing<'a, L> {
    link: &'a mut L,
    time: i64,
    desk: Box<Desk>,
    core: &'a mut Core,
}

impl<B: Fuse, N: Next<B>> Receiver for Passing<'_, Link<B, N>> {
    type Outcome = (Box<Desk>, bool);

    #[inline(always)]
    fn accept<T: Send + 'static>(self, value: T) -> (Box<Desk>, bool) {
        let Passing { link, time, desk, core } = self;
        let Some(node) = link.node.as_deref_mut() else { return (desk, false) };
        // At once, in case the handler panics.
        link.count += 1;
        node.cx.take_desk(desk);
        // It takes events, or the chain were not open.
        let Node { strategy: Some(strategy), cx, .. } = node else {
            return (node.cx.give_desk(), false);
        };
        let mut here = Here { core: Some(core), round: link.hop.round };
        let result = strategy.receive(cx, link.receiver, value);
        let Some(core) = here.core.take() else { return (node.cx.give_desk(), false) };
        link.hop.go_on(node, &mut link.next, time, core, result)
    }
}
