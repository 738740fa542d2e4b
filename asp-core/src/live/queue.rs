//! What a live source has yielded and the run has not taken yet: a bounded queue (S39).

use std::collections::VecDeque;

use super::Notice;
use crate::source::FaultKind;

/// What becomes of an event that finds the queue of its live source full (S39), or the buffer of its
/// [`Forward`](crate::Forward).
///
/// Whatever is dropped is counted, in [`Report::dropped`](crate::Report::dropped) or in
/// [`Report::forwards`](crate::Report::forwards).
///
/// ```
/// use asp_core::{Source, WhenFull};
///
/// let ticks = futures_util::stream::iter(1..);
/// let prices: Source<i32> = Source::live(ticks).queue(1_000, WhenFull::DropOldest);
/// # drop(prices);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenFull {
    /// The source is not polled until there is room, or the run waits for room; nothing is lost here.
    #[default]
    Block,
    /// The oldest event in the queue makes room.
    DropOldest,
    /// The new event is dropped.
    DropNewest,
    /// Only the latest event is kept, whatever the capacity.
    Latest,
    /// The run stops, naming the stream.
    Error,
}

/// Something that a live source yielded, with the engine clock when it was received.
#[derive(Debug)]
pub(crate) struct Received<T> {
    pub(crate) arrival: i64,
    pub(crate) item: Item<T>,
}

#[derive(Debug)]
pub(crate) enum Item<T> {
    /// A value, with the time that its source gave it, if any.
    Event {
        event_time: Option<i64>,
        value: T,
    },
    Notice(Notice),
    End,
    Fault(FaultKind),
}

/// The queue of one live source. Notices, the end and a fault stand in it behind the events that came before them; they
/// take no room and are never dropped.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    items: VecDeque<Received<T>>,
    /// How many of them are events.
    events: usize,
    capacity: usize,
    when_full: WhenFull,
    dropped: u64,
    /// Nothing follows: the source ended or failed.
    closed: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(capacity: usize, when_full: WhenFull) -> Self {
        let capacity = if when_full == WhenFull::Latest { 1 } else { capacity.max(1) };
        Queue { items: VecDeque::new(), events: 0, capacity, when_full, dropped: 0, closed: false }
    }

    /// True if the source must wait for room.
    pub(crate) fn is_blocked(&self) -> bool {
        self.closed || (self.when_full == WhenFull::Block && self.events >= self.capacity)
    }

    #[cfg(test)]
    fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Events that wait.
    pub(crate) fn events(&self) -> usize {
        self.events
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(crate) fn push(&mut self, arrival: i64, item: Item<T>) {
        if self.closed {
            return;
        }
        match item {
            Item::Event { .. } if self.events >= self.capacity => return self.push_full(arrival, item),
            Item::Event { .. } => self.events += 1,
            Item::End | Item::Fault(_) => self.closed = true,
            Item::Notice(_) => {}
        }
        self.items.push_back(Received { arrival, item });
    }

    fn push_full(&mut self, arrival: i64, item: Item<T>) {
        match self.when_full {
            WhenFull::DropNewest => self.dropped += 1,
            WhenFull::Error => {
                self.dropped += 1;
                let capacity = self.capacity;
                self.push(arrival, Item::Fault(FaultKind::QueueFull { capacity }));
            }
            // A blocked source is not polled; should it yield all the same, nothing is lost.
            WhenFull::Block => {
                self.events += 1;
                self.items.push_back(Received { arrival, item });
            }
            WhenFull::DropOldest | WhenFull::Latest => {
                let oldest =
                    self.items.iter().position(|received| matches!(received.item, Item::Event { .. }));
                if let Some(oldest) = oldest {
                    self.items.remove(oldest);
                }
                self.dropped += 1;
                self.items.push_back(Received { arrival, item });
            }
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Received<T>> {
        let received = self.items.pop_front()?;
        if let Item::Event { .. } = received.item {
            self.events -= 1;
        }
        Some(received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(value: u32) -> Item<u32> {
        Item::Event { event_time: None, value }
    }

    fn values(queue: &mut Queue<u32>) -> Vec<u32> {
        let mut values = Vec::new();
        while let Some(received) = queue.pop() {
            if let Item::Event { value, .. } = received.item {
                values.push(value);
            }
        }
        values
    }

    #[test]
    fn s39_what_each_policy_keeps() {
        for (when_full, kept, dropped) in [
            (WhenFull::Block, &[1, 2, 3, 4, 5][..], 0),
            (WhenFull::DropOldest, &[4, 5], 3),
            (WhenFull::DropNewest, &[1, 2], 3),
            (WhenFull::Latest, &[5], 4),
            (WhenFull::Error, &[1, 2], 1),
        ] {
            let mut queue = Queue::new(2, when_full);
            (1..=5).for_each(|value| queue.push(0, event(value)));
            assert_eq!(queue.is_closed(), when_full == WhenFull::Error);
            assert_eq!(values(&mut queue), kept, "{when_full:?}");
            assert_eq!(queue.dropped(), dropped, "{when_full:?}");
        }
    }

    #[test]
    fn s40_notices_and_the_end_take_no_room_and_are_kept() {
        let mut queue = Queue::new(1, WhenFull::DropOldest);
        queue.push(0, Item::Notice(Notice::Reconnected { attempts: 1 }));
        queue.push(1, event(1));
        queue.push(2, Item::Notice(Notice::Reconnected { attempts: 2 }));
        queue.push(3, event(2));
        queue.push(4, Item::End);
        queue.push(5, event(3));
        let order: Vec<i64> = std::iter::from_fn(|| queue.pop()).map(|received| received.arrival).collect();
        assert_eq!(order, [0, 2, 3, 4]);
    }

    #[test]
    fn s39_a_full_queue_holds_its_source_back() {
        let mut queue = Queue::new(2, WhenFull::Block);
        queue.push(0, event(1));
        assert!(!queue.is_blocked());
        queue.push(0, event(2));
        assert!(queue.is_blocked());
        queue.pop();
        assert!(!queue.is_blocked());
        assert_eq!(queue.events(), 1);
    }
}
