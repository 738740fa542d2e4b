//! The deferred calls of one strategy (S10 to S13).
//!
//! Calls whose due times arrive in order, as those of a constant delay do, stand in rings, payload and all: a push
//! and a pop touch the ends of one ring. The rest go to a radix queue, their payloads to a shelf of slots.

use std::cell::{Cell, RefCell};
use std::iter;

use super::moved::Moved;
use super::radix::{Entry, Radix};
use super::ring::Ring;
use super::shelf::{Shelf, Taken};
use crate::heads::Due;

/// How many rings there are. Each constant delay in use fills at most one of them.
const RINGS: usize = 4;

/// Names a deferred call, to cancel or move it.
///
/// A key stays valid until its call ran or was cancelled; after that [`Context::cancel`] and
/// [`Context::reschedule`] answer `false`. It belongs to the strategy whose context made it.
///
/// ```
/// use asp_core::{CallKey, Context, Strategy};
///
/// fn give_up<S: Strategy>(cx: &Context<S>, timeout: Option<CallKey>) -> bool {
///     timeout.is_some_and(|key| cx.cancel(key))
/// }
/// ```
///
/// [`Context::cancel`]: crate::Context::cancel
/// [`Context::reschedule`]: crate::Context::reschedule
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallKey {
    /// The sequence number of the first scheduling, unique in a run.
    birth: u64,
    /// With `birth` the place in a ring.
    due: i64,
    /// The slot, unless the call was put into a ring.
    pub(crate) slot: u32,
}

impl CallKey {
    /// What a failed scheduling returns; no call has it.
    pub(crate) const NONE: CallKey = CallKey { birth: u64::MAX, due: i64::MAX, slot: 0 };

    /// Stands for a slot where a call is in a ring.
    pub(crate) const IN_RING: u32 = u32::MAX;

    /// Of a call that was asked for at that time, with that sequence, and put into that slot.
    #[inline]
    pub(crate) fn new(due: i64, sequence: u64, slot: u32) -> Self {
        CallKey { birth: sequence, due, slot }
    }
}

/// Where a pending call is.
enum Found {
    /// At that number of that ring.
    Ring {
        ring: usize,
        number: usize,
    },
    Slot(u32),
}

pub(crate) struct Calls<C> {
    /// The first ring, which most strategies do with.
    ring: Ring<C>,
    /// The least place of all rings and the rest, stale ones included.
    head: Cell<Due>,
    /// The ring it is in, if it is in one.
    head_ring: Cell<usize>,
    rest: RefCell<Rest<C>>,
}

/// What is not in the first ring.
struct Rest<C> {
    /// The other rings.
    more: Vec<Ring<C>>,
    /// True if some of those calls are elsewhere because the first ring was full.
    is_short: bool,
    /// Those that are in no ring; none before the first one.
    queue: Option<Box<Radix>>,
    shelf: Shelf<C>,
    /// The slots of calls that were moved out of a ring, by birth.
    moved: Moved,
    /// Entries of calls that will not run.
    stale: usize,
    /// Those of them that are in rings.
    holes: usize,
}

impl<C> Calls<C> {
    pub(crate) fn new() -> Self {
        let rest = Rest {
            more: Vec::new(),
            is_short: false,
            queue: None,
            shelf: Shelf::new(),
            moved: Moved::new(),
            stale: 0,
            holes: 0,
        };
        Calls {
            ring: Ring::new(),
            head: Cell::new(Due::NEVER),
            head_ring: Cell::new(RINGS),
            rest: RefCell::new(rest),
        }
    }

    /// Calls that will run.
    #[inline]
    pub(crate) fn live(&self) -> usize {
        self.rest.borrow().live(&self.ring)
    }

    /// A lower bound of the place of the next call: exact unless that call was cancelled.
    #[inline]
    pub(crate) fn head(&self) -> Due {
        self.head.get()
    }

    /// The ring that calls of a constant delay stand in, for who takes them out one after the other. Then the head is not
    /// known, until [`Calls::find_head`] looks for it.
    #[inline]
    pub(crate) fn ring(&self) -> &Ring<C> {
        &self.ring
    }

    /// Stores a call without a place in the queue: it joins the next round of this instant, and the caller keeps
    /// the returned slot and the sequence for [`Calls::take`].
    pub(crate) fn store(&self, call: C, due: i64, sequence: u64) -> u32 {
        self.rest.borrow_mut().shelf.put(call, due, sequence, sequence)
    }

