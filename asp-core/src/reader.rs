//! The readers of a stream: one for each handler, compiled for that handler.

mod among;
mod burst;

use std::marker::PhantomData;
use std::sync::Arc;

use crate::channel::Channel;
use crate::context::Context;
use crate::core::Core;
use crate::desk::At;
use crate::graph::{Attach, Joining};
use crate::hub::AnyHub;
use crate::names::type_name;
use crate::node::Node;
use crate::nodes::Nodes;
use crate::outline::RowInfo;
use crate::solo::Solo;
use crate::strategy::{HandlerResult, HandlerReturn, Strategy};
use crate::stream::{ByValue, Payload, Stream};

/// A handler that reads a stream of `T`, one of several.
pub(crate) trait Reader<T>: Send {
    /// The number of its strategy.
    fn node(&self) -> usize;
    /// Turns to another instance of the strategy.
    fn aim(&mut self, node: usize);
    /// Dispatches one event that others will read too; how many of its parts have to wait (S41).
    fn offer(&mut self, nodes: &mut Nodes, core: &mut Core, at: At, stream: &Arc<str>, value: &T) -> u32;
    /// Dispatches one event to its last reader; it comes back if parts have to wait, with their number.
    fn give(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        at: At,
        stream: &Arc<str>,
        value: T,
    ) -> Option<(T, u32)>;
    /// Dispatches plain events of a source, at these times, up to the limit, if it is quicker at several than at each by
    /// itself; how many. It is the only reader, and nobody watches.
    fn burst(&mut self, _: &mut Nodes, _: &mut Core, _: &[i64], _: &mut Channel<T>) -> usize {
        0
    }
    /// How many handlers it stands for.
    fn parts(&self) -> u32 {
        1
    }
    /// One of them, turned to an instance.
    fn part(&mut self, node: usize, part: u32) -> Option<&mut dyn Reader<T>>;
    /// Stands for one more handler, if it stands for several.
    fn take_in(&mut self, handler: Box<dyn Reader<T>>) {
        drop(handler);
    }
    /// Becomes the only reader of a stream.
    fn solo(self: Box<Self>, channel: Channel<T>, declaration: u64) -> Box<dyn AnyHub>;
}

/// How a handler takes its payload.
pub(crate) trait Take<S: Strategy, T>: Send + 'static {
    fn owned(&mut self, strategy: &mut S, cx: &Context<S>, value: T) -> HandlerResult;
    fn borrowed(&mut self, strategy: &mut S, cx: &Context<S>, value: &T) -> HandlerResult;
}

/// A handler that takes its payload by value.
pub(crate) struct ByValueReader<F, R> {
    handler: F,
    returns: PhantomData<fn() -> R>,
}

impl<F, R> ByValueReader<F, R> {
    pub(crate) fn new(handler: F) -> Self {
        ByValueReader { handler, returns: PhantomData }
    }
}

impl<S, T, F, R> Take<S, T> for ByValueReader<F, R>
where
    S: Strategy,
    T: ByValue,
    F: FnMut(&mut S, &Context<S>, T) -> R + Send + 'static,
    R: HandlerReturn + 'static,
{
    #[inline]
    fn owned(&mut self, strategy: &mut S, cx: &Context<S>, value: T) -> HandlerResult {
        (self.handler)(strategy, cx, value).into_result()
    }

    #[inline]
    fn borrowed(&mut self, strategy: &mut S, cx: &Context<S>, value: &T) -> HandlerResult {
        (self.handler)(strategy, cx, value.clone()).into_result()
    }
}

/// A handler that takes its payload by reference.
pub(crate) struct ByReference<F, R> {
    handler: F,
    returns: PhantomData<fn() -> R>,
}

impl<F, R> ByReference<F, R> {
    pub(crate) fn new(handler: F) -> Self {
        ByReference { handler, returns: PhantomData }
    }
}

impl<S, T, F, R> Take<S, T> for ByReference<F, R>
where
    S: Strategy,
    F: FnMut(&mut S, &Context<S>, &T) -> R + Send + 'static,
    R: HandlerReturn + 'static,
{
    #[inline]
    fn owned(&mut self, strategy: &mut S, cx: &Context<S>, value: T) -> HandlerResult {
        (self.handler)(strategy, cx, &value).into_result()
    }

    #[inline]
    fn borrowed(&mut self, strategy: &mut S, cx: &Context<S>, value: &T) -> HandlerResult {
        (self.handler)(strategy, cx, value).into_result()
    }
}

