//! What a stream has beside its readers: its source, the values pulled, its live side, its sinks and forwards.

mod any;

pub(crate) use any::AnyChannel;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::batch::Batch;
use crate::core::Core;
use crate::departures::Departure;
use crate::desk::At;
use crate::forward::outflow::Outflow;
use crate::live::Notice;
use crate::live::side::{Entry, LiveSide};
use crate::merge::Column;
use crate::nodes::Nodes;
use crate::panics::message;
use crate::recording::{Tap, Taped};
use crate::source::{Pulled, Source, SourceFault, Stamp};
use crate::strategy::HandlerResult;
use crate::stream::{Event, Payload};
use crate::task::Waiters;
use crate::time::Timestamp;

/// What a lane holds after it was filled.
#[derive(Debug)]
pub(crate) enum Filled {
    Events,
    /// Nothing, but the source has not ended: only a test can still put something in.
    Nothing,
    Ended,
    Fault(SourceFault),
}

/// Reads a stream last (S8). Called through a pointer, once an event: a sink writes or prints, which costs more.
pub(crate) type SinkFn<T> = Box<dyn FnMut(&Event<T>) -> HandlerResult + Send>;

/// Sees some events of a stream, now and then.
pub(crate) type PeekFn<T> = Box<dyn FnMut(&Event<T>) + Send>;

/// The bytes by which a payload takes part in the digest (S49).
pub(crate) type DigestFn<T> = Box<dyn FnMut(&T, &mut Vec<u8>) + Send>;

/// How a payload is copied for the latest value of its stream; through pointers, since not each payload is `Clone`.
pub(crate) struct Copying<T> {
    pub(crate) first: fn(&T) -> T,
    /// Into the copy of an earlier one, whose memory it may use.
    pub(crate) again: fn(&mut T, &T),
}

impl<T> Clone for Copying<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Copying<T> {}

/// Gives the next part of what was recorded of a stream.
pub(crate) type TapeFn<T> = Box<dyn FnMut() -> Source<T> + Send>;

/// Events before `floor` come late, those before `start` not at all.
#[derive(Clone, Copy, Debug)]
struct Late {
    start: i64,
    floor: i64,
}

/// A stream without its readers.
///
/// With thousands of streams it is the way to memory that takes the time: what each event needs stands in front, then
/// what each batch needs.
#[repr(C)]
pub(crate) struct Channel<T> {
    /// True if what was pulled last has stamps.
    pub(crate) is_stamped: bool,
    /// True if it has a live side, or expects late events: they need not be looked at otherwise, so that a batch takes two
    /// lines of the cache and not three.
    is_special: bool,
    /// The values of the lane, one for each time of its column that was not dispatched.
    pub(crate) values: Batch<T>,
    /// Values that came from the source.
    pub(crate) pulled: u64,
    pub(crate) source: Option<Source<T>>,
    pub(crate) side: Option<Box<dyn LiveSide<T>>>,
    /// What is expected of a source that was opened while the run goes on.
    late: Option<Late>,
    /// What the items of the source carry beside time and value, one for each time of the column, if they are not plain
    /// events.
    pub(crate) stamps: VecDeque<Stamp>,
    pub(crate) name: Arc<str>,
    /// Its number among the streams of the run.
    pub(crate) id: u32,
    /// The time of the last event that was pulled.
    pub(crate) last_pulled: Option<i64>,
    pub(crate) fault: Option<SourceFault>,
    pub(crate) collected: Option<Vec<Event<T>>>,
    /// Where what the source brings is recorded.
    pub(crate) tap: Option<Tap<T>>,
    pub(crate) digest: Option<DigestFn<T>>,
    /// Set if its latest event is kept for strategies that look at it.
    pub(crate) latest: Option<Copying<T>>,
    pub(crate) sinks: Vec<SinkFn<T>>,
    pub(crate) forwards: Vec<Box<dyn Outflow<T>>>,
    pub(crate) ends: Vec<(u32, u32)>,
    pub(crate) notices: Vec<(u32, u32)>,
    /// Items that were dispatched and are not among them: what came live, notices.
    pub(crate) others: u64,
    /// Emissions that were dispatched.
    pub(crate) emissions: u64,
    pub(crate) skipped: u64,
    /// Tasks that wait for the next event.
    pub(crate) waiters: Waiters<T>,
    /// Somebody who is shown so many of the next events.
    peek: Option<PeekFn<T>>,
    peeks: u32,
    /// True if nothing more comes.
    is_over: bool,
    /// True while a test may put events in.
    is_injected: bool,
    came_late: u64,
    /// The next part of what was recorded, in a replay.
    pub(crate) tape: Option<TapeFn<T>>,
    /// Events for which readers wait (S41), each under its number; none in the place of one that all have had.
    kept: VecDeque<Option<Kept<T>>>,
    /// The number of the first one that is kept.
    first_kept: u64,
}

