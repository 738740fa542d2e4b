//! A queue that mostly holds one value, filled and emptied through a shared reference.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// First in, first out. The oldest value stands apart from the others: what a handler asks for at its instant is nearly
/// always the only thing that waits there, and then no buffer is touched.
pub(crate) struct Fifo<T> {
    /// The oldest value; none if the queue is empty.
    first: Cell<Option<T>>,
    rest: RefCell<VecDeque<T>>,
    len: Cell<usize>,
}

impl<T> Fifo<T> {
    pub(crate) const fn new() -> Self {
        Fifo { first: Cell::new(None), rest: RefCell::new(VecDeque::new()), len: Cell::new(0) }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len.get()
    }

    #[inline]
    pub(crate) fn push(&self, value: T) {
        let len = self.len.get();
        self.len.set(len + 1);
        if len == 0 {
            self.first.set(Some(value));
        } else {
            self.push_rest(value);
        }
    }

    /// Puts a value in front of all others.
    #[cold]
    pub(crate) fn push_front(&self, value: T) {
        self.len.set(self.len.get() + 1);
        if let Some(next) = self.first.replace(Some(value)) {
            self.rest.borrow_mut().push_front(next);
        }
    }

    #[inline(never)]
    fn push_rest(&self, value: T) {
        self.rest.borrow_mut().push_back(value);
    }

    #[inline]
    pub(crate) fn pop(&self) -> Option<T> {
        let first = self.first.take()?;
        let len = self.len.get() - 1;
        self.len.set(len);
        if len > 0 {
            self.move_up();
        }
        Some(first)
    }

    /// Takes out the only value, if it is one of those that are wanted.
    #[inline]
    pub(crate) fn pop_only(&self, is_wanted: impl FnOnce(&T) -> bool) -> Option<T>
    where
        T: Copy,
    {
        if self.len.get() != 1 {
            return None;
        }
        let only = self.first.get().filter(is_wanted)?;
        self.first.set(None);
        self.len.set(0);
        Some(only)
    }

    #[inline(never)]
    fn move_up(&self) {
        self.first.set(self.rest.borrow_mut().pop_front());
    }

    /// What is in it, the oldest first.
    pub(crate) fn to_vec(&self) -> Vec<T>
    where
        T: Copy,
    {
        let first = self.first.get();
        first.into_iter().chain(self.rest.borrow().iter().copied()).collect()
    }

    /// Drops what is in it; how much that was.
    pub(crate) fn clear(&self) -> usize {
        std::iter::from_fn(|| self.pop()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::Fifo;

    #[test]
    fn what_came_first_leaves_first() {
        let fifo = Fifo::new();
        let mut naive = std::collections::VecDeque::new();
        let mut seed = 1u64;
        for k in 0..2000 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            if seed >> 62 < 2 {
                fifo.push(k);
                naive.push_back(k);
            } else {
                assert_eq!(fifo.pop(), naive.pop_front());
            }
            assert_eq!(fifo.len(), naive.len());
        }
        assert_eq!(fifo.clear(), naive.len());
        assert_eq!((fifo.len(), fifo.pop()), (0, None));
    }
}