/// A row of the wiring table: a handler of a stream.
pub(crate) struct Row<S, T, H> {
    pub(crate) stream: Stream<T>,
    pub(crate) method: u32,
    pub(crate) reader: H,
    pub(crate) strategy: PhantomData<fn(S)>,
}

impl<S: Strategy, T: Payload, H: Take<S, T>> Attach for Row<S, T, H> {
    fn attach(self: Box<Self>, joining: &mut Joining<'_>) {
        let method = joining.method_name(self.method);
        let (node, emits) = (joining.node, !joining.outlets.is_empty());
        let handler = Handler { node, method, emits, take: self.reader, strategy: self.strategy };
        joining.seat(&self.stream, method, Box::new(handler));
    }

    fn info(&self) -> RowInfo {
        let (stream, payload) = (self.stream.name().to_owned(), type_name::<T>());
        RowInfo::Reads { stream, payload, method: self.method, word: "on_event" }
    }
}

/// A handler attached to its stream.
pub(crate) struct Handler<S, H> {
    // Half a word, so that with what the handler has caught the values of its stream stand in the first line of the cache.
    node: u32,
    pub(crate) method: &'static str,
    /// True if the strategy emits: then most bursts would end after one event.
    pub(crate) emits: bool,
    take: H,
    strategy: PhantomData<fn(S)>,
}

impl<S: Strategy, H> Handler<S, H> {
    /// The number of its strategy.
    #[inline]
    pub(crate) fn node(&self) -> usize {
        self.node as usize
    }

    /// Makes one dispatch; the value comes back if it has to wait.
    #[inline(always)]
    fn once<V>(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        at: At,
        stream: &Arc<str>,
        value: V,
        call: impl FnOnce(&mut H, &mut S, &Context<S>, V) -> HandlerResult,
    ) -> Option<V> {
        let Some(node) = nodes.typed::<S>(self.node()) else {
            core.desk().at_event(at);
            return None;
        };
        if node.strategy.is_none() {
            core.desk().at_event(at);
            return (!node.is_gone()).then_some(value);
        }
        if node.settles() {
            node.unsettle(core);
            core.desk().hold_instant();
        }
        node.enter(core, self.method);
        if let Node { strategy: Some(strategy), cx, .. } = node {
            cx.desk().at_event(at);
            core.dispatched.events += 1;
            let watched = core.watched;
            if watched {
                core.announce(cx.desk(), self.node(), self.method, Some(stream));
            }
            let result = call(&mut self.take, strategy, cx, value);
            if watched {
                core.took();
            }
            core.ended(cx.desk(), self.node(), self.method, result);
        }
        node.leave(core);
        None
    }
}

impl<S: Strategy, H> Handler<S, H> {
    /// Dispatches an event to a strategy that has the desk, which says when.
    #[inline(always)]
    pub(crate) fn step<T>(&mut self, strategy: &mut S, cx: &Context<S>, core: &mut Core, value: T)
    where
        H: Take<S, T>,
    {
        core.running.1 = self.method;
        let result = self.take.owned(strategy, cx, value);
        if result.is_err() {
            core.ended(cx.desk(), self.node(), self.method, result);
        }
    }

    /// Dispatches one event that nobody else will read; it comes back if it has to wait.
    #[inline]
    pub(crate) fn give<T>(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        at: At,
        stream: &Arc<str>,
        value: T,
    ) -> Option<T>
    where
        H: Take<S, T>,
    {
        self.once(nodes, core, at, stream, value, |take, strategy, cx, value| take.owned(strategy, cx, value))
    }
}

impl<S: Strategy, T: Payload, H: Take<S, T>> Reader<T> for Handler<S, H> {
    fn node(&self) -> usize {
        Handler::node(self)
    }

    fn aim(&mut self, node: usize) {
        self.node = node as u32;
    }

    fn part(&mut self, _: usize, _: u32) -> Option<&mut dyn Reader<T>> {
        Some(self)
    }

    fn offer(&mut self, nodes: &mut Nodes, core: &mut Core, at: At, stream: &Arc<str>, value: &T) -> u32 {
        let waits = self.once(nodes, core, at, stream, value, |take, strategy, cx, value| {
            take.borrowed(strategy, cx, value)
        });
        u32::from(waits.is_some())
    }

    fn give(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        at: At,
        stream: &Arc<str>,
        value: T,
    ) -> Option<(T, u32)> {
        Handler::give(self, nodes, core, at, stream, value).map(|value| (value, 1))
    }

    fn solo(self: Box<Self>, channel: Channel<T>, declaration: u64) -> Box<dyn AnyHub> {
        Box::new(Solo::new(channel, *self, declaration))
    }
}
