//! Which fed stream comes next: the times of all past sources, merged.
//!
//! Values stay in their typed hubs ([`crate::hub`]); here are only times, as plain `i64` columns. The merge
//! computes the order of many events at once, up to the point where some column has run dry, and the engine then
//! dispatches that order without asking again. A handler that schedules something in between only has to stop
//! the dispatch at that time: what was ordered stays valid.
//!
//! Rule S7: events by time, then by the declaration of their stream, then by position in the stream.

use std::slice;

/// No event: larger than every packed key.
const EMPTY: u64 = u64::MAX;

/// The most events ordered ahead. Large enough to amortise, small enough to stay in the first-level cache.
const ORDER: usize = 512;

/// What the batch of one lane may take, in bytes (S19).
const BATCH: usize = 4096;

/// What the batches of all lanes may take together, in bytes, so that they stay in the second-level cache.
const BATCHES: usize = 1024 * 1024;

/// No lane.
const NONE: usize = usize::MAX;

/// The times of one fed stream that were pulled and not yet dispatched. One line of the cache.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Column {
    /// In ascending order.
    pub(crate) times: Vec<i64>,
    /// How many of them were dispatched.
    taken: usize,
    /// How many of them stand in the order.
    ordered: usize,
    /// The key that follows the one in the tree: made ahead of time, so that the next match need not wait for the times.
    ready: u64,
    /// What a batch may take, in bytes.
    pub(crate) room: usize,
}

impl Default for Column {
    fn default() -> Self {
        Column { times: Vec::new(), taken: 0, ordered: 0, ready: EMPTY, room: BATCH }
    }
}

impl Column {
    /// Times that were not dispatched.
    fn waiting(&self) -> usize {
        self.times.len() - self.taken
    }

    /// The time of the next event, if one was pulled.
    pub(crate) fn head(&self) -> Option<i64> {
        self.times.get(self.taken).copied()
    }

    /// The times of those that were not dispatched.
    pub(crate) fn rest(&self) -> &[i64] {
        &self.times[self.taken..]
    }

    /// The key of the event at `index`.
    #[inline]
    fn key(&self, index: usize, pack: impl Fn(i64) -> u64) -> u64 {
        self.times.get(index).map_or(EMPTY, |&time| pack(time))
    }

    /// The key of the next event that stands in no order; the one after it is made ready.
    #[inline]
    fn first_key(&mut self, pack: impl Fn(i64) -> u64) -> u64 {
        self.ready = self.key(self.ordered + 1, &pack);
        self.key(self.ordered, pack)
    }

    fn clear(&mut self) {
        self.times.clear();
        self.taken = 0;
        self.ordered = 0;
        self.ready = EMPTY;
    }
}

/// Consecutive events of one lane.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// That of the first one, so that a single event needs no look at its column.
    time: i64,
    lane: u32,
    count: u32,
}

/// The merge over all lanes. A lane's index is its rank in the order of declaration.
///
/// A tree of losers holds one packed key a lane, `(time - epoch) << bits | lane`: a comparison of two keys is the whole
/// rule S7, without a branch on the tie. Slot 0 has the least key; each slot from 1 on, whose children are `2 * slot` and
/// `2 * slot + 1`, the larger one of the two that met there. A new key takes the place of the least one, and meets
/// those on the way from the leaf of its lane, which has no slot of its own, to the root.
/// A head too far from the epoch for its bits counts as "far"; when only such heads are left, the epoch moves.
#[derive(Debug)]
pub(crate) struct Merge {
    columns: Vec<Column>,
    tree: Vec<u64>,
    /// Those who won, while the tree is made; kept for its memory.
    winners: Vec<u64>,
    /// The lane whose key is in slot 0 though its event is ordered: what follows there was not known.
    vacant: usize,
    /// True if the tree has to be made anew.
    is_stale: bool,
    bits: u32,
    epoch: i64,
    order: Vec<Run>,
    next: usize,
}

impl Merge {
    /// A merge of `lanes` empty columns.
    pub(crate) fn new(lanes: usize) -> Self {
        let column = || Column { room: room(lanes), ..Column::default() };
        Merge {
            columns: (0..lanes).map(|_| column()).collect(),
            tree: vec![EMPTY; lanes.next_power_of_two()],
            winners: Vec::new(),
            vacant: NONE,
            is_stale: true,
            // One lane number is kept back, so that no key is ever `EMPTY`.
            bits: (lanes + 1).next_power_of_two().trailing_zeros(),
            epoch: i64::MIN,
            order: Vec::with_capacity(ORDER),
            next: 0,
        }
    }

