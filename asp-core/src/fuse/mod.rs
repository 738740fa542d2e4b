//! Chains of strategies that are compiled into one function ([`Runner::fuse`](crate::Runner::fuse)).
//!
//! A strategy that emits leaves the value on the desk, in a queue that the engine takes it out of, since it does not know
//! who reads it, nor when (S9). Where nothing else is left of the instant and one strategy alone reads the stream, that is a
//! long way for one value. In a fused chain an emission stays in the context of its strategy, in an [`Outlet`] that is open
//! while a run of events goes through the chain, and goes on from there by a call that the compiler sees through. Whatever
//! is not as simple as that takes the usual way: the [`Outlet`] is emptied onto the desk, and the engine goes on.

mod chain;
mod find;
mod link;

pub(crate) use chain::Chain;
pub(crate) use find::Fuser;
pub use find::Fusion;

use std::any::{Any, TypeId};
use std::cell::Cell;
use std::fmt;

use crate::context::Context;
use crate::desk::{Desk, Emission};
use crate::names::type_name;
use crate::strategy::{HandlerResult, HandlerReturn, Strategy};
use crate::stream::Stream;

/// A strategy that can be part of a fused chain: see [`Runner::fuse`](crate::Runner::fuse).
///
/// `#[strategy(fuse)]` writes this impl. By hand it takes the number of each method that handles events, and one match arm
/// for each number.
///
/// ```
/// use asp_core::{Context, Fuse, HandlerResult, Inputs, Stream};
/// # use asp_core::{Slot, Strategy, Wiring};
/// # use std::convert::Infallible;
///
/// #[derive(Default)]
/// struct Total(f64);
///
/// impl Fuse for Total {
///     fn receiver(method: &str) -> Option<u32> {
///         (method == "on_trade").then_some(0)
///     }
///
///     fn inputs(inputs: &mut impl Inputs) {
///         inputs.input(Stream::<f64>::new("trades"), "on_trade");
///     }
///
///     fn receive<T: 'static>(&mut self, cx: &Context<Self>, _: u32, value: T) -> HandlerResult {
///         self.accept(cx, value, |total, _, price: f64| total.0 += price)
///     }
/// }
/// # impl Strategy for Total {
/// #     const NAME: &'static str = "Total";
/// #     type Call = Infallible;
/// #     type Calls<Q: Slot<Infallible>> = ();
/// #     type Emits = ();
/// #     fn wire(wiring: &mut Wiring<Self>) {
/// #         wiring.on_event(Stream::new("trades"), "on_trade", |total, _, price: f64| total.0 += price);
/// #     }
/// #     fn calls<Q: Slot<Infallible>>(_: Q) {}
/// #     fn call(&mut self, _: &Context<Self>, call: Infallible) -> HandlerResult {
/// #         match call {}
/// #     }
/// #     fn call_name(call: &Infallible) -> &'static str {
/// #         match *call {}
/// #     }
/// # }
/// assert_eq!(Total::receiver("on_trade"), Some(0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a fused chain",
    label = "not compiled for it",
    note = "write `#[strategy(fuse)]` above its `impl` block"
)]
pub trait Fuse: Strategy {
    /// The number of a method that takes events at once, by its name in the wiring.
    ///
    /// ```
    /// fn is_fused<S: asp_core::Fuse>(method: &str) -> bool {
    ///     S::receiver(method).is_some()
    /// }
    /// ```
    fn receiver(method: &str) -> Option<u32>;

    /// Names the streams that these methods read.
    ///
    /// ```
    /// struct Names(Vec<String>);
    ///
    /// impl asp_core::Inputs for Names {
    ///     fn input<T: Send + 'static>(&mut self, stream: asp_core::Stream<T>, _method: &str) {
    ///         self.0.push(stream.name().to_owned());
    ///     }
    /// }
    ///
    /// fn names_of<S: asp_core::Fuse>() -> Vec<String> {
    ///     let mut names = Names(Vec::new());
    ///     S::inputs(&mut names);
    ///     names.0
    /// }
    /// ```
    fn inputs(inputs: &mut impl Inputs);

