//! Calls in numbered slots, for those that do not stand in a ring.

/// A call taken out to be dispatched.
#[derive(Debug)]
pub(crate) struct Taken<C> {
    pub(crate) call: C,
    pub(crate) due: i64,
    pub(crate) sequence: u64,
}

#[derive(Debug)]
struct Slot<C> {
    /// None once it ran or was cancelled.
    call: Option<C>,
    /// When it was asked for, which is before its time if that was past (S11).
    due: i64,
    /// The sequence of its first scheduling, which its key knows.
    birth: u64,
    /// Of the latest scheduling; queue entries with another one are stale.
    sequence: u64,
}

#[derive(Debug)]
pub(super) struct Shelf<C> {
    slots: Vec<Slot<C>>,
    free: Vec<u32>,
}

impl<C> Shelf<C> {
    pub(super) const fn new() -> Self {
        Shelf { slots: Vec::new(), free: Vec::new() }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Puts a call into a free slot.
    pub(super) fn put(&mut self, call: C, due: i64, birth: u64, sequence: u64) -> u32 {
        let slot = Slot { call: Some(call), due, birth, sequence };
        match self.free.pop() {
            Some(index) => {
                self.slots[index as usize] = slot;
                index
            }
            None => {
                self.slots.push(slot);
                (self.slots.len() - 1) as u32
            }
        }
    }

    /// Takes a call out, and says what its birth was; none if it is gone or has another sequence by now.
    pub(super) fn take(&mut self, index: u32, sequence: u64) -> Option<(Taken<C>, u64)> {
        let slot = self.slots.get_mut(index as usize).filter(|slot| slot.sequence == sequence)?;
        let call = slot.call.take()?;
        self.free.push(index);
        Some((Taken { call, due: slot.due, sequence }, slot.birth))
    }

    /// True if the call that was born so is still there.
    pub(super) fn has(&self, index: u32, birth: u64) -> bool {
        self.slots.get(index as usize).is_some_and(|slot| slot.birth == birth && slot.call.is_some())
    }

    /// True if a queue entry with that sequence is not stale.
    pub(super) fn is_current(&self, index: u32, sequence: u64) -> bool {
        self.slots.get(index as usize).is_some_and(|slot| slot.sequence == sequence && slot.call.is_some())
    }

    /// Drops a call that [`Shelf::has`].
    pub(super) fn drop_call(&mut self, index: u32) {
        self.slots[index as usize].call = None;
        self.free.push(index);
    }

    /// Gives a call that [`Shelf::has`] another time and sequence.
    pub(super) fn renew(&mut self, index: u32, due: i64, sequence: u64) {
        let slot = &mut self.slots[index as usize];
        slot.due = due;
        slot.sequence = sequence;
    }

    pub(super) fn each(&self, with: &mut dyn FnMut(i64, u64, &C)) {
        for slot in &self.slots {
            if let Some(call) = &slot.call {
                with(slot.due, slot.sequence, call);
            }
        }
    }
}
