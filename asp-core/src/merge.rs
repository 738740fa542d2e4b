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

/// What the batch of one lane may take, in bytes (S19).
const BATCH: usize = 4096;

/// What the batches of all lanes may take together, in bytes, so that they stay in the second-level cache.
const BATCHES: usize = 1024 * 1024;

/// How many events of an order are looked at for whether lanes alternate: at least a quarter is of another lane than the
/// one before.
const SAMPLE: usize = 32;

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

/// What comes next, in its order.
pub(crate) struct Ahead<'a> {
    keys: &'a [u64],
    epoch: i64,
    bits: u32,
}

impl Ahead<'_> {
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Time and lane of the first one.
    pub(crate) fn first(&self) -> Option<(i64, usize)> {
        self.iter().next()
    }

    /// Leaves the first ones out.
    pub(crate) fn skip(&mut self, count: usize) {
        self.keys = &self.keys[count..];
    }

    /// Times and lanes.
    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, usize)> {
        let Ahead { keys, epoch, bits } = *self;
        let mask = (1u64 << bits) - 1;
        keys.iter().map(move |key| (epoch.wrapping_add((key >> bits) as i64), (key & mask) as usize))
    }
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
    /// The keys of the next events in their order, as many as `ordered`; those before `next` were dispatched.
    order: Box<[u64; ORDER]>,
    ordered: usize,
    next: usize,
    /// True if events of several lanes alternate in it.
    alternates: bool,
    /// The lane whose events are all next, if it is the only one that has any: they need no keys.
    sole: Option<usize>,
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
            order: Box::new([EMPTY; ORDER]),
            ordered: 0,
            next: 0,
            alternates: false,
            sole: None,
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
        self.forget_order();
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
        self.forget_order();
        let Column { times, taken, ordered, .. } = &mut self.columns[lane];
        times.drain(..*taken);
        (*taken, *ordered) = (0, 0);
        let place = times.partition_point(|&other| other <= time);
        times.insert(place, time);
        place
    }

    /// Forgets all events.
    pub(crate) fn clear(&mut self) {
        self.columns.iter_mut().for_each(Column::clear);
        self.forget_order();
    }

    /// What was ordered ahead is ordered anew.
    fn forget_order(&mut self) {
        for column in &mut self.columns {
            column.ordered = column.taken;
        }
        (self.ordered, self.next, self.sole) = (0, 0, None);
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
        self.look_ahead();
        match self.sole {
            Some(lane) => Some((self.columns[lane].head()?, lane)),
            None => self.first(),
        }
    }

    /// Time of the next event of any lane.
    pub(crate) fn peek(&mut self) -> Option<i64> {
        self.peek_lane().map(|(time, _)| time)
    }

    /// The next events of one lane, as the lane and their times: at most `most`, and only the first one if that is after
    /// `limit`. Never empty, unless `most` is 0. [`Merge::took`] must follow.
    pub(crate) fn run(&mut self, limit: i64, most: usize) -> Option<(usize, &[i64])> {
        self.look_ahead();
        if let Some(lane) = self.sole {
            let rest = self.columns[lane].rest();
            return Some((lane, &rest[..rest.len().min(most)]));
        }
        let (_, lane) = self.first()?;
        let more = self.order[self.next + 1..self.ordered].iter().map(|&key| self.unpack(key));
        let more =
            more.take_while(|&(time, other)| other == lane && time <= limit).take(most.saturating_sub(1));
        let count = (1 + more.count()).min(most);
        Some((lane, &self.columns[lane].rest()[..count]))
    }

    /// Time and lane of the next event that stands in the order, if one is left there.
    #[inline]
    pub(crate) fn first(&self) -> Option<(i64, usize)> {
        let key = *self.order[..self.ordered].get(self.next)?;
        Some(self.unpack(key))
    }

    /// Time and lane of the next event, if events of several lanes alternate.
    pub(crate) fn first_of_many(&mut self) -> Option<(i64, usize)> {
        self.look_ahead();
        if self.alternates { self.first() } else { None }
    }

    /// The events that stand in the order, at most so many.
    pub(crate) fn ahead(&self, most: usize) -> Ahead<'_> {
        let keys = &self.order[self.next..self.ordered];
        Ahead { keys: &keys[..keys.len().min(most)], epoch: self.epoch, bits: self.bits }
    }

    /// The next `count` events in the order were dispatched. The lane whose column is now dry, if there is one: that can be
    /// no other than the last.
    pub(crate) fn took_ordered(&mut self, count: usize) -> Option<usize> {
        let keys = &self.order[self.next..self.next + count];
        let mask = (1 << self.bits) - 1;
        for key in keys {
            self.columns[(key & mask) as usize].taken += 1;
        }
        self.next += count;
        let last = (keys.last()? & mask) as usize;
        (self.columns[last].waiting() == 0).then_some(last)
    }

    #[inline]
    fn unpack(&self, key: u64) -> (i64, usize) {
        // No time in the order is before the epoch, or too far from it.
        (self.epoch.wrapping_add((key >> self.bits) as i64), (key & ((1 << self.bits) - 1)) as usize)
    }

    /// The next `count` events, which are of that lane, were dispatched. True if its column is now dry.
    #[inline]
    pub(crate) fn took(&mut self, lane: usize, count: usize) -> bool {
        let column = &mut self.columns[lane];
        column.taken += count;
        let is_dry = column.waiting() == 0;
        match self.sole {
            Some(_) if is_dry => self.sole = None,
            Some(_) => {}
            None => self.next += count,
        }
        is_dry
    }

    #[inline]
    fn look_ahead(&mut self) {
        if self.next == self.ordered && self.sole.is_none() {
            self.compute_order();
        }
    }

    /// Orders events until one column is used up, or there are enough.
    fn compute_order(&mut self) {
        (self.ordered, self.next) = (0, 0);
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
            8 => self.order_many(play_sized::<8>),
            16 => self.order_many(play_sized::<16>),
            _ => self.order_many(play),
        }
    }

    /// Orders events of several lanes; `play` puts a key into the tree.
    #[inline(always)]
    fn order_many(&mut self, play: impl Fn(&mut [u64], usize, u64) -> u64) {
        let Merge { columns, tree, vacant, bits, epoch, order, ordered, alternates, .. } = self;
        let (columns, tree) = (&mut columns[..], &mut tree[..]);
        let (bits, epoch) = (*bits, *epoch);
        let (mask, far) = ((1u64 << bits) - 1, u64::MAX >> bits);
        let (mut key, mut count) = (tree[0], 0);
        for slot in order.iter_mut() {
            if key >> bits == far {
                break;
            }
            *slot = key;
            count += 1;
            let lane = (key & mask) as usize;
            let column = &mut columns[lane];
            let next = column.ready;
            column.ordered += 1;
            if next == EMPTY {
                // What comes next in this lane is known only after this event was dispatched (S19, S21).
                *vacant = lane;
                break;
            }
            key = play(tree, lane, next);
            column.ready = column.key(column.ordered + 1, |time| pack(time, epoch, bits, lane));
        }
        tree[0] = key;
        *ordered = count;
        let sample = &order[..count.min(SAMPLE)];
        let changes = sample.windows(2).filter(|keys| (keys[0] ^ keys[1]) & mask != 0).count();
        *alternates = changes * 4 >= sample.len();
    }

    /// True if only one lane has events. Not looked up where it would take long and is not likely.
    fn has_one_lane(&self) -> bool {
        self.tree.len() <= 16 && self.tree[1..].iter().all(|&loser| loser == EMPTY)
    }

    /// Orders all events of the lane with the least key.
    fn order_all(&mut self) {
        let (_, lane) = self.unpack(self.tree[0]);
        let column = &mut self.columns[lane];
        column.ordered = column.times.len();
        (self.sole, self.vacant) = (Some(lane), lane);
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
mod tests;
