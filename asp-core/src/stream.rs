//! Streams and events: a stream is a typed name, an event one timed value on it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use crate::time::Timestamp;

/// The name of a stream together with the type of what it carries.
///
/// `#[strategy]` generates a constant for each stream a strategy reads or emits; [`Stream::named`] makes others,
/// for names that are known only at run time. Two strategies that use one name meet on one stream, and the run
/// checks before its first event that they agree on the type.
///
/// ```
/// use asp_core::Stream;
///
/// const TRADES: Stream<f64> = Stream::new("trades");
/// let per_symbol: Stream<f64> = Stream::named(format!("trades.{}", "msft"));
/// assert_eq!(per_symbol.name(), "trades.msft");
/// assert_eq!(TRADES.to_string(), "trades");
/// ```
pub struct Stream<T> {
    name: Cow<'static, str>,
    carries: PhantomData<fn(T) -> T>,
}

impl<T> Stream<T> {
    /// A stream with a fixed name.
    ///
    /// ```
    /// use asp_core::Stream;
    ///
    /// const NAMES: Stream<String> = Stream::new("names");
    /// assert_eq!(NAMES, Stream::named("names"));
    /// ```
    pub const fn new(name: &'static str) -> Self {
        Stream { name: Cow::Borrowed(name), carries: PhantomData }
    }

    /// What the macros write for [`Stream::new`].
    #[doc(hidden)]
    pub const fn declared(name: &'static str) -> Self {
        Stream::new(name)
    }

    /// A stream with a name made at run time.
    ///
    /// ```
    /// use asp_core::Stream;
    ///
    /// let prices: Vec<Stream<f64>> =
    ///     ["ibm", "msft"].iter().map(|symbol| Stream::named(format!("prices.{symbol}"))).collect();
    /// assert_eq!(prices[1].to_string(), "prices.msft");
    /// ```
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Stream { name: name.into(), carries: PhantomData }
    }

    /// The name, still static if it was.
    pub(crate) fn name_cow(&self) -> Cow<'static, str> {
        self.name.clone()
    }

    /// The name.
    ///
    /// ```
    /// use asp_core::Stream;
    ///
    /// assert_eq!(Stream::<f64>::new("prices").name(), "prices");
    /// ```
    #[inline]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<T> Clone for Stream<T> {
    fn clone(&self) -> Self {
        Stream { name: self.name.clone(), carries: PhantomData }
    }
}

impl<T> PartialEq for Stream<T> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<T> Eq for Stream<T> {}

impl<T> fmt::Display for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream<{}>({:?})", crate::names::type_name::<T>(), self.name)
    }
}

/// A value with the time that its source gave it.
///
/// A handler that takes `Event<T>` instead of `T` gets both; `collect` and sinks hand them out.
///
/// ```
/// use asp_core::{Event, Timestamp};
///
/// let event = Event { time: Timestamp::from_secs(5), value: "Jane" };
/// assert_eq!(event.to_string(), "1970-01-01T00:00:05Z Jane");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event<T> {
    /// What the source says (S4): the event time, not the time of dispatch.
    pub time: Timestamp,
    /// The payload.
    pub value: T,
}

impl<T: fmt::Display> fmt::Display for Event<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.time, self.value)
    }
}

/// What a stream can carry: any type that is `Send + 'static`.
///
/// ```
/// fn is_payload<T: asp_core::Payload>() {}
/// is_payload::<(f64, String)>();
/// is_payload::<std::sync::Arc<[u8]>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between threads",
    label = "not `Send + 'static`",
    note = "payloads are `Send`, so that a run can be spawned; use `Arc` instead of `Rc`, and owned data"
)]
pub trait Payload: Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Payload for T {}

/// What a handler can take by value: a payload that can be cloned if another handler reads it too.
///
/// ```
/// fn can_be_taken<T: asp_core::ByValue>() {}
/// can_be_taken::<String>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is taken by value, but it is not `Clone`",
    label = "not `Clone`",
    note = "take it by reference: `&{Self}`",
    note = "or derive `Clone`, which is used only if another handler reads the same event"
)]
pub trait ByValue: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> ByValue for T {}

/// What an async handler can take, which outlives the event: a payload that can be cloned if another handler reads it too.
///
/// ```
/// fn can_be_kept<T: asp_core::ByTask>() {}
/// can_be_kept::<String>();
/// can_be_kept::<std::sync::Arc<std::sync::Mutex<u8>>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is taken by an async handler, but it is not `Clone`",
    label = "not `Clone`",
    note = "an async handler outlives the event, so it owns its payload; derive `Clone`, or send it as an `Arc`"
)]
pub trait ByTask: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> ByTask for T {}

/// What a stream can keep as its latest event: a payload that can be cloned, since its handlers get it too.
///
/// ```
/// fn can_be_latest<T: asp_core::Lasting>() {}
/// can_be_latest::<String>();
/// ```
#[diagnostic::on_unimplemented(
    message = "the latest `{Self}` cannot be kept, it is not `Clone`",
    label = "not `Clone`",
    note = "it is kept after its handlers have had it; derive `Clone`, or send it as an `Arc`"
)]
pub trait Lasting: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> Lasting for T {}
