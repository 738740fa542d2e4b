//! Where calls go that a handler asks for, and what names them afterwards.

use std::error::Error;
use std::fmt;

use crate::agenda::{CallKey, TimerKey};
use crate::context::Context;
use crate::departures::EmissionKey;
use crate::every::Every;
use crate::strategy::{Once, Slot, Strategy};
use crate::time::Timestamp;

/// Where `cx.after(..)` and `cx.at(..)` put a call.
///
/// Only callers generated or written for a [`Strategy`] put calls into it; see [`Slot`].
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// fn greet_jane(slot: CallSlot<'_, Greeter>) -> CallKey {
///     slot.put(GreeterCall::Greet("Jane".to_owned()))
/// }
/// ```
#[derive(Debug)]
pub struct CallSlot<'a, S: Strategy> {
    pub(crate) cx: &'a Context<S>,
    /// None after an overflow, which has stopped the run already.
    pub(crate) due: Option<i64>,
    /// True if it is known that this is after now.
    pub(crate) is_later: bool,
}

impl<S: Strategy> Slot<S::Call> for CallSlot<'_, S> {
    type Key = CallKey;

    #[inline]
    fn put(self, call: S::Call) -> CallKey {
        self.due.map_or(CallKey::NONE, |due| self.cx.schedule(due, self.is_later, call))
    }

    #[inline]
    fn put_with(self, make: fn() -> S::Call) -> CallKey {
        self.put(make())
    }
}

impl<S: Strategy> Once for CallSlot<'_, S> {}

/// Where `cx.every(..)` puts a call.
///
/// It takes calls without payload, which can be made again and again; it is not [`Once`].
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// fn tick(slot: TimerSlot<'_, Greeter>) -> TimerKey {
///     slot.put_with(|| GreeterCall::Tick)
/// }
/// ```
#[derive(Debug)]
pub struct TimerSlot<'a, S: Strategy> {
    pub(crate) cx: &'a Context<S>,
    pub(crate) every: Every,
}

impl<S: Strategy> Slot<S::Call> for TimerSlot<'_, S> {
    type Key = TimerKey;

    fn put(self, _: S::Call) -> TimerKey
    where
        Self: Once,
    {
        unreachable!("a timer slot is not `Once`, so that no one can call this")
    }

    fn put_with(self, make: fn() -> S::Call) -> TimerKey {
        self.cx.set_timer(&self.every, make)
    }
}

/// What [`Context::cancel`] takes: a [`CallKey`], a [`TimerKey`] or an [`EmissionKey`].
///
/// ```
/// use asp_core::{Context, Key, Strategy};
///
/// fn cancel_all<S: Strategy, K: Key>(cx: &Context<S>, keys: Vec<K>) -> usize {
///     keys.into_iter().map(|key| cx.cancel(key)).filter(|&found| found).count()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name anything that can be cancelled",
    label = "not a key",
    note = "keep what the call returns that asks for it: `let call = cx.after(..).method(..);`, then `cx.cancel(call)`"
)]
pub trait Key: sealed::Key {}

impl Key for CallKey {}
impl Key for TimerKey {}
impl Key for EmissionKey {}

mod sealed {
    use super::{CallKey, Context, EmissionKey, Strategy, TimerKey};

    pub trait Key {
        fn cancel<S: Strategy>(self, cx: &Context<S>) -> bool;
    }

    impl Key for CallKey {
        fn cancel<S: Strategy>(self, cx: &Context<S>) -> bool {
            cx.cancel_call(self)
        }
    }

    impl Key for TimerKey {
        fn cancel<S: Strategy>(self, cx: &Context<S>) -> bool {
            cx.cancel_timer(self)
        }
    }

    impl Key for EmissionKey {
        fn cancel<S: Strategy>(self, cx: &Context<S>) -> bool {
            cx.cancel_emission(self)
        }
    }
}

/// A time asked for by [`Context::try_at`] has passed.
///
/// ```
/// use asp_core::{InPast, Timestamp};
///
/// let late = InPast { requested: Timestamp::EPOCH, now: Timestamp::from_secs(5) };
/// assert_eq!(
///     late.to_string(),
///     "1970-01-01T00:00:00Z was asked for but it is 1970-01-01T00:00:05Z; use `cx.after(..)` for a delay"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InPast {
    /// The time asked for.
    pub requested: Timestamp,
    /// The time it was when asked.
    pub now: Timestamp,
}

impl fmt::Display for InPast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was asked for but it is {}; use `cx.after(..)` for a delay", self.requested, self.now)
    }
}

impl Error for InPast {}
