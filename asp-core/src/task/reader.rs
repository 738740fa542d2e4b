//! Async handlers as readers of a stream, and how a strategy registers them.

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::Poll;

use super::begin::{Begin, Origin};
use super::context::TaskContext;
use super::exclusive::{Exclusive, Handed};
use super::facts::Facts;
use super::poll::poll;
use super::pool::{Cell, Nest};
use super::shared::Shared;
use super::tasks::Tasks;
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
use crate::strategy::{HandlerResult, HandlerReturn, Strategy};
use crate::stream::{ByTask, Payload, Stream};
use crate::wiring::Wiring;

/// How an async handler begins with its payload.
pub(super) trait Start<S: Strategy, T>: Send + 'static {
    /// True if it can be polled [`Start::at_once`].
    const AT_ONCE: bool = false;

    fn owned(&mut self, begin: Begin<'_, S>, value: T);
    fn borrowed(&mut self, begin: Begin<'_, S>, value: &T);

    /// Polls it before it is a task. If it waits, or has panicked, it is to become one, with what [`Start::take`] has.
    fn at_once(&mut self, _: Handed<S>, _: T, _: &mut Tasks, _: &mut HandlerResult) -> Poll<()> {
        Poll::Pending
    }

    fn take(&mut self) -> Option<(TypeId, Cell)> {
        None
    }
}

/// By value, with the strategy to itself; cloned where others read the event too.
struct ByValueExclusive<M, F> {
    make: M,
    nest: Nest<F>,
}

impl<S, T, M, F> Start<S, T> for ByValueExclusive<M, F>
where
    S: Strategy,
    T: ByTask,
    M: FnMut(Exclusive<S>, TaskContext<S>, T) -> F + Send + 'static,
    F: Future<Output: HandlerReturn> + Send + 'static,
{
    const AT_ONCE: bool = true;

    fn owned(&mut self, begin: Begin<'_, S>, value: T) {
        begin.exclusive(|this, cx| (self.make)(this, cx, value));
    }

    fn borrowed(&mut self, begin: Begin<'_, S>, value: &T) {
        self.owned(begin, value.clone());
    }

    #[inline]
    fn at_once(
        &mut self,
        handed: Handed<S>,
        value: T,
        tasks: &mut Tasks,
        result: &mut HandlerResult,
    ) -> Poll<()> {
        let make = || {
            let (this, cx) = handed.open();
            (self.make)(this, cx, value)
        };
        tasks.poll_in(&mut self.nest, make, result)
    }

    fn take(&mut self) -> Option<(TypeId, Cell)> {
        self.nest.take()
    }
}

/// By reference, which the future does not keep, with the strategy to itself.
struct ByReferenceExclusive<M, F> {
    make: M,
    nest: Nest<F>,
}

impl<S, T, M, F> Start<S, T> for ByReferenceExclusive<M, F>
where
    S: Strategy,
    M: FnMut(Exclusive<S>, TaskContext<S>, &T) -> F + Send + 'static,
    F: Future<Output: HandlerReturn> + Send + 'static,
{
    const AT_ONCE: bool = true;

    fn owned(&mut self, begin: Begin<'_, S>, value: T) {
        self.borrowed(begin, &value);
    }

    fn borrowed(&mut self, begin: Begin<'_, S>, value: &T) {
        begin.exclusive(|this, cx| (self.make)(this, cx, value));
    }

    #[inline]
    fn at_once(
        &mut self,
        handed: Handed<S>,
        value: T,
        tasks: &mut Tasks,
        result: &mut HandlerResult,
    ) -> Poll<()> {
        let make = || {
            let (this, cx) = handed.open();
            // The value is gone when the future is polled.
            (self.make)(this, cx, &{ value })
        };
        tasks.poll_in(&mut self.nest, make, result)
    }

    fn take(&mut self) -> Option<(TypeId, Cell)> {
        self.nest.take()
    }
}

/// By value, beside the other handlers.
struct ByValueShared<F>(F);

impl<S, T, F> Start<S, T> for ByValueShared<F>
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

/// By reference, beside the other handlers.
struct ByReferenceShared<F>(F);

impl<S, T, F> Start<S, T> for ByReferenceShared<F>
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
pub(super) struct TaskReader<S, A> {
    pub(super) node: usize,
    pub(super) method: &'static str,
    pub(super) start: A,
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
        let origin = Origin { class: Class::Event, event: core.event, facts: Facts::of_event(core.desk()) };
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

    fn burst(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        times: &[i64],
        channel: &mut Channel<T>,
    ) -> usize {
        if A::AT_ONCE { self.run_at_once(nodes, core, times, channel) } else { 0 }
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
        f: impl FnMut(Exclusive<S>, TaskContext<S>, T) -> F + Send + 'static,
    ) where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        self.task_row(stream, method, ByValueExclusive { make: f, nest: Nest::<F>::new() });
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
        f: impl FnMut(Exclusive<S>, TaskContext<S>, &T) -> F + Send + 'static,
    ) where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        self.task_row(stream, method, ByReferenceExclusive { make: f, nest: Nest::<F>::new() });
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
            ByValueShared(move |begin: Begin<'_, S>, value| begin.shared(|this| f(this, value))),
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
            ByReferenceShared(move |begin: Begin<'_, S>, value: &T| begin.shared(|this| f(this, value))),
        );
    }

    fn task_row<T: Payload, A: Start<S, T>>(&mut self, stream: Stream<T>, method: &'static str, start: A) {
        self.waits(method);
        let method = self.method(method);
        self.rows.push(Box::new(TaskRow { stream, method, start, strategy: PhantomData::<fn(S)> }));
    }
}
