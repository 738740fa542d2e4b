//! The registration table of a strategy: which method is called for what.

use crate::context::Context;
use crate::every::Every;
use crate::graph::Attach;
use crate::reader::{ByReference, ByValueReader, Row};
use crate::strategy::{HandlerResult, HandlerReturn, Strategy};
use crate::stream::{ByValue, Payload, Stream};
use crate::time::Duration;

/// A hook's method and closure. Called through a pointer: once a run, or once an instant for `on_settled`.
pub(crate) struct Hook<S: Strategy> {
    pub(crate) method: u32,
    pub(crate) call: HookFn<S>,
}

pub(crate) type HookFn<S> = Box<dyn FnMut(&mut S, &Context<S>) -> HandlerResult + Send>;

/// A periodic timer of the strategy itself.
pub(crate) struct Periodic<S: Strategy> {
    pub(crate) method: u32,
    pub(crate) every: Every,
    pub(crate) make: fn() -> S::Call,
}

/// A call that is scheduled when the strategy starts.
pub(crate) struct OneShot<S: Strategy> {
    pub(crate) method: u32,
    pub(crate) delay: Duration,
    pub(crate) make: fn() -> S::Call,
}

/// A method as messages name it.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) doc: Option<&'static str>,
}

/// What [`Strategy::wire`] fills: one row for each handler, in the order in which the methods are declared.
///
/// Each handler keeps its own type, so that a burst of events runs through a loop that the compiler has made for
/// this very handler.
pub struct Wiring<S: Strategy> {
    pub(crate) methods: Vec<Method>,
    pub(crate) rows: Vec<Box<dyn Attach<S>>>,
    pub(crate) starts: Vec<Hook<S>>,
    pub(crate) settled: Vec<Hook<S>>,
    pub(crate) stops: Vec<Hook<S>>,
    pub(crate) ends: Vec<Hook<S>>,
    pub(crate) periodic: Vec<Periodic<S>>,
    pub(crate) one_shots: Vec<OneShot<S>>,
    /// The methods that are called when the strategy defers them.
    pub(crate) deferred: Vec<u32>,
}

impl<S: Strategy> Wiring<S> {
    pub(crate) fn of_strategy() -> Self {
        let mut wiring = Wiring {
            methods: Vec::new(),
            rows: Vec::new(),
            starts: Vec::new(),
            settled: Vec::new(),
            stops: Vec::new(),
            ends: Vec::new(),
            periodic: Vec::new(),
            one_shots: Vec::new(),
            deferred: Vec::new(),
        };
        S::wire(&mut wiring);
        wiring
    }

    /// The strategy emits on `stream`.
    pub fn emits<T: Payload>(&mut self, stream: Stream<T>) {
        self.rows.push(Box::new(crate::graph::Emits { stream }));
    }

    /// Calls `f` with each event of `stream`, by value.
    pub fn on_event<T: Payload + ByValue, R: HandlerReturn + 'static>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>, T) -> R + Send + 'static,
    ) {
        let method = self.method(method);
        self.rows.push(Box::new(Row { stream, method, reader: ByValueReader::new(f) }));
    }

    /// Calls `f` with each event of `stream`, by reference.
    pub fn on_event_ref<T: Payload, R: HandlerReturn + 'static>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>, &T) -> R + Send + 'static,
    ) {
        let method = self.method(method);
        self.rows.push(Box::new(Row { stream, method, reader: ByReference::new(f) }));
    }

    /// Calls `f` once before anything else.
    pub fn on_start<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) {
        let hook = self.hook(method, f);
        self.starts.push(hook);
    }

    /// Calls `f` once for each instant with events of the strategy, when all of them are in (S60).
    pub fn on_settled<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) {
        let hook = self.hook(method, f);
        self.settled.push(hook);
    }

    /// Calls `f` when the source of `stream` has ended (S54).
    pub fn on_end<T: Payload, R: HandlerReturn + 'static>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) {
        let hook = self.hook(method, f);
        self.rows.push(Box::new(crate::graph::OnEnd {
            stream,
            method: hook.method,
            hook: self.ends.len() as u32,
        }));
        self.ends.push(hook);
    }

    /// Calls `f` at the end of the run.
    pub fn on_stop<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) {
        let hook = self.hook(method, f);
        self.stops.push(hook);
    }

    /// Makes the call of `make` periodically, counting from the start.
    pub fn every(&mut self, method: &'static str, every: Every, make: fn() -> S::Call) {
        let method = self.method(method);
        self.periodic.push(Periodic { method, every, make });
    }

    /// Makes the call of `make` once, `delay` after the start.
    pub fn after(&mut self, method: &'static str, delay: Duration, make: fn() -> S::Call) {
        let method = self.method(method);
        self.one_shots.push(OneShot { method, delay, make });
    }

    /// Says what a method is for; shown with its name where a run is described.
    pub fn describe(&mut self, method: &'static str, doc: &'static str) {
        let method = self.method(method);
        self.methods[method as usize].doc = Some(doc);
    }

    /// Names a method that is called only when the strategy defers it.
    pub fn deferred(&mut self, method: &'static str) {
        let method = self.method(method);
        self.deferred.push(method);
    }

    fn hook<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        mut f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) -> Hook<S> {
        Hook { method: self.method(method), call: Box::new(move |s, cx| f(s, cx).into_result()) }
    }

    /// The rank of a method: its place among the methods in order of their first row.
    fn method(&mut self, name: &'static str) -> u32 {
        let known = self.methods.iter().position(|method| method.name == name);
        known.unwrap_or_else(|| {
            self.methods.push(Method { name, doc: None });
            self.methods.len() - 1
        }) as u32
    }
}
