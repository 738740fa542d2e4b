//! When sleeps are over: a monotone priority queue that keeps those of the same time in the order in which they came.
//!
//! What is next stands in a short sorted list, the rest in buckets by the highest digit in which a time differs from a base,
//! as in [`crate::agenda`]. Since sleeps of one time come in their order, it needs no rank: entries are small, a bucket of
//! one time becomes the list as it is, and nothing but short lists is ever sorted.

/// One sleep that is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) time: i64,
    pub(super) id: u32,
    /// Where its task was when it began, for those who look ahead.
    pub(super) task: u32,
}

/// After all entries.
const NONE: Entry = Entry { time: i64::MAX, id: u32::MAX, task: u32::MAX };

/// Bits of a digit.
const BITS: u32 = 6;

/// Buckets of a digit.
const WIDTH: usize = 1 << BITS;

/// Digits of a time.
const DIGITS: usize = 11;

/// Of a bucket with at most so many entries all are sorted at once; so many stay in the list when it grows too long.
const FEW: usize = 20;

/// The list is too long with more than these.
const MANY: usize = 64;

/// Memory for so many entries is kept for other buckets, or for twice as many as there are.
const KEPT: usize = 4096;

/// Entries that differ from the base in the same digit first, by that digit.
#[derive(Debug)]
struct Bucket {
    /// Those of one time in the order in which they came.
    entries: Vec<Entry>,
    /// The first one of the least time; [`NONE`] if there is none.
    least: Entry,
}

/// The queue; pops by time, then by who came first.
#[derive(Debug)]
pub(super) struct Queue {
    /// All entries up to the time `last`, in their order; those before `front` are gone.
    near: Vec<Entry>,
    front: usize,
    last: i64,
    /// Those after that, by the digits in which they differ from the base. They are made when they are first used.
    buckets: Vec<Bucket>,
    /// One bit for each bucket of a level that is not empty.
    busy: [u64; DIGITS],
    /// One bit for each level that is not empty.
    busy_levels: u32,
    /// The memory of buckets that are empty now, and for how many entries it is.
    spares: Vec<Vec<Entry>>,
    spare: usize,
    /// Not after `last`.
    base: i64,
    /// The first entry of all; [`NONE`] if there is none.
    least: Entry,
    len: usize,
}

