//! The last so many values.

use std::fmt;

use super::sums::Values;

/// The last `capacity` values.
///
/// A value that is pushed into a full window takes the place of the oldest, which is handed out. `SUMS` says how many
/// sums the window keeps: none, unless it is made with [`of_numbers`](Self::of_numbers) or [`summing`](Self::summing).
/// The [module](super) tells of their accuracy and cost.
///
/// # Examples
///
/// ```
/// use asp_core::window::CountWindow;
///
/// let mut prices = CountWindow::of_numbers(3);
/// for price in [10.0, 11.0, 12.0, 16.0] {
///     prices.push(price);
/// }
/// assert!(prices.is_full());
/// assert_eq!(prices.mean(), Some(13.0)); // of 11, 12 and 16
/// ```
#[derive(Clone)]
pub struct CountWindow<T, const SUMS: usize = 0> {
    capacity: usize,
    values: Values<T, SUMS>,
}

impl<T> CountWindow<T> {
    /// An empty window for this many values.
    ///
    /// # Panics
    ///
    /// If `capacity` is zero.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut names = CountWindow::new(2);
    /// assert_eq!(names.push("Jane"), None);
    /// assert_eq!(names.push("John"), None);
    /// assert_eq!(names.push("Sarah"), Some("Jane"));
    /// ```
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        Self::summing(capacity, |_| [])
    }
}

impl<T: Copy + Into<f64>> CountWindow<T, 1> {
    /// An empty window for this many numbers, which knows their [`sum`](Self::sum) and [`mean`](Self::mean).
    ///
    /// # Panics
    ///
    /// If `capacity` is zero.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut volumes: CountWindow<u32, 1> = CountWindow::of_numbers(2);
    /// volumes.push(200);
    /// volumes.push(300);
    /// assert_eq!(volumes.sum(), 500.0);
    /// ```
    #[track_caller]
    pub fn of_numbers(capacity: usize) -> Self {
        Self::summing(capacity, |value| [(*value).into()])
    }
}

impl<T> CountWindow<T, 1> {
    /// The sum, 0 of an empty window.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut numbers = CountWindow::of_numbers(3);
    /// for number in [f64::NAN, 1e16, 1.0, -1e16] {
    ///     numbers.push(number);
    /// }
    /// assert_eq!(numbers.sum(), 1.0); // NaN has left; added up in turn the others make 0
    /// ```
    #[inline]
    pub fn sum(&self) -> f64 {
        self.values.sum()
    }

    /// The sum by the number of values, none of an empty window.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut prices = CountWindow::of_numbers(20);
    /// assert_eq!(prices.mean(), None);
    /// prices.push(1.0);
    /// prices.push(2.0);
    /// assert_eq!(prices.mean(), Some(1.5));
    /// ```
    #[inline]
    pub fn mean(&self) -> Option<f64> {
        self.values.mean()
    }
}

impl<T, const SUMS: usize> CountWindow<T, SUMS> {
    /// An empty window for this many values, which sums what `terms` makes of each.
    ///
    /// `terms` has no state, and makes the same of a value each time: it is called again while the value is in the
    /// window.
    ///
    /// # Panics
    ///
    /// If `capacity` is zero.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// // The slope of the line through the last points: sums of x, y, x * y and x * x.
    /// let mut points = CountWindow::summing(3, |&(x, y): &(f64, f64)| [x, y, x * y, x * x]);
    /// for point in [(0.0, 9.0), (1.0, 2.0), (2.0, 4.0), (3.0, 6.0)] {
    ///     points.push(point);
    /// }
    /// let ([x, y, xy, xx], n) = (points.sums(), points.len() as f64);
    /// assert_eq!((n * xy - x * y) / (n * xx - x * x), 2.0);
    /// ```
    #[track_caller]
    pub fn summing(capacity: usize, terms: fn(&T) -> [f64; SUMS]) -> Self {
        assert!(capacity > 0, "a window for 0 values holds none; its capacity is 1 or more");
        CountWindow { capacity, values: Values::new(terms) }
    }

    /// Adds a value. If the window is full, the oldest one leaves, and is returned.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut last = CountWindow::new(1);
    /// assert_eq!(last.push('a'), None);
    /// assert_eq!(last.push('b'), Some('a'));
    /// ```
    #[inline]
    pub fn push(&mut self, value: T) -> Option<T> {
        let evicted = if self.is_full() { self.values.pop() } else { None };
        self.values.push(value);
        evicted
    }

    /// The sums, in the order of what `terms` returns; each is 0 of an empty window.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut fills = CountWindow::summing(10, |&(price, volume): &(f64, f64)| [price * volume, volume]);
    /// fills.push((10.0, 1.0));
    /// fills.push((13.0, 2.0));
    /// assert_eq!(fills.sums(), [36.0, 3.0]);
    /// ```
    #[inline]
    pub fn sums(&self) -> [f64; SUMS] {
        self.values.sums()
    }

    /// The values, oldest first.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut window = CountWindow::new(2);
    /// [3, 1, 2].map(|value| window.push(value));
    /// assert_eq!(window.iter().max(), Some(&2));
    /// ```
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.values.queue().iter()
    }

    /// The value that leaves next.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut window = CountWindow::new(2);
    /// [3, 1, 2].map(|value| window.push(value));
    /// assert_eq!(window.oldest(), Some(&1));
    /// ```
    #[inline]
    pub fn oldest(&self) -> Option<&T> {
        self.values.queue().front()
    }

    /// The value that was pushed last.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut window = CountWindow::new(2);
    /// [3, 1, 2].map(|value| window.push(value));
    /// assert_eq!(window.latest(), Some(&2));
    /// ```
    #[inline]
    pub fn latest(&self) -> Option<&T> {
        self.values.queue().back()
    }

    /// How many values it holds.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut window = CountWindow::new(2);
    /// window.push('a');
    /// assert_eq!(window.len(), 1);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.values.queue().len()
    }

    /// Whether it holds no value.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// assert!(CountWindow::<u8>::new(2).is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.values.queue().is_empty()
    }

    /// Whether it holds as many values as it can, so that the next one takes the place of the oldest.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut window = CountWindow::new(2);
    /// window.push('a');
    /// assert!(!window.is_full());
    /// window.push('b');
    /// assert!(window.is_full());
    /// ```
    #[inline]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity
    }

    /// How many values it can hold.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// assert_eq!(CountWindow::<u8>::new(2).capacity(), 2);
    /// ```
    #[inline]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Takes all values out.
    ///
    /// ```
    /// use asp_core::window::CountWindow;
    ///
    /// let mut window = CountWindow::of_numbers(2);
    /// window.push(1.0);
    /// window.clear();
    /// assert_eq!((window.len(), window.sum()), (0, 0.0));
    /// ```
    pub fn clear(&mut self) {
        self.values.clear();
    }
}

impl<T: fmt::Debug, const SUMS: usize> fmt::Debug for CountWindow<T, SUMS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountWindow")
            .field("capacity", &self.capacity)
            .field("values", self.values.queue())
            .finish()
    }
}