/// An event that is kept until its last reader has had it.
pub(crate) struct Kept<T> {
    pub(crate) value: T,
    /// Readers who have not had it.
    pub(crate) left: u32,
    pub(crate) event_time: i64,
    pub(crate) arrival: Option<i64>,
    /// Its number on the stream.
    pub(crate) event: Option<(u32, u64)>,
}

impl<T: Payload> Channel<T> {
    pub(crate) fn new(name: Arc<str>, id: u32) -> Self {
        Channel {
            is_stamped: false,
            is_special: false,
            name,
            id,
            values: Batch::new(),
            source: None,
            stamps: VecDeque::new(),
            side: None,
            last_pulled: None,
            fault: None,
            collected: None,
            tap: None,
            digest: None,
            latest: None,
            sinks: Vec::new(),
            forwards: Vec::new(),
            ends: Vec::new(),
            notices: Vec::new(),
            pulled: 0,
            others: 0,
            emissions: 0,
            skipped: 0,
            waiters: Waiters::new(),
            peek: None,
            peeks: 0,
            is_over: false,
            is_injected: false,
            late: None,
            came_late: 0,
            tape: None,
            kept: VecDeque::new(),
            first_kept: 0,
        }
    }

    /// The number under which the next event is kept.
    pub(crate) fn next_kept(&self) -> u64 {
        self.first_kept + self.kept.len() as u64
    }

    pub(crate) fn keep(&mut self, kept: Kept<T>) {
        self.kept.push_back(Some(kept));
    }

    /// Takes out an event that was kept, for one more of its readers.
    pub(crate) fn take_kept(&mut self, number: u64) -> Option<Kept<T>> {
        let index = number.checked_sub(self.first_kept)?;
        let mut kept = self.kept.get_mut(index as usize)?.take()?;
        kept.left -= 1;
        Some(kept)
    }

    /// Puts it back, unless this was the last of its readers.
    pub(crate) fn put_back(&mut self, number: u64, kept: Kept<T>) {
        if let Some(place) = self.kept.get_mut((number - self.first_kept) as usize) {
            *place = Some(kept);
        }
    }

    /// A strategy has retired that had hooks for this stream.
    pub(crate) fn leave(&mut self, node: u32) {
        forget(&mut self.ends, node);
        forget(&mut self.notices, node);
    }

    /// Forgets what all have had.
    pub(crate) fn forget_kept(&mut self) {
        while let Some(None) = self.kept.front() {
            self.kept.pop_front();
            self.first_kept += 1;
        }
    }

    /// Takes the oldest value out that was emitted and not delivered.
    #[inline]
    pub(crate) fn next_emitted(&mut self, core: &Core) -> Option<T> {
        self.emissions += 1;
        core.desk().outlet::<T>(self.id)?.pop()
    }

    /// Takes out a value that was emitted with a delay, now that its time has come.
    pub(crate) fn take_departed(&mut self, departure: Departure, core: &Core) -> Option<T> {
        self.emissions += 1;
        core.desk().departures.take_value(departure)
    }

