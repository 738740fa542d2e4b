//! Series of any length in a bounded number of points: neighbours are merged, their least and their greatest value stay.

use serde::{Deserialize, Serialize};

/// The most buckets of a series. It is even, so that all of them have a neighbour.
pub(crate) const MOST_BUCKETS: usize = 1000;

/// A value, when it was, and how many came before it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    number: u64,
    nanos: i64,
    value: f64,
}

/// Values that stand side by side.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    first: Point,
    least: Point,
    greatest: Point,
    last: Point,
    count: u64,
}

impl Bucket {
    fn of(point: Point) -> Self {
        Bucket { first: point, least: point, greatest: point, last: point, count: 1 }
    }

    /// Takes in what comes behind it.
    fn extend(&mut self, next: Bucket) {
        if next.least.value < self.least.value {
            self.least = next.least;
        }
        if next.greatest.value > self.greatest.value {
            self.greatest = next.greatest;
        }
        self.last = next.last;
        self.count += next.count;
    }

    /// At most four, each once, in the order in which they came.
    fn points(&self) -> impl Iterator<Item = Point> + use<> {
        let mut points = [self.first, self.least, self.greatest, self.last];
        points.sort_by_key(|point| point.number);
        let mut before = None;
        points.into_iter().filter(move |point| before.replace(point.number) != Some(point.number))
    }
}

/// Gathers a series.
#[derive(Clone, Debug)]
pub(crate) struct Sampler {
    buckets: Vec<Bucket>,
    /// How many values a bucket holds when it is full.
    share: u64,
    count: u64,
    sum: f64,
    left_out: u64,
}

impl Sampler {
    pub(crate) fn new() -> Self {
        Sampler { buckets: Vec::new(), share: 1, count: 0, sum: 0.0, left_out: 0 }
    }

    pub(crate) fn push(&mut self, nanos: i64, value: f64) {
        if !value.is_finite() {
            self.left_out += 1;
            return;
        }
        let bucket = Bucket::of(Point { number: self.count, nanos, value });
        self.count += 1;
        self.sum += value;
        match self.buckets.last_mut() {
            Some(last) if last.count < self.share => last.extend(bucket),
            _ => {
                if self.buckets.len() == MOST_BUCKETS {
                    self.halve();
                }
                self.buckets.push(bucket);
            }
        }
    }

    fn halve(&mut self) {
        for k in 0..self.buckets.len() / 2 {
            let mut merged = self.buckets[2 * k];
            merged.extend(self.buckets[2 * k + 1]);
            self.buckets[k] = merged;
        }
        self.buckets.truncate(self.buckets.len() / 2);
        self.share *= 2;
    }

    /// The series, under these names, its times counted from `start`. None if nothing came.
    pub(crate) fn series(&self, stream: &str, field: &str, start: i64) -> Option<Series> {
        let (first, last) = (self.buckets.first()?.first, self.buckets.last()?.last);
        let by_value = |pick: fn(&Bucket) -> f64| self.buckets.iter().map(pick);
        let points = || self.buckets.iter().flat_map(Bucket::points);
        Some(Series {
            stream: stream.to_owned(),
            field: field.to_owned(),
            count: self.count,
            left_out: self.left_out,
            merged: self.share,
            first: first.value,
            last: last.value,
            min: by_value(|bucket| bucket.least.value).fold(first.value, f64::min),
            max: by_value(|bucket| bucket.greatest.value).fold(first.value, f64::max),
            mean: self.sum / self.count as f64,
            times: points().map(|point| point.nanos.saturating_sub(start)).collect(),
            values: points().map(|point| point.value).collect(),
        })
    }
}

