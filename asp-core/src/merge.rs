//! Which fed stream comes next: the times of all past sources, merged.
//!
//! Values stay in their typed hubs ([`crate::hub`]); here are only times, as plain `i64` columns. The merge
//! computes the order of many events at once, up to the point where some column has run dry, and the engine then
//! dispatches that order without asking again. A handler that schedules something in between only has to stop
//! the dispatch at that time: what was ordered stays valid. Where one strategy reads lanes that alternate, its loop asks for
//! one event after the other, and there is no order ahead: that the next one is found while this one is dispatched is
//! worth more.
//!
//! Rule S7: events by time, then by the declaration of their stream, then by position in the stream.

mod tree;

pub(crate) use tree::Column;
use tree::{BySize, Packing, bits, play};

/// No event: larger than every packed key.
const EMPTY: u64 = u64::MAX;

/// The most events ordered ahead. Large enough to amortise, small enough to stay in the first-level cache.
const ORDER: usize = 512;

/// What the batch of one lane may take, in bytes (S19).
const BATCH: usize = 4096;

/// What the batches of all lanes are to take together at most, in bytes, so that they stay in the second-level cache.
const BATCHES: usize = 1024 * 1024;

/// What the batch of one lane may take however many lanes there are, in bytes: with less, what each batch costs outweighs the
/// cache.
const LEAST: usize = 512;

/// How many events of an order are looked at for whether lanes alternate: at least a quarter is of another lane than the
/// one before.
const SAMPLE: usize = 32;

/// For how many stretches of events they are taken to alternate then.
const STRETCHES: u32 = 16;

/// No lane.
const NONE: usize = usize::MAX;

/// Time and lane of the next event. If that is not known, no lane has the number.
pub(crate) type Next = (i64, usize);

/// The merge over all lanes. A lane's index is its rank in the order of declaration.
///
/// A tree of losers holds one packed key a lane, `(time - epoch) << bits | lane`: a comparison of two keys is the whole
/// rule S7, without a branch on the tie. Slot 0 has the least key; each slot from 1 on, whose children are `2 * slot` and
/// `2 * slot + 1`, the larger one of the two that met there. A new key takes the place of the least one, and meets
/// those on the way from the leaf of its lane, which has no slot of its own, to the root.
/// A head too far from the epoch for its bits counts as "far"; when only such heads are left, the epoch moves.
#[derive(Debug)]
pub(crate) struct Merge {
    /// By lane; as many as slots of the tree, so that the last ones may be of no stream.
    columns: Vec<Column>,
    /// By lane, the key that follows the one in the tree: made ahead of time, so that the next match need not wait for the times.
    ready: Vec<u64>,
    tree: Vec<u64>,
    /// What the batch of a lane may take, in bytes.
    room: u32,
    /// Those who won, while the tree is made; kept for its memory.
    winners: Vec<u64>,
    /// The lane whose key is in slot 0 though its event is ordered: what follows there was not known.
    vacant: usize,
    /// True if the tree has to be made anew.
    is_stale: bool,
    packing: Packing,
    /// What is compiled for the size of the tree.
    by_size: BySize,
    /// The keys of the next events in their order, as many as `ordered`; those before `next` were dispatched.
    order: Box<[u64]>,
    ordered: usize,
    next: usize,
    /// For how many stretches it is taken for granted that events of several lanes alternate, as they did in the last order.
    alternates: u32,
    /// The lane whose events are all next, if it is the only one that has any, and how many of its column were dispatched:
    /// they need no keys.
    sole: Option<(usize, usize)>,
    /// The times of a run, as they are handed out.
    run: Vec<i64>,
}

impl Merge {
    /// A merge of `lanes` empty columns.
    pub(crate) fn new(lanes: usize) -> Self {
        let (leaves, room) = (lanes.next_power_of_two(), room(lanes));
        Merge {
            columns: (0..leaves).map(|_| Column { room, ..Column::default() }).collect(),
            ready: vec![EMPTY; leaves],
            tree: vec![EMPTY; leaves],
            room,
            winners: Vec::new(),
            vacant: NONE,
            is_stale: true,
            packing: Packing { bits: bits(leaves), epoch: i64::MIN },
            by_size: BySize::of(leaves),
            order: vec![EMPTY; ORDER].into(),
            ordered: 0,
            next: 0,
            alternates: 0,
            sole: None,
            run: Vec::new(),
        }
    }

