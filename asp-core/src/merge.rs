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

/// The times of one fed stream that were pulled last. Two of them in a line of the cache.
#[derive(Debug)]
#[repr(align(32))]
pub(crate) struct Column {
    /// In ascending order.
    pub(crate) times: Vec<i64>,
    /// How many of them stand in the order, or were dispatched.
    ordered: u32,
    /// What a batch may take, in bytes.
    pub(crate) room: u32,
}

impl Default for Column {
    fn default() -> Self {
        Column { times: Vec::new(), ordered: 0, room: BATCH as u32 }
    }
}

impl Column {
    /// The first time.
    pub(crate) fn first(&self) -> Option<i64> {
        self.times.first().copied()
    }

    /// The time of the next event that stands in no order.
    fn head(&self) -> Option<i64> {
        self.times.get(self.ordered as usize).copied()
    }

    /// The key of the event that is so many after the head.
    #[inline(always)]
    fn key(&self, after: usize, pack: impl Fn(i64) -> u64) -> u64 {
        let index = self.ordered as usize + after;
        // Not `get`, for which the compiler takes three instructions more.
        if index < self.times.len() { pack(self.times[index]) } else { EMPTY }
    }

    fn clear(&mut self) {
        self.times.clear();
        self.ordered = 0;
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
    /// By lane, the key that follows the one in the tree: made ahead of time, so that the next match need not wait for the times.
    ready: Vec<u64>,
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
    /// The lane whose events are all next, if it is the only one that has any, and how many of its column were dispatched:
    /// they need no keys.
    sole: Option<(usize, usize)>,
    /// The times of a run, as they are handed out.
    run: Vec<i64>,
}

impl Merge {
    /// A merge of `lanes` empty columns.
    pub(crate) fn new(lanes: usize) -> Self {
        let column = || Column { room: room(lanes), ..Column::default() };
        Merge {
            columns: (0..lanes).map(|_| column()).collect(),
            tree: vec![EMPTY; lanes.next_power_of_two()],
            ready: vec![EMPTY; lanes.next_power_of_two()],
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
            run: Vec::new(),
        }
    }

    /// The times of a lane that were not dispatched.
    pub(crate) fn rest(&self, lane: usize) -> &[i64] {
        let Column { times, ordered, .. } = &self.columns[lane];
        let ahead = || self.ahead(usize::MAX).iter().filter(|&(_, other)| other == lane).count();
        match self.sole {
            Some((sole, taken)) if sole == lane => &times[taken..],
            _ => &times[*ordered as usize - ahead()..],
        }
    }

    /// Empties the column of a lane that ran dry and hands it out to be filled; [`Merge::filled`] must follow.
    pub(crate) fn refill(&mut self, lane: usize) -> &mut Column {
        debug_assert!(self.rest(lane).is_empty());
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
        let ordered =
            self.sole.map_or(self.first(), |(lane, taken)| Some((self.columns[lane].times[taken], lane)));
        self.columns.iter().filter_map(Column::head).chain(ordered.map(|(time, _)| time)).min()
    }

    /// Puts an event into a lane, behind those that are not later: its place among the lane's waiting events. What was
    /// ordered ahead is ordered anew.
    pub(crate) fn insert(&mut self, lane: usize, time: i64) -> usize {
        self.forget_order();
        let Column { times, ordered, .. } = &mut self.columns[lane];
        times.drain(..std::mem::take(ordered) as usize);
        let place = times.partition_point(|&other| other <= time);
        times.insert(place, time);
        place
    }

    /// Forgets all events.
    pub(crate) fn clear(&mut self) {
        self.forget_order();
        self.columns.iter_mut().for_each(Column::clear);
    }

