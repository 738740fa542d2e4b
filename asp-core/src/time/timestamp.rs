//! [`Timestamp`] and its arithmetic. Text is in `rfc3339`, conversion from other types in `convert`.

use std::ops::{Add, AddAssign, Sub, SubAssign};

use super::Duration;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z.
///
/// The count is signed and has 64 bits, which reaches from 1677-09-21T00:12:43.145224192Z to
/// 2262-04-11T23:47:16.854775807Z. There are no leap seconds and no time zones (S1); text and `chrono` values
/// with an offset are converted to UTC.
///
/// A timestamp is read from and written as RFC 3339; see [the `FromStr`](#impl-FromStr-for-Timestamp) and
/// [the `Display`](#impl-Display-for-Timestamp) implementation. The default is [`EPOCH`](Self::EPOCH).
///
/// # Examples
///
/// ```
/// use asp_core::{Duration, Timestamp};
///
/// let start: Timestamp = "2025-01-01T00:00:00Z".parse()?;
/// let later = start + Duration::from_millis(1500);
/// assert_eq!(later.to_string(), "2025-01-01T00:00:01.500Z");
/// assert_eq!(later - start, "1s500ms".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z, from which timestamps are counted.
    ///
    /// ```
    /// use asp_core::Timestamp;
    ///
    /// assert_eq!(Timestamp::EPOCH.as_nanos(), 0);
    /// ```
    pub const EPOCH: Timestamp = Timestamp(0);

    /// The first timestamp, 1677-09-21T00:12:43.145224192Z.
    ///
    /// ```
    /// use asp_core::Timestamp;
    ///
    /// assert_eq!(Timestamp::MIN.to_string(), "1677-09-21T00:12:43.145224192Z");
    /// ```
    pub const MIN: Timestamp = Timestamp(i64::MIN);

    /// The last timestamp, 2262-04-11T23:47:16.854775807Z.
    ///
    /// ```
    /// use asp_core::Timestamp;
    ///
    /// assert_eq!(Timestamp::MAX.to_string(), "2262-04-11T23:47:16.854775807Z");
    /// ```
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    /// The timestamp this many nanoseconds after 1970, or before it when negative.
    ///
    /// ```
    /// use asp_core::Timestamp;
    ///
    /// assert_eq!(Timestamp::from_nanos(1).to_string(), "1970-01-01T00:00:00.000000001Z");
    /// ```
    #[inline]
    pub const fn from_nanos(nanos: i64) -> Timestamp {
        Timestamp(nanos)
    }

    /// The timestamp this many microseconds after 1970, or before it when negative.
    ///
    /// # Panics
    ///
    /// If it lies outside [`MIN`](Self::MIN) to [`MAX`](Self::MAX); in a constant this is a compile error.
    ///
    /// ```
    /// use asp_core::Timestamp;
    ///
    /// assert_eq!(Timestamp::from_micros(-1).to_string(), "1969-12-31T23:59:59.999999Z");
    /// ```
    #[inline]
    #[track_caller]
    pub const fn from_micros(micros: i64) -> Timestamp {
        scaled(micros, 1_000)
    }

    /// The timestamp this many milliseconds after 1970, or before it when negative.
    ///
    /// # Panics
    ///
    /// If it lies outside [`MIN`](Self::MIN) to [`MAX`](Self::MAX); in a constant this is a compile error.
    ///
    /// ```
    /// use asp_core::Timestamp;
    ///
    /// assert_eq!(Timestamp::from_millis(1_735_689_600_000), "2025-01-01".parse()?);
    /// # Ok::<(), asp_core::time::ParseTimestampError>(())
    /// ```
    #[inline]
    #[track_caller]
    pub const fn from_millis(millis: i64) -> Timestamp {
        scaled(millis, 1_000_000)
    }

    /// The timestamp this many seconds after 1970, or before it when negative.
    ///
    /// # Panics
    ///
    /// If it lies outside [`MIN`](Self::MIN) to [`MAX`](Self::MAX); in a constant this is a compile error.
    ///
    /// ```
    /// use asp_core::Timestamp;
    ///
    /// const START: Timestamp = Timestamp::from_secs(1_735_689_600);
    /// assert_eq!(START.to_string(), "2025-01-01T00:00:00Z");
    /// ```
    #[inline]
    #[track_caller]
    pub const fn from_secs(secs: i64) -> Timestamp {
        scaled(secs, 1_000_000_000)
    }

    /// Nanoseconds since 1970, negative before it.
    ///
    /// ```
    /// use asp_core::Timestamp;
    ///
    /// assert_eq!(Timestamp::from_millis(2).as_nanos(), 2_000_000);
    /// ```
    #[inline]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// `self + by`, or `None` if there is no such timestamp.
    ///
    /// ```
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let second = Duration::from_secs(1);
    /// assert_eq!(Timestamp::EPOCH.checked_add(second), Some(Timestamp::from_secs(1)));
    /// assert_eq!(Timestamp::MAX.checked_add(second), None);
    /// ```
    #[inline]
    pub const fn checked_add(self, by: Duration) -> Option<Timestamp> {
        match self.0.checked_add(by.as_nanos()) {
            Some(nanos) => Some(Timestamp(nanos)),
            None => None,
        }
    }

    /// `self - by`, or `None` if there is no such timestamp.
    ///
    /// ```
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let second = Duration::from_secs(1);
    /// assert_eq!(Timestamp::EPOCH.checked_sub(second), Some(Timestamp::from_secs(-1)));
    /// assert_eq!(Timestamp::MIN.checked_sub(second), None);
    /// ```
    #[inline]
    pub const fn checked_sub(self, by: Duration) -> Option<Timestamp> {
        match self.0.checked_sub(by.as_nanos()) {
            Some(nanos) => Some(Timestamp(nanos)),
            None => None,
        }
    }

    /// `self + by`, or the nearest timestamp there is: [`MAX`](Self::MAX) or, for a negative `by`,
    /// [`MIN`](Self::MIN).
    ///
    /// ```
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let day = Duration::from_days(1);
    /// assert_eq!(Timestamp::MAX.saturating_add(day), Timestamp::MAX);
    /// assert_eq!(Timestamp::MIN.saturating_add(-day), Timestamp::MIN);
    /// ```
    #[inline]
    pub const fn saturating_add(self, by: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(by.as_nanos()))
    }

    /// `self - by`, or the nearest timestamp there is: [`MIN`](Self::MIN) or, for a negative `by`,
    /// [`MAX`](Self::MAX).
    ///
    /// ```
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let day = Duration::from_days(1);
    /// assert_eq!(Timestamp::MIN.saturating_sub(day), Timestamp::MIN);
    /// assert_eq!(Timestamp::from_secs(86_400).saturating_sub(day), Timestamp::EPOCH);
    /// ```
    #[inline]
    pub const fn saturating_sub(self, by: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(by.as_nanos()))
    }

    /// The time from `earlier` to `self`, or `None` if they are further apart than a [`Duration`] is long.
    ///
    /// It is negative when `earlier` is in truth the later of the two.
    ///
    /// ```
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let (one, three) = (Timestamp::from_secs(1), Timestamp::from_secs(3));
    /// assert_eq!(three.checked_since(one), Some(Duration::from_secs(2)));
    /// assert_eq!(one.checked_since(three), Some(Duration::from_secs(-2)));
    /// assert_eq!(Timestamp::MAX.checked_since(Timestamp::MIN), None);
    /// ```
    #[inline]
    pub const fn checked_since(self, earlier: Timestamp) -> Option<Duration> {
        match self.0.checked_sub(earlier.0) {
            Some(nanos) => Some(Duration::from_nanos(nanos)),
            None => None,
        }
    }
}

