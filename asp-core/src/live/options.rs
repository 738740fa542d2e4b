//! What may be set on a live source.

use super::queue::WhenFull;
use super::splice::Splice;
use crate::time::Duration;

/// What becomes of a live event that is later than its stream allows (S37); see
/// [`Source::max_lag`](crate::Source::max_lag).
///
/// ```
/// use asp_core::{Duration, Source, Timestamp, WhenLate};
///
/// let feed = futures_util::stream::iter([(Timestamp::EPOCH, 1.5)]);
/// let prices: Source<f64> = Source::live_at(feed).max_lag(Duration::from_secs(1), WhenLate::Drop);
/// # drop(prices);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenLate {
    /// It is dropped, and counted in [`StreamReport::late`](crate::StreamReport::late).
    Drop,
    /// The run stops, naming the stream.
    Error,
}

/// The number of an event in the sequence of its stream.
pub(crate) type SequenceFn<T> = Box<dyn FnMut(&T) -> u64 + Send>;

/// The options of a live source.
pub(crate) struct LiveOptions<T> {
    pub(crate) capacity: usize,
    pub(crate) when_full: WhenFull,
    pub(crate) own_task: bool,
    pub(crate) splice: Option<Box<dyn Splice<T>>>,
    pub(crate) sequence: Option<SequenceFn<T>>,
    pub(crate) max_lag: Option<(Duration, WhenLate)>,
}

impl<T> LiveOptions<T> {
    /// True if none was set.
    pub(crate) fn is_default(&self) -> bool {
        let LiveOptions { capacity, when_full, own_task, splice, sequence, max_lag } = self;
        let is_plain = (*capacity, *when_full) == (CAPACITY, WhenFull::default()) && !own_task;
        is_plain && splice.is_none() && sequence.is_none() && max_lag.is_none()
    }
}

/// How many events wait in a queue, unless told otherwise (section K of the rules).
const CAPACITY: usize = 65_536;

impl<T> Default for LiveOptions<T> {
    fn default() -> Self {
        LiveOptions {
            capacity: CAPACITY,
            when_full: WhenFull::default(),
            own_task: false,
            splice: None,
            sequence: None,
            max_lag: None,
        }
    }
}
