//! The values of the last so much time.

use std::collections::VecDeque;
use std::fmt;

use super::sums::Values;
use crate::{Duration, Timestamp};

/// The values of the last `length` of time: those later than `now - length`, up to and with `now`.
///
/// The older bound is open: a value that is exactly `length` old is out. So a window of a minute that is looked at each
/// minute shows each value once:
///
/// ```text
///   values     a         b         c         d
///   time       10:00:20  10:01:00  10:01:30  10:02:00
///
///   now 10:01  (10:00,            10:01]                     a b
///   now 10:02                     (10:01,          10:02]    c d
/// ```
///
/// `now` is what the window is told: a [`push`](Self::push) tells it the time of the new value, [`evict`](Self::evict)
/// any other. What is too old leaves then, and is handed out; time alone moves nothing. A strategy that looks at a window
/// in a timer calls `evict(cx.now())` first.
///
/// Times do not go back from push to push. Those of [`Context::now`](crate::Context::now) never do.
///
/// `SUMS` says how many sums the window keeps: none, unless it is made with [`of_numbers`](Self::of_numbers) or
/// [`summing`](Self::summing). The [module](super) tells of their accuracy and cost.
///
/// # Examples
///
/// ```
/// use asp_core::window::TimeWindow;
/// use asp_core::{Duration, Timestamp};
///
/// let second = Timestamp::from_secs;
/// let mut prices = TimeWindow::of_numbers(Duration::from_secs(60));
/// prices.push(second(0), 10.0);
/// prices.push(second(30), 11.0);
/// prices.push(second(59), 12.0);
/// assert_eq!(prices.mean(), Some(11.0));
///
/// prices.push(second(60), 16.0); // the first one is 60 s old
/// assert_eq!(prices.mean(), Some(13.0));
///
/// prices.evict(second(100));
/// assert_eq!(prices.sum(), 28.0);
/// ```
#[derive(Clone)]
pub struct TimeWindow<T, const SUMS: usize = 0> {
    length: Duration,
    /// Of the latest push, also when its value has left.
    latest: Timestamp,
    /// One for each value. They stand apart as evicting looks at times alone.
    times: VecDeque<Timestamp>,
    values: Values<T, SUMS>,
}

impl<T> TimeWindow<T> {
    /// An empty window of this length.
    ///
    /// # Panics
    ///
    /// If `length` is zero or negative.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut names = TimeWindow::new(Duration::from_secs(2));
    /// names.push(Timestamp::from_secs(0), "Jane");
    /// names.push(Timestamp::from_secs(1), "John");
    /// assert_eq!(names.len(), 2);
    /// ```
    #[track_caller]
    pub fn new(length: Duration) -> Self {
        Self::summing(length, |_| [])
    }
}

impl<T: Copy + Into<f64>> TimeWindow<T, 1> {
    /// An empty window of this length for numbers, which knows their [`sum`](Self::sum) and [`mean`](Self::mean).
    ///
    /// # Panics
    ///
    /// If `length` is zero or negative.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut volumes: TimeWindow<u32, 1> = TimeWindow::of_numbers(Duration::from_mins(2));
    /// volumes.push(Timestamp::from_secs(0), 200);
    /// volumes.push(Timestamp::from_secs(90), 300);
    /// assert_eq!(volumes.sum(), 500.0);
    /// ```
    #[track_caller]
    pub fn of_numbers(length: Duration) -> Self {
        Self::summing(length, |value| [(*value).into()])
    }
}

impl<T> TimeWindow<T, 1> {
    /// The sum, 0 of an empty window.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut numbers = TimeWindow::of_numbers(Duration::from_secs(3));
    /// for (second, number) in [f64::NAN, 1e16, 1.0, -1e16].into_iter().enumerate() {
    ///     numbers.push(Timestamp::from_secs(second as i64), number);
    /// }
    /// assert_eq!(numbers.sum(), 1.0); // NaN has left; added up in turn the others make 0
    /// ```
    #[inline]
    pub fn sum(&self) -> f64 {
        self.values.sum()
    }

    /// The sum by the number of values, none of an empty window. How long a value stood does not count.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut prices = TimeWindow::of_numbers(Duration::from_mins(2));
    /// assert_eq!(prices.mean(), None);
    /// prices.push(Timestamp::from_secs(0), 1.0);
    /// prices.push(Timestamp::from_secs(1), 2.0);
    /// assert_eq!(prices.mean(), Some(1.5));
    /// ```
    #[inline]
    pub fn mean(&self) -> Option<f64> {
        self.values.mean()
    }
}