impl Queue {
    pub(super) const fn new() -> Self {
        Queue {
            near: Vec::new(),
            front: 0,
            last: i64::MAX,
            buckets: Vec::new(),
            busy: [0; DIGITS],
            busy_levels: 0,
            spares: Vec::new(),
            spare: 0,
            base: i64::MIN,
            least: NONE,
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The first entry.
    #[inline]
    pub(super) fn peek(&self) -> Option<&Entry> {
        (self.len > 0).then_some(&self.least)
    }

    /// Adds an entry, after all of its time.
    #[inline]
    pub(super) fn push(&mut self, entry: Entry) {
        #[cfg(test)]
        crate::counts::count(|counts| counts.queued += 1);
        self.len += 1;
        if entry.time < self.least.time || self.len == 1 {
            self.least = entry;
        }
        if entry.time <= self.last { self.insert(entry) } else { self.place(entry) }
    }

    /// Takes out the first entry.
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<Entry> {
        if self.front == self.near.len() {
            self.open();
        }
        let entry = *self.near.get(self.front)?;
        self.front += 1;
        self.len -= 1;
        if self.busy_levels == 0 {
            self.base = entry.time;
        }
        match self.near.get(self.front) {
            Some(next) => self.least = *next,
            None => {
                self.near.clear();
                self.front = 0;
                self.least = self.first().map_or(NONE, |bucket| self.buckets[bucket].least);
            }
        }
        Some(entry)
    }

    /// Some of the first entries, in no order: as many whole buckets as hold not more than `most` together.
    #[inline]
    pub(super) fn next_few(&self, most: usize) -> impl Iterator<Item = &Entry> {
        let near = &self.near[self.front..];
        let mut room = most.saturating_sub(near.len());
        let later = (0..DIGITS)
            .flat_map(|level| Digits(self.busy[level]).map(move |digit| level * WIDTH + digit))
            .map(|bucket| &self.buckets[bucket].entries)
            .take_while(move |bucket| {
                let fits = bucket.len() <= room;
                room -= bucket.len().min(room);
                fits
            });
        near.iter().take(most).chain(later.flatten())
    }

    /// Forgets entries that `keep` refuses.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        let mut all = self.near.split_off(self.front);
        self.near.clear();
        self.empty_buckets(&mut all);
        (self.front, self.len, self.last, self.least) = (0, 0, i64::MAX, NONE);
        all.into_iter().filter(|entry| keep(entry)).for_each(|entry| self.push(entry));
    }

    /// Puts an entry into the list.
    #[inline(never)]
    fn insert(&mut self, entry: Entry) {
        if self.front > MANY && 2 * self.front > self.near.len() {
            self.near.drain(..self.front);
            self.front = 0;
        }
        // Nearly always it is the last one.
        match self.near.last() {
            Some(last) if last.time > entry.time => {
                let place = self.near[self.front..].partition_point(|other| other.time <= entry.time);
                self.near.insert(self.front + place, entry);
            }
            _ => self.near.push(entry),
        }
        if self.near.len() - self.front > MANY {
            self.shorten();
        }
    }

    /// Leaves only the first entries in the list, if they are not all of one time.
    #[cold]
    #[inline(never)]
    fn shorten(&mut self) {
        let near = &self.near[self.front..];
        let last = near[FEW - 1].time;
        let kept = self.front + near.partition_point(|entry| entry.time <= last);
        if kept < self.near.len() {
            self.last = last;
            let mut more = self.near.split_off(kept);
            if last < self.base {
                // Time has gone back, and with it has the base, for all entries.
                self.base = last;
                self.empty_buckets(&mut more);
            }
            more.into_iter().for_each(|entry| self.place(entry));
        }
    }

    /// Takes all entries out of the buckets.
    fn empty_buckets(&mut self, into: &mut Vec<Entry>) {
        for bucket in &mut self.buckets {
            into.append(&mut bucket.entries);
            bucket.least = NONE;
        }
        self.busy = [0; DIGITS];
        self.busy_levels = 0;
    }

    /// Puts an entry into the bucket of the highest digit in which its time differs from the base.
    #[inline]
    fn place(&mut self, entry: Entry) {
        #[cfg(test)]
        crate::counts::count(|counts| counts.placed += 1);
        let (level, digit) = bucket(entry.time, self.base);
        if self.buckets.is_empty() {
            self.buckets.resize_with(DIGITS * WIDTH, || Bucket { entries: Vec::new(), least: NONE });
        }
        let Bucket { entries, least } = &mut self.buckets[level * WIDTH + digit];
        if entries.is_empty() {
            *least = entry;
            self.busy[level] |= 1 << digit;
            self.busy_levels |= 1 << level;
            if entries.capacity() == 0
                && let Some(spare) = self.spares.pop()
            {
                self.spare -= spare.capacity();
                *entries = spare;
            }
        } else if entry.time < least.time {
            *least = entry;
        }
        entries.push(entry);
    }

    /// The first bucket, by level and digit; it has the least entries of all.
    #[inline]
    fn first(&self) -> Option<usize> {
        let level = self.busy_levels.trailing_zeros() as usize;
        let digit = self.busy.get(level)?.trailing_zeros() as usize;
        Some(level * WIDTH + digit)
    }

    /// Moves the base to the first entry: those of its bucket come into the list if they are few, else those of its time.
    #[inline(never)]
    fn open(&mut self) {
        let Some(first) = self.first() else { return };
        let (level, digit) = (first / WIDTH, first % WIDTH);
        let bucket = &mut self.buckets[first];
        let base = std::mem::replace(&mut bucket.least, NONE).time;
        let mut entries = std::mem::take(&mut bucket.entries);
        self.busy[level] &= !(1 << digit);
        if self.busy[level] == 0 {
            self.busy_levels &= !(1 << level);
        }
        (self.near, entries) = (entries, std::mem::take(&mut self.near));
        (self.front, self.base, self.last) = (0, base, base);
        if self.near.len() <= FEW {
            self.last = end_of(base, level);
            self.near.sort_by_key(|entry| entry.time);
        } else if self.near.iter().any(|entry| entry.time > base) {
            std::mem::swap(&mut self.near, &mut entries);
            for entry in entries.drain(..) {
                if entry.time == base { self.near.push(entry) } else { self.place(entry) }
            }
        }
        if self.busy_levels == 0 {
            self.last = i64::MAX;
        }
        if entries.capacity() > 0 && self.spare + entries.capacity() <= KEPT.max(2 * self.len) {
            self.spare += entries.capacity();
            self.spares.push(entries);
        }
    }
}

/// The digits whose bits are set.
struct Digits(u64);

impl Iterator for Digits {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let digit = self.0.trailing_zeros();
        self.0 &= self.0.wrapping_sub(1);
        (digit < u64::BITS).then_some(digit as usize)
    }
}

