//! A monotone priority queue: 65 buckets by the highest bit in which a time differs from the last time popped.
//!
//! Source: Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for the shortest path problem", JACM 37 (1990).
//! Each entry moves down at most 64 buckets in its life, so that a push and a pop cost amortised O(64) moves at
//! worst and one or two in practice; no comparison between entries of different buckets is ever made.
//! The price is that nothing should be pushed before the last popped time, which time in a run hardly ever does (S3): what
//! was cancelled is popped without a dispatch, and then a live event may still come before it (S32).

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

#[derive(Debug)]
struct Bucket {
    entries: Vec<Entry>,
    /// The least entry, [`NONE`] if there is none.
    least: (i64, u64),
}

/// After all entries.
const NONE: (i64, u64) = (i64::MAX, u64::MAX);

impl Bucket {
    const fn new() -> Self {
        Bucket { entries: Vec::new(), least: NONE }
    }
}

/// The queue; pops by (time, rank).
#[derive(Debug)]
pub(crate) struct Radix {
    /// Bucket 0 holds the entries of the base time in order of rank, those before `front` are gone.
    buckets: Vec<Bucket>,
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
        Radix { buckets: Vec::new(), busy: 0, front: 0, base: i64::MIN, len: 0, moving: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds an entry. If its time is before the last one popped, all entries have to move.
    #[inline]
    pub(crate) fn push(&mut self, entry: Entry) {
        if entry.time < self.base {
            self.go_back(entry.time);
        }
        if self.buckets.is_empty() {
            // Not before it is used: a strategy without timers has no buckets.
            self.buckets.resize_with(65, Bucket::new);
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
        Some(self.buckets[self.busy.trailing_zeros() as usize].least)
    }

    /// The least entries, in no order: as many whole buckets as hold not more than `most` together, and at least a part
    /// of those of the base time.
    #[inline]
    pub(crate) fn next_few(&self, most: usize) -> impl Iterator<Item = &Entry> {
        let now = self.buckets.first().map_or(&[][..], |bucket| &bucket.entries[self.front..]);
        let now = &now[..now.len().min(most)];
        let mut room = most - now.len();
        let later = self.buckets.iter().skip(1).map(|bucket| &bucket.entries).take_while(move |bucket| {
            let fits = bucket.len() <= room;
            room -= bucket.len().min(room);
            fits
        });
        now.iter().chain(later.flatten())
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
        let Bucket { entries, least } = &mut self.buckets[0];
        let entry = entries[self.front];
        self.front += 1;
        self.len -= 1;
        match entries.get(self.front) {
            Some(next) => *least = next.key(),
            None => {
                entries.clear();
                *least = NONE;
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
            all.extend(bucket.entries.drain(..).skip(gone).filter(&mut keep));
            bucket.least = NONE;
        }
        self.front = 0;
        self.busy = 0;
        self.len = all.len();
        for entry in all {
            self.place(entry);
        }
    }

    #[inline(always)]
    fn place(&mut self, entry: Entry) {
        let index = (64 - (entry.time ^ self.base).leading_zeros()) as usize;
        let Bucket { entries, least } = &mut self.buckets[index];
        if entry.key() < *least {
            *least = entry.key();
        }
        if index == 0 && entries.last().is_some_and(|last| last.rank > entry.rank) {
            let at = self.front + entries[self.front..].partition_point(|other| other.rank < entry.rank);
            entries.insert(at, entry);
        } else {
            entries.push(entry);
        }
        self.busy |= 1 << index;
    }

    /// Moves the base back.
    #[cold]
    #[inline(never)]
    fn go_back(&mut self, time: i64) {
        self.base = time;
        self.retain(|_| true);
    }

    /// Moves the base to the least time and its bucket's entries down.
    fn open(&mut self) {
        let index = self.busy.trailing_zeros() as usize;
        self.busy &= !(1 << index);
        let mut moving = std::mem::take(&mut self.moving);
        let bucket = &mut self.buckets[index];
        std::mem::swap(&mut moving, &mut bucket.entries);
        (self.base, _) = std::mem::replace(&mut bucket.least, NONE);
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
    fn what_comes_before_the_last_one_popped_still_comes_in_order() {
        let mut radix = Radix::new();
        for (id, time) in [(0, 100), (1, 100), (2, 164), (3, 228)] {
            radix.push(Entry { time, rank: id.into(), id });
        }
        assert_eq!(radix.pop().map(|entry| entry.time), Some(100));
        for (id, time) in [(4, 60), (5, -3), (6, 90), (7, 164)] {
            radix.push(Entry { time, rank: id.into(), id });
        }
        let order: Vec<u32> = std::iter::from_fn(|| radix.pop()).map(|entry| entry.id).collect();
        assert_eq!(order, [5, 4, 6, 1, 2, 7, 3]);
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
