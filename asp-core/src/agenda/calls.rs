//! The deferred calls of one strategy (S10 to S13): payloads in a slab, due times in rings and a radix queue.

use std::collections::VecDeque;

use super::radix::{Entry, Radix};

/// How many rings take due times that arrive in order, before the radix queue takes the rest. Each constant delay
/// in use fills at most one of them.
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
    pub(crate) slot: u32,
    /// The sequence number of the first scheduling, unique in a run.
    pub(crate) birth: u64,
}

impl CallKey {
    /// What a failed scheduling returns; no call has it.
    pub(crate) const NONE: CallKey = CallKey { slot: u32::MAX, birth: u64::MAX };
}

#[derive(Debug)]
struct Slot<C> {
    /// None once it ran or was cancelled.
    call: Option<C>,
    /// When it was asked for, which is before its time if that was past (S11).
    due: i64,
    birth: u64,
    /// Of the latest scheduling; entries of the queue with another one are stale.
    sequence: u64,
}

/// A call taken out to be dispatched.
#[derive(Debug)]
pub(crate) struct Taken<C> {
    pub(crate) call: C,
    pub(crate) due: i64,
    pub(crate) sequence: u64,
}

#[derive(Debug)]
pub(crate) struct Calls<C> {
    slots: Vec<Slot<C>>,
    free: Vec<u32>,
    rings: Vec<VecDeque<Entry>>,
    rest: Radix,
    /// The least entry of all rings and the rest, stale ones included.
    head: Option<(i64, u64)>,
    queued: usize,
    live: usize,
}

impl<C> Calls<C> {
    pub(crate) const fn new() -> Self {
        Calls {
            slots: Vec::new(),
            free: Vec::new(),
            rings: Vec::new(),
            rest: Radix::new(),
            head: None,
            queued: 0,
            live: 0,
        }
    }

    /// Calls that will run.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// A lower bound of the place of the next call: exact unless that call was cancelled.
    pub(crate) fn head(&self) -> Option<(i64, u64)> {
        self.head
    }

    /// Stores a call without a place in the queue: it joins the next round of this instant, and the caller keeps
    /// the returned key's slot and sequence for [`Calls::take`].
    #[inline]
    pub(crate) fn store(&mut self, call: C, due: i64, sequence: u64) -> CallKey {
        self.live += 1;
        let slot = Slot { call: Some(call), due, birth: sequence, sequence };
        let index = match self.free.pop() {
            Some(index) => {
                self.slots[index as usize] = slot;
                index
            }
            None => {
                self.slots.push(slot);
                (self.slots.len() - 1) as u32
            }
        };
        CallKey { slot: index, birth: sequence }
    }

    /// Stores a call and queues it for `time`.
    #[inline]
    pub(crate) fn push(&mut self, call: C, time: i64, due: i64, sequence: u64) -> CallKey {
        let key = self.store(call, due, sequence);
        self.enqueue(Entry { time, rank: sequence, id: key.slot });
        key
    }

