//! How many events each stream had over virtual time, in a bounded number of buckets.

use asp_core::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// The most buckets.
const MOST_BUCKETS: i64 = 1000;

/// The most streams that are told apart.
const MOST_STREAMS: usize = 64;

/// Widths of buckets that people read easily, each a multiple of the one before.
const WIDTHS: [i64; 39] = {
    const SECOND: i64 = 1_000_000_000;
    const DAY: i64 = 86_400 * SECOND;
    let mut widths = [0; 39];
    let mut k = 0;
    let mut power = 1;
    while k < 18 {
        widths[k] = power;
        widths[k + 1] = 2 * power;
        power *= 10;
        k += 2;
    }
    let seconds = [1, 2, 10, 30, 60, 120, 600, 1800, 3600, 7200, 21_600, 43_200];
    let mut rest = 0;
    while rest < seconds.len() {
        widths[18 + rest] = seconds[rest] * SECOND;
        rest += 1;
    }
    let days = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    rest = 0;
    while rest < days.len() {
        widths[30 + rest] = days[rest] * DAY;
        rest += 1;
    }
    widths
};

/// Counts events as they come, in the order of their times.
#[derive(Debug)]
pub(crate) struct Counter {
    /// The index of the width in [`WIDTHS`].
    width: usize,
    /// The first bucket begins at this multiple of the width.
    origin: i64,
    streams: Vec<(String, Vec<u64>, u64)>,
    /// The stream that was counted last: the next event is often one of the same.
    latest: usize,
    has_begun: bool,
}

impl Counter {
    pub(crate) fn new() -> Self {
        Counter { width: 0, origin: 0, streams: Vec::new(), latest: 0, has_begun: false }
    }

    /// The number of a stream, which is that of others if there are too many.
    pub(crate) fn stream(&mut self, name: &str) -> usize {
        if self.streams.get(self.latest).is_none_or(|(latest, ..)| latest != name) {
            let known = self.streams.iter().position(|(stream, ..)| stream == name);
            self.latest = known.unwrap_or_else(|| self.add(name));
        }
        self.latest
    }

    fn add(&mut self, name: &str) -> usize {
        if self.streams.len() > MOST_STREAMS {
            return MOST_STREAMS;
        }
        let name = if self.streams.len() == MOST_STREAMS { "other streams" } else { name };
        self.streams.push((name.to_owned(), Vec::new(), 0));
        self.streams.len() - 1
    }

    pub(crate) fn count(&mut self, stream: usize, time: Timestamp) {
        let nanos = time.as_nanos();
        if !self.has_begun {
            self.origin = nanos.div_euclid(WIDTHS[self.width]);
            self.has_begun = true;
        }
        let mut bucket = self.bucket(nanos);
        while bucket >= MOST_BUCKETS && self.width + 1 < WIDTHS.len() {
            self.widen();
            bucket = self.bucket(nanos);
        }
        let bucket = bucket.clamp(0, MOST_BUCKETS - 1) as usize;
        let Some((_, buckets, total)) = self.streams.get_mut(stream) else { return };
        if buckets.len() <= bucket {
            buckets.resize(bucket + 1, 0);
        }
        buckets[bucket] += 1;
        *total += 1;
    }

    fn bucket(&self, nanos: i64) -> i64 {
        nanos.div_euclid(WIDTHS[self.width]).saturating_sub(self.origin)
    }

    fn widen(&mut self) {
        let factor = WIDTHS[self.width + 1] / WIDTHS[self.width];
        let origin = self.origin.div_euclid(factor);
        let shift = self.origin.rem_euclid(factor);
        for (_, buckets, _) in &mut self.streams {
            for k in 0..buckets.len() {
                let count = std::mem::take(&mut buckets[k]);
                buckets[((k as i64 + shift) / factor) as usize] += count;
            }
            buckets.truncate(((buckets.len() as i64 + shift + factor - 1) / factor) as usize);
        }
        self.origin = origin;
        self.width += 1;
    }