    /// [`Calls::push`] in the common case, kept short so that it becomes part of the handler that schedules: the first
    /// ring has room for a call at its end, which comes back if that is not so. True if there is no other one in that ring.
    #[inline(always)]
    pub(crate) fn append(&self, call: C, time: i64, sequence: u64) -> Result<bool, C> {
        self.ring.append(call, time, sequence)
    }

    /// The only call of the first ring was put there. True if it is the head now.
    #[inline]
    pub(crate) fn appended_only(&self, time: i64, sequence: u64) -> bool {
        self.lead(Due::call(time, sequence), 0)
    }

    /// Queues a call for `time`; `due` is when it was asked for. Its slot, and true if it is the head now.
    #[inline(never)]
    pub(crate) fn push(&self, call: C, time: i64, due: i64, sequence: u64) -> (u32, bool) {
        let rest = &mut *self.rest.borrow_mut();
        let (mut slot, place) = (CallKey::IN_RING, Due::call(time, sequence));
        let unringed = if time == due { rest.append(&self.ring, call, time, sequence) } else { Err(call) };
        let ring = unringed.unwrap_or_else(|call| {
            slot = rest.shelf.put(call, due, sequence, sequence);
            rest.queue(time, sequence, slot);
            RINGS
        });
        (slot, self.lead(place, ring))
    }

    /// Makes an entry the head, if it comes before all others.
    #[inline]
    fn lead(&self, place: Due, ring: usize) -> bool {
        let leads = place < self.head.get();
        if leads {
            self.head.set(place);
            self.head_ring.set(ring);
        }
        leads
    }

    /// Makes room for the calls that the first ring had none for.
    #[inline]
    pub(crate) fn make_room(&mut self) {
        let rest = self.rest.get_mut();
        if rest.is_short {
            rest.make_room(&mut self.ring);
            self.find_head();
        }
    }

    /// [`Calls::pop`] where there is one constant delay and nothing else, as is common; none if there is more.
    #[inline(always)]
    pub(crate) fn pop_only_ring(&mut self) -> Option<Option<Taken<C>>> {
        let rest = self.rest.get_mut();
        if rest.more.iter().any(|ring| !ring.is_empty())
            || rest.queue.as_ref().is_some_and(|queue| queue.len() > 0)
        {
            return None;
        }
        let (time, sequence, call) = self.ring.pop()?;
        self.head.set(self.ring.head());
        Some(rest.taken(time, sequence, call))
    }

    /// The entry of a call that does not run has left a ring.
    #[cold]
    pub(crate) fn passed_hole(&self) {
        self.rest.borrow_mut().passed_hole();
    }

    /// The least place outside of the first ring.
    pub(crate) fn head_elsewhere(&self) -> Due {
        let rest = self.rest.borrow();
        let rings = rest.more.iter().map(Ring::head).min().unwrap_or(Due::NEVER);
        rings.min(rest.head_of_queue())
    }

    /// Takes the call at the head out; none if it was cancelled or moved.
    #[inline(never)]
    pub(crate) fn pop(&mut self) -> Option<Taken<C>> {
        let rest = self.rest.get_mut();
        let taken = match rest.ring(&self.ring, self.head_ring.get()) {
            Some(ring) => {
                let (time, sequence, call) = ring.pop()?;
                rest.taken(time, sequence, call)
            }
            None => {
                let entry = rest.queue.as_mut()?.pop()?;
                let taken = rest.take(entry.id, entry.rank);
                rest.stale -= usize::from(taken.is_none());
                taken
            }
        };
        self.find_head();
        taken
    }

    /// Takes the call at the head out of the queue and keeps it: its slot and sequence; none if it was cancelled or
    /// moved.
    pub(crate) fn park(&mut self) -> Option<(u32, u64)> {
        let rest = self.rest.get_mut();
        let parked = match rest.ring(&self.ring, self.head_ring.get()) {
            Some(ring) => {
                let (time, sequence, call) = ring.pop()?;
                rest.taken(time, sequence, call).map(|taken| {
                    let slot = rest.shelf.put(taken.call, time, sequence, sequence);
                    rest.moved.insert(sequence, slot);
                    (slot, sequence)
                })
            }
            None => {
                let entry = rest.queue.as_mut()?.pop()?;
                let is_current = rest.shelf.is_current(entry.id, entry.rank);
                rest.stale -= usize::from(!is_current);
                is_current.then_some((entry.id, entry.rank))
            }
        };
        self.find_head();
        parked
    }

    /// Takes a stored call out, unless it ran, was cancelled, or was scheduled anew since.
    pub(crate) fn take(&mut self, slot: u32, sequence: u64) -> Option<Taken<C>> {
        self.rest.get_mut().take(slot, sequence)
    }

