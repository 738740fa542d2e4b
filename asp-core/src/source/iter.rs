//! Sources over any iterator.

use std::convert::Infallible;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{FaultKind, Pull, Pulled, SourceFault};
use crate::panics::message;
use crate::stream::Payload;
use crate::time::{OutOfRange, Timestamp};

/// An item of a past source of `T`: `(time, T)`, or a `Result` of it.
///
/// The time is a [`Timestamp`] or converts into one, as `chrono::DateTime` and `SystemTime` do.
///
/// ```
/// use asp_core::{PastItem, Timestamp};
///
/// fn is_item<I: PastItem<f64>>() {}
/// is_item::<(Timestamp, f64)>();
/// is_item::<(std::time::SystemTime, f64)>();
/// is_item::<Result<(Timestamp, f64), std::io::Error>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "a source of `{T}` cannot yield `{Self}`",
    label = "not `(Timestamp, {T})`",
    note = "a past source yields `(Timestamp, {T})`, or a `Result` of it",
    note = "add times with `timestamps(start, step).zip(..)`"
)]
pub trait PastItem<T> {
    /// Time and value.
    ///
    /// # Errors
    ///
    /// What the source failed with, or why its time is none.
    ///
    /// ```
    /// use asp_core::{PastItem, Timestamp};
    ///
    /// let item: Result<_, std::fmt::Error> = Ok((std::time::SystemTime::UNIX_EPOCH, 1.5));
    /// assert_eq!(item.into_parts()?, (Timestamp::EPOCH, 1.5));
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    fn into_parts(self) -> Result<(Timestamp, T), Box<dyn Error + Send + Sync>>;
}

#[diagnostic::do_not_recommend]
impl<A, T> PastItem<T> for (A, T)
where
    A: TryInto<Timestamp, Error: TimeError>,
{
    #[inline]
    fn into_parts(self) -> Result<(Timestamp, T), Box<dyn Error + Send + Sync>> {
        match self.0.try_into() {
            Ok(time) => Ok((time, self.1)),
            Err(error) => Err(error.into_boxed()),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<A, T, E> PastItem<T> for Result<(A, T), E>
where
    A: TryInto<Timestamp, Error: TimeError>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    #[inline]
    fn into_parts(self) -> Result<(Timestamp, T), Box<dyn Error + Send + Sync>> {
        self.map_err(Into::into)?.into_parts()
    }
}

/// Why a time does not convert: never, or because it is out of range.
///
/// ```
/// use asp_core::{ErrorKind, Runner, Stream};
/// use std::time::{Duration, SystemTime};
///
/// const BEATS: Stream<u8> = Stream::new("beats");
/// let far = SystemTime::UNIX_EPOCH + Duration::from_secs(10_000_000_000);
/// let error = Runner::new().feed(BEATS, [(far, 1)]).collect(BEATS).run().unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::Source { index: 0, .. }));
/// ```
pub trait TimeError {
    /// The error in a box.
    ///
    /// ```
    /// use asp_core::{TimeError, Timestamp};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let far = SystemTime::UNIX_EPOCH + Duration::from_secs(10_000_000_000);
    /// let error = Timestamp::try_from(far).unwrap_err().into_boxed();
    /// assert!(error.to_string().ends_with("is beyond the last timestamp 2262-04-11T23:47:16.854775807Z"));
    /// ```
    fn into_boxed(self) -> Box<dyn Error + Send + Sync>;
}

impl TimeError for Infallible {
    fn into_boxed(self) -> Box<dyn Error + Send + Sync> {
        match self {}
    }
}

impl TimeError for OutOfRange {
    fn into_boxed(self) -> Box<dyn Error + Send + Sync> {
        self.into()
    }
}

/// An iterator as something to pull from.
pub(crate) fn pull_items<T, I>(items: I) -> Box<dyn Pull<T>>
where
    T: Payload,
    I: Iterator<Item: PastItem<T>> + Send + 'static,
{
    Box::new(Items::new(items))
}

// A line of the cache of its own, since with thousands of streams it has left that when the next batch is drawn.
#[repr(align(64))]
pub(super) struct Items<I> {
    items: I,
    /// How many items came so far.
    index: u64,
    previous: i64,
    checked: bool,
}

impl<I> Items<I> {
    pub(super) fn new(items: I) -> Self {
        Items { items, index: 0, previous: i64::MIN, checked: true }
    }
}

impl<I: Iterator> Items<I> {
    /// Draws an item for each of `times`, or fewer. Index and order are kept in registers: the caller knows from the number
    /// of values how far this came, also if the iterator panics.
    // Not inlined, so that the compiler knows that the lists are apart from the iterator.
    #[inline(never)]
    fn draw<T>(&mut self, times: &mut [i64], values: &mut Vec<T>) -> Pulled
    where
        I::Item: PastItem<T>,
    {
        let (base, index, checked) = (values.len(), self.index, self.checked);
        let mut previous = self.previous;
        for slot in times {
            let Some(item) = self.items.next() else { return Pulled::End };
            let here = |values: &Vec<T>| index + (values.len() - base) as u64;
            let (time, value) = match item.into_parts() {
                Ok((time, value)) => (time.as_nanos(), value),
                Err(error) => {
                    return Pulled::Fault(SourceFault::new(here(values), FaultKind::Failed(error)));
                }
            };
            if time < previous && checked {
                return Pulled::Fault(SourceFault::unordered(here(values), previous, time));
            }
            previous = time;
            *slot = time;
            values.push(value);
        }
        self.previous = previous;
        Pulled::Some
    }
}

impl<T, I> Pull<T> for Items<I>
where
    T: Payload,
    I: Iterator<Item: PastItem<T>> + Send,
{
    fn pull(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<T>) -> Pulled {
        let (base, first) = (values.len(), times.len());
        times.resize(first + max, 0);
        values.reserve(max);
        let drawn = catch_unwind(AssertUnwindSafe(|| self.draw(&mut times[first..], values)));
        let count = values.len() - base;
        times.truncate(first + count);
        self.index += count as u64;
        drawn.unwrap_or_else(|panic| {
            Pulled::Fault(SourceFault::new(self.index, FaultKind::Panicked(message(&*panic))))
        })
    }

    fn allow_disorder(&mut self) {
        self.checked = false;
    }
}