impl<T, const SUMS: usize> TimeWindow<T, SUMS> {
    /// An empty window of this length, which sums what `terms` makes of each value.
    ///
    /// `terms` has no state, and makes the same of a value each time: it is called again while the value is in the
    /// window.
    ///
    /// # Panics
    ///
    /// If `length` is zero or negative.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut fills: TimeWindow<(f64, f64), 2> =
    ///     TimeWindow::summing(Duration::from_mins(2), |&(price, volume)| [price * volume, volume]);
    /// fills.push(Timestamp::from_secs(0), (10.0, 1.0));
    /// fills.push(Timestamp::from_secs(1), (13.0, 2.0));
    /// let [paid, volume] = fills.sums();
    /// assert_eq!(paid / volume, 12.0);
    /// ```
    #[track_caller]
    pub fn summing(length: Duration, terms: fn(&T) -> [f64; SUMS]) -> Self {
        assert!(length > Duration::ZERO, "a window of {length} holds nothing; its length is more than zero");
        TimeWindow { length, latest: Timestamp::MIN, times: VecDeque::new(), values: Values::new(terms) }
    }

    /// Adds a value of this time, and hands out what is too old by then.
    ///
    /// # Panics
    ///
    /// If `time` is earlier than that of the push before. [`try_push`](Self::try_push) returns an error instead.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut names = TimeWindow::new(Duration::from_secs(2));
    /// names.push(Timestamp::from_secs(0), "Jane");
    /// names.push(Timestamp::from_secs(1), "John");
    /// let gone: Vec<_> = names.push(Timestamp::from_secs(2), "Sarah").collect();
    /// assert_eq!(gone, [(Timestamp::from_secs(0), "Jane")]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn push(&mut self, time: Timestamp, value: T) -> Evicted<'_, T, SUMS> {
        match self.try_push(time, value) {
            Ok(evicted) => evicted,
            Err(error) => refuse(error),
        }
    }

    /// Adds a value of this time, and hands out what is too old by then.
    ///
    /// # Errors
    ///
    /// [`BackInTime`] if `time` is earlier than that of the push before. The window stays as it is; the value is dropped.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut names = TimeWindow::new(Duration::from_secs(2));
    /// names.push(Timestamp::from_secs(9), "Jane");
    /// assert!(names.try_push(Timestamp::from_secs(5), "John").is_err());
    /// assert!(names.try_push(Timestamp::from_secs(9), "Sarah").is_ok());
    /// assert_eq!(names.len(), 2);
    /// ```
    #[inline]
    pub fn try_push(&mut self, time: Timestamp, value: T) -> Result<Evicted<'_, T, SUMS>, BackInTime> {
        if time < self.latest {
            return Err(BackInTime { time, latest: self.latest });
        }
        self.latest = time;
        self.times.push_back(time);
        self.values.push(value);
        Ok(self.evict(time))
    }

    /// Hands out, oldest first, what is at `now - length` or before. It has left the window also if nobody looks at it.
    ///
    /// A `now` before the latest value is allowed, and evicts less.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut names = TimeWindow::new(Duration::from_secs(60));
    /// names.push(Timestamp::from_secs(0), "Jane");
    /// assert_eq!(names.evict(Timestamp::from_secs(59)).count(), 0);
    /// assert_eq!(names.evict(Timestamp::from_secs(60)).count(), 1);
    /// ```
    #[inline]
    pub fn evict(&mut self, now: Timestamp) -> Evicted<'_, T, SUMS> {
        // A window that reaches back to before the first timestamp keeps everything.
        let until = now.checked_sub(self.length);
        Evicted { window: self, until }
    }

    /// The sums, in the order of what `terms` returns; each is 0 of an empty window.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut spreads = TimeWindow::summing(Duration::from_secs(1), |&(bid, ask): &(f64, f64)| [ask - bid]);
    /// spreads.push(Timestamp::EPOCH, (10.0, 10.5));
    /// spreads.push(Timestamp::EPOCH, (10.0, 10.25));
    /// assert_eq!(spreads.sums(), [0.75]);
    /// ```
    #[inline]
    pub fn sums(&self) -> [f64; SUMS] {
        self.values.sums()
    }

    /// The values and their times, oldest first.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut window = TimeWindow::new(Duration::from_secs(60));
    /// window.push(Timestamp::from_secs(1), 'a');
    /// window.push(Timestamp::from_secs(2), 'b');
    /// assert_eq!(window.iter().map(|(_, letter)| letter).collect::<String>(), "ab");
    /// ```
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Timestamp, &T)> + ExactSizeIterator + Clone {
        self.times.iter().copied().zip(self.values.queue())
    }

    /// The value that leaves next, and its time.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut window = TimeWindow::new(Duration::from_secs(60));
    /// window.push(Timestamp::from_secs(1), 'a');
    /// window.push(Timestamp::from_secs(2), 'b');
    /// assert_eq!(window.oldest(), Some((Timestamp::from_secs(1), &'a')));
    /// ```
    #[inline]
    pub fn oldest(&self) -> Option<(Timestamp, &T)> {
        Some((*self.times.front()?, self.values.queue().front()?))
    }

    /// The value that was pushed last, and its time. None if it has left already.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut window = TimeWindow::new(Duration::from_secs(60));
    /// window.push(Timestamp::from_secs(1), 'a');
    /// window.push(Timestamp::from_secs(2), 'b');
    /// assert_eq!(window.latest(), Some((Timestamp::from_secs(2), &'b')));
    /// ```
    #[inline]
    pub fn latest(&self) -> Option<(Timestamp, &T)> {
        Some((*self.times.back()?, self.values.queue().back()?))
    }

    /// How many values it holds.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut window = TimeWindow::new(Duration::from_secs(60));
    /// window.push(Timestamp::EPOCH, 'a');
    /// assert_eq!(window.len(), 1);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether it holds no value.
    ///
    /// ```
    /// use asp_core::Duration;
    /// use asp_core::window::TimeWindow;
    ///
    /// assert!(TimeWindow::<u8>::new(Duration::from_secs(60)).is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// How much time it spans.
    ///
    /// ```
    /// use asp_core::Duration;
    /// use asp_core::window::TimeWindow;
    ///
    /// assert_eq!(TimeWindow::<u8>::new("2min".parse()?).length(), Duration::from_secs(120));
    /// # Ok::<(), asp_core::time::ParseDurationError>(())
    /// ```
    #[inline]
    pub fn length(&self) -> Duration {
        self.length
    }

    /// Takes all values out. Pushes may begin at any time again.
    ///
    /// ```
    /// use asp_core::window::TimeWindow;
    /// use asp_core::{Duration, Timestamp};
    ///
    /// let mut window = TimeWindow::of_numbers(Duration::from_secs(60));
    /// window.push(Timestamp::from_secs(9), 1.0);
    /// window.clear();
    /// assert_eq!((window.len(), window.sum()), (0, 0.0));
    /// window.push(Timestamp::from_secs(5), 2.0);
    /// ```
    pub fn clear(&mut self) {
        self.times.clear();
        self.values.clear();
        self.latest = Timestamp::MIN;
    }
}

