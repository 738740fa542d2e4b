//! A monotone priority queue: what is next in a short sorted list, the rest in buckets by the highest digit in which a
//! time differs from a base.
//!
//! Source: Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for the shortest path problem", JACM 37 (1990), with digits
//! of six bits, as in a hierarchical timing wheel: Varghese, Lauck, "Hashed and hierarchical timing wheels", SOSP (1987).
//! An entry moves down at most eleven levels in its life, one or two in practice; of a bucket with few entries all go to the
//! list at once. The price is that little should be pushed before the last popped time, which time in a run hardly ever does
//! (S3): what was cancelled is popped without a dispatch, and then a live event may still come before it (S32).

use std::collections::VecDeque;

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

/// A key as one number, which is compared without a jump: nobody could foresee it.
#[inline]
fn number((time, rank): (i64, u64)) -> i128 {
    i128::from(time) << 64 | i128::from(rank)
}

/// The earlier one of two keys.
#[inline]
fn earlier(one: (i64, u64), other: (i64, u64)) -> (i64, u64) {
    let least = number(one).min(number(other));
    ((least >> 64) as i64, least as u64)
}

/// Bits of a digit.
const BITS: u32 = 6;

/// Digits of a time.
const DIGITS: usize = 11;

/// Of a bucket with at most so many entries all are sorted at once; so many stay in the list when it grows too long.
const FEW: usize = 24;

/// The list is too long with more than these.
const MANY: usize = 64;

/// The memory of a bucket that has become empty serves another one, unless it is for more entries than these.
const KEPT: usize = 4096;

/// Entries that differ from the base in the same digit first, by that digit.
#[derive(Debug)]
struct Level {
    /// One bit for each bucket that is not empty.
    busy: u64,
    buckets: [Bucket; 1 << BITS],
}

/// Entries in no order. The least one is known all the same: a bucket may come first again and again, for what is put before
/// it, without being opened.
#[derive(Debug)]
struct Bucket {
    entries: Vec<Entry>,
    /// [`NONE`] if there is none.
    least: (i64, u64),
}

impl Bucket {
    const EMPTY: Bucket = Bucket { entries: Vec::new(), least: NONE };
}

/// After all entries.
const NONE: (i64, u64) = (i64::MAX, u64::MAX);

impl Level {
    #[cold]
    #[inline(never)]
    fn new() -> Box<Self> {
        Box::new(Level { busy: 0, buckets: [Bucket::EMPTY; 1 << BITS] })
    }
}

/// The queue; pops by (time, rank).
#[derive(Debug)]
pub(crate) struct Radix {
    /// All entries up to the time `last`, in their order.
    near: VecDeque<Entry>,
    last: i64,
    /// Those after that, by the digits in which they differ from the base; a level is made when it is first used.
    levels: [Option<Box<Level>>; DIGITS],
    /// One bit for each level that is not empty.
    busy: u32,
    /// The memory of buckets that are empty now.
    spares: Vec<Vec<Entry>>,
    /// Not after `last`.
    base: i64,
    /// The place of the least entry of all.
    least: (i64, u64),
    len: usize,
}

impl Radix {
    pub(crate) const fn new() -> Self {
        Radix {
            near: VecDeque::new(),
            last: i64::MAX,
            levels: [const { None }; DIGITS],
            busy: 0,
            spares: Vec::new(),
            base: i64::MIN,
            least: NONE,
            len: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds an entry.
    // Its parts go on one by one, in registers and not by way of the stack.
    #[inline(always)]
    pub(crate) fn push(&mut self, entry: Entry) {
        #[cfg(test)]
        crate::counts::count(|counts| counts.queued += 1);
        let Entry { time, rank, id } = entry;
        self.len += 1;
        if time <= self.last {
            return self.insert(time, rank, id);
        }
        if self.near.is_empty() {
            self.least = earlier(self.least, entry.key());
        }
        self.place_one(time, rank, id);
    }

    /// Puts an entry into the list.
    #[inline(never)]
    fn insert(&mut self, time: i64, rank: u64, id: u32) {
        let entry = Entry { time, rank, id };
        // Nearly always it is the last one.
        let place = match self.near.back() {
            Some(last) if last.key() > entry.key() => {
                let place = self.near.partition_point(|other| other.key() < entry.key());
                self.near.insert(place, entry);
                place
            }
            _ => {
                self.near.push_back(entry);
                self.near.len() - 1
            }
        };
        if place == 0 && (self.near.len() == 1 && self.busy == 0 || entry.key() < self.least) {
            self.least = entry.key();
        }
        if self.near.len() > MANY {
            self.shorten();
        }
    }

    /// The place of the least entry.
    #[inline]
    pub(crate) fn peek(&self) -> Option<(i64, u64)> {
        (self.len > 0).then_some(self.least)
    }

    /// All entries, in no order. A list, so that who walks it does not compile how it is come by.
    #[inline(never)]
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let buckets = self.levels.iter().flatten().flat_map(|level| &level.buckets);
        self.near.iter().chain(buckets.flat_map(|bucket| &bucket.entries)).copied().collect()
    }

    /// Takes out the least entry.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Entry> {
        let entry = self.first()?;
        self.pop_first(entry.time);
        Some(entry)
    }

