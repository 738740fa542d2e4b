//! One event for all that a source has at one instant (S60).

use super::{Pull, Pulled};
use crate::stream::Payload;

/// What becomes of the values of one instant.
pub(super) trait Gather<T>: Payload {
    fn first(value: T) -> Self;
    fn more(&mut self, value: T);
}

/// The last one.
pub(super) struct Last<T>(pub(super) T);

impl<T: Payload> Gather<T> for Last<T> {
    fn first(value: T) -> Self {
        Last(value)
    }

    fn more(&mut self, value: T) {
        self.0 = value;
    }
}

/// All of them, in source order.
impl<T: Payload> Gather<T> for Vec<T> {
    fn first(value: T) -> Self {
        vec![value]
    }

    fn more(&mut self, value: T) {
        self.push(value);
    }
}

/// Gathers the values of equal times. An instant is over when a later event, the end or a fault shows.
pub(super) struct PerInstant<T, G> {
    inner: Box<dyn Pull<T>>,
    gathered: Option<(i64, G)>,
    ended: Option<Pulled>,
    times: Vec<i64>,
    values: Vec<T>,
}

impl<T, G> PerInstant<T, G> {
    pub(super) fn new(inner: Box<dyn Pull<T>>) -> Self {
        PerInstant { inner, gathered: None, ended: None, times: Vec::new(), values: Vec::new() }
    }
}

impl<T: Payload, G: Gather<T>> PerInstant<T, G> {
    /// Takes a batch of the inner source in; what is complete goes out through `release`.
    fn receive(&mut self, max: usize, mut release: impl FnMut(i64, G)) {
        self.times.clear();
        match self.inner.pull(max, &mut self.times, &mut self.values) {
            Pulled::Some => {}
            ended => self.ended = Some(ended),
        }
        for (&time, value) in self.times.iter().zip(self.values.drain(..)) {
            match &mut self.gathered {
                Some((instant, values)) if *instant == time => values.more(value),
                gathered => {
                    if let Some((instant, values)) = gathered.replace((time, G::first(value))) {
                        release(instant, values);
                    }
                }
            }
        }
        if self.ended.is_some()
            && let Some((instant, values)) = self.gathered.take()
        {
            release(instant, values);
        }
    }

    /// Appends at most about `max` instants.
    fn pull_gathered(&mut self, max: usize, mut release: impl FnMut(i64, G)) -> Pulled {
        let mut released = false;
        while self.ended.is_none() && !released {
            self.receive(max, |time, values| {
                released = true;
                release(time, values);
            });
        }
        match (released, &self.ended) {
            // What came last is delivered before the end or the fault is told.
            (true, _) => Pulled::Some,
            (false, _) => self.ended.replace(Pulled::End).unwrap_or(Pulled::End),
        }
    }
}

impl<T: Payload> Pull<T> for PerInstant<T, Last<T>> {
    fn pull(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<T>) -> Pulled {
        self.pull_gathered(max, |time, Last(value)| {
            times.push(time);
            values.push(value);
        })
    }
}

impl<T: Payload> Pull<Vec<T>> for PerInstant<T, Vec<T>> {
    fn pull(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<Vec<T>>) -> Pulled {
        self.pull_gathered(max, |time, all| {
            times.push(time);
            values.push(all);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FaultKind, Source};
    use crate::time::Timestamp;

    const INPUT: [(i64, char); 6] = [(1, 'a'), (1, 'b'), (2, 'c'), (5, 'd'), (5, 'e'), (5, 'f')];

    fn source(items: &[(i64, char)]) -> Source<char> {
        let items: Vec<_> = items.iter().map(|&(time, value)| (Timestamp::from_nanos(time), value)).collect();
        Source::past(items)
    }

    fn drain<T>(mut source: Source<T>, max: usize) -> (Vec<(i64, T)>, Pulled) {
        let (mut times, mut values) = (Vec::new(), Vec::new());
        loop {
            match source.pull.pull(max, &mut times, &mut values) {
                Pulled::Some => {}
                ended => return (times.into_iter().zip(values).collect(), ended),
            }
        }
    }

    #[test]
    fn s60_the_last_of_each_instant() {
        for max in [1, 2, 4, 512] {
            let (events, ended) = drain(source(&INPUT).last_per_instant(), max);
            assert_eq!(events, [(1, 'b'), (2, 'c'), (5, 'f')], "in batches of {max}");
            assert!(matches!(ended, Pulled::End));
        }
    }

    #[test]
    fn s60_all_of_each_instant() {
        for max in [1, 2, 4, 512] {
            let (events, ended) = drain(source(&INPUT).batch_per_instant(), max);
            assert_eq!(events, [(1, vec!['a', 'b']), (2, vec!['c']), (5, vec!['d', 'e', 'f'])]);
            assert!(matches!(ended, Pulled::End));
        }
        assert!(drain(source(&[]).batch_per_instant(), 512).0.is_empty());
    }

    #[test]
    fn s15_what_came_before_a_fault_is_delivered_and_then_the_fault() {
        for max in [1, 2, 512] {
            let (events, ended) =
                drain(source(&[(1, 'a'), (3, 'b'), (3, 'c'), (2, 'd')]).last_per_instant(), max);
            assert_eq!(events, [(1, 'a'), (3, 'c')]);
            let Pulled::Fault(fault) = ended else { panic!("{ended:?}") };
            assert_eq!(fault.index, 3);
            assert!(matches!(fault.what, FaultKind::Unordered { .. }));
        }
    }
}