    /// Takes the call at the head out; none if it was cancelled or moved.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Taken<C>> {
        let entry = self.dequeue()?;
        self.take(entry.id, entry.rank)
    }

    /// Takes a stored call out, unless it ran, was cancelled, or was scheduled anew since.
    #[inline]
    pub(crate) fn take(&mut self, slot: u32, sequence: u64) -> Option<Taken<C>> {
        let stored = self.slots.get_mut(slot as usize).filter(|stored| stored.sequence == sequence)?;
        let call = stored.call.take()?;
        self.free.push(slot);
        self.live -= 1;
        Some(Taken { call, due: stored.due, sequence })
    }

    /// True if the call was pending.
    pub(crate) fn cancel(&mut self, key: CallKey) -> bool {
        let Some(slot) = self.slot(key) else { return false };
        slot.call = None;
        self.free.push(key.slot);
        self.live -= 1;
        self.sweep();
        true
    }

    /// Gives a pending call another due time and sequence; queues it for `time` if there is one, else the caller
    /// keeps it as with [`Calls::store`]. False if it is not pending.
    pub(crate) fn reschedule(&mut self, key: CallKey, time: Option<i64>, due: i64, sequence: u64) -> bool {
        let Some(slot) = self.slot(key) else { return false };
        slot.due = due;
        slot.sequence = sequence;
        if let Some(time) = time {
            self.enqueue(Entry { time, rank: sequence, id: key.slot });
        }
        self.sweep();
        true
    }

    /// The pending calls with their due times, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, &C)> {
        self.slots.iter().filter_map(|slot| Some((slot.due, slot.call.as_ref()?)))
    }

    /// True if the call has neither run nor been cancelled.
    pub(crate) fn is_pending(&self, key: CallKey) -> bool {
        self.slots.get(key.slot as usize).is_some_and(|slot| slot.birth == key.birth && slot.call.is_some())
    }

    fn slot(&mut self, key: CallKey) -> Option<&mut Slot<C>> {
        self.slots.get_mut(key.slot as usize).filter(|slot| slot.birth == key.birth && slot.call.is_some())
    }

    #[inline]
    fn enqueue(&mut self, entry: Entry) {
        self.queued += 1;
        let place = (entry.time, entry.rank);
        if self.head.is_none_or(|head| place < head) {
            self.head = Some(place);
        }
        for ring in &mut self.rings {
            if ring.back().is_none_or(|last| last.time <= entry.time) {
                return ring.push_back(entry);
            }
        }
        if self.rings.len() < RINGS {
            self.rings.push(VecDeque::from([entry]));
        } else {
            self.rest.push(entry);
        }
    }

    #[inline]
    fn dequeue(&mut self) -> Option<Entry> {
        let head = self.head?;
        self.queued -= 1;
        let is_head =
            |ring: &&mut VecDeque<Entry>| ring.front().is_some_and(|first| (first.time, first.rank) == head);
        let entry = match self.rings.iter_mut().find(is_head) {
            Some(ring) => ring.pop_front(),
            None => self.rest.pop(),
        };
        self.find_head();
        entry
    }

    #[inline]
    fn find_head(&mut self) {
        let mut head = self.rest.peek();
        for first in self.rings.iter().filter_map(VecDeque::front) {
            let place = (first.time, first.rank);
            if head.is_none_or(|head| place < head) {
                head = Some(place);
            }
        }
        self.head = head;
    }

    /// Forgets stale entries once they are the majority, so that timeouts which are always pushed back do not
    /// pile up; amortised this costs a constant for each cancellation.
    fn sweep(&mut self) {
        if self.queued <= 2 * self.live + 64 {
            return;
        }
        let slots = &self.slots;
        let current = |entry: &Entry| {
            let slot = &slots[entry.id as usize];
            slot.sequence == entry.rank && slot.call.is_some()
        };
        for ring in &mut self.rings {
            ring.retain(current);
        }
        self.rest.retain(current);
        self.queued = self.rest.len() + self.rings.iter().map(VecDeque::len).sum::<usize>();
        self.find_head();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(calls: &mut Calls<u32>) -> Vec<(i64, u32)> {
        let mut order = Vec::new();
        while let Some((time, _)) = calls.head() {
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
        let first = calls.push(1, 10, 10, 0);
        let second = calls.push(2, 20, 20, 1);
        assert!(calls.cancel(first));
        assert!(!calls.cancel(first));
        let third = calls.push(3, 30, 30, 2);
        assert_eq!(third.slot, first.slot, "the slot is used again");
        assert!(!calls.cancel(first), "but the old key is not");
        assert!(calls.reschedule(second, Some(40), 40, 3));
        assert_eq!(drain(&mut calls), [(30, 3), (40, 2)]);
        assert!(!calls.reschedule(second, Some(50), 50, 4));
        assert_eq!(calls.live(), 0);
    }

    #[test]
    fn a_timeout_that_is_always_pushed_back_takes_no_memory() {
        let mut calls = Calls::new();
        let key = calls.push(1, 0, 0, 0);
        for k in 1..100_000 {
            assert!(calls.reschedule(key, Some(k % 977), 0, k as u64));
        }
        assert!(calls.queued < 200, "{} entries for one call", calls.queued);
        assert_eq!(drain(&mut calls).len(), 1);
    }
}
