//! The events of the workloads, made lazily by the same iterators for both sides.

use asp::Timestamp;

/// Marsaglia's xorshift64: a few cycles a number, so that making the input does not hide the work.
#[derive(Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    #[inline]
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// `count` events, one each millisecond.
#[inline]
pub(crate) fn regular(count: u64) -> impl Iterator<Item = (Timestamp, f64)> + Send {
    (0..count).map(|k| (Timestamp::from_nanos(k as i64 * 1_000_000), k as f64 * 0.5))
}

/// `count` events of one stream of many, at irregular times.
#[inline]
pub(crate) fn irregular(count: u64, seed: u64) -> impl Iterator<Item = (Timestamp, f64)> + Send {
    let mut random = Random::new(seed);
    let mut time = 0;
    (0..count).map(move |k| {
        let number = random.next();
        time += (number >> 44) as i64;
        (Timestamp::from_nanos(time), k as f64)
    })
}

/// Sleeps of each task.
pub(crate) const SLEEPS: u64 = 10;

/// Between the beginnings of two tasks, where they do not begin at once.
pub(crate) const SPREAD: u64 = 997;

/// The numbers of so many tasks, at the times when they begin.
pub(crate) fn tasks(count: u64, spread: u64) -> impl Iterator<Item = (Timestamp, u64)> + Send {
    (0..count).map(move |task| (Timestamp::from_nanos((task * spread) as i64), task))
}

/// What a task sleeps for: 1 to 100 ms, in nanoseconds.
pub(crate) struct Delays(Random);

pub(crate) fn delays(task: u64) -> Delays {
    Delays(Random::new(task + 1))
}

impl Delays {
    #[inline]
    pub(crate) fn next(&mut self) -> u64 {
        (1 + (self.0.next() >> 33) % 100) * 1_000_000
    }
}
