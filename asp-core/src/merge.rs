//! Which fed stream comes next: the times of all past sources, merged.
//!
//! Values stay in their typed hubs ([`crate::hub`]); here are only times, as plain `i64` columns. The merge
//! computes the order of many events at once, up to the point where some column has run dry, and the engine then
//! dispatches that order without asking again. A handler that schedules something in between only has to stop
//! the dispatch at that time: what was ordered stays valid.
//!
//! Rule S7: events by time, then by the declaration of their stream, then by position in the stream.

/// No event: larger than every packed key.
const EMPTY: u64 = u64::MAX;

/// The most events ordered ahead. Large enough to amortise, small enough to stay in the first-level cache.
const ORDER: usize = 512;

/// The times of one fed stream that were pulled and not yet dispatched.
#[derive(Debug, Default)]
pub(crate) struct Column {
    /// In ascending order.
    pub(crate) times: Vec<i64>,
    /// How many of them were dispatched.
    taken: usize,
    /// How many of them stand in the order.
    ordered: usize,
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

    /// The key of the event at `index`.
    #[inline]
    fn key(&self, index: usize, pack: impl Fn(i64) -> u64) -> u64 {
        self.times.get(index).map_or(EMPTY, |&time| pack(time))
    }

    fn clear(&mut self) {
        self.times.clear();
        self.taken = 0;
        self.ordered = 0;
    }
}

/// Consecutive events of one lane.
#[derive(Clone, Copy, Debug)]
struct Run {
    lane: u32,
    count: u32,
}

/// The merge over all lanes. A lane's index is its rank in the order of declaration.
///
/// The tree holds one packed key a lane, `(time - epoch) << bits | lane`: a comparison of two keys is the whole
/// rule S7, without a branch on the tie. Each inner slot is the smaller of its two children, the root is slot 1.
/// A head too far from the epoch for its bits counts as "far"; when only such heads are left, the epoch moves.
#[derive(Debug)]
pub(crate) struct Merge {
    columns: Vec<Column>,
    tree: Vec<u64>,
    /// The key that follows the one in the lane's leaf: made ahead of time, so that the next match need not wait for
    /// the column.
    ready: Vec<u64>,
    leaves: usize,
    bits: u32,
    epoch: i64,
    order: Vec<Run>,
    next: usize,
}