    /// Items that were dispatched, the one whose turn it is among them: also right in the middle of a burst, and after
    /// one that a panic has cut short.
    pub(crate) fn delivered(&self) -> u64 {
        self.pulled - self.values.len() as u64 - self.skipped + self.others
    }

    pub(crate) fn record(&mut self, at: At, value: &T) {
        if let Some(tap) = &mut self.tap {
            tap(Taped::Event { time: at.now, event_time: at.event_time, value });
        }
    }

    /// Takes the item out that the live side shows.
    pub(crate) fn take_shown(&mut self) -> Option<Entry<T>> {
        let shown = self.side.as_mut()?.take_shown();
        // An end is no item: the next source of the stream goes on counting.
        self.others += u64::from(shown.as_ref().is_some_and(|entry| !matches!(entry, Entry::End)));
        shown
    }

    /// Takes the next item of a stamped source out.
    pub(crate) fn next_stamped(&mut self) -> Option<Entry<T>> {
        let stamp = self.stamps.pop_front()?;
        if let Stamp::Event { event_time } = stamp {
            return Some(Entry::Event { event_time, arrival: None, value: self.values.pop()? });
        }
        let Stamp::Notice(notice) = stamp else { return Some(Entry::End) };
        self.others += 1;
        Some(Entry::Notice(notice))
    }

    /// Tells the strategies that want to know what befell the source.
    pub(crate) fn give_notice(&self, time: i64, notice: &Notice, nodes: &mut Nodes, core: &mut Core) {
        core.desk().at(time);
        for &(node, hook) in &self.notices {
            if let Some(node) = nodes.get_mut(node as usize) {
                node.run_notice(core, &self.name, hook, notice);
            }
            if core.desk().halted() {
                return;
            }
        }
    }

    /// What was pulled comes late, or a part of it (S57): it keeps its event times.
    #[cold]
    fn fill_late(&mut self, late: Late, column: &mut Column) -> Filled {
        let Late { start, floor } = late;
        if self.skip(column, start) {
            return self.fill(column);
        }
        let count = column.times.partition_point(|&time| time <= floor);
        // Of stamped items not each is an event.
        let others = self.stamps.iter().take(count).filter(|stamp| !matches!(stamp, Stamp::Event { .. }));
        self.came_late += (count - others.count()) as u64;
        if count < column.times.len() {
            self.late = None;
        }
        if count > 0 && self.stamps.is_empty() {
            self.is_stamped = true;
            self.stamps.extend(column.times.iter().map(|&event_time| Stamp::Event { event_time }));
        }
        column.times[..count].fill(floor);
        Filled::Events
    }

    /// Pulls where there is a live side, or what comes may be late.
    #[cold]
    fn fill_special(&mut self, column: &mut Column) -> Filled {
        let base = self.values.len();
        let filled = self.pull(column);
        if let Some(side) = &mut self.side {
            side.saw_past(&self.values, base);
            self.last_pulled = column.times.last().copied().or(self.last_pulled);
        }
        match self.late {
            Some(late) if matches!(filled, Filled::Events) => self.fill_late(late, column),
            _ => filled,
        }
    }

    /// Pulls until there is something, or nothing more will come.
    pub(crate) fn pull(&mut self, column: &mut Column) -> Filled {
        while let Some(source) = &mut self.source {
            #[cfg(test)]
            crate::counts::count(|counts| counts.pulls += 1);
            let before = self.values.len();
            let (max, pull) = (source.batch(column.room as usize), &mut source.pull);
            let pulled = self.values.fill(|values| pull.pull(max, &mut column.times, values));
            self.pulled += (self.values.len() - before) as u64;
            if let Some(stamps) = source.pull.stamps() {
                self.is_stamped |= !stamps.is_empty();
                self.stamps.append(stamps);
            }
            match pulled {
                Pulled::Some => {}
                Pulled::Silent if column.times.is_empty() => return Filled::Nothing,
                Pulled::Silent => {}
                Pulled::End => self.source = None,
                Pulled::Fault(fault) => {
                    self.source = None;
                    self.fault = Some(fault);
                }
            }
            if !column.times.is_empty() {
                return Filled::Events;
            }
        }
        let nothing = if self.is_injected { Filled::Nothing } else { Filled::Ended };
        self.fault.take().map_or(nothing, Filled::Fault)
    }

