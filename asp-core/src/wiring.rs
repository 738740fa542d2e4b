//! The registration table of a strategy: which method is called for what.

use std::marker::PhantomData;

use crate::channel::Copying;
use crate::context::Context;
use crate::every::Every;
use crate::graph::Attach;
use crate::live::Notice;
use crate::reader::{ByReference, ByValueReader, Row};
use crate::strategy::{HandlerResult, HandlerReturn, Strategy};
use crate::stream::{ByValue, Lasting, Payload, Stream};
use crate::time::Duration;

/// A hook's method and closure. Called through a pointer: once a run, or once an instant for `on_settled`.
pub(crate) struct Hook<S: Strategy> {
    pub(crate) method: u32,
    pub(crate) call: HookFn<S>,
}

pub(crate) type HookFn<S> = Box<dyn FnMut(&mut S, &Context<S>) -> HandlerResult + Send>;

/// A hook for what befalls the source of a stream.
pub(crate) struct NoticeHook<S: Strategy> {
    pub(crate) method: u32,
    pub(crate) call: NoticeFn<S>,
}

pub(crate) type NoticeFn<S> = Box<dyn FnMut(&mut S, &Context<S>, Notice) -> HandlerResult + Send>;

/// The hooks of a strategy, each kind in the order of the methods.
pub(crate) struct Hooks<S: Strategy> {
    pub(crate) starts: Vec<Hook<S>>,
    pub(crate) lives: Vec<Hook<S>>,
    pub(crate) caught_up: Vec<Hook<S>>,
    pub(crate) settled: Vec<Hook<S>>,
    pub(crate) stops: Vec<Hook<S>>,
    pub(crate) ends: Vec<Hook<S>>,
    pub(crate) notices: Vec<NoticeHook<S>>,
}

impl<S: Strategy> Hooks<S> {
    fn none() -> Self {
        Hooks {
            starts: Vec::new(),
            lives: Vec::new(),
            caught_up: Vec::new(),
            settled: Vec::new(),
            stops: Vec::new(),
            ends: Vec::new(),
            notices: Vec::new(),
        }
    }
}

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
    /// True if it is async.
    pub(crate) waits: bool,
}

