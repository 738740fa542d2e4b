//! What is known of the item that a handler was called for, while its task goes on.

use crate::desk::Desk;

/// Stays as it was, however long the handler waits; a task that it spawns has it too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// When it was due, too: an event is due when it happens.
    event_time: i64,
    /// The rest of it, in little room: an event may have an arrival, a tick may have left others out, none has both. Up to
    /// [`Facts::LAST_MISSED`] the ticks, counted from the least of all times; after that the arrival.
    rest: i64,
}

impl Facts {
    /// No event arrives in the first three days of all.
    const LAST_MISSED: i64 = i64::MIN + (1 << 48);

    /// Of an item that nobody received, and for which no tick was left out.
    #[inline]
    pub(crate) fn plain(event_time: i64) -> Self {
        Facts { event_time, rest: i64::MIN }
    }

    /// Of a call or a tick, and how many ticks were left out before it.
    pub(crate) fn of_call(due: i64, missed: u64) -> Self {
        let rest = i64::MIN.saturating_add_unsigned(missed).min(Self::LAST_MISSED);
        Facts { event_time: due, rest }
    }

    /// Of the event that is being dispatched.
    pub(super) fn of_event(desk: &Desk) -> Self {
        let arrival = desk.arrival.get().filter(|arrival| *arrival > Self::LAST_MISSED);
        Facts { event_time: desk.event_time(), rest: arrival.unwrap_or(i64::MIN) }
    }

    #[inline]
    pub(super) fn event_time(self) -> i64 {
        self.event_time
    }

    pub(super) fn arrival(self) -> Option<i64> {
        (self.rest > Self::LAST_MISSED).then_some(self.rest)
    }

    pub(super) fn missed(self) -> u64 {
        if self.rest > Self::LAST_MISSED { 0 } else { self.rest.wrapping_sub(i64::MIN) as u64 }
    }
}
