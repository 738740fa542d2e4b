//! One source from several (S61).

use super::{Pull, Pulled, Source};
use crate::batch::Batch;
use crate::merge::Merge;
use crate::stream::Payload;

/// Merges its parts as the engine merges streams: by time, then by position.
pub(super) struct Merged<T> {
    parts: Vec<Part<T>>,
    merge: Merge,
    /// Parts whose column is dry and may be filled again.
    dry: Vec<usize>,
}

struct Part<T> {
    source: Source<T>,
    values: Batch<T>,
    ended: Option<Pulled>,
}

impl<T: Payload> Merged<T> {
    pub(super) fn new(sources: Vec<Source<T>>) -> Self {
        let merge = Merge::new(sources.len());
        let dry = (0..sources.len()).rev().collect();
        let parts =
            sources.into_iter().map(|source| Part { source, values: Batch::new(), ended: None }).collect();
        Merged { parts, merge, dry }
    }

    /// Fills dry columns; a fault, once everything before it was yielded.
    fn refill(&mut self) -> Option<Pulled> {
        while let Some(position) = self.dry.pop() {
            let part = &mut self.parts[position];
            let column = self.merge.refill(position);
            while column.times.is_empty() && part.ended.is_none() {
                let (max, Part { source, values, .. }) =
                    (part.source.batch(column.room as usize), &mut *part);
                match values.fill(|values| source.pull.pull(max, &mut column.times, values)) {
                    Pulled::Some => {}
                    ended => part.ended = Some(ended),
                }
            }
            let is_empty = column.times.is_empty();
            self.merge.filled(position);
            if is_empty && let Some(Pulled::Fault(mut fault)) = part.ended.take() {
                fault.position = Some(position);
                return Some(Pulled::Fault(fault));
            }
        }
        None
    }
}

impl<T: Payload> Pull<T> for Merged<T> {
    fn pull(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<T>) -> Pulled {
        let mut room = max;
        loop {
            if room == 0 {
                return Pulled::Some;
            }
            if let Some(fault) = self.refill() {
                return fault;
            }
            let Some((position, run)) = self.merge.run(i64::MAX, room) else { return Pulled::End };
            let count = run.len();
            times.extend_from_slice(run);
            values.extend(self.parts[position].values.take(count));
            room -= count;
            if self.merge.took(position, count) {
                self.dry.push(position);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FaultKind;
    use crate::time::Timestamp;

    fn source(times: &[i64], tag: char) -> Source<String> {
        let items: Vec<_> = times.iter().map(|&t| (Timestamp::from_nanos(t), format!("{tag}{t}"))).collect();
        Source::past(items)
    }

    fn drain(mut source: Source<String>, max: usize) -> (Vec<String>, Pulled) {
        let (mut times, mut values) = (Vec::new(), Vec::new());
        loop {
            match source.pull.pull(max, &mut times, &mut values) {
                Pulled::Some => {}
                ended => return (values, ended),
            }
        }
    }

    #[test]
    fn s61_equal_times_come_by_position_then_in_source_order() {
        for max in [1, 2, 512] {
            let parts = [source(&[1, 3, 3], 'a'), source(&[], 'b'), source(&[0, 3, 9], 'c').read_ahead(1)];
            let (values, ended) = drain(Source::merge(parts), max);
            assert_eq!(values, ["c0", "a1", "a3", "a3", "c3", "c9"]);
            assert!(matches!(ended, Pulled::End));
        }
    }

    #[test]
    fn s61_a_fault_names_position_and_index() {
        let (values, ended) = drain(Source::merge([source(&[1, 5], 'a'), source(&[2, 4, 3], 'b')]), 512);
        assert_eq!(values, ["a1", "b2", "b4"], "the fault comes after what stands before it");
        let Pulled::Fault(fault) = ended else { panic!("{ended:?}") };
        assert_eq!((fault.position, fault.index), (Some(1), 2));
        assert!(matches!(fault.what, FaultKind::Unordered { .. }));
    }

    #[test]
    fn a_merge_of_nothing_is_empty() {
        assert!(matches!(drain(Source::merge([]), 512).1, Pulled::End));
    }
}
