//! The deferred calls of one strategy (S10 to S13).
//!
//! Calls whose due times arrive in order, as those of a constant delay do, stand in rings, payload and all: a push
//! and a pop touch the ends of one ring. The rest go to a radix queue, their payloads to a shelf of slots.

use std::collections::VecDeque;
use std::iter;

use super::moved::Moved;
use super::radix::{Entry, Radix};
use super::shelf::{Shelf, Taken};
use crate::heads::Due;

/// How many rings there are. Each constant delay in use fills at most one of them.
const RINGS: usize = 4;

/// Stands for a slot where a call is in a ring.
const IN_RING: u32 = u32::MAX;

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
    time: i64,
    /// The slot, unless the call was put into a ring.
    pub(crate) slot: u32,
}

impl CallKey {
    /// What a failed scheduling returns; no call has it.
    pub(crate) const NONE: CallKey = CallKey { birth: u64::MAX, time: i64::MAX, slot: 0 };
}

/// A call in a ring; none once it was cancelled or moved.
#[derive(Debug)]
struct Ringed<C> {
    time: i64,
    sequence: u64,
    call: Option<C>,
}

/// Calls in the order of their due times, the first of which leaves first.
#[derive(Debug)]
struct Ring<C> {
    calls: VecDeque<Ringed<C>>,
    /// The last time in it; the least one if it is empty.
    tail: i64,
}

impl<C> Ring<C> {
    const fn new() -> Self {
        Ring { calls: VecDeque::new(), tail: i64::MIN }
    }

    /// The place of the first one.
    #[inline]
    fn head(&self) -> Due {
        self.calls.front().map_or(Due::NEVER, |first| Due::call(first.time, first.sequence))
    }

    #[inline]
    fn pop(&mut self) -> Option<Ringed<C>> {
        let popped = self.calls.pop_front();
        if self.calls.is_empty() {
            self.tail = i64::MIN;
        }
        popped
    }
}

/// Where a pending call is.
enum Found {
    Ring { ring: usize, index: usize },
    Slot(u32),
}

#[derive(Debug)]
pub(crate) struct Calls<C> {
    /// The first ring, which most strategies do with.
    ring: Ring<C>,
    /// The others.
    more: Vec<Ring<C>>,
    /// Those that are in no ring; none before the first one.
    rest: Option<Box<Radix>>,
    shelf: Shelf<C>,
    /// The slots of calls that were moved out of a ring, by birth.
    moved: Moved,
    /// The least place of all rings and the rest, stale ones included.
    head: Due,
    /// The ring it is in, if it is in one.
    head_ring: usize,
    /// Entries of calls that will not run.
    stale: usize,
    /// Those of them that are in rings.
    holes: usize,
}

impl<C> Calls<C> {
    pub(crate) const fn new() -> Self {
        Calls {
            ring: Ring::new(),
            more: Vec::new(),
            rest: None,
            shelf: Shelf::new(),
            moved: Moved::new(),
            head: Due::NEVER,
            head_ring: RINGS,
            stale: 0,
            holes: 0,
        }
    }

    /// Calls that will run.
    #[inline]
    pub(crate) fn live(&self) -> usize {
        let ringed: usize = self.rings().map(|ring| ring.calls.len()).sum();
        ringed + self.shelf.len() - self.holes
    }

    /// A lower bound of the place of the next call: exact unless that call was cancelled.
    #[inline]
    pub(crate) fn head(&self) -> Due {
        self.head
    }

    /// Stores a call without a place in the queue: it joins the next round of this instant, and the caller keeps
    /// the returned key's slot and the sequence for [`Calls::take`].
    pub(crate) fn store(&mut self, call: C, due: i64, sequence: u64) -> CallKey {
        CallKey { birth: sequence, time: due, slot: self.shelf.put(call, due, sequence, sequence) }
    }

