//! [`Duration`] and its text. Operators are in `duration_ops`, conversions from other types in `convert`.

use std::fmt;
use std::str::FromStr;

use super::convert::OutOfRange;
use super::duration_text;
use super::units::{self, Units};

/// A length of time in nanoseconds, signed; the longest is about 292 years.
///
/// It is signed, unlike the one of `std`, since two timestamps may differ either way and a lag may be
/// negative (S4). A minute, an hour and a day have a fixed length: `1d` is exactly 86 400 s (S1).
///
/// A duration is read from texts such as `"250ms"` or `"1h30min"` and written in the same form; see [the
/// `FromStr`](#impl-FromStr-for-Duration) and [the `Display`](#impl-Display-for-Duration) implementation. The
/// default is [`ZERO`](Self::ZERO).
///
/// # Examples
///
/// ```
/// use asp_core::Duration;
///
/// let lesson: Duration = "1h30min".parse()?;
/// assert_eq!(lesson, Duration::from_mins(90));
/// assert_eq!((lesson / 4).to_string(), "22min30s");
/// # Ok::<(), asp_core::time::ParseDurationError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(i64);

macro_rules! from_unit {
    ($name:ident, $unit:literal, $nanos:literal, $example:literal) => {
        #[doc = concat!("This many ", $unit, "; a negative number gives a negative duration.")]
        ///
        /// # Panics
        ///
        /// If it lies outside [`MIN`](Self::MIN) to [`MAX`](Self::MAX); in a constant this is a compile
        /// error.
        ///
        /// ```
        /// use asp_core::Duration;
        ///
        #[doc = concat!("const LENGTH: Duration = Duration::", stringify!($name), "(3);")]
        #[doc = concat!("assert_eq!(LENGTH.to_string(), \"", $example, "\");")]
        /// ```
        #[inline]
        #[track_caller]
        pub const fn $name(count: i64) -> Duration {
            match count.checked_mul($nanos) {
                Some(nanos) => Duration(nanos),
                None => panic!("the duration is too long; the longest is about 292 years"),
            }
        }
    };
}

impl Duration {
    /// No time at all.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::ZERO.to_string(), "0s");
    /// ```
    pub const ZERO: Duration = Duration(0);

    /// The longest negative duration, about -292 years.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::MIN.as_nanos(), i64::MIN);
    /// ```
    pub const MIN: Duration = Duration(i64::MIN);

    /// The longest duration, about 292 years.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::MAX.to_string(), "106751d23h47min16s854ms775us807ns");
    /// ```
    pub const MAX: Duration = Duration(i64::MAX);

    /// This many nanoseconds; a negative number gives a negative duration.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_nanos(1_000_002).to_string(), "1ms2ns");
    /// ```
    #[inline]
    pub const fn from_nanos(count: i64) -> Duration {
        Duration(count)
    }

    from_unit!(from_micros, "microseconds", 1_000, "3us");
    from_unit!(from_millis, "milliseconds", 1_000_000, "3ms");
    from_unit!(from_secs, "seconds", 1_000_000_000, "3s");
    from_unit!(from_mins, "minutes", 60_000_000_000, "3min");
    from_unit!(from_hours, "hours", 3_600_000_000_000, "3h");
    from_unit!(from_days, "days of 24 hours", 86_400_000_000_000, "3d");

