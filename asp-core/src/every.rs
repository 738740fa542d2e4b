//! What a periodic timer is asked for: [`Every`], and the grid of instants it ticks on (S22).

use std::fmt;

use crate::time::{Delay, Duration, IntoDelay, Timestamp};

/// A periodic timer: its interval and its options, for `cx.every(..)` and `#[every(..)]`.
///
/// ```text
/// every 1s, from a call at 10.3          11.3  12.3  13.3 ..
/// .immediate()                     10.3  11.3  12.3  13.3 ..
/// .aligned()                           11    12    13    ..
/// .from(12)                                       13    14 ..
/// .from(12).until(14)                             13    14
/// .times(2)                              11.3  12.3
/// ```
///
/// Wherever a timer takes an [`IntoEvery`], a plain interval will do.
///
/// ```
/// use asp_core::{Duration, Every, Timestamp};
///
/// let opening: Timestamp = "2025-01-02T09:30:00Z".parse()?;
/// let quarter_hours = Every::new(Duration::from_mins(15)).from(opening).until(opening + Duration::from_hours(6));
/// assert_eq!(quarter_hours.interval(), Some(Duration::from_mins(15)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Every {
    step: Delay,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    times: Option<u64>,
    immediate: bool,
    aligned: bool,
    skip_missed: bool,
}

impl Every {
    /// A timer that ticks each `interval`, first one interval from now (from the start, for `#[every]`).
    ///
    /// An interval that is zero, negative or out of range stops the run when the timer is set.
    ///
    /// ```
    #[doc = include_str!("../doc/ticks.rs")]
    /// // Set at 10.3, in a run that ends before 15.
    /// assert_eq!(ticks(Every::new(Duration::from_secs(1)))?, [11.3, 12.3, 13.3, 14.3]);
    /// assert!(ticks(Every::new(Duration::ZERO)).is_err());
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn new(interval: impl IntoDelay) -> Self {
        Every {
            step: interval.into_delay(),
            from: None,
            until: None,
            times: None,
            immediate: false,
            aligned: false,
            skip_missed: false,
        }
    }