    pub(crate) fn column(&self, lane: usize) -> &Column {
        &self.columns[lane]
    }

    /// Empties the column of a lane that ran dry and hands it out to be filled; [`Merge::filled`] must follow.
    pub(crate) fn refill(&mut self, lane: usize) -> &mut Column {
        debug_assert!(self.columns[lane].waiting() == 0);
        self.columns[lane].clear();
        &mut self.columns[lane]
    }

    /// Takes in a lane that was empty until now. What was ordered without it is ordered anew.
    pub(crate) fn open(&mut self, lane: usize, column: Column) {
        self.columns[lane] = Column { room: room(self.columns.len()), ..column };
        for column in &mut self.columns {
            column.ordered = column.taken;
        }
        self.order.clear();
        self.next = 0;
        self.is_stale = true;
    }

    /// Hands out the column of a lane whose first events are to be dropped; [`Merge::filled`] must follow.
    pub(crate) fn skip(&mut self, lane: usize) -> &mut Column {
        debug_assert!(self.columns[lane].ordered == 0, "nothing is dropped once it is ordered");
        &mut self.columns[lane]
    }

    /// Time of the earliest event of any lane, whatever was ordered.
    pub(crate) fn earliest(&self) -> Option<i64> {
        self.columns.iter().filter_map(Column::head).min()
    }

    /// Puts an event into a lane, behind those that are not later: its place among the lane's waiting events. What was
    /// ordered ahead is ordered anew.
    pub(crate) fn insert(&mut self, lane: usize, time: i64) -> usize {
        self.order.clear();
        self.next = 0;
        for column in &mut self.columns {
            column.ordered = column.taken;
        }
        let Column { times, taken, ordered, .. } = &mut self.columns[lane];
        times.drain(..*taken);
        (*taken, *ordered) = (0, 0);
        let place = times.partition_point(|&other| other <= time);
        times.insert(place, time);
        self.is_stale = true;
        place
    }

    /// Forgets all events.
    pub(crate) fn clear(&mut self) {
        self.columns.iter_mut().for_each(Column::clear);
        self.order.clear();
        self.next = 0;
        self.is_stale = true;
    }

    /// Takes note of what [`Merge::refill`] brought.
    pub(crate) fn filled(&mut self, lane: usize) {
        if self.vacant == lane && self.columns[lane].head().is_none_or(|time| time >= self.epoch) {
            self.fill_vacant();
        } else {
            self.is_stale = true;
        }
    }

    /// Lane and time of the next event of any lane.
    pub(crate) fn peek_lane(&mut self) -> Option<(i64, usize)> {
        let time = self.peek()?;
        Some((time, self.order[self.next].lane as usize))
    }

    /// Time of the next event of any lane.
    pub(crate) fn peek(&mut self) -> Option<i64> {
        if self.next == self.order.len() {
            self.compute_order();
        }
        Some(self.order.get(self.next)?.time)
    }

    /// The next run of one lane, as its lane and times; never empty. [`Merge::took`] must follow.
    pub(crate) fn run(&mut self) -> Option<(usize, &[i64])> {
        if self.next == self.order.len() {
            self.compute_order();
        }
        let run = self.order.get(self.next)?;
        let lane = run.lane as usize;
        if run.count == 1 {
            return Some((lane, slice::from_ref(&run.time)));
        }
        let column = &self.columns[lane];
        Some((lane, &column.times[column.taken..column.taken + run.count as usize]))
    }

    /// The first `count` events of the current run were dispatched. True if the lane's column is now dry.
    pub(crate) fn took(&mut self, count: usize) -> bool {
        let run = &mut self.order[self.next];
        let column = &mut self.columns[run.lane as usize];
        column.taken += count;
        run.count -= count as u32;
        if run.count == 0 {
            self.next += 1;
        } else {
            run.time = column.times[column.taken];
        }
        column.waiting() == 0
    }

    /// Orders events until one column is used up, or there are enough.
    fn compute_order(&mut self) {
        self.order.clear();
        self.next = 0;
        if self.vacant != NONE && !self.is_stale {
            self.fill_vacant();
        }
        if !self.is_stale && self.tree[0] == EMPTY {
            // Nothing has come since there was nothing.
            return;
        }
        if (self.is_stale || self.far(self.tree[0])) && !self.build() {
            return;
        }
        if self.has_one_lane() {
            return self.order_all();
        }
        // Of the common sizes the tree is played without a loop or a look at its bounds.
        match self.tree.len() {
            8 => self.order_runs(play_sized::<8>),
            16 => self.order_runs(play_sized::<16>),
            _ => self.order_runs(play),
        }
    }