    /// True if its events go to handlers and nowhere else, each with the time of its source.
    pub(crate) fn is_plain(&self) -> bool {
        let has_others = self.has_followers() || !self.notices.is_empty() || self.latest.is_some();
        !has_others && self.tap.is_none() && self.digest.is_none()
    }

    /// True if somebody has its events after its handlers.
    pub(crate) fn has_followers(&self) -> bool {
        self.has_sinks() || !self.waiters.is_empty() || self.peeks > 0
    }

    pub(crate) fn has_sinks(&self) -> bool {
        self.collected.is_some() || !self.sinks.is_empty() || !self.forwards.is_empty()
    }

    /// Hands an event to the sinks, if they do not keep it.
    pub(crate) fn lend_to_sinks(&mut self, event_time: i64, value: T, core: &mut Core) -> T {
        let event = Event { time: Timestamp::from_nanos(event_time), value };
        if self.show_to_sinks(&event, core) {
            self.forwards.iter_mut().for_each(|forward| forward.offer(&event, core));
        }
        event.value
    }

    /// Hands an event to the sinks. An error or a panic of one stops the run.
    pub(crate) fn give_to_sinks(&mut self, event: Event<T>, core: &mut Core) {
        if !self.show_to_sinks(&event, core) {
            return;
        }
        if let Some(collected) = &mut self.collected {
            self.forwards.iter_mut().for_each(|forward| forward.offer(&event, core));
            collected.push(event);
        } else if let Some((last, others)) = self.forwards.split_last_mut() {
            others.iter_mut().for_each(|forward| forward.offer(&event, core));
            last.give(event, core);
        }
    }

    /// False if one of them failed.
    fn show_to_sinks(&mut self, event: &Event<T>, core: &mut Core) -> bool {
        for sink in &mut self.sinks {
            let result = catch_unwind(AssertUnwindSafe(|| sink(event)))
                .unwrap_or_else(|panic| Err(format!("it panicked: {}", message(&*panic)).into()));
            if let Err(error) = result {
                core.fail_sink(self.id, event.time, error);
                return false;
            }
        }
        if self.peeks > 0 {
            self.show_to_peek(event, core);
        }
        true
    }

    pub(crate) fn set_peek(&mut self, peek: PeekFn<T>) {
        self.peek = Some(peek);
    }

    /// Whoever looks is no part of the run: a panic of theirs ends the looking.
    #[cold]
    fn show_to_peek(&mut self, event: &Event<T>, core: &mut Core) {
        self.peeks -= 1;
        core.has_spent_peeks |= self.peeks == 0;
        if let Some(peek) = &mut self.peek
            && catch_unwind(AssertUnwindSafe(|| peek(event))).is_err()
        {
            self.peek = None;
        }
    }

    /// Collects an event that was kept until now.
    pub(crate) fn collect_kept(&mut self, event_time: i64, value: T) {
        if let Some(collected) = &mut self.collected {
            collected.push(Event { time: Timestamp::from_nanos(event_time), value });
        }
    }
}

/// Takes out the hooks of a node. It knows no payload, so that it is compiled once.
#[inline(never)]
fn forget(hooks: &mut Vec<(u32, u32)>, node: u32) {
    hooks.retain(|&(other, _)| other != node);
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use super::{Channel, Source};

    /// With a handler that has caught a number before it, these are the rest of two lines of the cache.
    #[test]
    fn what_each_batch_needs_stands_in_front() {
        let end = offset_of!(Channel<f64>, source) + offset_of!(Source<f64>, live);
        assert_eq!(end, 2 * 64 - 32);
        assert!(offset_of!(Channel<f64>, side) >= end);
    }
}
