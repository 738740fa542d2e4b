//! The operators of [`Duration`]. Each panics where its `checked_` twin gives `None`, at the line it stands
//! on.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use super::Duration;

/// Panics if the sum is too long; [`checked_add`](Duration::checked_add) does not.
///
/// ```
/// use asp_core::Duration;
///
/// assert_eq!(Duration::from_secs(1) + Duration::from_mins(1), Duration::from_secs(61));
/// ```
impl Add for Duration {
    type Output = Duration;

    #[inline]
    #[track_caller]
    fn add(self, other: Duration) -> Duration {
        match self.checked_add(other) {
            Some(sum) => sum,
            None => too_long(self, '+', &other, "checked_add"),
        }
    }
}

/// Panics if the difference is too long; [`checked_sub`](Duration::checked_sub) does not.
///
/// ```
/// use asp_core::Duration;
///
/// assert_eq!(Duration::from_secs(1) - Duration::from_secs(3), Duration::from_secs(-2));
/// ```
impl Sub for Duration {
    type Output = Duration;

    #[inline]
    #[track_caller]
    fn sub(self, other: Duration) -> Duration {
        match self.checked_sub(other) {
            Some(difference) => difference,
            None => too_long(self, '-', &other, "checked_sub"),
        }
    }
}

/// Panics for [`Duration::MIN`], which is a nanosecond longer than [`Duration::MAX`].
///
/// ```
/// use asp_core::Duration;
///
/// assert_eq!(-Duration::from_secs(1), Duration::from_secs(-1));
/// ```
impl Neg for Duration {
    type Output = Duration;

    #[inline]
    #[track_caller]
    fn neg(self) -> Duration {
        match Duration::ZERO.checked_sub(self) {
            Some(negated) => negated,
            None => too_long(Duration::ZERO, '-', &self, "checked_sub"),
        }
    }
}

/// Panics if the product is too long; [`checked_mul`](Duration::checked_mul) does not.
///
/// ```
/// use asp_core::Duration;
///
/// assert_eq!(Duration::from_secs(20) * 3, Duration::from_mins(1));
/// ```
impl Mul<i64> for Duration {
    type Output = Duration;

    #[inline]
    #[track_caller]
    fn mul(self, times: i64) -> Duration {
        match self.checked_mul(times) {
            Some(product) => product,
            None => too_long(self, '*', &times, "checked_mul"),
        }
    }
}

/// The same with the factors exchanged.
///
/// ```
/// use asp_core::Duration;
///
/// assert_eq!(3 * Duration::from_secs(20), Duration::from_mins(1));
/// ```
impl Mul<Duration> for i64 {
    type Output = Duration;

    #[inline]
    #[track_caller]
    fn mul(self, length: Duration) -> Duration {
        length * self
    }
}

/// Cuts off what is less than a nanosecond, towards zero. Panics for a divisor of zero, and for
/// [`Duration::MIN`] by -1; [`checked_div`](Duration::checked_div) does not.
///
/// ```
/// use asp_core::Duration;
///
/// assert_eq!(Duration::from_secs(1) / 3, Duration::from_nanos(333_333_333));
/// ```
impl Div<i64> for Duration {
    type Output = Duration;

    #[inline]
    #[track_caller]
    fn div(self, by: i64) -> Duration {
        match self.checked_div(by) {
            Some(quotient) => quotient,
            None => no_quotient(self, by),
        }
    }
}

impl AddAssign for Duration {
    #[inline]
    #[track_caller]
    fn add_assign(&mut self, other: Duration) {
        *self = *self + other;
    }
}

impl SubAssign for Duration {
    #[inline]
    #[track_caller]
    fn sub_assign(&mut self, other: Duration) {
        *self = *self - other;
    }
}

impl MulAssign<i64> for Duration {
    #[inline]
    #[track_caller]
    fn mul_assign(&mut self, times: i64) {
        *self = *self * times;
    }
}

impl DivAssign<i64> for Duration {
    #[inline]
    #[track_caller]
    fn div_assign(&mut self, by: i64) {
        *self = *self / by;
    }
}

/// [`Duration::ZERO`] for none. Panics if the sum, or that of the first few, is too long.
///
/// ```
/// use asp_core::Duration;
///
/// let total: Duration = [1, 2, 3].map(Duration::from_secs).into_iter().sum();
/// assert_eq!(total, Duration::from_secs(6));
/// ```
impl Sum for Duration {
    fn sum<I: Iterator<Item = Duration>>(lengths: I) -> Duration {
        lengths.fold(Duration::ZERO, |total, length| total + length)
    }
}

impl<'a> Sum<&'a Duration> for Duration {
    fn sum<I: Iterator<Item = &'a Duration>>(lengths: I) -> Duration {
        lengths.copied().sum()
    }
}

#[cold]
#[track_caller]
fn too_long(left: Duration, operator: char, right: &dyn fmt::Display, instead: &str) -> ! {
    panic!(
        "{left} {operator} {right} is longer than the longest duration, about 292 years; use `{instead}` \
         where that can happen"
    )
}

#[cold]
#[track_caller]
fn no_quotient(length: Duration, by: i64) -> ! {
    if by == 0 {
        panic!("{length} is divided by zero; use `checked_div` where that can happen")
    }
    too_long(length, '/', &by, "checked_div")
}