impl Merge {
    /// A merge of `lanes` empty columns.
    pub(crate) fn new(lanes: usize) -> Self {
        let leaves = lanes.next_power_of_two();
        Merge {
            columns: (0..lanes).map(|_| Column::default()).collect(),
            tree: vec![EMPTY; 2 * leaves],
            ready: vec![EMPTY; lanes],
            leaves,
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

    /// Hands out the column of a lane whose first events are to be dropped; [`Merge::filled`] must follow.
    pub(crate) fn skip(&mut self, lane: usize) -> &mut Column {
        debug_assert!(self.columns[lane].ordered == 0, "nothing is dropped once it is ordered");
        &mut self.columns[lane]
    }

    /// Time of the earliest event of any lane, whatever was ordered.
    pub(crate) fn earliest(&self) -> Option<i64> {
        self.columns.iter().filter_map(Column::head).min()
    }

    /// Forgets all events.
    pub(crate) fn clear(&mut self) {
        self.columns.iter_mut().for_each(Column::clear);
        self.order.clear();
        self.next = 0;
        (0..self.columns.len()).for_each(|lane| self.replay(lane));
    }

    /// Takes note of what [`Merge::refill`] brought.
    pub(crate) fn filled(&mut self, lane: usize) {
        if self.columns[lane].head().is_some_and(|time| time < self.epoch) {
            self.move_epoch();
        } else {
            self.replay(lane);
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
        let run = self.order.get(self.next)?;
        self.columns[run.lane as usize].head()
    }

    /// The next run of one lane, as its lane and times; never empty. [`Merge::took`] must follow.
    pub(crate) fn run(&mut self) -> Option<(usize, &[i64])> {
        if self.next == self.order.len() {
            self.compute_order();
        }
        let run = self.order.get(self.next)?;
        let column = &self.columns[run.lane as usize];
        Some((run.lane as usize, &column.times[column.taken..column.taken + run.count as usize]))
    }

    /// The first `count` events of the current run were dispatched. True if the lane's column is now dry.
    pub(crate) fn took(&mut self, count: usize) -> bool {
        let run = &mut self.order[self.next];
        let column = &mut self.columns[run.lane as usize];
        column.taken += count;
        run.count -= count as u32;
        if run.count == 0 {
            self.next += 1;
        }
        column.waiting() == 0
    }

    /// Orders events until one column is used up, or there are enough.
    fn compute_order(&mut self) {
        self.order.clear();
        self.next = 0;
        if self.far(self.tree[1]) && !self.move_epoch() {
            return;
        }
        if let Some(lane) = self.only_lane() {
            return self.order_all(lane);
        }
        // Of the common sizes the tree is played without a loop or a look at its bounds.
        match self.tree.len() {
            16 => self.order_runs(play_sized::<16>),
            32 => self.order_runs(play_sized::<32>),
            _ => self.order_runs(play),
        }
    }

    /// Orders runs of several lanes; `play` puts a key into the tree.
    #[inline(always)]
    fn order_runs(&mut self, play: impl Fn(&mut [u64], usize, u64)) {
        let Merge { columns, tree, ready, leaves, bits, epoch, order, .. } = self;
        let (columns, tree, ready) = (&mut columns[..], &mut tree[..], &mut ready[..]);
        let (leaves, bits, epoch) = (*leaves, *bits, *epoch);
        let (mask, far) = ((1u64 << bits) - 1, u64::MAX >> bits);
        let mut last = u32::MAX;
        for _ in 0..ORDER {
            let key = tree[1];
            if key >> bits == far {
                break;
            }
            let lane = (key & mask) as usize;
            let next = ready[lane];
            play(tree, leaves + lane, next);
            let column = &mut columns[lane];
            column.ordered += 1;
            ready[lane] = column.key(column.ordered + 1, |time| pack(time, epoch, bits, lane));
            match order.last_mut() {
                Some(run) if last == lane as u32 => run.count += 1,
                _ => order.push(Run { lane: lane as u32, count: 1 }),
            }
            last = lane as u32;
            if next == EMPTY {
                // What comes next in this lane is known only after this event was dispatched (S19, S21).
                break;
            }
        }
    }

    /// The lane that has events, if it is the only one.
    fn only_lane(&self) -> Option<usize> {
        let mut busy = (0..self.columns.len()).filter(|&lane| self.tree[self.leaves + lane] != EMPTY);
        match (busy.next(), self.columns.len() <= 16) {
            (Some(lane), true) if busy.next().is_none() => Some(lane),
            _ => None,
        }
    }

    fn order_all(&mut self, lane: usize) {
        let column = &mut self.columns[lane];
        let count = (column.times.len() - column.ordered) as u32;
        column.ordered = column.times.len();
        self.order.push(Run { lane: lane as u32, count });
        self.replay(lane);
    }

    /// Puts the key of the lane's next unordered event into its leaf and plays its matches again.
    fn replay(&mut self, lane: usize) {
        let column = &self.columns[lane];
        let pack = |time| pack(time, self.epoch, self.bits, lane);
        self.ready[lane] = column.key(column.ordered + 1, pack);
        let key = column.key(column.ordered, pack);
        play(&mut self.tree, self.leaves + lane, key);
    }

    /// True for `EMPTY` and for keys whose distance from the epoch did not fit.
    fn far(&self, key: u64) -> bool {
        key >> self.bits == u64::MAX >> self.bits
    }

    /// Moves the epoch to the earliest event; false if there is none.
    fn move_epoch(&mut self) -> bool {
        let Some(first) = self.columns.iter().filter_map(|c| c.times.get(c.ordered)).min() else {
            return false;
        };
        self.epoch = *first;
        for lane in 0..self.columns.len() {
            self.replay(lane);
        }
        true
    }
}

/// Puts a key into a leaf and plays its matches again, up to the root.
#[inline]
fn play(tree: &mut [u64], leaf: usize, mut key: u64) {
    let mut slot = leaf;
    tree[slot] = key;
    while slot > 1 {
        key = key.min(tree[slot ^ 1]);
        slot >>= 1;
        tree[slot] = key;
    }
}

/// [`play`] for a tree of `N` slots, a power of two: the masks change nothing, but show that no index is too large.
#[inline]
fn play_sized<const N: usize>(tree: &mut [u64], leaf: usize, mut key: u64) {
    let Ok(tree) = <&mut [u64; N]>::try_from(&mut *tree) else { return play(tree, leaf, key) };
    let mut slot = leaf;
    tree[slot & (N - 1)] = key;
    for _ in 1..N.trailing_zeros() {
        key = key.min(tree[(slot ^ 1) & (N - 1)]);
        slot >>= 1;
        tree[slot & (N - 1)] = key;
    }
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
    fn many_lanes_are_merged() {
        let lanes: Vec<Vec<i64>> = (0..700)
            .map(|lane| (0..5).map(|k| k * 1_000_000_000_000_000 + (lane * 37 % 11)).collect())
            .collect();
        let lanes: Vec<&[i64]> = lanes.iter().map(Vec::as_slice).collect();
        assert_eq!(merged(&lanes), sorted(&lanes));
    }
}