    /// The least entry.
    #[inline(always)]
    pub(crate) fn first(&mut self) -> Option<Entry> {
        if self.near.is_empty() {
            self.open();
        }
        self.near.front().copied()
    }

    /// Takes out the entry that [`Radix::first`] has found, of that time.
    #[inline(always)]
    pub(crate) fn pop_first(&mut self, time: i64) {
        self.near.pop_front();
        self.len -= 1;
        if self.busy == 0 {
            self.base = time;
        }
        match self.near.front() {
            Some(next) => self.least = next.key(),
            None => self.least = self.least_later(),
        }
    }

    /// Forgets entries that `keep` refuses.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        let mut all = std::mem::take(&mut self.near);
        self.empty_levels(&mut all);
        (self.len, self.last) = (0, i64::MAX);
        all.retain(|entry| keep(entry));
        all.into_iter().for_each(|entry| self.push(entry));
    }

    /// Takes all entries out of the levels.
    fn empty_levels(&mut self, into: &mut VecDeque<Entry>) {
        for level in self.levels.iter_mut().flatten() {
            for bucket in &mut level.buckets {
                into.extend(bucket.entries.drain(..));
                bucket.least = NONE;
            }
            level.busy = 0;
        }
        self.busy = 0;
    }

    /// Puts an entry into the bucket of the highest digit in which its time differs from the base.
    // What makes room is another function, called at the end, so that this one need not save registers for it.
    #[inline(always)]
    fn place(&mut self, time: i64, rank: u64, id: u32) {
        let (level, digit) = bucket(time, self.base);
        if let Some(place) = &mut self.levels[level] {
            let Bucket { entries, least } = &mut place.buckets[digit];
            if entries.len() < entries.capacity() {
                #[cfg(test)]
                crate::counts::count(|counts| counts.placed += 1);
                entries.push(Entry { time, rank, id });
                *least = earlier(*least, (time, rank));
                place.busy |= 1 << digit;
                self.busy |= 1 << level;
                return;
            }
        }
        self.place_with_room(time, rank, id);
    }

    /// [`Radix::place`], where the bucket has no room.
    #[cold]
    #[inline(never)]
    fn place_with_room(&mut self, time: i64, rank: u64, id: u32) {
        let (level, digit) = bucket(time, self.base);
        let Bucket { entries, .. } = &mut self.levels[level].get_or_insert_with(Level::new).buckets[digit];
        if entries.capacity() == 0 {
            *entries = self.spares.pop().unwrap_or_default();
        }
        entries.reserve(1);
        self.place_one(time, rank, id);
    }

    #[inline(never)]
    fn place_one(&mut self, time: i64, rank: u64, id: u32) {
        self.place(time, rank, id);
    }

    /// Leaves only the first entries in the list, if they are not all of one time.
    #[cold]
    #[inline(never)]
    fn shorten(&mut self) {
        let last = self.near[FEW - 1].time;
        let kept = self.near.partition_point(|entry| entry.time <= last);
        if kept < self.near.len() {
            self.last = last;
            let mut more = self.near.split_off(kept);
            if last < self.base {
                // Time has gone back, and with it has the base, for all entries.
                self.base = last;
                self.empty_levels(&mut more);
            }
            more.drain(..).for_each(|Entry { time, rank, id }| self.place(time, rank, id));
        }
    }

    /// The first bucket, by level and digit; it has the least entries of all levels.
    #[inline]
    fn first_bucket(&self) -> Option<(usize, usize)> {
        let level = self.busy.trailing_zeros() as usize;
        let digit = self.levels.get(level)?.as_ref()?.busy.trailing_zeros();
        Some((level, digit as usize))
    }

    /// The place of the least entry of the levels.
    fn least_later(&self) -> (i64, u64) {
        let least = self
            .first_bucket()
            .and_then(|(level, digit)| Some(self.levels[level].as_ref()?.buckets[digit].least));
        least.unwrap_or(NONE)
    }

    /// Moves the base to the least entry: those of its bucket come into the list if they are few, else those of its time.
    #[inline(never)]
    fn open(&mut self) {
        let Some((level, digit)) = self.first_bucket() else { return };
        let Some(place) = &mut self.levels[level] else { return };
        let Bucket { mut entries, .. } = std::mem::replace(&mut place.buckets[digit], Bucket::EMPTY);
        place.busy &= !(1 << digit);
        if place.busy == 0 {
            self.busy &= !(1 << level);
        }
        (self.base, _) = self.least;
        if entries.len() <= FEW {
            self.last = end_of(self.base, level);
            self.near.extend(&entries);
        } else {
            self.last = self.base;
            for &Entry { time, rank, id } in &entries {
                if time == self.base {
                    self.near.push_back(Entry { time, rank, id });
                } else {
                    self.place(time, rank, id);
                }
            }
        }
        if self.busy == 0 {
            self.last = i64::MAX;
        }
        self.near.make_contiguous().sort_unstable_by_key(Entry::key);
        if entries.capacity() <= KEPT {
            entries.clear();
            self.spares.push(entries);
        }
    }
}

