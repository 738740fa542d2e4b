//! What a strategy is: the trait that `#[strategy]` implements, and the traits its parts satisfy.

use std::error::Error;

use crate::context::Context;
use crate::fuse::Emits;
use crate::task::Begin;
use crate::wiring::Wiring;

/// What a handler came to.
///
/// ```
/// use asp_core::HandlerResult;
///
/// fn parse(text: &str) -> HandlerResult {
///     let _price: f64 = text.parse()?;
///     Ok(())
/// }
/// assert!(parse("12.5").is_ok() && parse("high").is_err());
/// ```
pub type HandlerResult = Result<(), Box<dyn Error + Send + Sync>>;

/// A type whose methods are called with events, ticks and deferred calls.
///
/// `#[strategy]` on an `impl` block writes this impl. By hand it takes a call type, one row of [`Wiring`] for each
/// handler, and one match arm for each deferred call; the crate's first example shows all of it.
///
/// One without deferred calls:
///
/// ```
/// use asp_core::{Context, HandlerResult, Runner, Slot, Strategy, Stream, Wiring, timestamps};
/// use std::convert::Infallible;
///
/// #[derive(Default)]
/// struct Total(f64);
///
/// impl Total {
///     const TRADES: Stream<f64> = Stream::new("trades");
///
///     fn on_trade(&mut self, _: &Context<Self>, price: f64) {
///         self.0 += price;
///     }
/// }
///
/// impl Strategy for Total {
///     const NAME: &'static str = "Total";
///     type Call = Infallible;
///     type Calls<Q: Slot<Infallible>> = ();
///     type Emits = ();
///
///     fn wire(wiring: &mut Wiring<Self>) {
///         wiring.on_event(Self::TRADES, "on_trade", Self::on_trade);
///     }
///
///     fn calls<Q: Slot<Infallible>>(_: Q) {}
///
///     fn call(&mut self, _: &Context<Self>, call: Infallible) -> HandlerResult {
///         match call {}
///     }
///
///     fn call_name(call: &Infallible) -> &'static str {
///         match *call {}
///     }
/// }
///
/// let trades = timestamps("2025-01-01".parse()?, "1s".parse()?).zip([1.5, 2.5]);
/// let mut outcome = Runner::new().feed(Total::TRADES, trades).add(Total::default()).run()?;
/// assert_eq!(outcome.take::<Total>()?.0, 4.0);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a strategy",
    label = "no `#[strategy]` block",
    note = "add `#[strategy]` above `impl {Self} {{ .. }}` and mark a method as a handler",
    note = "a run owns its strategies: `.add(..)` takes one, by value, not behind `&` or `Box`, and `outcome.take()` hands it back"
)]
pub trait Strategy: Sized + Send + 'static {
    /// The name of the type, for messages and as the default name of an instance.
    const NAME: &'static str;

    /// Everything that can be scheduled: one variant for each method that is called later or periodically.
    type Call: Send + 'static;

    /// What `cx.after(d)` returns: one method for each deferred call, which puts it into the slot.
    type Calls<Q: Slot<Self::Call>>;

    /// Where what it emits waits for the next strategy of a [fused chain](crate::Runner::fuse); `()` if it is not to be
    /// part of one.
    type Emits: Emits;

    /// Registers the handlers.
    ///
    /// It is called for each instance that a run has, and by [`Runner::graph`](crate::Runner::graph); it says the same
    /// each time.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn wire_more(wiring: &mut Wiring<Greeter>) {
    ///     Greeter::wire(wiring);
    ///     wiring.describe("greet", "Says hello.");
    /// }
    /// ```
    fn wire(wiring: &mut Wiring<Self>);

    /// Wraps a slot.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn greet_jane(slot: CallSlot<'_, Greeter>) -> CallKey {
    ///     Greeter::calls(slot).greet("Jane".to_owned()) // as in `cx.after(..).greet(..)`
    /// }
    /// ```
    fn calls<Q: Slot<Self::Call>>(slot: Q) -> Self::Calls<Q>;

    /// Makes a call that was scheduled.
    ///
    /// # Errors
    ///
    /// What the method returned.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn tick_now(greeter: &mut Greeter, cx: &Context<Greeter>) -> HandlerResult {
    ///     greeter.call(cx, GreeterCall::Tick)
    /// }
    /// ```
    fn call(&mut self, cx: &Context<Self>, call: Self::Call) -> HandlerResult;

    /// True for a call whose method is an `async fn`: [`Strategy::begin`] makes its task instead of [`Strategy::call`].
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// assert!(!Greeter::is_async(&GreeterCall::Tick));
    /// ```
    #[inline]
    #[must_use]
    fn is_async(call: &Self::Call) -> bool {
        let _ = call;
        false
    }

    /// Makes the task of a call that [`Strategy::is_async`].
    ///
    /// ```
    #[doc = include_str!("../doc/sleeper.rs")]
    /// fn begin_nap(task: Begin<'_, Sleeper>) {
    ///     Sleeper::begin(Nap, task);
    /// }
    /// ```
    fn begin(call: Self::Call, task: Begin<'_, Self>) {
        drop((call, task));
    }

    /// The method that a call is for.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// assert_eq!(Greeter::call_name(&GreeterCall::Tick), "tick");
    /// ```
    fn call_name(call: &Self::Call) -> &'static str;
}

