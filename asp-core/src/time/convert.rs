//! To and from the time types of `std` and `chrono`. What does not fit is an [`OutOfRange`], never a panic.

use std::fmt;
use std::time::{Duration as StdDuration, SystemTime};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use super::timestamp::beside_the_timestamps;
use super::units::Units;
use super::{Duration, Timestamp};

const NANOS_PER_SEC: i64 = 1_000_000_000;

/// A time or a length of time from elsewhere has no counterpart in the type it was converted to.
///
/// It prints as one sentence that names the value and what is representable, also under `{:?}`, so that
/// `unwrap` shows it.
///
/// ```
/// use asp_core::{Duration, Timestamp};
/// use chrono::{TimeZone, Utc};
///
/// let error = Timestamp::try_from(Utc.with_ymd_and_hms(2500, 1, 1, 0, 0, 0).unwrap()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "2500-01-01T00:00:00Z is beyond the last timestamp 2262-04-11T23:47:16.854775807Z"
/// );
///
/// let error = Duration::try_from(std::time::Duration::from_secs(10_000_000_000)).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "115740d17h46min40s is longer than the longest duration, about 292 years"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OutOfRange {
    sentence: Box<str>,
}

impl OutOfRange {
    #[cold]
    fn timestamp(value: &dyn fmt::Display, before: bool) -> OutOfRange {
        let sentence = format!("{value} {}", beside_the_timestamps(before)).into();
        OutOfRange { sentence }
    }

    #[cold]
    pub(super) fn duration(value: &dyn fmt::Display) -> OutOfRange {
        OutOfRange {
            sentence: format!("{value} is longer than the longest duration, about 292 years").into(),
        }
    }

    #[cold]
    pub(super) fn not_a_number() -> OutOfRange {
        OutOfRange { sentence: "NaN is not a number of seconds; a duration is a finite one".into() }
    }

    #[cold]
    fn negative(value: Duration) -> OutOfRange {
        let sentence =
            format!("{value} is negative, and a `std::time::Duration` is not; take its `abs()`").into();
        OutOfRange { sentence }
    }
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl fmt::Debug for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for OutOfRange {}

/// Whole seconds and the nanoseconds after them as one count, if it fits.
///
/// `subsec` may exceed a second: `chrono` writes a leap second so.
#[inline]
pub(super) fn nanos_of(secs: i64, subsec: u32) -> Option<i64> {
    let subsec = i64::from(subsec);
    if secs < 0 {
        // The first timestamp lies within a second whose start is out of range; counting from its end stays
        // inside.
        ((secs + 1).checked_mul(NANOS_PER_SEC)?).checked_add(subsec - NANOS_PER_SEC)
    } else {
        secs.checked_mul(NANOS_PER_SEC)?.checked_add(subsec)
    }
}

/// The same moment, whatever the time zone. A leap second is the first second of the next minute (S1).
///
/// # Errors
///
/// [`OutOfRange`] before [`Timestamp::MIN`] and after [`Timestamp::MAX`].
///
/// ```
/// use asp_core::Timestamp;
/// use chrono::DateTime;
///
/// let local = DateTime::parse_from_rfc3339("1970-01-01T02:00:01+02:00").unwrap();
/// assert_eq!(Timestamp::try_from(local)?, Timestamp::from_secs(1));
/// # Ok::<(), asp_core::time::OutOfRange>(())
/// ```
impl<Tz: TimeZone> TryFrom<DateTime<Tz>> for Timestamp {
    type Error = OutOfRange;

    #[inline]
    fn try_from(time: DateTime<Tz>) -> Result<Timestamp, OutOfRange> {
        let secs = time.timestamp();
        match nanos_of(secs, time.timestamp_subsec_nanos()) {
            Some(nanos) => Ok(Timestamp::from_nanos(nanos)),
            None => Err(OutOfRange::timestamp(&format_args!("{:?}Z", time.naive_utc()), secs < 0)),
        }
    }
}

/// The same moment; every timestamp has one.
///
/// ```
/// use asp_core::Timestamp;
/// use chrono::{DateTime, Utc};
///
/// let time = DateTime::<Utc>::from(Timestamp::from_secs(1));
/// assert_eq!(time.to_string(), "1970-01-01 00:00:01 UTC");
/// ```
impl From<Timestamp> for DateTime<Utc> {
    #[inline]
    fn from(time: Timestamp) -> DateTime<Utc> {
        DateTime::from_timestamp_nanos(time.as_nanos())
    }
}

/// The same moment.
///
/// # Errors
///
/// [`OutOfRange`] before [`Timestamp::MIN`] and after [`Timestamp::MAX`].
///
/// ```
/// use asp_core::Timestamp;
/// use std::time::{Duration, SystemTime};
///
/// let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
/// assert_eq!(Timestamp::try_from(time)?, Timestamp::from_secs(1));
/// # Ok::<(), asp_core::time::OutOfRange>(())
/// ```
impl TryFrom<SystemTime> for Timestamp {
    type Error = OutOfRange;

