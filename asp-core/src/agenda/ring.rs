//! Calls in the order of their due times, in a ring.

use std::cell::Cell;
use std::iter;
use std::mem::forget;

use crate::heads::Due;

/// How many places a ring has at first.
const FIRST: usize = 4;

/// A call in a ring; none once it left, was cancelled or moved.
struct Place<C> {
    call: Cell<Option<C>>,
    time: Cell<i64>,
    sequence: Cell<u64>,
}

/// Calls in the order of their due times, the first of which leaves first.
///
/// They come and go through a shared reference, so that a loop which takes calls out need not look up where the ring is after
/// each handler that puts one in. It grows through a unique one.
pub(crate) struct Ring<C> {
    /// A power of two of them; none before the first call.
    places: Box<[Place<C>]>,
    /// How many have left it.
    left: Cell<usize>,
    /// How many have come in.
    came: Cell<usize>,
    /// The last time in it. Where it is empty, one that is past, or the least one.
    last: Cell<i64>,
}

/// The place of that number; none if there are no places at all.
#[inline(always)]
fn place<C>(places: &[Place<C>], number: usize) -> Option<&Place<C>> {
    places.get(number & places.len().wrapping_sub(1))
}

/// The end of a ring where calls leave it, which knows where the places are.
pub(crate) struct Front<'a, C> {
    left: &'a Cell<usize>,
    came: &'a Cell<usize>,
    places: &'a [Place<C>],
}

impl<C> Front<'_, C> {
    /// How many calls have left.
    #[inline(always)]
    pub(crate) fn left(&self) -> usize {
        self.left.get()
    }

    /// When the first one is due.
    #[inline(always)]
    pub(crate) fn first(&self) -> Option<i64> {
        if self.left == self.came {
            return None;
        }
        place(self.places, self.left.get()).map(|first| first.time.get())
    }

    /// Takes the first one out, which [`Front::first`] has found; none if it was cancelled or moved.
    #[inline(always)]
    pub(crate) fn take_first(&self) -> Option<C> {
        let left = self.left.get();
        let call = place(self.places, left)?.call.take();
        self.left.set(left.wrapping_add(1));
        call
    }
}

impl<C> Ring<C> {
    pub(super) fn new() -> Self {
        Ring { places: Box::new([]), left: Cell::new(0), came: Cell::new(0), last: Cell::new(i64::MIN) }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.came.get().wrapping_sub(self.left.get())
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.came == self.left
    }

    /// True if a call for `time` may stand behind all others.
    #[inline]
    pub(super) fn goes_on_with(&self, time: i64) -> bool {
        self.last.get() <= time
    }

    /// The place of that number; none if there are no places at all.
    #[inline(always)]
    fn place(&self, number: usize) -> Option<&Place<C>> {
        place(&self.places, number)
    }