/// The highest digit in which a time differs from an earlier one, by its number and its value.
#[inline]
fn bucket(time: i64, base: i64) -> (usize, usize) {
    // Flipping the sign bit makes the order of unsigned numbers that of signed ones.
    let (time, base) = (time as u64 ^ 1 << 63, base as u64 ^ 1 << 63);
    let level = (63 - (time ^ base | 1).leading_zeros()) / BITS;
    (level as usize, (time >> (level * BITS) & (WIDTH as u64 - 1)) as usize)
}

/// The last time that has all digits from that one on in common with `time`.
fn end_of(time: i64, level: usize) -> i64 {
    time | ((1u64 << (level as u32 * BITS)) - 1) as i64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn next(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *seed >> 33
    }

    /// The queue beside a map that keeps its order.
    #[derive(Default)]
    struct Both {
        naive: BTreeMap<(i64, u32), Entry>,
        count: u32,
    }

    impl Both {
        fn push(&mut self, queue: &mut Queue, time: i64) {
            let entry = Entry { time, id: self.count, task: 0 };
            queue.push(entry);
            self.naive.insert((time, self.count), entry);
            self.count += 1;
            self.agree(queue);
        }

        fn pop(&mut self, queue: &mut Queue) -> Option<i64> {
            let popped = queue.pop();
            assert_eq!(popped, self.naive.pop_first().map(|(_, entry)| entry));
            self.agree(queue);
            popped.map(|entry| entry.time)
        }

        fn agree(&self, queue: &Queue) {
            assert_eq!(queue.peek(), self.naive.first_key_value().map(|(_, entry)| entry));
            assert_eq!(queue.len(), self.naive.len());
        }
    }

    #[test]
    fn entries_come_out_by_time_and_in_the_order_they_came() {
        let mut seed = 3;
        for spreads in [[1, 40, 3_000], [1, 1_000_000, 1 << 40], [2, 64, 1 << 20], [1, 1, 2]] {
            let (mut queue, mut both, mut now) = (Queue::new(), Both::default(), -70);
            for step in 0..40_000 {
                // Grows to thousands of entries, and is emptied, several times over.
                let grows = step % 10_000 < 6_000;
                if next(&mut seed) % 10 < if grows { 7 } else { 2 } {
                    let spread = spreads[(next(&mut seed) % 3) as usize];
                    both.push(&mut queue, now + (next(&mut seed) % spread) as i64);
                } else if let Some(time) = both.pop(&mut queue) {
                    now = time;
                }
                if step % 9_000 == 8_999 {
                    queue.retain(|entry| entry.id % 3 > 0);
                    both.naive.retain(|_, entry| entry.id % 3 > 0);
                }
            }
            while both.pop(&mut queue).is_some() {}
        }
    }

    #[test]
    fn what_comes_before_the_last_one_popped_still_comes_in_order() {
        for count in [4, 40, 400] {
            let (mut queue, mut both, mut seed) = (Queue::new(), Both::default(), 11);
            for step in 0..20 * count {
                if step % 20 == 19 {
                    both.pop(&mut queue);
                }
                // Now and then far before all others.
                let base = if step % 7 == 0 { -1_000_000_000 } else { i64::from(step) * 64 };
                both.push(&mut queue, base + (next(&mut seed) % 100_000) as i64);
            }
            while both.pop(&mut queue).is_some() {}
        }
    }

    #[test]
    fn the_whole_range_of_times_fits() {
        let (mut queue, mut both) = (Queue::new(), Both::default());
        for _ in 0..40 {
            for time in [i64::MAX, 0, i64::MIN, -1] {
                both.push(&mut queue, time);
            }
        }
        while both.pop(&mut queue).is_some() {}
    }

    #[test]
    fn few_that_come_and_go_for_ever_take_no_more_memory() {
        let (mut queue, mut both) = (Queue::new(), Both::default());
        for time in 0..10_000 {
            both.push(&mut queue, time);
            if time > 5 {
                both.pop(&mut queue);
            }
        }
        assert!(queue.near.capacity() <= 8 * MANY);
    }
}