    /// [`Calls::push`] in the common case, kept short so that it becomes part of the handler that schedules: the first
    /// ring has room for a call at its end. The call comes back if that is not so.
    #[inline(always)]
    pub(crate) fn append(&mut self, call: C, time: i64, sequence: u64) -> Result<(CallKey, bool), C> {
        let ring = &mut self.ring;
        if ring.tail > time || ring.calls.len() == ring.calls.capacity() {
            return Err(call);
        }
        let comes_after = !ring.calls.is_empty();
        ring.calls.push_back(Ringed { time, sequence, call: Some(call) });
        ring.tail = time;
        let leads = !comes_after && self.lead(Due::call(time, sequence), 0);
        Ok((CallKey { birth: sequence, time, slot: IN_RING }, leads))
    }

    /// Queues a call for `time`; `due` is when it was asked for. True if it is the head now.
    #[inline(never)]
    pub(crate) fn push(&mut self, call: C, time: i64, due: i64, sequence: u64) -> (CallKey, bool) {
        let place = Due::call(time, sequence);
        let found = if time == due { self.free_ring(time) } else { None };
        let Some(ring) = found else {
            let slot = self.shelf.put(call, due, sequence, sequence);
            self.rest.get_or_insert_with(|| Box::new(Radix::new())).push(Entry {
                time,
                rank: sequence,
                id: slot,
            });
            return (CallKey { birth: sequence, time, slot }, self.lead(place, RINGS));
        };
        self.ring_mut(ring).calls.push_back(Ringed { time, sequence, call: Some(call) });
        (CallKey { birth: sequence, time, slot: IN_RING }, self.lead(place, ring))
    }

    /// Makes an entry the head, if it comes before all others.
    #[inline]
    fn lead(&mut self, place: Due, ring: usize) -> bool {
        let leads = place < self.head;
        if leads {
            (self.head, self.head_ring) = (place, ring);
        }
        leads
    }

    /// [`Calls::pop`] where there is one constant delay and nothing else, as is common; none if there is more.
    #[inline(always)]
    pub(crate) fn pop_only_ring(&mut self) -> Option<Option<Taken<C>>> {
        if !self.more.is_empty() || self.rest.as_ref().is_some_and(|rest| rest.len() > 0) {
            return None;
        }
        let Ringed { time, sequence, call } = self.ring.pop()?;
        self.head = self.ring.head();
        Some(self.taken(time, sequence, call))
    }

    /// Takes the first call of the first ring out, if it is due before `time`: when, and the call, none if it was cancelled
    /// or moved. The head is not looked for, until [`Calls::find_head`] does so.
    #[inline(always)]
    pub(crate) fn pop_ringed(&mut self, time: i64) -> Option<(i64, Option<C>)> {
        if self.ring.calls.front()?.time >= time {
            return None;
        }
        let Ringed { time, call, .. } = self.ring.calls.pop_front()?;
        if call.is_none() {
            self.passed_hole();
        }
        Some((time, call))
    }

    /// The least place outside of the first ring.
    pub(crate) fn head_elsewhere(&self) -> Due {
        let rings = self.more.iter().map(Ring::head).min().unwrap_or(Due::NEVER);
        rings.min(self.head_of_rest())
    }

    /// Takes the call at the head out; none if it was cancelled or moved.
    #[inline(never)]
    pub(crate) fn pop(&mut self) -> Option<Taken<C>> {
        let head_ring = self.head_ring;
        let Some(ring) = self.rings_mut().nth(head_ring) else {
            let entry = self.rest.as_mut()?.pop()?;
            let taken = self.take(entry.id, entry.rank);
            self.stale -= usize::from(taken.is_none());
            self.find_head();
            return taken;
        };
        let Ringed { time, sequence, call } = ring.pop()?;
        self.find_head();
        self.taken(time, sequence, call)
    }