    /// For who takes out one call after the other.
    #[inline(always)]
    pub(crate) fn front(&self) -> Front<'_, C> {
        Front { left: &self.left, came: &self.came, places: &self.places }
    }

    /// The order of the first one.
    #[inline]
    pub(super) fn head(&self) -> Due {
        if self.is_empty() {
            return Due::NEVER;
        }
        let first = self.place(self.left.get());
        first.map_or(Due::NEVER, |first| Due::call(first.time.get(), first.sequence.get()))
    }

    /// The order of the last one.
    fn tail(&self) -> Due {
        if self.is_empty() {
            return Due::at(i64::MIN);
        }
        let last = self.place(self.came.get().wrapping_sub(1));
        last.map_or(Due::at(i64::MIN), |last| Due::call(last.time.get(), last.sequence.get()))
    }

    /// Puts a call at the end, if there is room and it is not due before the last one, else it comes back. Says if it is
    /// the only one.
    #[inline(always)]
    pub(super) fn append(&self, call: C, time: i64, sequence: u64) -> Result<bool, C> {
        let (left, came) = (self.left.get(), self.came.get());
        // Not `==`: so the compiler knows that there are places.
        if self.last.get() > time || came.wrapping_sub(left) >= self.places.len() {
            return Err(call);
        }
        self.put(Some(call), time, sequence);
        Ok(came == left)
    }

    /// Puts a call at the end, or the gap that one has left. There is room, and its place in the order is there.
    #[inline(always)]
    fn put(&self, call: Option<C>, time: i64, sequence: u64) {
        let came = self.came.get();
        let Some(place) = self.place(came) else { return };
        // There was none, and code that drops one would be of no use.
        forget(place.call.replace(call));
        place.time.set(time);
        place.sequence.set(sequence);
        self.came.set(came.wrapping_add(1));
        self.last.set(time);
    }

    /// Puts a call at the end that is not due before the last one.
    pub(super) fn push(&mut self, call: C, time: i64, sequence: u64) {
        self.make_room(1);
        self.put(Some(call), time, sequence);
    }

    /// Takes the first one out: time, sequence, and the call, none if it was cancelled or moved.
    #[inline]
    pub(super) fn pop(&self) -> Option<(i64, u64, Option<C>)> {
        if self.is_empty() {
            return None;
        }
        let place = self.place(self.left.get())?;
        self.left.set(self.left.get().wrapping_add(1));
        Some((place.time.get(), place.sequence.get(), place.call.take()))
    }

    /// Where the call of that time and sequence stands, if it is still there.
    pub(super) fn find(&self, time: i64, sequence: u64) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let place = self.place(self.left.get().wrapping_add(middle))?;
            if (place.time.get(), place.sequence.get()) < (time, sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let number = self.left.get().wrapping_add(low);
        let place = self.place(number).filter(|_| low < self.len())?;
        let call = place.call.take();
        let is_there = call.is_some() && (place.time.get(), place.sequence.get()) == (time, sequence);
        place.call.set(call);
        is_there.then_some(number)
    }

    /// Takes a call out that [`Ring::find`] has found, and leaves its place empty.
    pub(super) fn take(&self, number: usize) -> Option<C> {
        self.place(number)?.call.take()
    }

    /// The calls with their due times and sequences.
    pub(super) fn each(&self, with: &mut dyn FnMut(i64, u64, &C)) {
        for number in 0..self.len() {
            let Some(place) = self.place(self.left.get().wrapping_add(number)) else { return };
            let call = place.call.take();
            if let Some(call) = &call {
                with(place.time.get(), place.sequence.get(), call);
            }
            place.call.set(call);
        }
    }

    /// Closes the gaps that cancelled calls have left.
    pub(super) fn sweep(&self) {
        let (first, count) = (self.left.get(), self.len());
        self.came.set(first);
        self.last.set(i64::MIN);
        for number in 0..count {
            let Some(place) = self.place(first.wrapping_add(number)) else { return };
            let call = place.call.take();
            if call.is_some() {
                self.put(call, place.time.get(), place.sequence.get());
            }
        }
    }

    /// Makes room for so many more calls.
    pub(super) fn make_room(&mut self, more: usize) {
        if self.places.len() - self.len() < more {
            self.grow(self.len() + more);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, count: usize) {
        let empty = || Place { call: Cell::new(None), time: Cell::new(0), sequence: Cell::new(0) };
        let count = count.next_power_of_two().max(FIRST);
        let mut grown = Ring::new();
        grown.places = iter::repeat_with(empty).take(count).collect();
        grown.append_all(self);
        *self = grown;
    }

    /// Takes in the calls of another ring, if they all come after those of this one.
    pub(super) fn take_over(&mut self, other: &Ring<C>) {
        if self.tail() < other.head() {
            self.make_room(other.len());
            self.append_all(other);
        }
    }

    fn append_all(&self, other: &Ring<C>) {
        while let Some((time, sequence, call)) = other.pop() {
            self.put(call, time, sequence);
        }
    }
}