    /// What was counted; streams in the order of their first event.
    pub(crate) fn rates(&self) -> Rates {
        let width = WIDTHS[self.width];
        let rates = self.streams.iter().map(|(stream, counts, events)| StreamRate {
            stream: stream.clone(),
            events: *events,
            counts: counts.clone(),
        });
        Rates {
            start: Timestamp::from_nanos(self.origin.saturating_mul(width)),
            width: Duration::from_nanos(width),
            streams: rates.collect(),
        }
    }
}

/// Events over virtual time, in buckets of the same width for all streams.
///
/// ```
/// use asp_report::Recorder;
/// use asp_core::{Runner, Stream, timestamps};
///
/// const PRICES: Stream<f64> = Stream::new("prices");
/// let prices = timestamps("2025-01-01".parse()?, "1min".parse()?).zip([20.5, 20.7, 20.6]);
/// let (runner, recorder) = Recorder::new().chart(PRICES).attach(Runner::new().feed(PRICES, prices));
/// let data = recorder.finish(&runner.run()?);
/// assert_eq!((data.rates.streams[0].stream.as_str(), data.rates.streams[0].events), ("prices", 3));
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rates {
    /// Where the first bucket begins.
    pub start: Timestamp,
    /// How much time a bucket covers.
    pub width: Duration,
    /// The streams whose events were seen.
    pub streams: Vec<StreamRate>,
}

/// The events of one stream; in [`Rates::streams`].
///
/// ```
/// assert_eq!(asp_report::StreamRate::default().events, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StreamRate {
    /// The stream.
    pub stream: String,
    /// All its events.
    pub events: u64,
    /// Its events in each bucket; there are none in those that are missing at the end.
    pub counts: Vec<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_width_is_a_multiple_of_the_one_before() {
        assert!(WIDTHS.windows(2).all(|pair| pair[1] > pair[0] && pair[1] % pair[0] == 0), "{WIDTHS:?}");
    }

    #[test]
    fn no_event_is_lost_and_each_is_where_it_was() {
        let start: Timestamp = "2018-01-31T23:59:58.5Z".parse().expect("a time");
        for step in [1, 777, 1_000_003, 86_400_000_000_001] {
            let mut counter = Counter::new();
            let times: Vec<Timestamp> = (0..5000).map(|k| start + Duration::from_nanos(k * step)).collect();
            for (k, &time) in times.iter().enumerate() {
                let stream = counter.stream(if k % 3 == 0 { "thirds" } else { "rest" });
                counter.count(stream, time);
            }
            let rates = counter.rates();
            for (name, which) in [("thirds", true), ("rest", false)] {
                let rate = rates.streams.iter().find(|rate| rate.stream == name).expect("it was counted");
                assert!(rate.counts.len() <= MOST_BUCKETS as usize);
                let mut expected = vec![0; rate.counts.len()];
                for (_, &time) in times.iter().enumerate().filter(|(k, _)| (k % 3 == 0) == which) {
                    let bucket = (time - rates.start).as_nanos() / rates.width.as_nanos();
                    expected[bucket as usize] += 1;
                }
                assert_eq!(rate.counts, expected, "{name}, each {step} ns");
                assert_eq!(rate.counts.iter().sum::<u64>(), rate.events);
            }
            let used = rates.streams.iter().map(|rate| rate.counts.len()).max().expect("two streams");
            assert!(used > 150, "{used} buckets");
        }
    }

    #[test]
    fn the_number_of_streams_is_bounded() {
        let mut counter = Counter::new();
        for k in 0..200 {
            let stream = counter.stream(&format!("stream {k}"));
            counter.count(stream, Timestamp::from_secs(k));
        }
        let rates = counter.rates();
        assert_eq!(rates.streams.len(), MOST_STREAMS + 1);
        assert_eq!(rates.streams[MOST_STREAMS].events, 200 - MOST_STREAMS as u64);
    }
}