/// Where a deferred call goes: into the agenda once, or into a periodic timer.
///
/// The caller types that `#[strategy]` generates are generic over it; there is no reason to implement it.
///
/// ```
/// use asp_core::{Once, Slot};
///
/// enum Call {
///     Greet(String),
///     Tick,
/// }
///
/// /// What `cx.after(..)` and `cx.every(..)` return.
/// struct Calls<Q>(Q);
///
/// impl<Q: Slot<Call>> Calls<Q> {
///     /// For `cx.after(..)` only.
///     fn greet(self, name: String) -> Q::Key
///     where
///         Q: Once,
///     {
///         self.0.put(Call::Greet(name))
///     }
///
///     fn tick(self) -> Q::Key {
///         self.0.put_with(|| Call::Tick)
///     }
/// }
/// ```
pub trait Slot<C>: Sized {
    /// What names the call afterwards.
    type Key;

    /// Schedules `call`.
    ///
    /// ```
    /// use asp_core::{Once, Slot};
    ///
    /// fn greet<Q: Slot<String> + Once>(slot: Q) -> Q::Key {
    ///     slot.put("Jane".to_owned())
    /// }
    /// ```
    fn put(self, call: C) -> Self::Key
    where
        Self: Once;

    /// Schedules a call without payload, which can be made again and again.
    ///
    /// ```
    /// use asp_core::Slot;
    ///
    /// fn tick<Q: Slot<Option<String>>>(slot: Q) -> Q::Key {
    ///     slot.put_with(|| None)
    /// }
    /// ```
    fn put_with(self, make: fn() -> C) -> Self::Key;
}

/// A slot whose call runs once, so that it may carry a payload.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// fn takes_payloads<Q: asp_core::Once>() {}
/// takes_payloads::<CallSlot<'_, Greeter>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "a timer has nothing to pass as payload",
    label = "this method takes a payload",
    note = "`cx.every(..)` calls methods without payload; keep the value in the strategy"
)]
pub trait Once {}

/// What a handler may return: `()`, or a `Result<(), E>` whose error converts into a boxed one.
///
/// ```
/// fn may_be_returned<R: asp_core::HandlerReturn>() {}
/// may_be_returned::<()>();
/// may_be_returned::<Result<(), std::fmt::Error>>();
/// ```
///
/// A coroutine need not return at all:
///
/// ```
/// # use asp_core::{Duration, Runner, Timestamp};
/// let beats = |cx: asp_core::RunContext| async move {
///     loop {
///         cx.sleep(Duration::from_secs(1)).await;
///     }
/// };
/// Runner::new().spawn(beats).end(Timestamp::from_secs(60)).run()?;
/// # Ok::<(), asp_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "nobody receives this value",
    note = "return `()` or `Result<(), E>`; to publish a value list it in `emits(..)` and call `cx.emit(..)`"
)]
pub trait HandlerReturn {
    /// As a result.
    ///
    /// # Errors
    ///
    /// The handler's own, boxed.
    ///
    /// ```
    /// use asp_core::HandlerReturn;
    ///
    /// assert!(().into_result().is_ok());
    /// assert_eq!(Err::<(), _>("too late").into_result().unwrap_err().to_string(), "too late");
    /// ```
    fn into_result(self) -> HandlerResult;
}

impl HandlerReturn for () {
    #[inline]
    fn into_result(self) -> HandlerResult {
        Ok(())
    }
}

/// What `loop {}` comes to; `!` cannot be written here yet.
type Never = <fn() -> ! as never::Returns>::Value;

mod never {
    pub trait Returns {
        type Value;
    }

    impl<T> Returns for fn() -> T {
        type Value = T;
    }
}

#[diagnostic::do_not_recommend]
impl HandlerReturn for Never {
    fn into_result(self) -> HandlerResult {
        self
    }
}

impl<E: HandlerError> HandlerReturn for Result<(), E> {
    #[inline]
    fn into_result(self) -> HandlerResult {
        self.map_err(HandlerError::into_boxed)
    }
}

/// What a handler may fail with: anything that converts into `Box<dyn Error + Send + Sync>`.
///
/// ```
/// fn may_fail_with<E: asp_core::HandlerError>() {}
/// may_fail_with::<std::io::Error>();
/// may_fail_with::<String>();
/// may_fail_with::<Box<dyn std::error::Error + Send + Sync>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot end a run",
    label = "not an error",
    note = "the error converts into `Box<dyn Error + Send + Sync>`; implement `std::error::Error`",
    note = "for errors of all kinds write `-> asp::HandlerResult`; a plain `Box<dyn Error>` is not `Send`"
)]
pub trait HandlerError {
    /// The error in a box.
    ///
    /// ```
    /// use asp_core::HandlerError;
    ///
    /// assert_eq!("too late".into_boxed().to_string(), "too late");
    /// ```
    fn into_boxed(self) -> Box<dyn Error + Send + Sync>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Box<dyn Error + Send + Sync>>> HandlerError for E {
    fn into_boxed(self) -> Box<dyn Error + Send + Sync> {
        self.into()
    }
}