    /// True if the call has neither run nor been cancelled.
    pub(crate) fn is_pending(&self, key: CallKey) -> bool {
        self.rest.borrow().find(&self.ring, key).is_some()
    }

    /// True if the call was pending.
    pub(crate) fn cancel(&self, key: CallKey) -> bool {
        let rest = &mut *self.rest.borrow_mut();
        let dropped = match rest.find(&self.ring, key) {
            Some(Found::Ring { ring, number }) => {
                rest.holes += 1;
                rest.ring(&self.ring, ring).and_then(|ring| ring.take(number))
            }
            Some(Found::Slot(slot)) => {
                rest.shelf.drop_call(slot);
                rest.moved.remove(key.birth);
                None
            }
            None => return false,
        };
        rest.left_entry(&self.ring);
        self.look_for_head(rest);
        drop(dropped);
        true
    }

    /// Gives a pending call another due time and sequence; queues it for `time` if there is one, else the caller
    /// keeps the returned slot as with [`Calls::store`]. None if it is not pending.
    pub(crate) fn reschedule(&self, key: CallKey, time: Option<i64>, due: i64, sequence: u64) -> Option<u32> {
        let rest = &mut *self.rest.borrow_mut();
        let slot = match rest.find(&self.ring, key)? {
            Found::Ring { ring, number } => {
                let call = rest.ring(&self.ring, ring)?.take(number)?;
                rest.holes += 1;
                let slot = rest.shelf.put(call, due, key.birth, sequence);
                rest.moved.insert(key.birth, slot);
                slot
            }
            Found::Slot(slot) => {
                rest.shelf.renew(slot, due, sequence);
                slot
            }
        };
        if let Some(time) = time {
            rest.queue(time, sequence, slot);
        }
        rest.left_entry(&self.ring);
        self.look_for_head(rest);
        Some(slot)
    }

    /// The pending calls with their due times and sequences, in no order.
    pub(crate) fn each(&self, with: &mut dyn FnMut(i64, u64, &C)) {
        let rest = self.rest.borrow();
        self.ring.each(with);
        rest.more.iter().for_each(|ring| ring.each(with));
        rest.shelf.each(with);
    }

    #[inline(never)]
    pub(crate) fn find_head(&self) {
        self.look_for_head(&self.rest.borrow());
    }

    fn look_for_head(&self, rest: &Rest<C>) {
        let (mut head, mut head_ring) = (rest.head_of_queue(), RINGS);
        for (index, ring) in iter::once(&self.ring).chain(&rest.more).enumerate() {
            let place = ring.head();
            if place < head {
                (head, head_ring) = (place, index);
            }
        }
        self.head.set(head);
        self.head_ring.set(head_ring);
    }
}

impl<C> Rest<C> {
    fn live(&self, ring: &Ring<C>) -> usize {
        let more: usize = self.more.iter().map(Ring::len).sum();
        ring.len() + more + self.shelf.len() - self.holes
    }

    /// The ring of that number; none of [`RINGS`].
    fn ring<'a>(&'a self, first: &'a Ring<C>, ring: usize) -> Option<&'a Ring<C>> {
        ring.checked_sub(1).map_or(Some(first), |other| self.more.get(other))
    }

    /// Puts a call into the first ring whose last one is due at or before `time`, and says which; it comes back if there is none.
    fn append(&mut self, first: &Ring<C>, call: C, time: i64, sequence: u64) -> Result<usize, C> {
        let Err(call) = first.append(call, time, sequence) else { return Ok(0) };
        self.is_short |= first.goes_on_with(time);
        let count = self.more.len();
        let free = self.more.iter().position(|ring| ring.goes_on_with(time)).unwrap_or(count);
        if free == count {
            if count + 1 == RINGS {
                return Err(call);
            }
            self.more.push(Ring::new());
        }
        self.more[free].push(call, time, sequence);
        Ok(free + 1)
    }

    fn queue(&mut self, time: i64, sequence: u64, slot: u32) {
        let entry = Entry { time, rank: sequence, id: slot };
        self.queue.get_or_insert_with(|| Box::new(Radix::new())).push(entry);
    }