    /// Orders runs of several lanes; `play` puts a key into the tree.
    #[inline(always)]
    fn order_runs(&mut self, play: impl Fn(&mut [u64], usize, u64) -> u64) {
        let Merge { columns, tree, vacant, bits, epoch, order, .. } = self;
        let (columns, tree) = (&mut columns[..], &mut tree[..]);
        let (bits, epoch) = (*bits, *epoch);
        let (mask, far) = ((1u64 << bits) - 1, u64::MAX >> bits);
        let mut last = u32::MAX;
        let mut key = tree[0];
        for _ in 0..ORDER {
            if key >> bits == far {
                break;
            }
            let lane = (key & mask) as usize;
            let column = &mut columns[lane];
            let next = column.ready;
            column.ordered += 1;
            match order.last_mut() {
                Some(run) if last == lane as u32 => run.count += 1,
                _ => {
                    // No time is before the epoch.
                    let time = epoch.wrapping_add((key >> bits) as i64);
                    order.push(Run { time, lane: lane as u32, count: 1 });
                }
            }
            last = lane as u32;
            if next == EMPTY {
                // What comes next in this lane is known only after this event was dispatched (S19, S21).
                *vacant = lane;
                break;
            }
            key = play(tree, lane, next);
            column.ready = column.key(column.ordered + 1, |time| pack(time, epoch, bits, lane));
        }
        tree[0] = key;
    }

    /// True if only one lane has events. Not looked up where it would take long and is not likely.
    fn has_one_lane(&self) -> bool {
        self.tree.len() <= 16 && self.tree[1..].iter().all(|&loser| loser == EMPTY)
    }

    /// Orders all events of the lane with the least key.
    fn order_all(&mut self) {
        let lane = (self.tree[0] & ((1 << self.bits) - 1)) as usize;
        let column = &mut self.columns[lane];
        let (time, count) = (column.times[column.ordered], (column.times.len() - column.ordered) as u32);
        column.ordered = column.times.len();
        self.order.push(Run { time, lane: lane as u32, count });
        self.vacant = lane;
    }

    /// Puts the key of the next event that stands in no order, if there is one, where the vacant one was.
    fn fill_vacant(&mut self) {
        let lane = std::mem::replace(&mut self.vacant, NONE);
        let (epoch, bits) = (self.epoch, self.bits);
        let key = self.columns[lane].first_key(|time| pack(time, epoch, bits, lane));
        self.tree[0] = play(&mut self.tree, lane, key);
    }

    /// True for `EMPTY` and for keys whose distance from the epoch did not fit.
    fn far(&self, key: u64) -> bool {
        key >> self.bits == u64::MAX >> self.bits
    }

    /// Moves the epoch to the earliest event and makes the tree anew; false if there is no event.
    fn build(&mut self) -> bool {
        self.is_stale = false;
        self.vacant = NONE;
        let first = self.columns.iter().filter_map(|column| column.times.get(column.ordered)).min();
        let (epoch, bits, leaves) = (first.copied().unwrap_or(i64::MIN), self.bits, self.tree.len());
        self.epoch = epoch;
        let winners = &mut self.winners;
        winners.clear();
        winners.resize(2 * leaves, EMPTY);
        for (lane, column) in self.columns.iter_mut().enumerate() {
            winners[leaves + lane] = column.first_key(|time| pack(time, epoch, bits, lane));
        }
        for slot in (1..leaves).rev() {
            let (left, right) = (winners[2 * slot], winners[2 * slot + 1]);
            winners[slot] = left.min(right);
            self.tree[slot] = left.max(right);
        }
        self.tree[0] = winners[1];
        self.tree[0] != EMPTY
    }
}

/// What the batch of each of so many lanes may take, in bytes.
fn room(lanes: usize) -> usize {
    (BATCHES / lanes.max(1)).min(BATCH)
}

/// Puts a key into the place of the least one, which was of the same lane; the key that is the least now.
#[inline]
fn play(tree: &mut [u64], lane: usize, mut key: u64) -> u64 {
    let mut slot = (tree.len() + lane) >> 1;
    while slot > 0 {
        let other = tree[slot];
        tree[slot] = key.max(other);
        key = key.min(other);
        slot >>= 1;
    }
    key
}