/// The highest digit in which a time differs from an earlier one, by its number and its value.
#[inline]
fn bucket(time: i64, base: i64) -> (usize, usize) {
    // Flipping the sign bit makes the order of unsigned numbers that of signed ones.
    let (time, base) = (time as u64 ^ 1 << 63, base as u64 ^ 1 << 63);
    let level = (63 - (time ^ base | 1).leading_zeros()) / BITS;
    (level as usize, (time >> (level * BITS) & ((1 << BITS) - 1)) as usize)
}

/// The last time that has all digits from that one on in common with `time`.
fn end_of(time: i64, level: usize) -> i64 {
    time | ((1u64 << (level as u32 * BITS)) - 1) as i64
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
        for count in [4, 40, 400] {
            let mut radix = Radix::new();
            let mut naive = std::collections::BTreeMap::new();
            let mut seed = 11;
            for id in 0..20 * count {
                if id % 20 == 19 {
                    assert_eq!(radix.pop(), naive.pop_first().map(|(_, entry)| entry));
                }
                // Now and then far before all others.
                let base = if id % 7 == 0 { -1_000_000_000 } else { i64::from(id) * 64 };
                let entry = Entry { time: base + (next(&mut seed) % 100_000) as i64, rank: id.into(), id };
                radix.push(entry);
                naive.insert(entry.key(), entry);
                assert_eq!(radix.peek(), naive.first_key_value().map(|(key, _)| *key));
            }
            assert!(std::iter::from_fn(|| radix.pop()).eq(naive.into_values()));
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

    #[test]
    fn entries_come_out_by_time_and_rank_whatever_comes_in_between() {
        let mut seed = 3;
        for spreads in [[1, 40, 3_000], [1, 1_000_000, 1 << 40], [2, 64, 1 << 20], [1, 1, 2]] {
            let (mut radix, mut naive, mut now) = (Radix::new(), std::collections::BTreeMap::new(), -70);
            for id in 0..40_000 {
                // Grows to thousands of entries, and is emptied, several times over.
                let grows = id % 10_000 < 6_000;
                if next(&mut seed) % 10 < if grows { 7 } else { 2 } {
                    let spread = spreads[(next(&mut seed) % 3) as usize];
                    let entry = Entry {
                        time: now + (next(&mut seed) % spread) as i64,
                        rank: next(&mut seed) << 32 | u64::from(id),
                        id,
                    };
                    radix.push(entry);
                    naive.insert(entry.key(), entry);
                } else {
                    assert_eq!(
                        radix.pop(),
                        naive.pop_first().map(|(key, entry)| {
                            now = key.0;
                            entry
                        })
                    );
                }
                assert_eq!(radix.peek(), naive.first_key_value().map(|(key, _)| *key));
                assert_eq!(radix.len(), naive.len());
            }
        }
    }
}
