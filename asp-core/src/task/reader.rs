//! Async handlers as readers of a stream, and how a strategy registers them.

use std::marker::PhantomData;
use std::sync::Arc;

use super::begin::{Begin, Origin};
use super::context::TaskContext;
use super::exclusive::Exclusive;
use super::poll::poll;
use super::shared::Shared;
use crate::channel::Channel;
use crate::core::Core;
use crate::desk::At;
use crate::graph::{Attach, Joining};
use crate::hub::{AnyHub, Hub};
use crate::names::type_name;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::outline::RowInfo;
use crate::reader::Reader;
use crate::strategy::{HandlerReturn, Strategy};
use crate::stream::{ByTask, Payload, Stream};
use crate::wiring::Wiring;

/// How an async handler begins with its payload.
trait Start<S: Strategy, T>: Send + 'static {
    fn owned(&mut self, begin: Begin<'_, S>, value: T);
    fn borrowed(&mut self, begin: Begin<'_, S>, value: &T);
}

/// By value: cloned where others read the event too.
struct ByValueStart<F>(F);

impl<S, T, F> Start<S, T> for ByValueStart<F>
where
    S: Strategy,
    T: ByTask,
    F: FnMut(Begin<'_, S>, T) + Send + 'static,
{
    fn owned(&mut self, begin: Begin<'_, S>, value: T) {
        (self.0)(begin, value);
    }

    fn borrowed(&mut self, begin: Begin<'_, S>, value: &T) {
        (self.0)(begin, value.clone());
    }
}

/// By reference, which the future does not keep.
struct ByReferenceStart<F>(F);

impl<S, T, F> Start<S, T> for ByReferenceStart<F>
where
    S: Strategy,
    F: FnMut(Begin<'_, S>, &T) + Send + 'static,
{
    fn owned(&mut self, begin: Begin<'_, S>, value: T) {
        (self.0)(begin, &value);
    }

    fn borrowed(&mut self, begin: Begin<'_, S>, value: &T) {
        (self.0)(begin, value);
    }
}

/// A row of the wiring table: an async handler of a stream.
struct TaskRow<S, T, A> {
    stream: Stream<T>,
    method: u32,
    start: A,
    strategy: PhantomData<fn(S)>,
}

impl<S: Strategy, T: Payload, A: Start<S, T>> Attach for TaskRow<S, T, A> {
    fn attach(self: Box<Self>, joining: &mut Joining<'_>) {
        let method = joining.method_name(self.method);
        let TaskRow { stream, start, strategy, .. } = *self;
        let reader = TaskReader { node: joining.node as usize, method, start, strategy };
        joining.seat(&stream, method, Box::new(reader));
    }

    fn info(&self) -> RowInfo {
        let (stream, payload) = (self.stream.name().to_owned(), type_name::<T>());
        RowInfo::Reads { stream, payload, method: self.method, word: "on_event" }
    }
}

/// An async handler attached to its stream.
struct TaskReader<S, A> {
    node: usize,
    method: &'static str,
    start: A,
    strategy: PhantomData<fn(S)>,
}

impl<S: Strategy, A> TaskReader<S, A> {
    /// Begins the handler; its payload, if it has to wait.
    fn begin<V>(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        at: At,
        stream: &Arc<str>,
        value: V,
        start: impl FnOnce(&mut A, Begin<'_, S>, V),
    ) -> Option<V> {
        core.desk().at_event(at);
        let node = nodes.typed::<S>(self.node)?;
        if node.is_held() {
            return Some(value);
        }
        if node.is_gone() {
            return None;
        }
        if node.settles() {
            node.unsettle(core);
            core.desk().hold_instant();
        }
        core.dispatched.events += 1;
        if core.watched {
            node.enter(core, self.method);
            core.announce(node.cx.desk(), self.node, self.method, Some(stream));
            node.leave(core);
        }
        let origin = Origin { class: Class::Event, event: core.event, event_time: at.event_time };
        let mut made = None;
        start(&mut self.start, Begin { node, core, method: self.method, origin, made: &mut made }, value);
        if let Some(key) = made {
            poll(nodes, core, key);
        }
        None
    }
}

impl<S: Strategy, T: Payload, A: Start<S, T>> Reader<T> for TaskReader<S, A> {
    fn node(&self) -> usize {
        self.node
    }

    fn aim(&mut self, node: usize) {
        self.node = node;
    }

    fn part(&mut self, _: usize, _: u32) -> Option<&mut dyn Reader<T>> {
        Some(self)
    }

    fn offer(&mut self, nodes: &mut Nodes, core: &mut Core, at: At, stream: &Arc<str>, value: &T) -> u32 {
        let start = |start: &mut A, begin: Begin<'_, S>, value: &T| start.borrowed(begin, value);
        u32::from(self.begin(nodes, core, at, stream, value, start).is_some())
    }

    fn give(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        at: At,
        stream: &Arc<str>,
        value: T,
    ) -> Option<(T, u32)> {
        let start = |start: &mut A, begin: Begin<'_, S>, value: T| start.owned(begin, value);
        self.begin(nodes, core, at, stream, value, start).map(|value| (value, 1))
    }

    fn solo(self: Box<Self>, channel: Channel<T>, declaration: u64) -> Box<dyn AnyHub> {
        Box::new(Hub::of(channel, declaration, self))
    }
}

impl<S: Strategy> Wiring<S> {
    /// Begins `f` with each event of `stream`, by value; it has the strategy to itself until it ends (S41).
    ///
    /// What `f` returns is a future of its own, which borrows nothing. While it is suspended, other items of the strategy
    /// wait. The event is cloned if another handler reads it too.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn wire(wiring: &mut Wiring<Sleeper>) {
    ///     wiring.on_event_async(Stream::<u64>::new("naps"), "nap", |mut this, cx, seconds| async move {
    ///         cx.sleep(std::time::Duration::from_secs(seconds)).await;
    ///         this.naps += 1;
    ///     });
    /// }
    /// ```
    pub fn on_event_async<T: Payload + ByTask, F>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        mut f: impl FnMut(Exclusive<S>, TaskContext<S>, T) -> F + Send + 'static,
    ) where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        self.task_row(
            stream,
            method,
            ByValueStart(move |begin: Begin<'_, S>, value| begin.exclusive(|this, cx| f(this, cx, value))),
        );
    }

    /// [`Wiring::on_event_async`] by reference: `f` may look at the event, the future it returns does not keep it.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn wire(wiring: &mut Wiring<Sleeper>) {
    ///     wiring.on_event_async_ref(Stream::<String>::new("beds"), "nap", |mut this, cx, bed: &String| {
    ///         let comfort = bed.len();
    ///         async move {
    ///             cx.sleep(std::time::Duration::from_secs(comfort as u64)).await;
    ///             this.naps += 1;
    ///         }
    ///     });
    /// }
    /// ```
    pub fn on_event_async_ref<T: Payload, F>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        mut f: impl FnMut(Exclusive<S>, TaskContext<S>, &T) -> F + Send + 'static,
    ) where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        self.task_row(
            stream,
            method,
            ByReferenceStart(move |begin: Begin<'_, S>, value: &T| {
                begin.exclusive(|this, cx| f(this, cx, value));
            }),
        );
    }

    /// Begins `f` with each event of `stream`, by value; it runs beside the other handlers.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn wire(wiring: &mut Wiring<Sleeper>) {
    ///     wiring.on_event_shared(Stream::<u64>::new("naps"), "nap", |this, seconds| async move {
    ///         this.sleep(std::time::Duration::from_secs(seconds)).await;
    ///         this.with(|sleeper, _| sleeper.naps += 1);
    ///     });
    /// }
    /// ```
    pub fn on_event_shared<T: Payload + ByTask, F>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        mut f: impl FnMut(Shared<S>, T) -> F + Send + 'static,
    ) where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        self.task_row(
            stream,
            method,
            ByValueStart(move |begin: Begin<'_, S>, value| begin.shared(|this| f(this, value))),
        );
    }

    /// [`Wiring::on_event_shared`] by reference: `f` may look at the event, the future it returns does not keep it.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn wire(wiring: &mut Wiring<Sleeper>) {
    ///     wiring.on_event_shared_ref(Stream::<u64>::new("naps"), "nap", |this, _| async move {
    ///         this.sleep(Duration::from_secs(1)).await;
    ///     });
    /// }
    /// ```
    pub fn on_event_shared_ref<T: Payload, F>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        mut f: impl FnMut(Shared<S>, &T) -> F + Send + 'static,
    ) where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        self.task_row(
            stream,
            method,
            ByReferenceStart(move |begin: Begin<'_, S>, value: &T| begin.shared(|this| f(this, value))),
        );
    }

    fn task_row<T: Payload, A: Start<S, T>>(&mut self, stream: Stream<T>, method: &'static str, start: A) {
        self.waits(method);
        let method = self.method(method);
        self.rows.push(Box::new(TaskRow { stream, method, start, strategy: PhantomData::<fn(S)> }));
    }
}