    /// Counts from `time` instead of now: ticks at `time + k * interval`, `k >= 1`; those before now are left out.
    ///
    /// ```
    #[doc = include_str!("../doc/ticks.rs")]
    /// // Set at 10.3, in a run that ends before 15.
    /// assert_eq!(ticks(Every::new(Duration::from_secs(1)).from(at(12.0)))?, [13.0, 14.0]);
    /// assert_eq!(ticks(Every::new(Duration::from_secs(1)).from(at(0.5)))?, [10.5, 11.5, 12.5, 13.5, 14.5]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn from(mut self, time: Timestamp) -> Self {
        self.from = Some(time);
        self
    }

    /// Stops with the last tick at or before `time`. A timer with a bound is pending work: it keeps the run alive.
    ///
    /// ```
    #[doc = include_str!("../doc/ticks.rs")]
    /// // Set at 10.3, in a run that ends before 15.
    /// assert_eq!(ticks(Every::new(Duration::from_secs(1)).until(at(12.3)))?, [11.3, 12.3]);
    /// assert_eq!(ticks(Every::new(Duration::from_secs(1)).until(at(10.0)))?, []);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn until(mut self, time: Timestamp) -> Self {
        self.until = Some(time);
        self
    }

    /// Stops after `n` ticks. A timer with a bound is pending work: it keeps the run alive.
    ///
    /// ```
    #[doc = include_str!("../doc/ticks.rs")]
    /// // Set at 10.3, in a run that ends before 15.
    /// assert_eq!(ticks(Every::new(Duration::from_secs(1)).times(2))?, [11.3, 12.3]);
    /// assert_eq!(ticks(Every::new(Duration::from_secs(1)).times(0))?, []);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn times(mut self, n: u64) -> Self {
        self.times = Some(n);
        self
    }

    /// Ticks at the beginning too.
    ///
    /// ```
    #[doc = include_str!("../doc/ticks.rs")]
    /// // Set at 10.3, in a run that ends before 15.
    /// assert_eq!(ticks(Every::new(Duration::from_secs(2)).immediate())?, [10.3, 12.3, 14.3]);
    /// assert_eq!(ticks(Every::new(Duration::from_secs(2)).immediate().aligned())?, [10.3, 12.0, 14.0]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn immediate(mut self) -> Self {
        self.immediate = true;
        self
    }

    /// Ticks at multiples of the interval since 1970-01-01 UTC: `1h` on the hour, `1d` at midnight UTC.
    ///
    /// ```
    #[doc = include_str!("../doc/ticks.rs")]
    /// // Set at 10.3, in a run that ends before 15.
    /// assert_eq!(ticks(Every::new(Duration::from_secs(2)).aligned())?, [12.0, 14.0]);
    /// assert_eq!(ticks(Every::new(Duration::from_secs(1)).aligned().from(at(13.5)))?, [14.0]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn aligned(mut self) -> Self {
        self.aligned = true;
        self
    }

    /// Leaves out a tick when the next one is due too, instead of catching up tick by tick.
    ///
    /// ```
    /// use asp_core::{Duration, Every};
    ///
    /// let every = Every::new(Duration::from_secs(1)).skip_missed();
    /// assert_eq!(every.to_string(), "every 1s, skipping missed");
    /// ```
    pub fn skip_missed(mut self) -> Self {
        self.skip_missed = true;
        self
    }

    /// The interval; `None` if it is beyond 292 years.
    ///
    /// ```
    /// use asp_core::{Duration, Every};
    ///
    /// assert_eq!(Every::new(Duration::from_mins(1)).interval(), Some(Duration::from_secs(60)));
    /// assert_eq!(Every::new(std::time::Duration::MAX).interval(), None);
    /// ```
    pub fn interval(&self) -> Option<Duration> {
        self.step.duration()
    }

    /// The instants of this timer if it is set at `now`.
    pub(crate) fn grid(&self, now: i64) -> Result<Grid, BadInterval> {
        let step = match self.step.duration() {
            Some(step) if step > Duration::ZERO => step.as_nanos(),
            Some(step) => return Err(BadInterval::NotPositive(step)),
            None => return Err(BadInterval::TooLong),
        };
        let last = self.until.map_or(i64::MAX, Timestamp::as_nanos);
        let left = self.times.unwrap_or(u64::MAX);
        let mut grid = Grid {
            step,
            next: None,
            aside: None,
            last,
            left,
            bounded: self.until.is_some() || self.times.is_some(),
            skips: self.skip_missed,
        };
        let base = self.from.map_or(now, Timestamp::as_nanos);
        let first = if self.aligned {
            let earliest = base.max(now);
            let first = round_up(earliest, step);
            if self.immediate && first != Some(earliest) {
                grid.aside = first;
                Some(earliest)
            } else {
                first
            }
        } else {
            let origin = if self.immediate { Some(base) } else { base.checked_add(step) };
            origin.and_then(|origin| not_before(origin, now, step))
        };
        grid.next = first.filter(|&first| first <= last && left > 0);
        Ok(grid)
    }
}

/// As in `every 1d, aligned`.
impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "every {}", self.step)?;
        let words =
            [("immediate", self.immediate), ("aligned", self.aligned), ("skipping missed", self.skip_missed)];
        words.iter().filter(|(_, set)| *set).try_for_each(|(word, _)| write!(f, ", {word}"))?;
        self.from.map_or(Ok(()), |from| write!(f, ", from {from}"))?;
        self.until.map_or(Ok(()), |until| write!(f, ", until {until}"))?;
        self.times.map_or(Ok(()), |times| write!(f, ", {times} times"))
    }
}

impl<D: Into<Delay>> From<D> for Every {
    fn from(interval: D) -> Self {
        Every::new(interval)
    }
}

/// What is taken as an [`Every`]: one, or a plain interval.
///
/// It is there for what the compiler says where something else is passed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an interval",
    label = "expected a duration, or an `Every`",
    note = "write `Duration::from_secs(1)`, or `\"1s\".parse::<Duration>()?`"
)]
pub trait IntoEvery {
    /// As a timer.
    ///
    /// ```
    /// use asp_core::{Duration, Every, IntoEvery};
    ///
    /// assert_eq!(Duration::from_secs(1).into_every(), Every::new(Duration::from_secs(1)));
    /// ```
    fn into_every(self) -> Every;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Every>> IntoEvery for E {
    fn into_every(self) -> Every {
        self.into()
    }
}

/// Why a timer cannot be set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BadInterval {
    NotPositive(Duration),
    TooLong,
}

