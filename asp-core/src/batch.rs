//! A queue that is filled in batches and emptied one by one.

/// First in, first out, in two lists: what leaves next is the end of one of them, which costs half of what the front of
/// a ring does.
pub(crate) struct Batch<T> {
    /// What leaves first, the oldest last.
    front: Vec<T>,
    /// What came while there was something in front, the oldest first.
    back: Vec<T>,
}

impl<T> Batch<T> {
    pub(crate) const fn new() -> Self {
        Batch { front: Vec::new(), back: Vec::new() }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.front.len() + self.back.len()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lets `fill` append to a list; what it appends comes after all that is here.
    pub(crate) fn fill<R>(&mut self, fill: impl FnOnce(&mut Vec<T>) -> R) -> R {
        if !self.is_empty() {
            return fill(&mut self.back);
        }
        let filled = fill(&mut self.front);
        self.front.reverse();
        filled
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<T> {
        match self.front.pop() {
            Some(value) => Some(value),
            None => self.pop_back(),
        }
    }

    /// Takes the oldest one out, if it stands in front, as it does unless others came while there were some.
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        self.front.pop()
    }

    /// The oldest ones, which leave from the end; others may come after them.
    #[inline]
    pub(crate) fn oldest(&mut self) -> &mut Vec<T> {
        if self.front.is_empty() {
            self.turn();
        }
        &mut self.front
    }

    #[cold]
    #[inline(never)]
    fn turn(&mut self) {
        std::mem::swap(&mut self.front, &mut self.back);
        self.front.reverse();
    }

    #[cold]
    #[inline(never)]
    fn pop_back(&mut self) -> Option<T> {
        self.turn();
        self.front.pop()
    }

    /// Takes the oldest ones out, as far as there are so many.
    pub(crate) fn take(&mut self, count: usize) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| self.pop()).take(count)
    }

    /// Drops the oldest ones.
    pub(crate) fn skip(&mut self, count: usize) {
        self.take(count).for_each(drop);
    }

    /// Puts a value before those from `place` on.
    pub(crate) fn insert(&mut self, place: usize, value: T) {
        match self.front.len().checked_sub(place) {
            Some(place) => self.front.insert(place, value),
            None => self.back.insert(place - self.front.len(), value),
        }
    }

    /// What is in it, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.front.iter().rev().chain(&self.back)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::Batch;

    #[test]
    fn what_came_first_leaves_first() {
        let (mut batch, mut naive) = (Batch::new(), VecDeque::new());
        let mut seed = 1u64;
        for step in 0..10_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = (seed >> 33) as usize % 8;
            match (seed >> 40) % 5 {
                0 => batch.fill(|list| {
                    list.extend(step..step + number);
                    naive.extend(step..step + number);
                }),
                1 => {
                    let place = number.min(naive.len());
                    batch.insert(place, step);
                    naive.insert(place, step);
                }
                2 => {
                    batch.skip(number);
                    naive.drain(..number.min(naive.len()));
                }
                _ => assert_eq!(batch.pop(), naive.pop_front()),
            }
            assert_eq!(batch.len(), naive.len());
            assert_eq!(batch.is_empty(), naive.is_empty());
            assert!(batch.iter().eq(&naive));
        }
    }
}