    /// What was ordered ahead is ordered anew.
    fn forget_order(&mut self) {
        if let Some((lane, taken)) = self.sole.take() {
            self.columns[lane].ordered = taken as u32;
        }
        for at in self.next..self.ordered {
            let (_, lane) = self.unpack(self.order[at]);
            self.columns[lane].ordered -= 1;
        }
        (self.ordered, self.next) = (0, 0);
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
            Some((lane, taken)) => Some((*self.columns[lane].times.get(taken)?, lane)),
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
        if let Some((lane, taken)) = self.sole {
            let rest = &self.columns[lane].times[taken..];
            return Some((lane, &rest[..rest.len().min(most)]));
        }
        let (first, lane) = self.first()?;
        let mut run = std::mem::take(&mut self.run);
        run.clear();
        let ahead = self.ahead(most);
        let more = ahead
            .iter()
            .skip(1)
            .take_while(|&(time, other)| other == lane && time <= limit)
            .map(|(time, _)| time);
        run.extend(std::iter::once(first).chain(more).take(most));
        self.run = run;
        Some((lane, &self.run))
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
        self.next += count;
        self.dry()
    }

    /// The lane whose last event was dispatched with the end of the order.
    fn dry(&self) -> Option<usize> {
        (self.next == self.ordered && self.vacant != NONE).then_some(self.vacant)
    }

    #[inline]
    fn unpack(&self, key: u64) -> (i64, usize) {
        // No time in the order is before the epoch, or too far from it.
        (self.epoch.wrapping_add((key >> self.bits) as i64), (key & ((1 << self.bits) - 1)) as usize)
    }

    /// The next `count` events, which are of that lane, were dispatched. True if its column is now dry.
    #[inline]
    pub(crate) fn took(&mut self, lane: usize, count: usize) -> bool {
        let Some((_, taken)) = &mut self.sole else {
            self.next += count;
            return self.dry() == Some(lane);
        };
        *taken += count;
        let is_dry = *taken == self.columns[lane].times.len();
        if is_dry {
            self.sole = None;
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
        // Without a loop, or a look at the tree's bounds.
        match self.tree.len() {
            8 => self.order_many(play_sized::<8>),
            16 => self.order_many(play_sized::<16>),
            32 => self.order_many(play_sized::<32>),
            64 => self.order_many(play_sized::<64>),
            128 => self.order_many(play_sized::<128>),
            256 => self.order_many(play_sized::<256>),
            512 => self.order_many(play_sized::<512>),
            1024 => self.order_many(play_sized::<1024>),
            2048 => self.order_many(play_sized::<2048>),
            4096 => self.order_many(play_sized::<4096>),
            _ => self.order_many(play),
        }
    }

    /// Orders events of several lanes; `play` puts a key into the tree.
    #[inline(always)]
    fn order_many(&mut self, play: impl Fn(&mut [u64], usize, u64) -> u64) {
        let Merge { columns, tree, ready, vacant, bits, epoch, order, ordered, alternates, .. } = self;
        let (columns, tree, ready) = (&mut columns[..], &mut tree[..], &mut ready[..]);
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
            let next = ready[lane];
            column.ordered += 1;
            if next == EMPTY {
                // What comes next in this lane is known only after this event was dispatched (S19, S21).
                *vacant = lane;
                break;
            }
            key = play(tree, lane, next);
            ready[lane] = column.key(1, |time| pack(time, epoch, bits, lane));
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
        (self.sole, self.vacant) = (Some((lane, column.ordered as usize)), lane);
        column.ordered = column.times.len() as u32;
    }

    /// Puts the key of the next event that stands in no order, if there is one, where the vacant one was.
    fn fill_vacant(&mut self) {
        let lane = std::mem::replace(&mut self.vacant, NONE);
        let (epoch, bits) = (self.epoch, self.bits);
        let keys = [0, 1].map(|after| self.columns[lane].key(after, |time| pack(time, epoch, bits, lane)));
        let [key, ready] = keys;
        self.ready[lane] = ready;
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
        let first = self.columns.iter().filter_map(Column::head).min();
        let (epoch, bits, leaves) = (first.unwrap_or(i64::MIN), self.bits, self.tree.len());
        self.epoch = epoch;
        let winners = &mut self.winners;
        winners.clear();
        winners.resize(2 * leaves, EMPTY);
        for (lane, column) in self.columns.iter().enumerate() {
            let key = |after| column.key(after, |time| pack(time, epoch, bits, lane));
            (winners[leaves + lane], self.ready[lane]) = (key(0), key(1));
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
fn room(lanes: usize) -> u32 {
    (BATCHES / lanes.max(1)).min(BATCH) as u32
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