    /// This many seconds, rounded to the nearest nanosecond.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] if the number is not finite or lies outside [`MIN`](Self::MIN) to [`MAX`](Self::MAX).
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::try_from_secs_f64(-0.25)?, Duration::from_millis(-250));
    ///
    /// let error = Duration::try_from_secs_f64(1e300).unwrap_err();
    /// assert_eq!(error.to_string(), "1e300s is longer than the longest duration, about 292 years");
    /// # Ok::<(), asp_core::time::OutOfRange>(())
    /// ```
    pub fn try_from_secs_f64(secs: f64) -> Result<Duration, OutOfRange> {
        if secs.is_nan() {
            return Err(OutOfRange::not_a_number());
        }
        // The conversion of `std` rounds exactly, where `secs * 1e9` would round twice.
        let nanos = std::time::Duration::try_from_secs_f64(secs.abs()).ok().and_then(|length| {
            let nanos = length.as_nanos() as i128;
            i64::try_from(if secs < 0.0 { -nanos } else { nanos }).ok()
        });
        nanos.map(Duration).ok_or_else(|| OutOfRange::duration(&format_args!("{secs:?}s")))
    }

    /// The whole length in nanoseconds.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_micros(-1).as_nanos(), -1000);
    /// ```
    #[inline]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Whole microseconds; the rest is cut off, towards zero.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_nanos(-1999).as_micros(), -1);
    /// ```
    #[inline]
    pub const fn as_micros(self) -> i64 {
        self.0 / 1_000
    }

    /// Whole milliseconds; the rest is cut off, towards zero.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_micros(1999).as_millis(), 1);
    /// ```
    #[inline]
    pub const fn as_millis(self) -> i64 {
        self.0 / 1_000_000
    }

    /// Whole seconds; the rest is cut off, towards zero.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_millis(1999).as_secs(), 1);
    /// assert_eq!(Duration::from_millis(-1999).as_secs(), -1);
    /// ```
    #[inline]
    pub const fn as_secs(self) -> i64 {
        self.0 / 1_000_000_000
    }

    /// The length in seconds with its fraction. About 104 days and more do not keep every nanosecond.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_millis(1500).as_secs_f64(), 1.5);
    /// ```
    #[inline]
    pub const fn as_secs_f64(self) -> f64 {
        (self.0 / 1_000_000_000) as f64 + (self.0 % 1_000_000_000) as f64 / 1e9
    }

    /// Whether it is no time at all.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert!(Duration::from_secs(0).is_zero());
    /// ```
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is less than zero.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert!(Duration::from_nanos(-1).is_negative());
    /// assert!(!Duration::ZERO.is_negative());
    /// ```
    #[inline]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The length without its sign.
    ///
    /// # Panics
    ///
    /// For [`MIN`](Self::MIN), which is a nanosecond longer than [`MAX`](Self::MAX).
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_secs(-2).abs(), Duration::from_secs(2));
    /// ```
    #[inline]
    #[track_caller]
    pub const fn abs(self) -> Duration {
        match self.0.checked_abs() {
            Some(nanos) => Duration(nanos),
            None => panic!("`Duration::MIN` without its sign is longer than the longest duration"),
        }
    }

    /// `self + other`, or `None` if it is too long.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// let second = Duration::from_secs(1);
    /// assert_eq!(second.checked_add(second), Some(Duration::from_secs(2)));
    /// assert_eq!(Duration::MAX.checked_add(second), None);
    /// ```
    #[inline]
    pub const fn checked_add(self, other: Duration) -> Option<Duration> {
        wrap(self.0.checked_add(other.0))
    }

    /// `self - other`, or `None` if it is too long.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// let second = Duration::from_secs(1);
    /// assert_eq!(Duration::ZERO.checked_sub(second), Some(Duration::from_secs(-1)));
    /// assert_eq!(Duration::MIN.checked_sub(second), None);
    /// ```
    #[inline]
    pub const fn checked_sub(self, other: Duration) -> Option<Duration> {
        wrap(self.0.checked_sub(other.0))
    }

    /// `self * times`, or `None` if it is too long.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_secs(2).checked_mul(-3), Some(Duration::from_secs(-6)));
    /// assert_eq!(Duration::MAX.checked_mul(2), None);
    /// ```
    #[inline]
    pub const fn checked_mul(self, times: i64) -> Option<Duration> {
        wrap(self.0.checked_mul(times))
    }

    /// `self / by`, towards zero, or `None` if `by` is zero or the result is too long.
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_secs(3).checked_div(2), Some(Duration::from_millis(1500)));
    /// assert_eq!(Duration::from_secs(3).checked_div(0), None);
    /// ```
    #[inline]
    pub const fn checked_div(self, by: i64) -> Option<Duration> {
        wrap(self.0.checked_div(by))
    }

    /// `self + other`, or the nearest duration there is: [`MAX`](Self::MAX) or [`MIN`](Self::MIN).
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::MAX.saturating_add(Duration::from_secs(1)), Duration::MAX);
    /// ```
    #[inline]
    pub const fn saturating_add(self, other: Duration) -> Duration {
        Duration(self.0.saturating_add(other.0))
    }

    /// `self - other`, or the nearest duration there is: [`MAX`](Self::MAX) or [`MIN`](Self::MIN).
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::MIN.saturating_sub(Duration::from_secs(1)), Duration::MIN);
    /// ```
    #[inline]
    pub const fn saturating_sub(self, other: Duration) -> Duration {
        Duration(self.0.saturating_sub(other.0))
    }

    /// `self * times`, or the nearest duration there is: [`MAX`](Self::MAX) or [`MIN`](Self::MIN).
    ///
    /// ```
    /// use asp_core::Duration;
    ///
    /// assert_eq!(Duration::from_days(1).saturating_mul(i64::MIN), Duration::MIN);
    /// ```
    #[inline]
    pub const fn saturating_mul(self, times: i64) -> Duration {
        Duration(self.0.saturating_mul(times))
    }
}

const fn wrap(nanos: Option<i64>) -> Option<Duration> {
    match nanos {
        Some(nanos) => Some(Duration(nanos)),
        None => None,
    }
}

/// Writes whole numbers of units, the largest unit first: `1h30min`, `1s500ms`, `0s`, and `-1s` for a
/// negative one.
///
/// It is exact. What it writes reads back as the same duration, unless it is negative: the grammar has no
/// sign.
///
/// ```
/// use asp_core::Duration;
///
/// assert_eq!(Duration::from_secs(90).to_string(), "1min30s");
/// assert_eq!(Duration::from_millis(-1500).to_string(), "-1s500ms");
/// ```
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        units::pad(f, format_args!("{}", Units(self.0.into())))
    }
}

/// Writes the same as `Display`.
impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads numbers with their units, the largest unit first: `"250ms"`, `"1h30min"`, `"1.5s"`, `"1d 12h"`.
/// Units are `ns`, `us`, `ms`, `s`, `min`, `h` and `d`. Durations in attributes have the same form and the
/// same errors.
///
/// # Errors
///
/// Says what is wrong with a text that is not of this form, is negative, finer than a nanosecond, or longer
/// than [`Duration::MAX`].
///
/// ```
/// use asp_core::Duration;
///
/// assert_eq!("250ms".parse(), Ok(Duration::from_millis(250)));
///
/// let error = "1sec".parse::<Duration>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown unit `sec` in duration \"1sec\"\n= help: write \"1s\"");
/// ```
impl FromStr for Duration {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Duration, ParseDurationError> {
        duration_text::parse(text).map(Duration).map_err(ParseDurationError)
    }
}

/// A text is not a [`Duration`].
///
/// It prints as one sentence with a remedy, also under `{:?}`, so that `unwrap` shows it.
///
/// ```
/// use asp_core::Duration;
///
/// let error = "-1s".parse::<Duration>().unwrap_err();
/// assert_eq!(error.to_string(), "duration \"-1s\" is negative\n= help: remove the sign");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ParseDurationError(duration_text::DurationFault);

impl fmt::Display for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for ParseDurationError {}