    /// Hands an event to the method of that number.
    ///
    /// # Errors
    ///
    /// What the method returned.
    ///
    /// ```
    /// # use asp_core::{Context, Fuse, HandlerResult};
    /// fn pass_on<S: Fuse>(strategy: &mut S, cx: &Context<S>, price: f64) -> HandlerResult {
    ///     S::receiver("on_trade").map_or(Ok(()), |method| strategy.receive(cx, method, price))
    /// }
    /// ```
    fn receive<T: 'static>(&mut self, cx: &Context<Self>, method: u32, value: T) -> HandlerResult;

    /// Hands an event to a handler that takes its very type; the compiler knows whether it does.
    ///
    /// # Errors
    ///
    /// What the handler returned, or that it takes another type.
    ///
    /// ```
    /// # use asp_core::{Context, Fuse, HandlerResult};
    /// fn only_numbers<S: Fuse, T: 'static>(strategy: &mut S, cx: &Context<S>, value: T) -> HandlerResult {
    ///     strategy.accept(cx, value, |_, _, price: f64| assert!(price.is_finite()))
    /// }
    /// ```
    #[inline]
    fn accept<T: 'static, U: 'static, R: HandlerReturn>(
        &mut self,
        cx: &Context<Self>,
        value: T,
        handler: impl FnOnce(&mut Self, &Context<Self>, U) -> R,
    ) -> HandlerResult {
        let mut value = Some(value);
        let any: &mut dyn Any = &mut value;
        match any.downcast_mut::<Option<U>>().and_then(Option::take) {
            Some(value) => handler(self, cx, value).into_result(),
            None => Err(format!("it takes {}, not {}", type_name::<U>(), type_name::<T>()).into()),
        }
    }
}

/// Whoever hears of the streams that a strategy reads: see [`Fuse::inputs`].
///
/// ```
/// struct Count(usize);
///
/// impl asp_core::Inputs for Count {
///     fn input<T: Send + 'static>(&mut self, _stream: asp_core::Stream<T>, _method: &str) {
///         self.0 += 1;
///     }
/// }
/// ```
pub trait Inputs {
    /// A method takes events of a stream.
    ///
    /// ```
    /// # use asp_core::{Fuse, Inputs, Stream};
    /// fn inputs(inputs: &mut impl Inputs) {
    ///     inputs.input(Stream::<f64>::new("trades"), "on_trade");
    /// }
    /// ```
    fn input<T: Send + 'static>(&mut self, stream: Stream<T>, method: &str);
}

/// The outlets of a strategy that can be fused: `()` if it emits nothing or is not to be, an [`Outlet`] for each type that
/// it emits, as nested pairs.
///
/// ```
/// use asp_core::{Emits, Outlet};
///
/// fn holds<E: Emits>() {}
/// holds::<()>();
/// holds::<Outlet<f64>>();
/// holds::<(Outlet<f64>, Outlet<String>)>();
/// ```
pub trait Emits: Send + 'static {
    /// All shut.
    #[doc(hidden)]
    fn shut_ones() -> Self;

    /// The outlet for values of a type. The compiler knows the answer.
    #[doc(hidden)]
    fn outlet<T: 'static>(&self) -> Option<&Outlet<T>>;

    /// Opens the outlet of that type for a stream.
    #[doc(hidden)]
    fn open(&self, carried: TypeId, stream: &'static str);

    /// Shuts all outlets: what is emitted from now on comes after what is in them.
    #[doc(hidden)]
    fn shut(&self);

    /// Hands the value that is in an outlet to the receiver, which comes back if there is none.
    #[doc(hidden)]
    fn pass<R: Receiver>(&self, receiver: R) -> Result<R::Outcome, R>;
}

/// Whoever takes a value out of an outlet.
#[doc(hidden)]
pub trait Receiver: Sized {
    /// What becomes of it.
    type Outcome;

    fn accept<T: Send + 'static>(self, value: T) -> Self::Outcome;
}

