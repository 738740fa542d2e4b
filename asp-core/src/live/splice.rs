//! Where history and live feed overlap: which live events are let through (S38).

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasherDefault, Hash};

/// How many ids of a stream are remembered.
const IDS: usize = 65_536;

/// Decides which live events are new. Asked when an event is taken from its queue, hence after the stream's own past.
pub(crate) trait Splice<T>: Send {
    /// Takes note of a past event.
    fn saw_past(&mut self, value: &T);
    /// True if a live event is delivered.
    fn admits(&mut self, event_time: i64, value: &T) -> bool;
    /// An event that was admitted is delivered.
    fn delivered(&mut self, _event_time: i64) {}
    /// The source was connected again: what follows may overlap with what was delivered.
    fn reconnected(&mut self) {}
    /// The past is over; its last event was at `time`.
    fn past_ended(&mut self, _time: Option<i64>) {}
    /// The id seen last, for the report.
    fn last_id(&self) -> Option<String> {
        None
    }
    /// True if past events are shown one by one.
    fn watches_past(&self) -> bool {
        false
    }
}

/// Drops a live event whose id was seen lately.
pub(crate) struct ById<K, F> {
    id: F,
    seen: HashSet<K, BuildHasherDefault<DefaultHasher>>,
    /// The same in the order of their arrival.
    order: VecDeque<K>,
}

impl<K, F> ById<K, F> {
    pub(crate) fn new(id: F) -> Self {
        ById { id, seen: HashSet::default(), order: VecDeque::new() }
    }
}

impl<K: Hash + Eq + Clone, F> ById<K, F> {
    /// True if the id is new.
    fn remember(&mut self, id: K) -> bool {
        if !self.seen.insert(id.clone()) {
            return false;
        }
        if self.order.len() == IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        self.order.push_back(id);
        true
    }
}

impl<T, K, F> Splice<T> for ById<K, F>
where
    K: Hash + Eq + Clone + fmt::Debug + Send,
    F: FnMut(&T) -> K + Send,
{
    fn saw_past(&mut self, value: &T) {
        let id = (self.id)(value);
        self.remember(id);
    }

    fn admits(&mut self, _: i64, value: &T) -> bool {
        let id = (self.id)(value);
        self.remember(id)
    }

    fn last_id(&self) -> Option<String> {
        self.order.back().map(|id| format!("{id:?}"))
    }

    fn watches_past(&self) -> bool {
        true
    }
}

/// Drops a live event that its source stamped before the last event of the past.
#[derive(Debug, Default)]
pub(crate) struct ByTime {
    /// Events before it were delivered already.
    since: Option<i64>,
    /// Of the event delivered last.
    last: Option<i64>,
}

impl<T> Splice<T> for ByTime {
    fn saw_past(&mut self, _: &T) {}

    fn admits(&mut self, event_time: i64, _: &T) -> bool {
        self.since.is_none_or(|since| event_time >= since)
    }

    fn delivered(&mut self, event_time: i64) {
        self.last = Some(event_time);
    }

    fn reconnected(&mut self) {
        self.since = self.last.or(self.since);
    }

    fn past_ended(&mut self, time: Option<i64>) {
        self.since = time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s38_only_the_last_ids_are_remembered() {
        let mut splice = ById::new(|id: &u64| *id);
        (0..=IDS as u64).for_each(|id| splice.saw_past(&id));
        assert_eq!(Splice::last_id(&splice), Some("65536".to_owned()));
        assert!(splice.admits(0, &0), "the oldest was forgotten");
        assert!(!splice.admits(0, &2));
        assert_eq!((splice.seen.len(), splice.order.len()), (IDS, IDS));
    }

    #[test]
    fn s38_after_a_reconnect_time_compares_with_the_event_before_it() {
        let mut splice = ByTime::default();
        let admits = |splice: &mut ByTime, time| {
            let admitted = Splice::<()>::admits(splice, time, &());
            if admitted {
                Splice::<()>::delivered(splice, time);
            }
            admitted
        };
        Splice::<()>::past_ended(&mut splice, Some(5));
        assert_eq!([4, 5, 7, 6].map(|time| admits(&mut splice, time)), [false, true, true, true]);
        Splice::<()>::reconnected(&mut splice);
        assert_eq!([5, 6, 7].map(|time| admits(&mut splice, time)), [false, true, true]);
    }

    #[test]
    fn s38_an_event_that_was_too_late_is_not_the_last_one_delivered() {
        let mut splice = ByTime::default();
        assert!(Splice::<()>::admits(&mut splice, 9, &()));
        Splice::<()>::delivered(&mut splice, 9);
        // Admitted here, and then dropped for its lag.
        assert!(Splice::<()>::admits(&mut splice, 3, &()));
        Splice::<()>::reconnected(&mut splice);
        assert!(!Splice::<()>::admits(&mut splice, 4, &()));
    }
}
