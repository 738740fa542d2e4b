//! The tree of the merge: the least key of many lanes, and their columns.

use super::{BATCH, EMPTY, Merge, NONE, Next};

/// The times of one fed stream that were pulled last. Two of them in a line of the cache.
#[derive(Debug)]
#[repr(align(32))]
pub(crate) struct Column {
    /// In ascending order.
    pub(crate) times: Vec<i64>,
    /// How many of them stand in the order, or were dispatched.
    pub(super) ordered: u32,
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
    pub(super) fn head(&self) -> Option<i64> {
        self.times.get(self.ordered as usize).copied()
    }

    /// The key of the event that is so many after the head.
    #[inline(always)]
    pub(super) fn key(&self, after: usize, pack: impl Fn(i64) -> u64) -> u64 {
        let index = self.ordered as usize + after;
        // Not `get`, for which the compiler takes three instructions more.
        if index < self.times.len() { pack(self.times[index]) } else { EMPTY }
    }

    pub(super) fn clear(&mut self) {
        self.times.clear();
        self.ordered = 0;
    }
}

/// How time and lane are packed into a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packing {
    pub(super) epoch: i64,
    pub(super) bits: u32,
}

impl Packing {
    #[inline(always)]
    pub(super) fn pack(self, time: i64, lane: usize) -> u64 {
        // Exact as unsigned numbers, since no pending time is before the epoch.
        let offset = (time as u64).wrapping_sub(self.epoch as u64);
        offset.min(u64::MAX >> self.bits) << self.bits | lane as u64
    }

    /// Time and lane of a key that is not far; of none, no lane there is.
    #[inline(always)]
    pub(super) fn unpack(self, key: u64) -> (i64, usize) {
        (self.epoch.wrapping_add((key >> self.bits) as i64), (key & ((1 << self.bits) - 1)) as usize)
    }

    /// True for `EMPTY` and for keys whose distance from the epoch did not fit.
    #[inline(always)]
    pub(super) fn is_far(self, key: u64) -> bool {
        key >> self.bits == u64::MAX >> self.bits
    }
}

/// Bits of a lane's number in a key. They are enough for twice as many lanes, so that no key is ever `EMPTY`.
pub(super) const fn bits(leaves: usize) -> u32 {
    leaves.trailing_zeros() + 1
}

/// Functions for a tree of one size, without a loop or a look at its bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct BySize {
    /// Takes the next event out, which is of that lane and stands in no order; the one after it.
    pub(super) advance: fn(&mut Merge, usize) -> Next,
    /// Orders more events, until there are so many or one is not known.
    pub(super) order: fn(&mut Merge, usize),
}

impl BySize {
    pub(super) fn of(leaves: usize) -> Self {
        match leaves {
            8 => Self::new::<8>(),
            16 => Self::new::<16>(),
            32 => Self::new::<32>(),
            64 => Self::new::<64>(),
            128 => Self::new::<128>(),
            256 => Self::new::<256>(),
            512 => Self::new::<512>(),
            1024 => Self::new::<1024>(),
            2048 => Self::new::<2048>(),
            4096 => Self::new::<4096>(),
            _ => Self::new::<0>(),
        }
    }

    fn new<const N: usize>() -> Self {
        BySize { advance: advance::<N>, order: order::<N> }
    }
}

fn advance<const N: usize>(merge: &mut Merge, lane: usize) -> Next {
    let Some(mut tree) = Tree::of::<N>(merge) else { return (0, NONE) };
    let key = tree.draw(lane);
    tree.packing().unpack(key)
}

fn order<const N: usize>(merge: &mut Merge, most: usize) {
    let (mut key, mut ordered, mut order) = (merge.head(), merge.ordered, std::mem::take(&mut merge.order));
    if let Some(mut tree) = Tree::of::<N>(merge) {
        while key != EMPTY && ordered < most.min(order.len()) {
            order[ordered] = key;
            ordered += 1;
            key = tree.draw(tree.packing().unpack(key).1);
        }
    }
    (merge.order, merge.ordered) = (order, ordered);
}

/// A tree and its lanes.
struct Tree<'a> {
    columns: &'a mut [Column],
    ready: &'a mut [u64],
    slots: &'a mut [u64],
    epoch: i64,
    vacant: &'a mut usize,
}

impl<'a> Tree<'a> {
    /// That of a merge. It has `N` slots, which the compiler is to know; or any number, if `N` is 0.
    #[inline(always)]
    fn of<const N: usize>(merge: &'a mut Merge) -> Option<Self> {
        let Merge { columns, ready, tree, vacant, packing, .. } = merge;
        let epoch = packing.epoch;
        if N == 0 {
            return Some(Tree { columns, ready, slots: tree, epoch, vacant });
        }
        let (columns, ready) = (columns.first_chunk_mut::<N>()?, ready.first_chunk_mut::<N>()?);
        Some(Tree { columns, ready, slots: tree.first_chunk_mut::<N>()?, epoch, vacant })
    }

    #[inline(always)]
    fn packing(&self) -> Packing {
        Packing { bits: bits(self.slots.len()), epoch: self.epoch }
    }

    /// Takes the least key out, which is of that lane; the next one, none as in [`Merge::head`].
    #[inline(always)]
    fn draw(&mut self, lane: usize) -> u64 {
        let packing = self.packing();
        // The mask changes nothing, but shows that the number is not too large.
        let lane = lane & (self.slots.len() - 1);
        let (ready, column) = (&mut self.ready[lane], &mut self.columns[lane]);
        let next = *ready;
        column.ordered += 1;
        if next == EMPTY {
            // What comes next in this lane is known only after this event was dispatched (S19, S21).
            *self.vacant = lane;
            return EMPTY;
        }
        *ready = column.key(1, |time| packing.pack(time, lane));
        let key = play(self.slots, lane, next);
        self.slots[0] = key;
        if packing.is_far(key) { EMPTY } else { key }
    }
}

/// Puts a key into the place of the least one, which was of the same lane; the key that is the least now.
#[inline(always)]
pub(super) fn play(slots: &mut [u64], lane: usize, mut key: u64) -> u64 {
    let (mut slot, mask) = ((slots.len() + lane) >> 1, slots.len() - 1);
    for _ in 0..slots.len().trailing_zeros() {
        // The mask changes nothing here either.
        let other = slots[slot & mask];
        slots[slot & mask] = key.max(other);
        key = key.min(other);
        slot >>= 1;
    }
    key
}
