//! Emissions with a delay: one queue for the run, ordered by time, then by scheduling (S7).
//!
//! The queue holds numbers; the values wait in a shelf of their type, so that an emission takes no box. A key names both.

use std::any::Any;
use std::cell::{Cell, RefCell};

use crate::agenda::{CallKey, Calls};
use crate::context::Context;
use crate::desk::Emission;
use crate::fuse::Emits;
use crate::heads::Due;
use crate::strategy::Strategy;
use crate::stream::{Payload, Stream};
use crate::time::{IntoDelay, Timestamp};

/// Names an event that was emitted with a delay, to cancel it.
///
/// A key stays valid until its event was dispatched or cancelled; after that [`Context::cancel`] answers `false`.
///
/// ```
/// use asp_core::{Context, EmissionKey, Strategy};
///
/// fn take_back<S: Strategy>(cx: &Context<S>, ack: Option<EmissionKey>) -> bool {
///     ack.is_some_and(|key| cx.cancel(key))
/// }
/// ```
///
/// [`Context::cancel`]: crate::Context::cancel
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EmissionKey {
    entry: CallKey,
    departure: Departure,
}

impl EmissionKey {
    /// What an emission returns that was refused; no event has it.
    pub(crate) const NONE: EmissionKey =
        EmissionKey { entry: CallKey::NONE, departure: Departure { stream: u32::MAX, slot: u32::MAX } };
}

/// An event whose time has not come: its stream, and the slot of its value there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Departure {
    pub(crate) stream: u32,
    slot: u32,
}

/// The values of one stream, whatever they are.
trait AnyHeld: Any + Send {
    fn drop_value(&mut self, slot: u32);
}

/// The values of one stream, in numbered slots.
struct Held<T> {
    slots: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Held<T> {
    fn put(&mut self, value: T) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(value);
                slot
            }
            None => {
                self.slots.push(Some(value));
                (self.slots.len() - 1) as u32
            }
        }
    }

    fn take(&mut self, slot: u32) -> Option<T> {
        let value = self.slots.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some(value)
    }
}

impl<T: Send + 'static> AnyHeld for Held<T> {
    fn drop_value(&mut self, slot: u32) {
        self.take(slot);
    }
}

/// All events of a run that were emitted with a delay and not dispatched yet.
pub(crate) struct Departures {
    queue: RefCell<Calls<Departure>>,
    /// By stream, each a `Held<T>`; none where no event was ever delayed.
    held: RefCell<Vec<Option<Box<dyn AnyHeld>>>>,
    /// True if something changed since the last [`Departures::take_touched`].
    touched: Cell<bool>,
    /// How many the run counts as alive.
    counted: Cell<usize>,
}

impl Departures {
    pub(crate) fn new() -> Self {
        Departures {
            queue: RefCell::new(Calls::new()),
            held: RefCell::new(Vec::new()),
            touched: Cell::new(false),
            counted: Cell::new(0),
        }
    }

    /// Keeps a value until its time; [`Departures::push`] or [`Departures::join`] is to follow.
    pub(crate) fn hold<T: Send + 'static>(&self, stream: u32, value: T) -> Departure {
        let mut held = self.held.borrow_mut();
        let index = stream as usize;
        if held.len() <= index {
            held.resize_with(index + 1, || None);
        }
        let of_stream: &mut dyn Any = held[index]
            .get_or_insert_with(|| Box::new(Held::<T> { slots: Vec::new(), free: Vec::new() }))
            .as_mut();
        let of_stream = of_stream.downcast_mut::<Held<T>>();
        Departure { stream, slot: of_stream.map_or(u32::MAX, |held| held.put(value)) }
    }

    /// Takes out the value of a departure that left the queue.
    pub(crate) fn take_value<T: 'static>(&self, departure: Departure) -> Option<T> {
        let mut held = self.held.borrow_mut();
        let of_stream: &mut dyn Any = held.get_mut(departure.stream as usize)?.as_deref_mut()?;
        of_stream.downcast_mut::<Held<T>>()?.take(departure.slot)
    }

    /// Queues a departure.
    pub(crate) fn push(&self, departure: Departure, time: i64, sequence: u64) -> EmissionKey {
        self.touched.set(true);
        let mut queue = self.queue.borrow_mut();
        queue.make_room();
        let (slot, _) = queue.push(departure, time, time, sequence);
        EmissionKey { entry: CallKey::new(time, sequence, slot), departure }
    }

    /// Stores a departure that joins the next round of this instant: its key, and the slot for [`Departures::take`].
    pub(crate) fn join(&self, departure: Departure, now: i64, sequence: u64) -> (EmissionKey, u32) {
        self.touched.set(true);
        let slot = self.queue.borrow().store(departure, now, sequence);
        (EmissionKey { entry: CallKey::new(now, sequence, slot), departure }, slot)
    }

    /// Takes out a departure that joined a round; none if it was cancelled.
    pub(crate) fn take(&self, slot: u32, sequence: u64) -> Option<Departure> {
        self.touched.set(true);
        self.queue.borrow_mut().take(slot, sequence).map(|taken| taken.call)
    }

    /// Takes out the departure at the head, with its sequence; none if it was cancelled.
    pub(crate) fn pop(&self) -> Option<(Departure, u64)> {
        self.touched.set(true);
        self.queue.borrow_mut().pop().map(|taken| (taken.call, taken.sequence))
    }

    /// True if the event was still to come.
    pub(crate) fn cancel(&self, key: EmissionKey) -> bool {
        let was_pending = self.queue.borrow_mut().cancel(key.entry);
        if was_pending {
            self.touched.set(true);
            let EmissionKey { departure: Departure { stream, slot }, .. } = key;
            if let Some(Some(held)) = self.held.borrow_mut().get_mut(stream as usize) {
                held.drop_value(slot);
            }
        }
        was_pending
    }

    /// Time, sequence and stream of each event that is to come, in no order.
    pub(crate) fn pending(&self) -> Vec<(i64, u64, u32)> {
        let mut pending = Vec::new();
        self.queue
            .borrow()
            .each(&mut |due, sequence, departure| pending.push((due, sequence, departure.stream)));
        pending
    }

    /// The place of the next one: a lower bound, since it may have been cancelled.
    pub(crate) fn head(&self) -> Due {
        self.queue.borrow().head().as_emission()
    }

    #[inline]
    pub(crate) fn take_touched(&self) -> bool {
        self.touched.replace(false)
    }

    /// Events that will be dispatched, and how many of them were counted when this was asked last.
    pub(crate) fn count(&self) -> (usize, usize) {
        let live = self.queue.borrow().live();
        (live, self.counted.replace(live))
    }
}