    /// The times of a lane that were not dispatched.
    pub(crate) fn rest(&self, lane: usize) -> &[i64] {
        let Column { times, ordered, .. } = &self.columns[lane];
        let ahead =
            || self.order[self.next..self.ordered].iter().filter(|&&key| self.lane(key) == lane).count();
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
        self.columns[lane] = Column { room: self.room, ..column };
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
            let lane = self.lane(self.order[at]);
            self.columns[lane].ordered -= 1;
        }
        (self.ordered, self.next) = (0, 0);
        self.is_stale = true;
    }

    /// Takes note of what [`Merge::refill`] brought.
    pub(crate) fn filled(&mut self, lane: usize) {
        if self.vacant == lane && self.columns[lane].head().is_none_or(|time| time >= self.packing.epoch) {
            self.fill_vacant();
        } else {
            self.is_stale = true;
        }
    }

    /// Lane and time of the next event of any lane.
    pub(crate) fn peek_lane(&mut self) -> Option<(i64, usize)> {
        if self.goes_without_order() {
            return if self.settle() { Some(self.packing.unpack(self.tree[0])) } else { None };
        }
        self.look_ahead(SAMPLE);
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
        self.look_ahead(ORDER);
        if let Some((lane, taken)) = self.sole {
            let rest = &self.columns[lane].times[taken..];
            return Some((lane, &rest[..rest.len().min(most)]));
        }
        let (_, lane) = self.first()?;
        self.run.clear();
        for &key in self.order[self.next..self.ordered].iter().take(most) {
            let (time, other) = self.packing.unpack(key);
            if !self.run.is_empty() && (other != lane || time > limit) {
                break;
            }
            self.run.push(time);
        }
        Some((lane, &self.run))
    }

    /// Time and lane of the next event that stands in the order, if one is left there.
    #[inline]
    fn first(&self) -> Option<(i64, usize)> {
        let key = *self.order[..self.ordered].get(self.next)?;
        Some(self.packing.unpack(key))
    }

    /// Time and lane of the next event, if events of several lanes alternate: [`Merge::next`] and [`Merge::advance`] are for
    /// them. [`Merge::took_many`] must follow.
    pub(crate) fn first_of_many(&mut self) -> Option<(i64, usize)> {
        let first = self.peek_lane();
        if self.alternates > 0 { first } else { None }
    }

    /// True if [`Merge::first_of_many`] is some. After a lane was filled the tree mostly says so at once.
    #[inline]
    pub(crate) fn goes_on(&mut self) -> bool {
        let is_known = self.goes_without_order() && !self.is_stale && self.head() != EMPTY;
        is_known || self.first_of_many().is_some()
    }

    /// True if the next event is told from the tree alone.
    fn goes_without_order(&self) -> bool {
        self.alternates > 0 && self.next == self.ordered && self.sole.is_none()
    }

    /// The key of the next event that stands in no order; none if that is not known, or too far.
    fn head(&self) -> u64 {
        if self.vacant != NONE || self.packing.is_far(self.tree[0]) { EMPTY } else { self.tree[0] }
    }

    /// Time and lane of the next event; no lane if it is not known, or too far.
    pub(crate) fn next(&self) -> Next {
        let key = self.order[..self.ordered].get(self.next).copied().unwrap_or_else(|| self.head());
        self.packing.unpack(key)
    }

    /// [`Merge::next`], if it is known.
    pub(crate) fn known(&self) -> Option<Next> {
        Some(self.next()).filter(|&(_, lane)| lane < self.columns.len())
    }

    /// Takes the next event out, which is of that lane; the one after it, if it is known.
    #[inline]
    pub(crate) fn advance(&mut self, lane: usize) -> Next {
        if self.next < self.ordered { self.advance_in_order() } else { (self.by_size.advance)(self, lane) }
    }

    /// Takes the next event out, which stands in the order.
    #[cold]
    fn advance_in_order(&mut self) -> Next {
        self.next += 1;
        self.next()
    }

    /// Puts the event back that was taken out last.
    #[cold]
    pub(crate) fn put_back(&mut self, time: i64, lane: usize) {
        let key = self.packing.pack(time, lane);
        match self.next.checked_sub(1) {
            Some(last) if self.order[last] == key => self.next = last,
            _ => {
                self.order[0] = key;
                (self.next, self.ordered) = (0, 1);
            }
        }
    }

    /// A stretch of events was dispatched. The lane whose column is now dry, if there is one: that can be no other than the
    /// last.
    pub(crate) fn took_many(&mut self) -> Option<usize> {
        self.alternates = self.alternates.saturating_sub(1);
        self.dry()
    }

    /// The lane whose last known event was dispatched.
    fn dry(&self) -> Option<usize> {
        (self.next == self.ordered && self.vacant != NONE).then_some(self.vacant)
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
    fn look_ahead(&mut self, most: usize) {
        if self.next == self.ordered && self.sole.is_none() {
            self.compute_order(most);
        }
    }

    fn lane(&self, key: u64) -> usize {
        self.packing.unpack(key).1
    }

    /// Puts the least key into slot 0, also where it was not known or too far; false if there is no event.
    fn settle(&mut self) -> bool {
        if self.vacant != NONE && !self.is_stale {
            self.fill_vacant();
        }
        if !self.is_stale && self.tree[0] == EMPTY {
            // Nothing has come since there was nothing.
            return false;
        }
        !self.is_stale && !self.packing.is_far(self.tree[0]) || self.build()
    }

    /// Orders events until one column is used up, or there are enough: `most`, or as many as there may be if the events of a
    /// lane mostly follow each other.
    fn compute_order(&mut self, most: usize) {
        (self.ordered, self.next) = (0, 0);
        if !self.settle() {
            return;
        }
        if self.has_one_lane() {
            return self.order_all();
        }
        (self.by_size.order)(self, most);
        let sample = &self.order[..self.ordered.min(SAMPLE)];
        let changes = sample.windows(2).filter(|keys| self.lane(keys[0]) != self.lane(keys[1])).count();
        self.alternates = if changes * 4 >= sample.len() { STRETCHES } else { 0 };
        if self.alternates == 0 {
            (self.by_size.order)(self, ORDER);
        }
    }

    /// True if only one lane has events. Not looked up where it would take long and is not likely.
    fn has_one_lane(&self) -> bool {
        self.tree.len() <= 16 && self.tree[1..].iter().all(|&loser| loser == EMPTY)
    }

    /// Orders all events of the lane with the least key.
    fn order_all(&mut self) {
        let lane = self.lane(self.tree[0]);
        let column = &mut self.columns[lane];
        (self.sole, self.vacant) = (Some((lane, column.ordered as usize)), lane);
        column.ordered = column.times.len() as u32;
        self.alternates = 0;
    }

    /// Puts the key of the next event that stands in no order, if there is one, where the vacant one was.
    fn fill_vacant(&mut self) {
        let lane = std::mem::replace(&mut self.vacant, NONE);
        let packing = self.packing;
        let keys = [0, 1].map(|after| self.columns[lane].key(after, |time| packing.pack(time, lane)));
        let [key, ready] = keys;
        self.ready[lane] = ready;
        self.tree[0] = play(&mut self.tree, lane, key);
    }

    /// Moves the epoch to the earliest event and makes the tree anew; false if there is no event.
    fn build(&mut self) -> bool {
        self.is_stale = false;
        self.vacant = NONE;
        let first = self.columns.iter().filter_map(Column::head).min();
        self.packing.epoch = first.unwrap_or(i64::MIN);
        let (packing, leaves) = (self.packing, self.tree.len());
        let winners = &mut self.winners;
        winners.clear();
        winners.resize(2 * leaves, EMPTY);
        for (lane, column) in self.columns.iter().enumerate() {
            let key = |after| column.key(after, |time| packing.pack(time, lane));
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
    (BATCHES / lanes.max(1)).clamp(LEAST, BATCH) as u32
}

#[cfg(test)]
mod tests;
