//! Sources over any iterator.

use std::convert::Infallible;
use std::error::Error;
use std::iter;
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

    /// True if [`PastItem::into_parts`] always succeeds.
    #[doc(hidden)]
    const NEVER_FAILS: bool = false;
}

#[diagnostic::do_not_recommend]
impl<A, T> PastItem<T> for (A, T)
where
    A: TryInto<Timestamp, Error: TimeError>,
{
    const NEVER_FAILS: bool = <A::Error as TimeError>::IS_NEVER;

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

    /// True if there is none.
    #[doc(hidden)]
    const IS_NEVER: bool = false;
}

impl TimeError for Infallible {
    const IS_NEVER: bool = true;

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
    /// Absent while some are drawn.
    items: Option<I>,
    /// How many items came so far.
    index: u64,
    previous: i64,
    checked: bool,
}

impl<I> Items<I> {
    pub(super) fn new(items: I) -> Self {
        Items { items: Some(items), index: 0, previous: i64::MIN, checked: true }
    }
}

impl<I: Iterator> Items<I> {
    /// Draws an item for each of `times`, or fewer; how many, the number of values tells, also if the iterator panics. In what
    /// order they are is seen afterwards, so that what the iterator does and the two lists become one plain loop.
    // Not inlined, so that the compiler knows that the lists are apart from the iterator.
    #[inline(never)]
    fn draw<T>(&mut self, times: &mut [i64], values: &mut Vec<T>) -> Result<(), Failure>
    where
        I::Item: PastItem<T>,
    {
        let mut lent = Lent { items: self.items.take(), home: &mut self.items };
        let Some(items) = &mut lent.items else { return Ok(()) };
        // In this order, so that no item is drawn without a place.
        let items = times.iter_mut().zip(items);
        if I::Item::NEVER_FAILS {
            // Where it is known how many come, the list does not ask for each if it has room.
            values.extend(items.map(|(slot, item)| match item.into_parts() {
                Ok((time, value)) => {
                    *slot = time.as_nanos();
                    value
                }
                Err(_) => unreachable!("an item that never fails has parts"),
            }));
            return Ok(());
        }
        let mut failure = None;
        values.extend(items.map_while(|(slot, item)| match item.into_parts() {
            Ok((time, value)) => {
                *slot = time.as_nanos();
                Some(value)
            }
            Err(error) => {
                failure = Some(error);
                None
            }
        }));
        failure.map_or(Ok(()), Err)
    }

    /// Takes note of the next times. The first that goes back is a fault, if that is not allowed; its place among them.
    fn check(&mut self, times: &[i64]) -> Option<(usize, SourceFault)> {
        let (Some(&first), Some(&last)) = (times.first(), times.last()) else { return None };
        let before = std::mem::replace(&mut self.previous, last);
        if !self.checked || before <= first && is_ordered(times) {
            return None;
        }
        let pairs = iter::once(&before).chain(times).zip(times);
        let (place, (&before, &found)) = pairs.enumerate().find(|(_, (before, found))| found < before)?;
        Some((place, SourceFault::unordered(self.index + place as u64, before, found)))
    }
}

/// An iterator that is drawn from, which comes back whatever happens. Meanwhile it stands where nobody else looks, so that its
/// state is in registers.
struct Lent<'a, I> {
    items: Option<I>,
    home: &'a mut Option<I>,
}

impl<I> Drop for Lent<'_, I> {
    #[inline]
    fn drop(&mut self) {
        *self.home = self.items.take();
    }
}

/// What an item was instead of an event.
type Failure = Box<dyn Error + Send + Sync>;

/// True if no time goes back. Many are looked at at once: none has a sign, nor has the way from one to the next.
fn is_ordered(times: &[i64]) -> bool {
    let (Some(last), Some(next)) = (times.last(), times.get(1..)) else { return true };
    let signs =
        times.iter().zip(next).fold(*last, |signs, (time, next)| signs | time | next.wrapping_sub(*time));
    signs >= 0 || times.is_sorted()
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
        // It comes before what else went wrong.
        if let Some((place, fault)) = self.check(&times[first..]) {
            times.truncate(first + place);
            values.truncate(base + place);
            return Pulled::Fault(fault);
        }
        self.index += count as u64;
        match drawn {
            Ok(Ok(())) if count < max => Pulled::End,
            Ok(Ok(())) => Pulled::Some,
            Ok(Err(error)) => Pulled::Fault(SourceFault::new(self.index, FaultKind::Failed(error))),
            Err(panic) => Pulled::Fault(SourceFault::new(self.index, FaultKind::Panicked(message(&*panic)))),
        }
    }

    fn allow_disorder(&mut self) {
        self.checked = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s15_no_order_is_taken_for_another() {
        let instants = [i64::MIN, -10, -1, 0, 1, i64::MAX - 1, i64::MAX];
        let choose = |mut number: usize, length| -> Vec<i64> {
            let mut next = || {
                let instant = instants[number % instants.len()];
                number /= instants.len();
                instant
            };
            (0..length).map(|_| next()).collect()
        };
        for length in 0..=5 {
            for number in 0..instants.len().pow(length) {
                let times = choose(number, length);
                assert_eq!(is_ordered(&times), times.is_sorted(), "{times:?}");
            }
        }
    }
}
