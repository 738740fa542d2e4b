//! Where calls went that were moved out of a ring.

use hashbrown::HashMap;

/// Slots by birth. It knows nothing of the calls, so that it is compiled once, and not for each strategy.
#[derive(Debug)]
pub(super) struct Moved {
    /// None before the first one.
    slots: Option<Box<HashMap<u64, u32>>>,
}

impl Moved {
    pub(super) const fn new() -> Self {
        Moved { slots: None }
    }

    #[inline(never)]
    pub(super) fn insert(&mut self, birth: u64, slot: u32) {
        self.slots.get_or_insert_default().insert(birth, slot);
    }

    #[inline]
    pub(super) fn remove(&mut self, birth: u64) {
        if let Some(slots) = &mut self.slots
            && !slots.is_empty()
        {
            take_out(slots, birth);
        }
    }

    #[inline(never)]
    pub(super) fn get(&self, birth: u64) -> Option<u32> {
        self.slots.as_ref()?.get(&birth).copied()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.slots.as_ref().map_or(0, |slots| slots.len())
    }
}

#[inline(never)]
fn take_out(slots: &mut HashMap<u64, u32>, birth: u64) {
    slots.remove(&birth);
}