#[track_caller]
const fn scaled(count: i64, unit: i64) -> Timestamp {
    match count.checked_mul(unit) {
        Some(nanos) => Timestamp(nanos),
        None if count < 0 => panic!("the time is before the first timestamp 1677-09-21T00:12:43.145224192Z"),
        None if unit == 1_000_000_000 => panic!(
            "the time is beyond the last timestamp 2262-04-11T23:47:16.854775807Z; \
             counts of milliseconds go into `Timestamp::from_millis`"
        ),
        None => panic!("the time is beyond the last timestamp 2262-04-11T23:47:16.854775807Z"),
    }
}

/// Says on which side of the timestamps a value lies that is none.
pub(super) fn beside_the_timestamps(before: bool) -> String {
    if before {
        format!("is before the first timestamp {}", Timestamp::MIN)
    } else {
        format!("is beyond the last timestamp {}", Timestamp::MAX)
    }
}

/// The time a duration later. Panics if there is no such timestamp; [`checked_add`](Timestamp::checked_add)
/// does not.
///
/// ```
/// use asp_core::{Duration, Timestamp};
///
/// assert_eq!(Timestamp::EPOCH + Duration::from_mins(1), Timestamp::from_secs(60));
/// ```
impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    #[inline]
    #[track_caller]
    fn add(self, by: Duration) -> Timestamp {
        match self.checked_add(by) {
            Some(sum) => sum,
            None => no_sum(self, by),
        }
    }
}

/// The time a duration earlier. Panics if there is no such timestamp; [`checked_sub`](Timestamp::checked_sub)
/// does not.
///
/// ```
/// use asp_core::{Duration, Timestamp};
///
/// assert_eq!(Timestamp::from_secs(60) - Duration::from_mins(1), Timestamp::EPOCH);
/// ```
impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    #[inline]
    #[track_caller]
    fn sub(self, by: Duration) -> Timestamp {
        match self.checked_sub(by) {
            Some(difference) => difference,
            None => no_difference(self, by),
        }
    }
}

/// The time between two timestamps, negative when the right one is later. Panics if they are more than about
/// 292 years apart; [`checked_since`](Timestamp::checked_since) does not.
///
/// ```
/// use asp_core::{Duration, Timestamp};
///
/// assert_eq!(Timestamp::from_secs(1) - Timestamp::from_secs(3), Duration::from_secs(-2));
/// ```
impl Sub for Timestamp {
    type Output = Duration;

    #[inline]
    #[track_caller]
    fn sub(self, earlier: Timestamp) -> Duration {
        match self.checked_since(earlier) {
            Some(between) => between,
            None => too_far_apart(self, earlier),
        }
    }
}

impl AddAssign<Duration> for Timestamp {
    #[inline]
    #[track_caller]
    fn add_assign(&mut self, by: Duration) {
        *self = *self + by;
    }
}

impl SubAssign<Duration> for Timestamp {
    #[inline]
    #[track_caller]
    fn sub_assign(&mut self, by: Duration) {
        *self = *self - by;
    }
}

#[cold]
#[track_caller]
fn no_sum(time: Timestamp, by: Duration) -> ! {
    let side = beside_the_timestamps(by.is_negative());
    panic!("{time} + {by} {side}; use `checked_add` where that can happen")
}

#[cold]
#[track_caller]
fn no_difference(time: Timestamp, by: Duration) -> ! {
    let side = beside_the_timestamps(!by.is_negative());
    panic!("{time} - {by} {side}; use `checked_sub` where that can happen")
}

#[cold]
#[track_caller]
fn too_far_apart(time: Timestamp, earlier: Timestamp) -> ! {
    panic!(
        "{time} - {earlier} is longer than the longest duration, about 292 years; use `checked_since` \
         where that can happen"
    )
}