/// [`play`] for a tree of `N` slots, a power of two: the mask changes nothing, but shows that no index is too large.
#[inline]
fn play_sized<const N: usize>(tree: &mut [u64], lane: usize, mut key: u64) -> u64 {
    let Ok(tree) = <&mut [u64; N]>::try_from(&mut *tree) else { return play(tree, lane, key) };
    let mut slot = (N + lane) >> 1;
    for _ in 0..N.trailing_zeros() {
        let other = tree[slot & (N - 1)];
        tree[slot & (N - 1)] = key.max(other);
        key = key.min(other);
        slot >>= 1;
    }
    key
}

#[inline]
fn pack(time: i64, epoch: i64, bits: u32, lane: usize) -> u64 {
    // Exact as unsigned numbers, since no pending time is before the epoch.
    let offset = (time as u64).wrapping_sub(epoch as u64);
    offset.min(u64::MAX >> bits) << bits | lane as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(lanes: &[&[i64]]) -> Vec<(usize, i64)> {
        let mut merge = Merge::new(lanes.len());
        for (lane, times) in lanes.iter().enumerate() {
            merge.refill(lane).times.extend_from_slice(times);
            merge.filled(lane);
        }
        let mut out = Vec::new();
        while let Some((lane, times)) = merge.run() {
            out.extend(times.iter().map(|&t| (lane, t)));
            let count = times.len();
            merge.took(count);
        }
        out
    }

    fn sorted(lanes: &[&[i64]]) -> Vec<(usize, i64)> {
        let mut all: Vec<(usize, i64)> = lanes
            .iter()
            .enumerate()
            .flat_map(|(lane, times)| times.iter().map(move |&t| (lane, t)))
            .collect();
        all.sort_by_key(|&(lane, time)| (time, lane));
        all
    }

    #[test]
    fn s07_events_are_merged_by_time_then_declaration() {
        let lanes: &[&[i64]] = &[&[1, 3, 3, 9], &[1, 2, 3], &[], &[0, 3, 10]];
        assert_eq!(merged(lanes), sorted(lanes));
    }

    #[test]
    fn times_at_both_ends_of_the_range_are_merged() {
        let lanes: &[&[i64]] = &[&[i64::MIN, 0, i64::MAX], &[i64::MIN, -1, i64::MAX]];
        assert_eq!(merged(lanes), sorted(lanes));
    }

    #[test]
    fn one_lane_is_one_run() {
        let mut merge = Merge::new(1);
        merge.refill(0).times.extend(0..100);
        merge.filled(0);
        assert_eq!(merge.run().map(|(_, times)| times.len()), Some(100));
    }

    #[test]
    fn the_order_stops_where_a_column_runs_dry() {
        let mut merge = Merge::new(2);
        merge.refill(0).times.extend([1, 2]);
        merge.filled(0);
        merge.refill(1).times.extend([5, 6]);
        merge.filled(1);
        assert_eq!(merge.run().map(|(lane, times)| (lane, times.to_vec())), Some((0, vec![1, 2])));
        assert!(merge.took(2));
        merge.refill(0).times.extend([5, 5]);
        merge.filled(0);
        assert_eq!(merge.run().map(|(lane, times)| (lane, times.to_vec())), Some((0, vec![5, 5])));
    }

    #[test]
    fn an_event_that_is_put_in_later_takes_its_place() {
        let mut merge = Merge::new(3);
        for (lane, times) in [(0, vec![10, 20, 30]), (2, vec![15, 25])] {
            merge.refill(lane).times.extend(times);
            merge.filled(lane);
        }
        assert_eq!(merge.run().map(|(lane, times)| (lane, times[0])), Some((0, 10)));
        merge.took(1);
        let places =
            [(1, 40), (1, 15), (0, 20), (2, 12), (1, 15)].map(|(lane, time)| merge.insert(lane, time));
        assert_eq!(places, [0, 0, 1, 0, 1]);
        let mut order = Vec::new();
        while let Some((lane, times)) = merge.run() {
            order.push((lane, times[0]));
            merge.took(1);
        }
        let rest = [(2, 12), (1, 15), (1, 15), (2, 15), (0, 20), (0, 20), (2, 25), (0, 30), (1, 40)];
        assert_eq!(order, rest);
    }

    #[test]
    fn many_lanes_are_merged() {
        let lanes: Vec<Vec<i64>> = (0..700)
            .map(|lane| (0..5).map(|k| k * 1_000_000_000_000_000 + (lane * 37 % 11)).collect())
            .collect();
        let lanes: Vec<&[i64]> = lanes.iter().map(Vec::as_slice).collect();
        assert_eq!(merged(&lanes), sorted(&lanes));
    }

    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 33) as usize % bound
        }

        /// Ascending times after `time`: often equal, now and then so far apart that the epoch has to move.
        fn times(&mut self, mut time: i64, count: usize) -> Vec<i64> {
            let steps = [0, 1, 1, 5, 1 << 20, 1 << 55];
            let mut next = |_| {
                time += steps[self.below(if count > 20 { 5 } else { 6 })];
                time
            };
            (0..count).map(&mut next).collect()
        }
    }

    /// Merges lanes whose columns are filled in pieces and taken in pieces, some of them opened on the way.
    fn merged_in_pieces(count: usize, random: &mut Random) -> (Vec<Vec<i64>>, Vec<(usize, i64)>) {
        let events = (20_000 / count).clamp(3, 300);
        let mut closed: Vec<usize> = (0..count).filter(|_| count > 1 && random.below(count) < 6).collect();
        let mut lanes = vec![Vec::new(); count];
        let mut given = vec![0; count];
        let mut merge = Merge::new(count);
        for lane in (0..count).filter(|lane| !closed.contains(lane)) {
            lanes[lane] = random.times(-(1 << 62), events);
            given[lane] = 1;
            merge.refill(lane).times.push(lanes[lane][0]);
            merge.filled(lane);
        }
        let mut out = Vec::new();
        while let Some((lane, times)) = merge.run() {
            let taken = if random.below(3) == 0 { 1 } else { times.len() };
            out.extend(times[..taken].iter().map(|&time| (lane, time)));
            let last = times[taken - 1];
            if merge.took(taken) {
                let left = &lanes[lane][given[lane]..];
                let piece = &left[..left.len().min(1 + random.below(5))];
                given[lane] += piece.len();
                merge.refill(lane).times.extend(piece);
                merge.filled(lane);
            }
            if random.below(10) == 0
                && let Some(lane) = closed.pop()
            {
                lanes[lane] = random.times(last + 1, events);
                given[lane] = 2;
                merge.open(lane, Column { times: lanes[lane][..2].to_vec(), ..Column::default() });
            }
        }
        (lanes, out)
    }

    #[test]
    fn any_number_of_lanes_is_merged_in_any_pieces() {
        let mut random = Random(1);
        for count in [1, 2, 3, 7, 8, 9, 15, 16, 17, 64, 500, 512, 4095, 4096] {
            for _ in 0..4 {
                let (lanes, merged) = merged_in_pieces(count, &mut random);
                let lanes: Vec<&[i64]> = lanes.iter().map(Vec::as_slice).collect();
                assert!(merged == sorted(&lanes), "{count} lanes");
            }
        }
    }

    #[test]
    fn what_was_ordered_is_ordered_anew_when_a_lane_opens() {
        let mut merge = Merge::new(3);
        merge.refill(0).times.extend([1, 5, 9]);
        merge.filled(0);
        assert_eq!(merge.run(), Some((0, &[1, 5, 9][..])));
        merge.took(1);
        merge.open(2, Column { times: vec![5, 7], ..Column::default() });
        for (lane, times) in [(0, vec![5]), (2, vec![5, 7])] {
            assert_eq!(merge.run(), Some((lane, &times[..])));
            merge.took(times.len());
        }
        assert_eq!(merge.run(), Some((0, &[9][..])), "the lane that was opened has no more");
    }

    #[test]
    fn nothing_is_left_after_clear() {
        let mut merge = Merge::new(2);
        merge.refill(1).times.extend([1, 2]);
        merge.filled(1);
        assert_eq!(merge.peek_lane(), Some((1, 1)));
        merge.clear();
        assert_eq!((merge.peek(), merge.earliest()), (None, None));
        merge.refill(0).times.push(-3);
        merge.filled(0);
        assert_eq!(merge.peek_lane(), Some((-3, 0)));
    }

    #[test]
    fn many_lanes_have_smaller_batches() {
        assert_eq!([1, 256, 4096].map(room), [BATCH, BATCH, 256]);
        assert_eq!(Merge::new(4096).refill(7).room, 256);
    }
}
