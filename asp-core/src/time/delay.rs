//! [`Delay`]: what calls that take a length of time accept.

use std::fmt;

use chrono::TimeDelta;

use super::Duration;
use super::convert::{nanos_of_delta, nanos_of_std};
use super::units::{self, Units};

/// How long to wait, from a duration of this crate, of `std` or of `chrono`.
///
/// Methods take an [`IntoDelay`], so any of the three is passed as it is. A length that no [`Duration`] can
/// hold is kept, not refused: [`duration`](Self::duration) is then `None`, and who uses the delay reports the
/// overflow of time with the names it knows (S11). A negative delay is kept as well; what it means is up to
/// who uses it.
///
/// # Examples
///
/// ```
/// use asp_core::{Duration, IntoDelay};
///
/// fn wait(delay: impl IntoDelay) -> Option<Duration> {
///     delay.into_delay().duration()
/// }
///
/// assert_eq!(wait(Duration::from_secs(1)), Some(Duration::from_secs(1)));
/// assert_eq!(wait(std::time::Duration::from_secs(1)), Some(Duration::from_secs(1)));
/// assert_eq!(wait(chrono::TimeDelta::seconds(1)), Some(Duration::from_secs(1)));
/// assert_eq!(wait(std::time::Duration::MAX), None);
/// ```
#[derive(Clone, Copy)]
pub struct Delay(Given);

/// As it was given: conversion is one comparison where the delay is used, and the error can name the value.
#[derive(Clone, Copy)]
enum Given {
    Own(Duration),
    Std(std::time::Duration),
    Chrono(TimeDelta),
}

impl Delay {
    /// The length, or `None` if it is out of the range of a [`Duration`].
    ///
    /// ```
    /// use asp_core::{Delay, Duration};
    ///
    /// assert_eq!(Delay::from(Duration::ZERO).duration(), Some(Duration::ZERO));
    /// assert_eq!(Delay::from(chrono::TimeDelta::MIN).duration(), None);
    /// ```
    #[inline(always)]
    pub fn duration(&self) -> Option<Duration> {
        match self.0 {
            Given::Own(length) => Some(length),
            Given::Std(length) => Duration::try_from(length).ok(),
            Given::Chrono(length) => Duration::try_from(length).ok(),
        }
    }

    fn nanos(&self) -> i128 {
        match self.0 {
            Given::Own(length) => length.as_nanos().into(),
            Given::Std(length) => nanos_of_std(length),
            Given::Chrono(length) => nanos_of_delta(length),
        }
    }
}

/// What is taken as a [`Delay`]: all that converts into one.
///
/// It is there for what the compiler says where something else is passed. For a type of your own write
/// `impl From<YourType> for Delay`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a delay",
    label = "expected a duration",
    note = "write `Duration::from_secs(1)`, or `\"1s\".parse::<Duration>()?`",
    note = "a time is for `cx.at(..)`, `cx.emit_at(..)` and `cx.sleep_until(..)`"
)]
pub trait IntoDelay {
    /// As a delay.
    ///
    /// ```
    /// use asp_core::{Delay, Duration, IntoDelay};
    ///
    /// let delay = std::time::Duration::from_secs(1).into_delay();
    /// assert_eq!(delay, Delay::from(Duration::from_secs(1)));
    /// ```
    fn into_delay(self) -> Delay;
}

#[diagnostic::do_not_recommend]
impl<D: Into<Delay>> IntoDelay for D {
    #[inline]
    fn into_delay(self) -> Delay {
        self.into()
    }
}

impl From<Duration> for Delay {
    #[inline]
    fn from(length: Duration) -> Delay {
        Delay(Given::Own(length))
    }
}

impl From<std::time::Duration> for Delay {
    #[inline]
    fn from(length: std::time::Duration) -> Delay {
        Delay(Given::Std(length))
    }
}

impl From<TimeDelta> for Delay {
    #[inline]
    fn from(length: TimeDelta) -> Delay {
        Delay(Given::Chrono(length))
    }
}

/// Equal lengths are equal delays, whichever type they came from.
impl PartialEq for Delay {
    fn eq(&self, other: &Delay) -> bool {
        self.nanos() == other.nanos()
    }
}

impl Eq for Delay {}

/// Writes the length as [`Duration`] does, also one that is out of range.
///
/// ```
/// use asp_core::Delay;
///
/// assert_eq!(Delay::from(std::time::Duration::from_millis(1500)).to_string(), "1s500ms");
/// assert_eq!(Delay::from(chrono::TimeDelta::days(200_000)).to_string(), "200000d");
/// ```
impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        units::pad(f, format_args!("{}", Units(self.nanos())))
    }
}

/// Writes the same as `Display`.
impl fmt::Debug for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