/// Where an emission waits for the next strategy of a fused chain.
///
/// ```
/// use asp_core::Outlet;
///
/// let outlet = Outlet::<f64>::default();
/// assert_eq!(format!("{outlet:?}"), "Outlet { stream: \"\" }"); // shut
/// ```
pub struct Outlet<T> {
    /// For what stream it is open; none if it has no name.
    stream: Cell<&'static str>,
    value: Cell<Option<T>>,
}

impl<T> Outlet<T> {
    /// Takes an emission on a stream, if it is open for that, and empty; else it comes back.
    #[inline]
    pub(crate) fn offer(&self, stream: &str, value: T) -> Option<T> {
        if self.stream.get() != stream || stream.is_empty() {
            return Some(value);
        }
        // What is there stays there, since it is the first.
        let first = self.value.replace(Some(value))?;
        self.value.replace(Some(first))
    }
}

impl<T> Default for Outlet<T> {
    fn default() -> Self {
        Outlet { stream: Cell::new(""), value: Cell::new(None) }
    }
}

impl<T> fmt::Debug for Outlet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet").field("stream", &self.stream.get()).finish()
    }
}

impl Emits for () {
    fn shut_ones() -> Self {}

    #[inline]
    fn outlet<T: 'static>(&self) -> Option<&Outlet<T>> {
        None
    }

    fn open(&self, _: TypeId, _: &'static str) {}

    #[inline]
    fn shut(&self) {}

    #[inline(always)]
    fn pass<R: Receiver>(&self, receiver: R) -> Result<R::Outcome, R> {
        Err(receiver)
    }
}

impl<T: Send + 'static> Emits for Outlet<T> {
    fn shut_ones() -> Self {
        Outlet::default()
    }

    #[inline]
    fn outlet<U: 'static>(&self) -> Option<&Outlet<U>> {
        let this: &dyn Any = self;
        this.downcast_ref()
    }

    fn open(&self, carried: TypeId, stream: &'static str) {
        if carried == TypeId::of::<T>() {
            self.stream.set(stream);
        }
    }

    fn shut(&self) {
        self.stream.set("");
    }

    #[inline(always)]
    fn pass<R: Receiver>(&self, receiver: R) -> Result<R::Outcome, R> {
        match self.value.take() {
            Some(value) => Ok(receiver.accept(value)),
            None => Err(receiver),
        }
    }
}

impl<A: Emits, B: Emits> Emits for (A, B) {
    fn shut_ones() -> Self {
        (A::shut_ones(), B::shut_ones())
    }

    #[inline]
    fn outlet<T: 'static>(&self) -> Option<&Outlet<T>> {
        self.0.outlet().or_else(|| self.1.outlet())
    }

    fn open(&self, carried: TypeId, stream: &'static str) {
        self.0.open(carried, stream);
        self.1.open(carried, stream);
    }

    fn shut(&self) {
        self.0.shut();
        self.1.shut();
    }

    #[inline(always)]
    fn pass<R: Receiver>(&self, receiver: R) -> Result<R::Outcome, R> {
        self.0.pass(receiver).or_else(|receiver| self.1.pass(receiver))
    }
}

/// What a run knows of its fused chains.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    /// True while each of their streams leads to where it led when they were put together.
    pub(crate) are_whole: bool,
    /// The round of the event that is on its way.
    pub(crate) hop: u32,
    /// The stream of the event dispatched last, if that was passed on.
    pub(crate) relayed: Option<u32>,
    /// How many events were passed on by which streams, for them to count.
    pub(crate) passed_on: Vec<(u32, u64)>,
    /// How many there were in all.
    pub(crate) count: u64,
}

/// Puts a value that cannot go on at once where emissions usually are. All others of its instant came after it: once
/// there is one, the outlets are shut.
pub(crate) struct Spill<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) stream: u32,
}

impl Receiver for Spill<'_> {
    type Outcome = ();

    fn accept<T: Send + 'static>(self, value: T) {
        let Spill { desk, stream } = self;
        if let Some(queue) = desk.outlet::<T>(stream) {
            queue.push_front(value);
            let sequence = desk.next_sequence();
            desk.joined.emissions.push_front(Emission { stream, slot: Emission::PLAIN, sequence });
            desk.hold_instant();
        }
    }
}