    /// Lets the first ring grow, and take in the calls that it had no room for.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, first: &mut Ring<C>) {
        self.is_short = false;
        first.make_room(1);
        self.more.iter().for_each(|ring| first.take_over(ring));
        while self.more.last().is_some_and(Ring::is_empty) {
            self.more.pop();
        }
        if self.more.is_empty() {
            self.more = Vec::new();
        }
    }

    #[inline(always)]
    fn taken(&mut self, time: i64, sequence: u64, call: Option<C>) -> Option<Taken<C>> {
        let Some(call) = call else {
            self.passed_hole();
            return None;
        };
        Some(Taken { call, due: time, sequence })
    }

    fn passed_hole(&mut self) {
        self.stale -= 1;
        self.holes -= 1;
    }

    fn take(&mut self, slot: u32, sequence: u64) -> Option<Taken<C>> {
        let (taken, birth) = self.shelf.take(slot, sequence)?;
        self.moved.remove(birth);
        Some(taken)
    }

    fn find(&self, first: &Ring<C>, key: CallKey) -> Option<Found> {
        if key.slot != CallKey::IN_RING {
            return self.shelf.has(key.slot, key.birth).then_some(Found::Slot(key.slot));
        }
        for (ring, calls) in iter::once(first).chain(&self.more).enumerate() {
            if let Some(number) = calls.find(key.due, key.birth) {
                return Some(Found::Ring { ring, number });
            }
        }
        self.moved.get(key.birth).map(Found::Slot)
    }

    /// The place of the first of those that are in no ring.
    fn head_of_queue(&self) -> Due {
        let first = self.queue.as_ref().and_then(|queue| queue.peek());
        first.map_or(Due::NEVER, |(time, sequence)| Due::call(time, sequence))
    }

    /// An entry became stale. Once they are the majority they are swept, so that timeouts which are always pushed
    /// back do not pile up; amortised this costs a constant for each.
    fn left_entry(&mut self, first: &Ring<C>) {
        // A call that joined a round had no entry; counting it all the same only sweeps a little earlier.
        self.stale += 1;
        if self.stale > self.live(first) + 64 {
            iter::once(first).chain(&self.more).for_each(Ring::sweep);
            self.holes = 0;
            let shelf = &self.shelf;
            if let Some(queue) = &mut self.queue {
                queue.retain(|entry| shelf.is_current(entry.id, entry.rank));
            }
            self.stale = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(calls: &Calls<u32>, call: u32, due: i64, sequence: u64) -> CallKey {
        CallKey::new(due, sequence, calls.push(call, due, due, sequence).0)
    }

    fn drain(calls: &mut Calls<u32>) -> Vec<(i64, u32)> {
        let mut order = Vec::new();
        while calls.head() != Due::NEVER {
            let time = calls.head().time();
            order.extend(calls.pop().map(|taken| (time, taken.call)));
        }
        order
    }

    #[test]
    fn s10_equal_due_times_run_in_the_order_of_scheduling() {
        let mut calls = Calls::new();
        for (sequence, due) in [5, 3, 5, 1, 3, 5, 2, 0, 4, 3].into_iter().enumerate() {
            push(&calls, sequence as u32, due, sequence as u64);
        }
        let order = drain(&mut calls);
        assert_eq!(order, [(0, 7), (1, 3), (2, 6), (3, 1), (3, 4), (3, 9), (4, 8), (5, 0), (5, 2), (5, 5)]);
    }

    #[test]
    fn s13_a_cancelled_call_is_gone_and_its_key_with_it() {
        let mut calls = Calls::new();
        let keys: Vec<_> = (0..8).map(|k| push(&calls, k, 80 - 10 * i64::from(k), u64::from(k))).collect();
        for &key in [&keys[0], &keys[6]] {
            assert!(calls.cancel(key));
            assert!(!calls.cancel(key));
        }
        assert!(calls.reschedule(keys[1], Some(15), 15, 8).is_some());
        assert!(calls.reschedule(keys[7], Some(16), 16, 9).is_some());
        assert!(calls.reschedule(keys[1], Some(17), 17, 10).is_some(), "a key stays valid");
        assert!(calls.cancel(keys[2]) && !calls.is_pending(keys[2]));
        assert_eq!(drain(&mut calls), [(16, 7), (17, 1), (30, 5), (40, 4), (50, 3)]);
        assert!(keys.iter().all(|&key| !calls.is_pending(key)));
        let rest = calls.rest.borrow();
        assert_eq!((calls.live(), rest.shelf.len(), rest.moved.len()), (0, 0, 0));
    }

    #[test]
    fn a_timeout_that_is_always_pushed_back_takes_no_memory() {
        let mut calls = Calls::new();
        let key = push(&calls, 1, 0, 0);
        for k in 1..100_000 {
            assert!(calls.reschedule(key, Some(k % 977), 0, k as u64).is_some());
        }
        let entries = calls.rest.borrow().queue.as_ref().map_or(0, |queue| queue.len());
        assert!(entries < 200, "{entries} entries for one call");
        assert_eq!(drain(&mut calls).len(), 1);
    }
}