/// What [`Strategy::wire`] fills: one row for each handler, in the order in which the methods are declared.
///
/// Each handler keeps its own type, so that a burst of events runs through a loop that the compiler has made for
/// this very handler.
///
/// The examples wire the greeter of the [first example](crate).
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// fn wire(wiring: &mut Wiring<Greeter>) {
///     wiring.emits(Greeter::GREETINGS);
///     wiring.on_event(Greeter::NAMES, "arrive", Greeter::arrive);
///     wiring.deferred("greet");
///     wiring.every("tick", Every::new(Duration::from_secs(2)), || GreeterCall::Tick);
/// }
/// ```
pub struct Wiring<S: Strategy> {
    pub(crate) methods: Vec<Method>,
    pub(crate) rows: Vec<Box<dyn Attach>>,
    /// By the number of a row, the path to the constant of its stream, for messages.
    pub(crate) paths: Vec<(usize, &'static str)>,
    pub(crate) hooks: Hooks<S>,
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
            paths: Vec::new(),
            hooks: Hooks::none(),
            periodic: Vec::new(),
            one_shots: Vec::new(),
            deferred: Vec::new(),
        };
        S::wire(&mut wiring);
        wiring
    }

    /// The strategy emits on `stream`.
    ///
    /// [`Context::emit`] puts events on such streams only.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.emits(Greeter::GREETINGS);
    /// }
    /// ```
    pub fn emits<T: Payload>(&mut self, stream: Stream<T>) {
        self.rows.push(Box::new(crate::graph::Emits { stream }));
    }

    /// The strategy looks at the latest event of `stream`, and has no need to be called for each.
    ///
    /// [`Context::latest`] has those of such streams only. The event is kept once for the whole run, in a copy.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.latest(Stream::<f64>::new("temperature"));
    /// }
    /// ```
    pub fn latest<T: Payload + Lasting>(&mut self, stream: Stream<T>) {
        let copy = Copying { first: T::clone, again: T::clone_from };
        self.rows.push(Box::new(crate::graph::Latest { stream, copy }));
    }

    /// Calls `f` with each event of `stream`, by value.
    ///
    /// The event is cloned if another handler reads it too.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_event(Greeter::NAMES, "arrive", Greeter::arrive);
    ///     wiring.on_event(Greeter::NAMES, "log", |_, cx, name: String| println!("{} {name}", cx.now()));
    /// }
    /// ```
    pub fn on_event<T: Payload + ByValue, R: HandlerReturn + 'static>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>, T) -> R + Send + 'static,
    ) {
        let method = self.method(method);
        self.rows.push(Box::new(Row {
            stream,
            method,
            reader: ByValueReader::new(f),
            strategy: PhantomData::<fn(S)>,
        }));
    }

    /// Calls `f` with each event of `stream`, by reference.
    ///
    /// Nothing is cloned.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_event_ref(Greeter::NAMES, "log", |_, cx, name: &String| println!("{} {name}", cx.now()));
    /// }
    /// ```
    pub fn on_event_ref<T: Payload, R: HandlerReturn + 'static>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>, &T) -> R + Send + 'static,
    ) {
        let method = self.method(method);
        self.rows.push(Box::new(Row {
            stream,
            method,
            reader: ByReference::new(f),
            strategy: PhantomData::<fn(S)>,
        }));
    }

    /// Calls `f` once before anything else.
    ///
    /// What it schedules or emits for the start joins the first round of that instant (S36).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_start("begin", |greeter: &mut Greeter, cx: &Context<Greeter>| {
    ///         greeter.ticks = 0;
    ///         cx.every(Duration::from_secs(2)).tick();
    ///     });
    /// }
    /// ```
    pub fn on_start<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) {
        let hook = self.hook(method, f);
        self.hooks.starts.push(hook);
    }

    /// A hook that runs once, when a live run has worked off everything that was due before it began (S36).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_live("open", |_: &mut Greeter, cx: &Context<Greeter>| {
    ///         cx.emit(Greeter::GREETINGS, format!("open since {}", cx.now()));
    ///     });
    /// }
    /// ```
    pub fn on_live<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) {
        let hook = self.hook(method, f);
        self.hooks.lives.push(hook);
    }

    /// A hook that runs once, when a live run has for the first time nothing left that is due (S36).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_caught_up("tick", |greeter: &mut Greeter, _: &Context<Greeter>| greeter.tick());
    /// }
    /// ```
    pub fn on_caught_up<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) {
        let hook = self.hook(method, f);
        self.hooks.caught_up.push(hook);
    }

    /// A hook for what befalls the source of a stream: it was disconnected, it is connected again (S40).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_notice(Greeter::NAMES, "shout", |_: &mut Greeter, _: &Context<Greeter>, notice: Notice| {
    ///         eprintln!("names: {notice}");
    ///     });
    /// }
    /// ```
    pub fn on_notice<T: Payload, R: HandlerReturn + 'static>(
        &mut self,
        stream: Stream<T>,
        method: &'static str,
        mut f: impl FnMut(&mut S, &Context<S>, Notice) -> R + Send + 'static,
    ) {
        let method = self.method(method);
        let call = Box::new(move |s: &mut S, cx: &Context<S>, notice| f(s, cx, notice).into_result());
        self.rows.push(Box::new(crate::graph::OnNotice {
            stream,
            method,
            hook: self.hooks.notices.len() as u32,
        }));
        self.hooks.notices.push(NoticeHook { method, call });
    }

    /// Calls `f` once for each instant with events of the strategy, when all of them are in (S60).
    ///
    /// What it asks for at this instant begins a new round (S14 limits how many).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_settled("note", |_, cx| println!("{}: all who came have come", cx.now()));
    /// }
    /// ```
    pub fn on_settled<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) {
        let hook = self.hook(method, f);
        self.hooks.settled.push(hook);
    }

    /// Calls `f` when the source of `stream` has ended (S54).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_end(Greeter::NAMES, "close", |_, cx| cx.stop());
    /// }
    /// ```
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
            hook: self.hooks.ends.len() as u32,
        }));
        self.hooks.ends.push(hook);
    }

    /// Calls `f` at the end of the run.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_stop("report", |greeter: &mut Greeter, _| println!("{} ticks", greeter.ticks));
    /// }
    /// ```
    pub fn on_stop<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) {
        let hook = self.hook(method, f);
        self.hooks.stops.push(hook);
    }

    /// Makes the call of `make` periodically, counting from the start.
    ///
    /// An interval that is zero or negative stops the run when it starts.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.every("tick", Every::new(Duration::from_secs(2)), || GreeterCall::Tick);
    /// }
    /// ```
    pub fn every(&mut self, method: &'static str, every: Every, make: fn() -> S::Call) {
        let method = self.method(method);
        self.periodic.push(Periodic { method, every, make });
    }

    /// Makes the call of `make` once, `delay` after the start.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.after("greet", Duration::from_secs(1), || GreeterCall::Greet("all".to_owned()));
    /// }
    /// ```
    pub fn after(&mut self, method: &'static str, delay: Duration, make: fn() -> S::Call) {
        let method = self.method(method);
        self.one_shots.push(OneShot { method, delay, make });
    }

    /// Says what a method is for; shown with its name where a run is described.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.on_event(Greeter::NAMES, "arrive", Greeter::arrive);
    ///     wiring.describe("arrive", "Someone comes in.");
    /// }
    /// ```
    pub fn describe(&mut self, method: &'static str, doc: &'static str) {
        let method = self.method(method);
        self.methods[method as usize].doc = Some(doc);
    }

    /// Says that a method can wait in the middle; shown where a run is described.
    ///
    /// Handlers of events say so by the way in which they are registered, [`Wiring::on_event_async`] for example.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.deferred("greet");
    ///     wiring.waits("greet");
    /// }
    /// ```
    pub fn waits(&mut self, method: &'static str) {
        let method = self.method(method);
        self.methods[method as usize].waits = true;
    }

    /// Names a method that is called only when the strategy defers it.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire(wiring: &mut Wiring<Greeter>) {
    ///     wiring.deferred("greet"); // for `cx.after(..).greet(name)`
    /// }
    /// ```
    pub fn deferred(&mut self, method: &'static str) {
        let method = self.method(method);
        self.deferred.push(method);
    }

    /// What the macros write before a row whose stream is given by a path, which messages then name.
    #[doc(hidden)]
    pub fn by_path(&mut self, path: &'static str) {
        self.paths.push((self.rows.len(), path));
    }

    fn hook<R: HandlerReturn + 'static>(
        &mut self,
        method: &'static str,
        mut f: impl FnMut(&mut S, &Context<S>) -> R + Send + 'static,
    ) -> Hook<S> {
        Hook { method: self.method(method), call: Box::new(move |s, cx| f(s, cx).into_result()) }
    }

    /// The rank of a method: its place among the methods in order of their first row.
    pub(crate) fn method(&mut self, name: &'static str) -> u32 {
        let known = self.methods.iter().position(|method| method.name == name);
        known.unwrap_or_else(|| {
            self.methods.push(Method { name, doc: None, waits: false });
            self.methods.len() - 1
        }) as u32
    }
}
