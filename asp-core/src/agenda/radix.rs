//! A monotone priority queue: 65 buckets by the highest bit in which a time differs from the last time popped.
//!
//! Source: Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for the shortest path problem", JACM 37 (1990).
//! Each entry moves down at most 64 buckets in its life, so that a push and a pop cost amortised O(64) moves at
//! worst and one or two in practice; no comparison between entries of different buckets is ever made.
//! The price is that nothing may be pushed before the last popped time, which time in a run never does (S3).

/// One pending item: when, its rank among those of the same time, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) time: i64,
    pub(crate) rank: u64,
    pub(crate) id: u32,
}

impl Entry {
    #[inline]
    fn key(&self) -> (i64, u64) {
        (self.time, self.rank)
    }
}

/// The queue; pops by (time, rank).
#[derive(Debug)]
pub(crate) struct Radix {
    /// Bucket 0 holds the entries of the base time in order of rank, those before `front` are gone.
    buckets: Vec<Vec<Entry>>,
    /// The least entry of each bucket, stale where the bucket is empty.
    least: Vec<(i64, u64)>,
    /// One bit for each bucket that is not empty.
    busy: u128,
    front: usize,
    base: i64,
    len: usize,
    /// Kept for its memory.
    moving: Vec<Entry>,
}

impl Radix {
    pub(crate) const fn new() -> Self {
        Radix {
            buckets: Vec::new(),
            least: Vec::new(),
            busy: 0,
            front: 0,
            base: i64::MIN,
            len: 0,
            moving: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds an entry; its time is not before the last one popped.
    #[inline]
    pub(crate) fn push(&mut self, entry: Entry) {
        debug_assert!(entry.time >= self.base, "time goes back in a radix queue");
        if self.buckets.is_empty() {
            // Not before it is used: a strategy without timers has no buckets.
            self.buckets.resize_with(65, Vec::new);
            self.least.resize(65, (0, 0));
        }
        self.len += 1;
        self.place(entry);
    }

    /// The place of the least entry.
    #[inline]
    pub(crate) fn peek(&self) -> Option<(i64, u64)> {
        if self.len == 0 {
            return None;
        }
        Some(self.least[self.busy.trailing_zeros() as usize])
    }

    /// Takes out the least entry.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Entry> {
        if self.busy == 0 {
            return None;
        }
        if self.busy & 1 == 0 {
            self.open();
        }
        let entry = self.buckets[0][self.front];
        self.front += 1;
        self.len -= 1;
        match self.buckets[0].get(self.front) {
            Some(next) => self.least[0] = next.key(),
            None => {
                self.buckets[0].clear();
                self.front = 0;
                self.busy &= !1;
            }
        }
        Some(entry)
    }

    /// Forgets entries that `keep` refuses.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        let mut all: Vec<Entry> = Vec::with_capacity(self.len);
        for (index, bucket) in self.buckets.iter_mut().enumerate() {
            let gone = if index == 0 { self.front } else { 0 };
            all.extend(bucket.drain(..).skip(gone).filter(&mut keep));
        }
        self.front = 0;
        self.busy = 0;
        self.len = all.len();
        for entry in all {
            self.place(entry);
        }
    }

    #[inline]
    fn place(&mut self, entry: Entry) {
        let index = (64 - (entry.time ^ self.base).leading_zeros()) as usize;
        let bucket = &mut self.buckets[index];
        if self.busy >> index & 1 == 0 || entry.key() < self.least[index] {
            self.least[index] = entry.key();
        }
        if index == 0 && bucket.last().is_some_and(|last| last.rank > entry.rank) {
            let at = self.front + bucket[self.front..].partition_point(|other| other.rank < entry.rank);
            bucket.insert(at, entry);
        } else {
            bucket.push(entry);
        }
        self.busy |= 1 << index;
    }

    /// Moves the base to the least time and its bucket's entries down.
    fn open(&mut self) {
        let index = self.busy.trailing_zeros() as usize;
        self.base = self.least[index].0;
        self.busy &= !(1 << index);
        let mut moving = std::mem::take(&mut self.moving);
        std::mem::swap(&mut moving, &mut self.buckets[index]);
        for entry in moving.drain(..) {
            self.place(entry);
        }
        self.moving = moving;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *seed >> 33
    }

    #[test]
    fn entries_come_out_by_time_and_rank() {
        for spread in [1, 3, 50, 1_000_000] {
            let (mut radix, mut naive, mut seed, mut now) = (Radix::new(), Vec::<Entry>::new(), 7, -5_000);
            for id in 0..5_000 {
                let entry = Entry {
                    time: now + (next(&mut seed) % spread) as i64,
                    rank: next(&mut seed) % 10_000 * 10_000 + u64::from(id),
                    id,
                };
                radix.push(entry);
                naive.push(entry);
                naive.sort_by_key(Entry::key);
                assert_eq!(radix.peek(), naive.first().map(Entry::key));
                if next(&mut seed).is_multiple_of(3) {
                    let least = naive.remove(0);
                    assert_eq!(radix.pop(), Some(least));
                    now = least.time;
                }
                if id % 1000 == 999 {
                    radix.retain(|entry| entry.id % 2 == 0);
                    naive.retain(|entry| entry.id % 2 == 0);
                }
                assert_eq!(radix.len(), naive.len());
            }
            let rest: Vec<Entry> = std::iter::from_fn(|| radix.pop()).collect();
            assert_eq!(rest, naive);
        }
    }

    #[test]
    fn the_whole_range_of_times_fits() {
        let mut radix = Radix::new();
        for time in [i64::MAX, 0, i64::MIN, -1] {
            radix.push(Entry { time, rank: 0, id: 0 });
        }
        let times: Vec<i64> = std::iter::from_fn(|| radix.pop()).map(|entry| entry.time).collect();
        assert_eq!(times, [i64::MIN, -1, 0, i64::MAX]);
    }
}