impl<S: Strategy> Context<S> {
    /// Puts an event on a stream after a delay: [`Context::emit`], `delay` later.
    ///
    /// It is an event of its own time: its readers see it before the calls and ticks that are due then, and after the
    /// events of sources (S7). Among emissions of one time, what was emitted first comes first. A delay of zero means the
    /// next round of this instant. An event that is to come keeps the run alive; [`Context::cancel`] takes its key.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     cx.emit_after(Duration::from_secs(1), Greeter::GREETINGS, format!("Hello {name}"));
    ///     let goodbye = cx.emit_after(Duration::from_hours(1), Greeter::GREETINGS, format!("Goodbye {name}"));
    ///     assert!(cx.cancel(goodbye));
    /// }
    ///
    /// let greetings = run(arrive)?.collected(Greeter::GREETINGS)?;
    /// assert_eq!(greetings[0].to_string(), "2025-01-01T00:00:01Z Hello Jane");
    /// assert_eq!(greetings.len(), 3);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn emit_after<T: Payload>(&self, delay: impl IntoDelay, stream: Stream<T>, value: T) -> EmissionKey {
        match self.due_after(delay.into_delay()) {
            Some(due) => self.emit_due(due, stream, value),
            None => EmissionKey::NONE,
        }
    }

    /// Puts an event on a stream at a time; see [`Context::emit_after`].
    ///
    /// A time before now is taken as now and counted in the report, as [`Context::at`] does (S11).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     let midnight = Timestamp::from_secs(1_735_776_000);
    ///     cx.emit_at(midnight, Greeter::GREETINGS, format!("{name}, good night"));
    /// }
    ///
    /// let greetings = run(arrive)?.collected(Greeter::GREETINGS)?;
    /// assert_eq!(greetings[2].to_string(), "2025-01-02T00:00:00Z Sarah, good night");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn emit_at<T: Payload>(&self, time: Timestamp, stream: Stream<T>, value: T) -> EmissionKey {
        self.emit_due(time.as_nanos(), stream, value)
    }

    fn emit_due<T: Payload>(&self, due: i64, stream: Stream<T>, value: T) -> EmissionKey {
        let desk = self.desk();
        let found = self.outlet(stream.name()).filter(|&id| desk.outlet::<T>(id).is_some());
        let Some(id) = found else {
            self.refuse_emission::<T>(stream.name());
            return EmissionKey::NONE;
        };
        let sequence = desk.next_sequence();
        let departure = desk.departures.hold(id, value);
        // The run hears of it when the node tells what it has pending itself.
        self.tell();
        let now = desk.now.get();
        if due > now {
            // The calls of that time come after it.
            desk.lower_outer(due - 1);
            return desk.departures.push(departure, due, sequence);
        }
        self.note_past(desk, due);
        self.emits().shut();
        let (key, slot) = desk.departures.join(departure, now, sequence);
        desk.joined.emissions.push(Emission { stream: id, slot, sequence });
        desk.hold_instant();
        key
    }

    pub(crate) fn cancel_emission(&self, key: EmissionKey) -> bool {
        let was_pending = self.desk().departures.cancel(key);
        if was_pending {
            self.tell();
            // It may have been the last thing that kept the run alive.
            self.desk().hold_instant();
        }
        was_pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s07_departures_leave_by_time_then_sequence_and_before_calls() {
        let departures = Departures::new();
        for (sequence, time) in [5, 3, 5, 1].into_iter().enumerate() {
            departures.push(departures.hold(2, format!("{time}")), time, sequence as u64);
        }
        assert!(Due::at(1) < departures.head() && departures.head() < Due::call(1, 0));
        let order = std::iter::from_fn(|| departures.pop());
        let order: Vec<(String, u64)> = order
            .map(|(departure, sequence)| (departures.take_value(departure).unwrap(), sequence))
            .collect();
        assert_eq!(
            order,
            [("1".to_owned(), 3), ("3".to_owned(), 1), ("5".to_owned(), 0), ("5".to_owned(), 2)]
        );
        assert_eq!(departures.head(), Due::NEVER);
    }

    #[test]
    fn s13_a_cancelled_departure_drops_its_value_at_once() {
        let (departures, value) = (Departures::new(), std::sync::Arc::new(()));
        let key = departures.push(departures.hold(0, value.clone()), 9, 0);
        let (joined, slot) = departures.join(departures.hold(0, value.clone()), 4, 1);
        assert_eq!((std::sync::Arc::strong_count(&value), departures.count()), (3, (2, 0)));
        assert!(departures.cancel(key) && departures.cancel(joined));
        assert!(!departures.cancel(key) && !departures.cancel(EmissionKey::NONE));
        assert_eq!((std::sync::Arc::strong_count(&value), departures.count()), (1, (0, 2)));
        assert!(departures.take(slot, 1).is_none() && departures.pop().is_none());
    }
}