    /// Takes the call at the head out of the queue and keeps it: its slot and sequence; none if it was cancelled or
    /// moved.
    pub(crate) fn park(&mut self) -> Option<(u32, u64)> {
        let head_ring = self.head_ring;
        let Some(ring) = self.rings_mut().nth(head_ring) else {
            let entry = self.rest.as_mut()?.pop()?;
            let is_current = self.shelf.is_current(entry.id, entry.rank);
            self.stale -= usize::from(!is_current);
            self.find_head();
            return is_current.then_some((entry.id, entry.rank));
        };
        let Ringed { time, sequence, call } = ring.pop()?;
        self.find_head();
        let Some(call) = call else {
            self.passed_hole();
            return None;
        };
        let slot = self.shelf.put(call, time, sequence, sequence);
        self.moved.insert(sequence, slot);
        Some((slot, sequence))
    }

    #[inline(always)]
    fn taken(&mut self, time: i64, sequence: u64, call: Option<C>) -> Option<Taken<C>> {
        let Some(call) = call else {
            self.passed_hole();
            return None;
        };
        Some(Taken { call, due: time, sequence })
    }

    /// The entry of a call that does not run has left a ring.
    fn passed_hole(&mut self) {
        self.stale -= 1;
        self.holes -= 1;
    }

    /// Takes a stored call out, unless it ran, was cancelled, or was scheduled anew since.
    pub(crate) fn take(&mut self, slot: u32, sequence: u64) -> Option<Taken<C>> {
        let (taken, birth) = self.shelf.take(slot, sequence)?;
        self.moved.remove(birth);
        Some(taken)
    }

    /// True if the call has neither run nor been cancelled.
    pub(crate) fn is_pending(&self, key: CallKey) -> bool {
        self.find(key).is_some()
    }

    /// True if the call was pending. `queued` says if it has a place in the queue.
    pub(crate) fn cancel(&mut self, key: CallKey) -> bool {
        match self.find(key) {
            Some(Found::Ring { ring, index }) => {
                self.ring_mut(ring).calls[index].call = None;
                self.holes += 1;
            }
            Some(Found::Slot(slot)) => {
                self.shelf.drop_call(slot);
                self.moved.remove(key.birth);
            }
            None => return false,
        }
        self.left_entry();
        true
    }

    /// Gives a pending call another due time and sequence; queues it for `time` if there is one, else the caller
    /// keeps the returned slot as with [`Calls::store`]. None if it is not pending.
    pub(crate) fn reschedule(
        &mut self,
        key: CallKey,
        time: Option<i64>,
        due: i64,
        sequence: u64,
    ) -> Option<u32> {
        let slot = match self.find(key)? {
            Found::Ring { ring, index } => {
                let call = self.ring_mut(ring).calls[index].call.take()?;
                self.holes += 1;
                let slot = self.shelf.put(call, due, key.birth, sequence);
                self.moved.insert(key.birth, slot);
                slot
            }
            Found::Slot(slot) => {
                self.shelf.renew(slot, due, sequence);
                slot
            }
        };
        if let Some(time) = time {
            self.rest.get_or_insert_with(|| Box::new(Radix::new())).push(Entry {
                time,
                rank: sequence,
                id: slot,
            });
        }
        self.left_entry();
        Some(slot)
    }

    /// The pending calls with their due times and sequences, in no order.
    pub(crate) fn each(&self, with: &mut dyn FnMut(i64, u64, &C)) {
        for ring in self.rings() {
            for entry in &ring.calls {
                if let Some(call) = &entry.call {
                    with(entry.time, entry.sequence, call);
                }
            }
        }
        self.shelf.each(with);
    }

    fn rings(&self) -> impl Iterator<Item = &Ring<C>> {
        iter::once(&self.ring).chain(&self.more)
    }

    fn rings_mut(&mut self) -> impl Iterator<Item = &mut Ring<C>> {
        iter::once(&mut self.ring).chain(&mut self.more)
    }

