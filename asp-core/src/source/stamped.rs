//! Sources of recorded events, whose time in the order is not the time their source gave them (S50, S62).

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{FaultKind, Pull, Pulled, SourceFault};
use crate::live::Notice;
use crate::panics::message;
use crate::stream::Payload;
use crate::time::Timestamp;

/// An event as it was dispatched: when, and what its source said when it happened.
///
/// For past events both times are the same. A live event is dispatched when it has arrived (S32).
///
/// ```
/// use asp_core::{Runner, Source, Stamped, Stream, Timestamp};
///
/// const TEMPERATURES: Stream<f64> = Stream::new("temperatures");
/// let at = Timestamp::from_secs;
/// let source = Source::stamped([Stamped { time: at(100), event_time: at(97), value: 21.5 }]);
/// let mut outcome = Runner::new().feed(TEMPERATURES, source).collect(TEMPERATURES).run()?;
/// assert_eq!(outcome.report().start, at(100));
/// assert_eq!(outcome.collected(TEMPERATURES)?[0].time, at(97));
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamped<T> {
    /// The time that orders it.
    pub time: Timestamp,
    /// The time that its source gave it.
    pub event_time: Timestamp,
    /// The payload.
    pub value: T,
}

/// What an item of a source carries beside its time and, if it is an event, its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    Event {
        event_time: i64,
    },
    Notice(Notice),
    /// Moves time on, so that the end of the stream falls on this instant.
    End,
}

/// Any iterator of stamped events.
pub(super) struct StampedItems<I> {
    items: I,
    index: u64,
    previous: i64,
    stamps: VecDeque<Stamp>,
}

impl<I> StampedItems<I> {
    pub(super) fn new(items: I) -> Self {
        StampedItems { items, index: 0, previous: i64::MIN, stamps: VecDeque::new() }
    }

    fn draw<T>(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<T>) -> Pulled
    where
        I: Iterator<Item = Stamped<T>>,
    {
        for _ in 0..max {
            let Some(Stamped { time, event_time, value }) = self.items.next() else { return Pulled::End };
            let time = time.as_nanos();
            if time < self.previous {
                return Pulled::Fault(SourceFault::unordered(self.index, self.previous, time));
            }
            self.previous = time;
            self.index += 1;
            times.push(time);
            values.push(value);
            self.stamps.push_back(Stamp::Event { event_time: event_time.as_nanos() });
        }
        Pulled::Some
    }
}

impl<T, I> Pull<T> for StampedItems<I>
where
    T: Payload,
    I: Iterator<Item = Stamped<T>> + Send,
{
    fn pull(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<T>) -> Pulled {
        let drawn = catch_unwind(AssertUnwindSafe(|| self.draw(max, times, values)));
        drawn.unwrap_or_else(|panic| {
            Pulled::Fault(SourceFault::new(self.index, FaultKind::Panicked(message(&*panic))))
        })
    }

    fn stamps(&mut self) -> Option<&mut VecDeque<Stamp>> {
        Some(&mut self.stamps)
    }
}
