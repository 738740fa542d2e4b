//! A bounded wait for late events (S16).

use std::collections::BTreeMap;

use super::{Pull, Pulled, SourceFault};
use crate::stream::Payload;
use crate::time::Duration;

/// Holds events and releases them by (time, index) once an event at least `window` later was seen, or all.
pub(super) struct Reorder<T> {
    inner: Box<dyn Pull<T>>,
    window: i64,
    held: BTreeMap<(i64, u64), T>,
    latest: i64,
    /// Events taken in so far.
    received: u64,
    /// Time of the last event released.
    released: i64,
    /// How the inner source ended, once it has.
    ended: Option<Pulled>,
    times: Vec<i64>,
    values: Vec<T>,
}

impl<T> Reorder<T> {
    pub(super) fn new(mut inner: Box<dyn Pull<T>>, window: Duration) -> Self {
        inner.allow_disorder();
        Reorder {
            inner,
            window: window.as_nanos().max(0),
            held: BTreeMap::new(),
            latest: i64::MIN,
            released: i64::MIN,
            received: 0,
            ended: None,
            times: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Takes a batch of the inner source in.
    fn receive(&mut self, max: usize) {
        self.times.clear();
        match self.inner.pull(max, &mut self.times, &mut self.values) {
            Pulled::Some => {}
            ended => self.ended = Some(ended),
        }
        for (&time, value) in self.times.iter().zip(self.values.drain(..)) {
            let index = self.received;
            self.received += 1;
            let horizon = self.latest.saturating_sub(self.window);
            let last_out =
                self.held.range(..=(horizon, u64::MAX)).next_back().map_or(self.released, |(&(t, _), _)| t);
            if time < last_out.max(self.released) {
                // What is later than the last release stays undelivered: the run stops before it.
                self.held.retain(|&(t, _), _| t <= horizon);
                self.ended = Some(Pulled::Fault(SourceFault::unordered(index, last_out, time)));
                return;
            }
            self.held.insert((time, index), value);
            self.latest = self.latest.max(time);
        }
    }
}

impl<T: Payload> Pull<T> for Reorder<T> {
    fn pull(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<T>) -> Pulled {
        let mut room = max;
        loop {
            while let Some(first) = self.held.first_entry() {
                let (time, _) = *first.key();
                if room == 0 {
                    return Pulled::Some;
                }
                if self.ended.is_none() && time > self.latest.saturating_sub(self.window) {
                    break;
                }
                self.released = time;
                times.push(time);
                values.push(first.remove());
                room -= 1;
            }
            if self.ended.is_some() && self.held.is_empty() {
                return self.ended.take().unwrap_or(Pulled::End);
            }
            if room < max {
                return Pulled::Some;
            }
            self.receive(max);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FaultKind, Source};
    use crate::time::Timestamp;

    fn release(input: &[i64], window: i64, max: usize) -> (Vec<i64>, Pulled) {
        let items: Vec<_> = input.iter().map(|&t| (Timestamp::from_nanos(t), t)).collect();
        let mut source = Source::past(items).reorder(Duration::from_nanos(window));
        let (mut times, mut values) = (Vec::new(), Vec::new());
        loop {
            match source.pull.pull(max, &mut times, &mut values) {
                Pulled::Some => {}
                ended => {
                    assert!(times.iter().eq(values.iter()));
                    return (times, ended);
                }
            }
        }
    }

    #[test]
    fn s16_reorder_window() {
        for max in [1, 2, 512] {
            let (times, ended) = release(&[10, 30, 20, 60, 25], 20, max);
            assert_eq!(times, [10, 20, 30], "in batches of {max}");
            let Pulled::Fault(fault) = ended else { panic!("{ended:?}") };
            assert_eq!(fault.index, 4);
            let FaultKind::Unordered { previous, found } = fault.what else { panic!("{fault:?}") };
            assert_eq!((previous.as_nanos(), found.as_nanos()), (30, 25));
        }
    }

    #[test]
    fn s16_what_is_held_is_released_at_the_end() {
        for max in [1, 3, 512] {
            let (times, ended) = release(&[30, 10, 20, 20, 15], 1000, max);
            assert_eq!(times, [10, 15, 20, 20, 30]);
            assert!(matches!(ended, Pulled::End));
        }
    }
}
