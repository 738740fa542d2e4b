//! What a strategy is: the trait that `#[strategy]` implements, and the traits its parts satisfy.

use std::error::Error;

use crate::context::Context;
use crate::wiring::Wiring;

/// What a handler came to.
pub type HandlerResult = Result<(), Box<dyn Error + Send + Sync>>;

/// A type whose methods are called with events, ticks and deferred calls.
///
/// `#[strategy]` on an `impl` block writes this impl. By hand it takes a call type, one row of [`Wiring`] for each
/// handler, and one match arm for each deferred call; the crate's first example shows all of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a strategy",
    label = "no `#[strategy]` block",
    note = "add `#[strategy]` above `impl {Self} {{ .. }}` and mark a method as a handler",
    note = "a run owns its strategies: pass the value, not a reference, and take it back with `outcome.take()`"
)]
pub trait Strategy: Sized + Send + 'static {
    /// The name of the type, for messages and as the default name of an instance.
    const NAME: &'static str;

    /// Everything that can be scheduled: one variant for each method that is called later or periodically.
    type Call: Send + 'static;

    /// What `cx.after(d)` returns: one method for each deferred call, which puts it into the slot.
    type Calls<Q: Slot<Self::Call>>;

    /// Registers the handlers.
    fn wire(wiring: &mut Wiring<Self>);

    /// Wraps a slot.
    fn calls<Q: Slot<Self::Call>>(slot: Q) -> Self::Calls<Q>;

    /// Makes a call that was scheduled.
    ///
    /// # Errors
    ///
    /// What the method returned.
    fn call(&mut self, cx: &Context<Self>, call: Self::Call) -> HandlerResult;

    /// The method that a call is for.
    fn call_name(call: &Self::Call) -> &'static str;
}

/// Where a deferred call goes: into the agenda once, or into a periodic timer.
///
/// The caller types that `#[strategy]` generates are generic over it; there is no reason to implement it.
pub trait Slot<C>: Sized {
    /// What names the call afterwards.
    type Key;

    /// Schedules `call`.
    fn put(self, call: C) -> Self::Key
    where
        Self: Once;

    /// Schedules a call without payload, which can be made again and again.
    fn put_with(self, make: fn() -> C) -> Self::Key;
}

/// A slot whose call runs once, so that it may carry a payload.
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
    fn into_result(self) -> HandlerResult;
}

impl HandlerReturn for () {
    #[inline]
    fn into_result(self) -> HandlerResult {
        Ok(())
    }
}

impl<E: HandlerError> HandlerReturn for Result<(), E> {
    #[inline]
    fn into_result(self) -> HandlerResult {
        self.map_err(HandlerError::into_boxed)
    }
}

/// What a handler may fail with: anything that converts into `Box<dyn Error + Send + Sync>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot end a run",
    label = "not an error",
    note = "the error converts into `Box<dyn Error + Send + Sync>`; implement `std::error::Error`"
)]
pub trait HandlerError {
    /// The error in a box.
    fn into_boxed(self) -> Box<dyn Error + Send + Sync>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Box<dyn Error + Send + Sync>>> HandlerError for E {
    fn into_boxed(self) -> Box<dyn Error + Send + Sync> {
        self.into()
    }
}
