//! Values in a row, and the sums of what a function makes of each. It does not know when a value has to leave.

use std::collections::VecDeque;

/// A queue that knows the sums of its values. The module docs say how, and why it subtracts nothing.
#[derive(Clone)]
pub(super) struct Values<T, const N: usize> {
    values: VecDeque<T>,
    /// What is summed of a value. A call through a pointer at each push, and one more when the value joins the older
    /// part, is the price of a type that can be named.
    terms: fn(&T) -> [f64; N],
    /// The older part, backwards: the last entry is the sum from the oldest value to the end of the part.
    tails: Vec<[Total; N]>,
    /// The sum of the younger part, which is all values but the first `tails.len()`.
    young: [Total; N],
}

impl<T, const N: usize> Values<T, N> {
    pub(super) const fn new(terms: fn(&T) -> [f64; N]) -> Self {
        Values { values: VecDeque::new(), terms, tails: Vec::new(), young: [Total::ZERO; N] }
    }

    #[inline]
    pub(super) fn queue(&self) -> &VecDeque<T> {
        &self.values
    }

    #[inline]
    pub(super) fn push(&mut self, value: T) {
        if N > 0 {
            add(&mut self.young, (self.terms)(&value));
        }
        self.values.push_back(value);
    }

    /// Takes the oldest value out.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        if N > 0 {
            if self.tails.is_empty() {
                self.make_older();
            }
            self.tails.pop();
        }
        self.values.pop_front()
    }

    /// Makes all values the older part. Each takes part in this once, however long it stays.
    fn make_older(&mut self) {
        let mut tail = [Total::ZERO; N];
        let terms = self.terms;
        self.tails.extend(self.values.iter().rev().map(|value| {
            add(&mut tail, terms(value));
            tail
        }));
        self.young = [Total::ZERO; N];
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.tails.clear();
        self.young = [Total::ZERO; N];
    }

    #[inline]
    pub(super) fn sums(&self) -> [f64; N] {
        let old = self.tails.last().unwrap_or(&[Total::ZERO; N]);
        std::array::from_fn(|k| old[k].with(self.young[k]).value())
    }
}

impl<T> Values<T, 1> {
    #[inline]
    pub(super) fn sum(&self) -> f64 {
        self.sums()[0]
    }

    #[inline]
    pub(super) fn mean(&self) -> Option<f64> {
        (!self.values.is_empty()).then(|| self.sum() / self.values.len() as f64)
    }
}

#[inline]
fn add<const N: usize>(totals: &mut [Total; N], terms: [f64; N]) {
    for (total, term) in totals.iter_mut().zip(terms) {
        total.add(term);
    }
}

/// A compensated sum.
#[derive(Clone, Copy)]
struct Total {
    sum: f64,
    /// What `sum` has lost by rounding. Not a number once `sum` is not finite.
    lost: f64,
}

impl Total {
    const ZERO: Total = Total { sum: 0.0, lost: 0.0 };

    /// Adds a term, and what rounding takes from the sum to what is lost: `sum + term` and the new sum differ by exactly
    /// this. No branch on which of them is larger, as the larger one often changes.
    #[inline]
    fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        let of_term = sum - self.sum;
        self.lost += (self.sum - (sum - of_term)) + (term - of_term);
        self.sum = sum;
    }

    #[inline]
    fn with(mut self, other: Total) -> Total {
        self.add(other.sum);
        self.lost += other.lost;
        self
    }

    #[inline]
    fn value(self) -> f64 {
        let value = self.sum + self.lost;
        if value.is_nan() { self.sum } else { value }
    }
}