impl<T: fmt::Debug, const SUMS: usize> fmt::Debug for TimeWindow<T, SUMS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimeWindow")
            .field("length", &self.length)
            .field("times", &self.times)
            .field("values", self.values.queue())
            .finish()
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn refuse(error: BackInTime) -> ! {
    panic!("{error}")
}

/// What leaves a [`TimeWindow`], oldest first: values with their times. What it has not handed out when it is dropped
/// leaves with it.
///
/// ```
/// use asp_core::window::TimeWindow;
/// use asp_core::{Duration, Timestamp};
///
/// let mut orders = TimeWindow::new(Duration::from_secs(5));
/// orders.push(Timestamp::from_secs(0), "buy");
/// orders.push(Timestamp::from_secs(1), "sell");
/// orders.push(Timestamp::from_secs(4), "buy");
///
/// let mut evicted = orders.evict(Timestamp::from_secs(7));
/// assert_eq!(evicted.next(), Some((Timestamp::from_secs(0), "buy")));
/// drop(evicted);
/// assert_eq!(orders.len(), 1);
/// ```
pub struct Evicted<'a, T, const SUMS: usize = 0> {
    window: &'a mut TimeWindow<T, SUMS>,
    until: Option<Timestamp>,
}

impl<T, const SUMS: usize> Iterator for Evicted<'_, T, SUMS> {
    type Item = (Timestamp, T);

    #[inline]
    fn next(&mut self) -> Option<(Timestamp, T)> {
        let time = *self.window.times.front()?;
        if time > self.until? {
            return None;
        }
        self.window.times.pop_front();
        Some((time, self.window.values.pop()?))
    }
}

impl<T, const SUMS: usize> std::iter::FusedIterator for Evicted<'_, T, SUMS> {}

impl<T, const SUMS: usize> Drop for Evicted<'_, T, SUMS> {
    #[inline]
    fn drop(&mut self) {
        self.for_each(drop);
    }
}

impl<T, const SUMS: usize> fmt::Debug for Evicted<'_, T, SUMS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evicted").field("until", &self.until).finish_non_exhaustive()
    }
}

/// A value was pushed into a [`TimeWindow`] with an earlier time than the one before it.
///
/// ```
/// use asp_core::window::TimeWindow;
/// use asp_core::{Duration, Timestamp};
///
/// let mut names = TimeWindow::new(Duration::from_secs(60));
/// names.push(Timestamp::from_secs(9), "Jane");
/// let error = names.try_push(Timestamp::from_secs(5), "John").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "a window goes back in time: 1970-01-01T00:00:05Z after 1970-01-01T00:00:09Z; push with `cx.now()`, or sort the \
///      source with `reorder`"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackInTime {
    /// That of the value that was refused.
    pub time: Timestamp,
    /// That of the push before it.
    pub latest: Timestamp,
}

impl fmt::Display for BackInTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BackInTime { time, latest } = self;
        write!(
            f,
            "a window goes back in time: {time} after {latest}; push with `cx.now()`, or sort the source with `reorder`"
        )
    }
}

impl std::error::Error for BackInTime {}
