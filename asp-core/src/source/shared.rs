//! A source over a slice that is shared between runs.

use std::sync::Arc;

use super::{Pull, Pulled, SourceFault};
use crate::stream::Payload;
use crate::time::Timestamp;

pub(super) struct Shared<T> {
    items: Arc<[(Timestamp, T)]>,
    next: usize,
    previous: i64,
    checked: bool,
}

impl<T> Shared<T> {
    pub(super) fn new(items: Arc<[(Timestamp, T)]>) -> Self {
        Shared { items, next: 0, previous: i64::MIN, checked: true }
    }
}

impl<T: Payload + Clone + Sync> Pull<T> for Shared<T> {
    fn pull(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<T>) -> Pulled {
        let rest = &self.items[self.next..];
        for (time, value) in rest.iter().take(max) {
            let time = time.as_nanos();
            if time < self.previous && self.checked {
                return Pulled::Fault(SourceFault::unordered(self.next as u64, self.previous, time));
            }
            self.previous = time;
            self.next += 1;
            times.push(time);
            values.push(value.clone());
        }
        if self.next == self.items.len() { Pulled::End } else { Pulled::Some }
    }
    fn allow_disorder(&mut self) {
        self.checked = false;
    }
}