    fn ring_mut(&mut self, ring: usize) -> &mut Ring<C> {
        match ring.checked_sub(1) {
            Some(other) => &mut self.more[other],
            None => &mut self.ring,
        }
    }

    /// The first ring whose last call is due at or before `time`, which is its tail from now on.
    #[inline]
    fn free_ring(&mut self, time: i64) -> Option<usize> {
        let count = 1 + self.more.len();
        let free = self.rings().position(|ring| ring.tail <= time).unwrap_or(count);
        if free == count {
            if count == RINGS {
                return None;
            }
            self.more.push(Ring::new());
        }
        self.ring_mut(free).tail = time;
        Some(free)
    }

    fn find(&self, key: CallKey) -> Option<Found> {
        if key.slot != IN_RING {
            return self.shelf.has(key.slot, key.birth).then_some(Found::Slot(key.slot));
        }
        for (ring, Ring { calls: entries, .. }) in self.rings().enumerate() {
            let place =
                entries.binary_search_by_key(&(key.time, key.birth), |entry| (entry.time, entry.sequence));
            if let Ok(index) = place
                && entries[index].call.is_some()
            {
                return Some(Found::Ring { ring, index });
            }
        }
        self.moved.get(key.birth).map(Found::Slot)
    }

    /// The place of the first of those that are in no ring.
    fn head_of_rest(&self) -> Due {
        let first = self.rest.as_ref().and_then(|rest| rest.peek());
        first.map_or(Due::NEVER, |(time, sequence)| Due::call(time, sequence))
    }

    #[inline(never)]
    pub(crate) fn find_head(&mut self) {
        let (mut head, mut head_ring) = (self.head_of_rest(), RINGS);
        for (index, ring) in self.rings().enumerate() {
            let place = ring.head();
            if place < head {
                (head, head_ring) = (place, index);
            }
        }
        (self.head, self.head_ring) = (head, head_ring);
    }

    /// An entry became stale. Once they are the majority they are swept, so that timeouts which are always pushed
    /// back do not pile up; amortised this costs a constant for each.
    fn left_entry(&mut self) {
        // A call that joined a round had no entry; counting it all the same only sweeps a little earlier.
        self.stale += 1;
        if self.stale > self.live() + 64 {
            for ring in self.rings_mut() {
                ring.calls.retain(|entry| entry.call.is_some());
                ring.tail = ring.calls.back().map_or(i64::MIN, |last| last.time);
            }
            self.holes = 0;
            let shelf = &self.shelf;
            if let Some(rest) = &mut self.rest {
                rest.retain(|entry| shelf.is_current(entry.id, entry.rank));
            }
            self.stale = 0;
        }
        self.find_head();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            calls.push(sequence as u32, due, due, sequence as u64);
        }
        let order = drain(&mut calls);
        assert_eq!(order, [(0, 7), (1, 3), (2, 6), (3, 1), (3, 4), (3, 9), (4, 8), (5, 0), (5, 2), (5, 5)]);
    }

    #[test]
    fn s13_a_cancelled_call_is_gone_and_its_key_with_it() {
        let mut calls = Calls::new();
        let keys: Vec<_> = (0..8)
            .map(|k| calls.push(k, 80 - 10 * i64::from(k), 80 - 10 * i64::from(k), u64::from(k)).0)
            .collect();
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
        assert_eq!((calls.live(), calls.shelf.len(), calls.moved.len()), (0, 0, 0));
    }

    #[test]
    fn a_timeout_that_is_always_pushed_back_takes_no_memory() {
        let mut calls = Calls::new();
        let (key, _) = calls.push(1, 0, 0, 0);
        for k in 1..100_000 {
            assert!(calls.reschedule(key, Some(k % 977), 0, k as u64).is_some());
        }
        let entries = calls.rest.as_ref().map_or(0, |rest| rest.len());
        assert!(entries < 200, "{entries} entries for one call");
        assert_eq!(drain(&mut calls).len(), 1);
    }
}
