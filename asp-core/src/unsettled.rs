//! Which strategies have `#[on_settled]` methods to run at the end of the instant.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Strategies that are due to settle, by declaration, each once.
#[derive(Debug, Default)]
pub(crate) struct Unsettled(BinaryHeap<Reverse<(u64, u32)>>);

impl Unsettled {
    #[inline(never)]
    pub(crate) fn insert(&mut self, declaration: u64, node: u32) {
        self.0.push(Reverse((declaration, node)));
    }

    pub(crate) fn pop_first(&mut self) -> Option<u32> {
        self.0.pop().map(|Reverse((_, node))| node)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Declarations and numbers, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u32)> {
        self.0.iter().map(|Reverse(place)| *place)
    }
}