    fn try_from(time: SystemTime) -> Result<Timestamp, OutOfRange> {
        let nanos = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => nanos_of_std(since),
            Err(error) => -nanos_of_std(error.duration()),
        };
        match i64::try_from(nanos) {
            Ok(nanos) => Ok(Timestamp::from_nanos(nanos)),
            Err(_) => Err(no_timestamp(nanos)),
        }
    }
}

/// The error for a count of nanoseconds since 1970, as a date while there are dates.
#[cold]
fn no_timestamp(nanos: i128) -> OutOfRange {
    let nanos_per_sec = i128::from(NANOS_PER_SEC);
    let subsec = nanos.rem_euclid(nanos_per_sec) as u32;
    let date = i64::try_from(nanos.div_euclid(nanos_per_sec))
        .ok()
        .and_then(|secs| DateTime::from_timestamp(secs, subsec));
    let value = match date {
        Some(date) => format!("{:?}Z", date.naive_utc()),
        None => {
            let sign = if nanos < 0 { '-' } else { '+' };
            format!("1970-01-01T00:00:00Z {sign} {}", Units(nanos.abs()))
        }
    };
    OutOfRange::timestamp(&value, nanos < 0)
}

/// The same length.
///
/// # Errors
///
/// [`OutOfRange`] if it is longer than [`Duration::MAX`].
///
/// ```
/// use asp_core::Duration;
///
/// let second = std::time::Duration::from_secs(1);
/// assert_eq!(Duration::try_from(second)?, Duration::from_secs(1));
/// assert!(Duration::try_from(std::time::Duration::MAX).is_err());
/// # Ok::<(), asp_core::time::OutOfRange>(())
/// ```
impl TryFrom<StdDuration> for Duration {
    type Error = OutOfRange;

    #[inline]
    fn try_from(length: StdDuration) -> Result<Duration, OutOfRange> {
        within_range(nanos_of_std(length))
    }
}

/// The same length, negative ones included.
///
/// # Errors
///
/// [`OutOfRange`] outside [`Duration::MIN`] to [`Duration::MAX`].
///
/// ```
/// use asp_core::Duration;
/// use chrono::TimeDelta;
///
/// assert_eq!(Duration::try_from(TimeDelta::seconds(-1))?, Duration::from_secs(-1));
/// assert!(Duration::try_from(TimeDelta::MAX).is_err());
/// # Ok::<(), asp_core::time::OutOfRange>(())
/// ```
impl TryFrom<TimeDelta> for Duration {
    type Error = OutOfRange;

    #[inline]
    fn try_from(length: TimeDelta) -> Result<Duration, OutOfRange> {
        within_range(nanos_of_delta(length))
    }
}

/// The same length; every duration has one.
///
/// ```
/// use asp_core::Duration;
/// use chrono::TimeDelta;
///
/// assert_eq!(TimeDelta::from(Duration::from_millis(-1500)), TimeDelta::milliseconds(-1500));
/// ```
impl From<Duration> for TimeDelta {
    #[inline]
    fn from(length: Duration) -> TimeDelta {
        TimeDelta::nanoseconds(length.as_nanos())
    }
}

/// The same length.
///
/// # Errors
///
/// [`OutOfRange`] if it is negative, which the type of `std` cannot be.
///
/// ```
/// use asp_core::Duration;
///
/// let second = std::time::Duration::try_from(Duration::from_secs(1))?;
/// assert_eq!(second.as_secs(), 1);
///
/// let error = std::time::Duration::try_from(Duration::from_secs(-1)).unwrap_err();
/// assert_eq!(error.to_string(), "-1s is negative, and a `std::time::Duration` is not; take its `abs()`");
/// # Ok::<(), asp_core::time::OutOfRange>(())
/// ```
impl TryFrom<Duration> for StdDuration {
    type Error = OutOfRange;

    #[inline]
    fn try_from(length: Duration) -> Result<StdDuration, OutOfRange> {
        match u64::try_from(length.as_nanos()) {
            Ok(nanos) => Ok(StdDuration::from_nanos(nanos)),
            Err(_) => Err(OutOfRange::negative(length)),
        }
    }
}

/// Never overflows: 2^64 seconds are less than 2^94 nanoseconds.
#[inline]
pub(super) fn nanos_of_std(length: StdDuration) -> i128 {
    length.as_nanos() as i128
}

/// `chrono` gives seconds rounded towards zero and nanoseconds of the same sign.
#[inline]
pub(super) fn nanos_of_delta(length: TimeDelta) -> i128 {
    i128::from(length.num_seconds()) * i128::from(NANOS_PER_SEC) + i128::from(length.subsec_nanos())
}

#[inline]
fn within_range(nanos: i128) -> Result<Duration, OutOfRange> {
    match i64::try_from(nanos) {
        Ok(nanos) => Ok(Duration::from_nanos(nanos)),
        Err(_) => Err(OutOfRange::duration(&Units(nanos))),
    }
}