/// The numbers that a field of a stream had, in order.
///
/// Of a long series only some points are left: as many values stand in each bucket, of which the first, the least, the
/// greatest and the last are kept, so that a chart looks as if it had all of them.
///
/// ```
/// use asp_report::Recorder;
/// use asp_core::{Runner, Stream, timestamps};
///
/// const PRICES: Stream<f64> = Stream::new("prices");
/// let prices = timestamps("2025-01-01".parse()?, "1s".parse()?).zip((0..100_000).map(f64::from));
/// let (runner, recorder) = Recorder::new().chart(PRICES).attach(Runner::new().feed(PRICES, prices));
/// let data = recorder.finish(&runner.run()?);
///
/// let series = &data.series[0];
/// assert_eq!((series.count, series.min, series.max), (100_000, 0.0, 99_999.0));
/// assert!(series.values.len() <= 4000);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Series {
    /// The stream.
    pub stream: String,
    /// The field of its payload, as `price` or `bids.0.size`; empty for a payload that is a number.
    pub field: String,
    /// How many numbers there were.
    pub count: u64,
    /// Values that are not finite, and not among them.
    pub left_out: u64,
    /// How many numbers are merged into one bucket; 1 if all of them are here.
    pub merged: u64,
    /// The first number.
    pub first: f64,
    /// The last number.
    pub last: f64,
    /// The least number.
    pub min: f64,
    /// The greatest number.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// Of the points that are left, the nanoseconds since the run started.
    pub times: Vec<i64>,
    /// And their values.
    pub values: Vec<f64>,
}

impl Series {
    /// `stream.field`.
    ///
    /// ```
    /// assert_eq!(asp_report::Series::default().name(), "");
    /// ```
    pub fn name(&self) -> String {
        if self.field.is_empty() { self.stream.clone() } else { format!("{}.{}", self.stream, self.field) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random, the same each time.
    fn noise(seed: u64) -> impl Iterator<Item = f64> {
        let mut state = seed.wrapping_mul(2) + 1;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) as f64 / f64::from(1u32 << 31) - 0.5) * 1000.0
        })
    }

    fn sampled(values: &[f64]) -> Series {
        let mut sampler = Sampler::new();
        for (k, &value) in values.iter().enumerate() {
            sampler.push(k as i64, value);
        }
        sampler.series("s", "", 0).expect("some values")
    }

    #[test]
    fn the_least_and_the_greatest_value_survive() {
        for (seed, length) in
            [1, 2, 3, 999, 1000, 1001, 1999, 2000, 2001, 31_337, 200_000].into_iter().enumerate()
        {
            let values: Vec<f64> = noise(seed as u64).take(length).collect();
            let series = sampled(&values);
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            for (name, value) in [("least", least), ("greatest", greatest), ("first", values[0])] {
                let found = series.values.iter().position(|&other| other == value);
                let found = found.unwrap_or_else(|| panic!("{name} of {length}"));
                assert_eq!(values[series.times[found] as usize], value, "it is where it was");
            }
            assert_eq!((series.min, series.max), (least, greatest));
            assert_eq!((series.first, series.last), (values[0], values[length - 1]));
            assert_eq!(series.count, length as u64);
            assert!(series.values.len() <= 4 * MOST_BUCKETS, "{} points", series.values.len());
            assert!(series.values.len() >= length.min(MOST_BUCKETS / 2), "{} points", series.values.len());
            assert!(series.times.is_sorted());
        }
    }

    #[test]
    fn a_spike_among_millions_is_seen() {
        let mut values = vec![1.0; 3_000_000];
        values[1_234_567] = 7.0;
        values[2_345_678] = -7.0;
        let series = sampled(&values);
        assert!(series.values.contains(&7.0) && series.values.contains(&-7.0));
    }

    #[test]
    fn a_short_series_is_whole() {
        let series = sampled(&[3.0, 1.0, 2.0]);
        assert_eq!((series.values, series.times, series.merged), (vec![3.0, 1.0, 2.0], vec![0, 1, 2], 1));
    }

    #[test]
    fn what_is_no_number_is_counted() {
        let mut sampler = Sampler::new();
        [f64::NAN, 1.0, f64::INFINITY].into_iter().for_each(|value| sampler.push(0, value));
        let series = sampler.series("s", "", 0).expect("one value");
        assert_eq!((series.count, series.left_out), (1, 2));
    }
}