/// The instants of one timer, in order.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub(crate) step: i64,
    /// The next tick; none once the grid is exhausted.
    next: Option<i64>,
    /// Where the regular grid begins if the first tick stands beside it (`aligned, immediate`).
    aside: Option<i64>,
    last: i64,
    left: u64,
    pub(crate) bounded: bool,
    /// True if ticks that were missed are left out (S26).
    pub(crate) skips: bool,
}

impl Grid {
    /// True if all ticks after the next one come at the same distance, for ever, and none is left out.
    pub(crate) fn is_even(&self) -> bool {
        self.aside.is_none() && !self.bounded && !self.skips
    }

    /// The next tick.
    #[inline]
    pub(crate) fn next(&self) -> Option<i64> {
        self.next
    }

    /// Goes on to the tick after the next one. A grid ends at its bounds or with the last representable time.
    #[inline]
    pub(crate) fn advance(&mut self) {
        self.left = self.left.saturating_sub(1);
        let following = match self.aside.take() {
            Some(regular) => Some(regular),
            None => self.next.and_then(|tick| tick.checked_add(self.step)),
        };
        self.next = following.filter(|&tick| tick <= self.last && self.left > 0);
    }
}

/// The first multiple of `step` since the epoch at or after `time`.
fn round_up(time: i64, step: i64) -> Option<i64> {
    match time.rem_euclid(step) {
        0 => Some(time),
        beyond => time.checked_add(step - beyond),
    }
}

/// The first of `origin + k * step`, `k >= 0`, at or after `now`.
fn not_before(origin: i64, now: i64, step: i64) -> Option<i64> {
    if origin >= now {
        return Some(origin);
    }
    let beyond = (i128::from(now) - i128::from(origin)).rem_euclid(i128::from(step)) as i64;
    if beyond == 0 { Some(now) } else { now.checked_add(step - beyond) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_nanos(10);

    fn ticks(every: Every, now: i64) -> Vec<i64> {
        let mut grid = every.grid(now).unwrap();
        let mut ticks = Vec::new();
        while let Some(tick) = grid.next().filter(|_| ticks.len() < 4) {
            ticks.push(tick);
            grid.advance();
        }
        ticks
    }

    fn at(time: i64) -> Timestamp {
        Timestamp::from_nanos(time)
    }

    #[test]
    fn s22_the_grid_of_each_option() {
        let every = || Every::new(STEP);
        for (case, now, expected) in [
            (every(), 3, &[13, 23, 33, 43][..]),
            (every().immediate(), 3, &[3, 13, 23, 33]),
            (every().aligned(), 3, &[10, 20, 30, 40]),
            (every().aligned(), 10, &[10, 20, 30, 40]),
            (every().aligned(), -13, &[-10, 0, 10, 20]),
            (every().aligned().immediate(), 3, &[3, 10, 20, 30]),
            (every().aligned().immediate(), 10, &[10, 20, 30, 40]),
            (every().aligned().immediate().times(2), 3, &[3, 10]),
            (every().from(at(7)), 3, &[17, 27, 37, 47]),
            (every().from(at(-7)), 3, &[3, 13, 23, 33]),
            (every().from(at(-8)), 3, &[12, 22, 32, 42]),
            (every().from(at(7)).immediate(), 3, &[7, 17, 27, 37]),
            (every().times(2), 3, &[13, 23]),
            (every().times(0), 3, &[]),
            (every().from(at(-28)).times(2), 3, &[12, 22]),
            (every().until(at(33)), 3, &[13, 23, 33]),
            (every().until(at(32)), 3, &[13, 23]),
            (every().until(at(12)), 3, &[]),
            (every(), i64::MAX - 25, &[i64::MAX - 15, i64::MAX - 5]),
        ] {
            assert_eq!(ticks(case.clone(), now), expected, "{case:?} at {now}");
        }
    }

    #[test]
    fn an_interval_that_would_stop_time_is_refused() {
        let refused = |every: Every| every.grid(0).unwrap_err();
        assert_eq!(refused(Every::new(Duration::ZERO)), BadInterval::NotPositive(Duration::ZERO));
        assert_eq!(
            refused(Every::new(Duration::from_secs(-1))),
            BadInterval::NotPositive(Duration::from_secs(-1))
        );
        assert_eq!(refused(Every::new(std::time::Duration::MAX)), BadInterval::TooLong);
    }
}
