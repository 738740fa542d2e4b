//! A stream without its readers, whatever it carries: the engine's calls into it.

use std::any::Any;
use std::sync::Arc;

use super::{Channel, Filled, Kept, Late};
use crate::core::Core;
use crate::departures::Departure;
use crate::fifo::Fifo;
use crate::forward::outflow::AnyOutflow;
use crate::live::side::AnySide;
use crate::live::wake::Wakes;
use crate::merge::Column;
use crate::monitor::StreamCounts;
use crate::recording::Taped;
use crate::source::{Source, Stamp};
use crate::stream::{Event, Payload};
use crate::task::AnyWaiter;
use crate::time::{Clock, Timestamp};

/// What does not depend on the readers of a stream.
pub(crate) trait AnyChannel: Any {
    fn name(&self) -> &Arc<str>;
    /// Its live side, if it has one in this run.
    fn side(&mut self) -> Option<&mut dyn AnySide>;
    /// True if its source has a live part, which only a live run can use.
    fn is_live(&self) -> bool;
    /// Makes the live side of the stream, for a live run.
    fn go_live(&mut self, clock: &Arc<dyn Clock>, wakes: &Arc<Wakes>, lane: u32);
    /// Takes the history that the live side was given for its past.
    fn take_history(&mut self);
    /// The past is exhausted: the live side goes on from there.
    fn past_ended(&mut self);
    /// Pulls the next batch into an empty column.
    fn fill(&mut self, column: &mut Column) -> Filled;
    /// Records that the source has ended; at no time, if it was empty from the start.
    fn record_end(&mut self, time: Option<i64>);
    /// Whoever waited for an event that is kept is gone.
    fn release_kept(&mut self, number: u64);
    /// True if it has a source.
    fn is_fed(&self) -> bool;
    /// Events of its source before `floor` come late, at that time; those before `start` are skipped.
    fn expect_late(&mut self, start: i64, floor: i64);
    /// Events that came late.
    fn came_late(&self) -> u64;
    /// Goes on with what was recorded of the stream, if this is a replay.
    fn play_tape(&mut self) -> bool;
    /// Gives it a source, which is a `Source<T>`. False if it carries something else.
    fn supply(&mut self, source: Box<dyn Any + Send>) -> bool;

    /// Drops events before `start` (S17); true if the column ran dry by that.
    fn skip(&mut self, column: &mut Column, start: i64) -> bool;
    /// Hands one emission that came too late for handlers to the sinks (S47).
    fn drain_to_sinks(&mut self, departure: Option<Departure>, core: &mut Core);
    /// How many forwards it has.
    fn forwards(&self) -> usize;
    fn forward(&mut self, place: usize) -> &mut dyn AnyOutflow;
    /// Strategies with an `on_end` hook for this stream, as (node, hook).
    fn ends(&self) -> &[(u32, u32)];
    /// Lets a task hear of the next event. False if it waits for another type.
    fn add_waiter(&mut self, waiter: Box<dyn AnyWaiter>) -> bool;
    /// Nothing more comes: tells the tasks that wait.
    fn set_over(&mut self);
    /// True if nothing more comes.
    fn is_over(&self) -> bool;
    /// Events that are kept for readers who have not had them.
    fn kept(&self) -> usize;
    /// Events of the source and notices that were dispatched.
    fn count_delivered(&self) -> u64;
    /// Lets a test put events in, or no more of them: until then the lane does not end.
    fn set_injected(&mut self, is_injected: bool);
    /// Keeps its events from now on, for whoever takes them.
    fn keep_events(&mut self);
    /// Number of the event of the source that was dispatched last, counting from 0 all that it yielded.
    fn index_fed(&self) -> u64;
    /// Number of the emission that was dispatched last, counting from 0.
    fn index_emitted(&self) -> u64;
    /// Counts emissions that did not come through the desk.
    fn count_emitted(&mut self, count: u64);
    /// Events before the start.
    fn skipped(&self) -> u64;
    /// True if somebody wants to see some of its events now and then.
    fn is_peeked(&self) -> bool;
    /// Shows them so many of the next events.
    fn show_next(&mut self, count: u32);
    /// How many of these are still to come.
    fn peeks(&self) -> u32;
    /// What has happened on it so far.
    fn stream_counts(&self) -> StreamCounts;
    /// Drops what was emitted and not delivered; how much that was.
    fn discard_emitted(&mut self, core: &Core) -> usize;
    fn new_outlet(&self) -> Box<dyn Any + Send>;
    /// What was collected, as `Vec<Event<T>>`.
    fn take_collected(&mut self) -> Option<Box<dyn Any + Send>>;
}

impl<T: Payload> AnyChannel for Channel<T> {
    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn side(&mut self) -> Option<&mut dyn AnySide> {
        Some(&mut **self.side.as_mut()?)
    }

    fn is_live(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.live.is_some())
    }

    fn go_live(&mut self, clock: &Arc<dyn Clock>, wakes: &Arc<Wakes>, lane: u32) {
        let Some(live) = self.source.as_mut().and_then(|it| it.live.take()) else { return };
        let begin = live.begin;
        self.is_special = true;
        self.side = Some(begin(*live, Arc::clone(clock), wakes, lane));
    }

    fn take_history(&mut self) {
        if let (Some(side), Some(source)) = (&mut self.side, &mut self.source)
            && let Some(past) = side.take_past()
        {
            source.pull = past;
        }
    }

    fn past_ended(&mut self) {
        let yielded = self.pulled - self.values.len() as u64;
        if let Some(side) = &mut self.side {
            side.past_ended(yielded, self.last_pulled);
        }
    }

    fn fill(&mut self, column: &mut Column) -> Filled {
        self.is_stamped = false;
        if self.is_special { self.fill_special(column) } else { self.pull(column) }
    }

    fn release_kept(&mut self, number: u64) {
        let Some(kept) = self.take_kept(number) else { return };
        if kept.left > 0 {
            return self.put_back(number, kept);
        }
        self.collect_kept(kept.event_time, kept.value);
        self.forget_kept();
    }

    fn is_fed(&self) -> bool {
        self.source.is_some()
    }

    fn expect_late(&mut self, start: i64, floor: i64) {
        self.is_special = true;
        self.late = Some(Late { start, floor });
    }

    fn came_late(&self) -> u64 {
        self.came_late
    }

    fn play_tape(&mut self) -> bool {
        let source = self.tape.as_mut().map(|next| next());
        source.is_some_and(|source| self.supply(Box::new(source)))
    }

    fn supply(&mut self, source: Box<dyn Any + Send>) -> bool {
        let Ok(source) = source.downcast::<Source<T>>() else { return false };
        self.source = Some(*source);
        self.is_over = false;
        self.last_pulled = None;
        true
    }

    fn record_end(&mut self, time: Option<i64>) {
        if let Some(tap) = &mut self.tap {
            tap(time.map_or(Taped::Empty, Taped::End));
        }
    }

    fn skip(&mut self, column: &mut Column, start: i64) -> bool {
        let early = column.times.partition_point(|&time| time < start);
        column.times.drain(..early);
        // Of stamped items not each is an event.
        let stamped = self.stamps.drain(..early.min(self.stamps.len()));
        let others = stamped.filter(|stamp| !matches!(stamp, Stamp::Event { .. })).count();
        self.values.skip(early - others);
        self.skipped += (early - others) as u64;
        column.times.is_empty()
    }

    fn drain_to_sinks(&mut self, departure: Option<Departure>, core: &mut Core) {
        let value = match departure {
            Some(departure) => self.take_departed(departure, core),
            None => self.next_emitted(core),
        };
        let Some(value) = value else { return };
        let time = Timestamp::from_nanos(core.desk().now.get());
        self.give_to_sinks(Event { time, value }, core);
    }

    fn forwards(&self) -> usize {
        self.forwards.len()
    }

    fn forward(&mut self, place: usize) -> &mut dyn AnyOutflow {
        &mut *self.forwards[place]
    }

    fn ends(&self) -> &[(u32, u32)] {
        &self.ends
    }

    fn add_waiter(&mut self, waiter: Box<dyn AnyWaiter>) -> bool {
        self.waiters.add(waiter)
    }

    fn set_over(&mut self) {
        self.is_over = true;
        self.waiters.end();
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn kept(&self) -> usize {
        self.kept.iter().flatten().count()
    }

    fn count_delivered(&self) -> u64 {
        self.delivered()
    }

    fn set_injected(&mut self, is_injected: bool) {
        self.is_injected = is_injected;
    }

    fn keep_events(&mut self) {
        self.collected.get_or_insert_default();
    }

    fn index_fed(&self) -> u64 {
        match &self.side {
            Some(side) if side.is_on() => side.yielded().saturating_sub(1),
            _ => (self.pulled - self.values.len() as u64).saturating_sub(1),
        }
    }

    fn index_emitted(&self) -> u64 {
        self.emissions.saturating_sub(1)
    }

    fn count_emitted(&mut self, count: u64) {
        self.emissions += count;
    }

    fn skipped(&self) -> u64 {
        self.skipped
    }

    fn is_peeked(&self) -> bool {
        self.peek.is_some()
    }

    fn show_next(&mut self, count: u32) {
        self.peeks = if self.is_peeked() { count } else { 0 };
    }

    fn peeks(&self) -> u32 {
        self.peeks
    }

    fn stream_counts(&self) -> StreamCounts {
        let (waiting, dropped) =
            self.side.as_ref().map_or((0, 0), |side| (side.waiting() as u64, side.dropped()));
        let name = self.name.to_string();
        StreamCounts { name, fed: self.delivered(), emitted: self.emissions, waiting, dropped }
    }

    fn discard_emitted(&mut self, core: &Core) -> usize {
        core.desk().outlet::<T>(self.id).map_or(0, Fifo::clear)
    }

    fn new_outlet(&self) -> Box<dyn Any + Send> {
        Box::new(Fifo::<T>::new())
    }

    fn take_collected(&mut self) -> Option<Box<dyn Any + Send>> {
        let mut collected = self.collected.take()?;
        // For some a reader was still waiting when the run ended.
        while let Some(kept) = self.kept.pop_front() {
            if let Some(Kept { event_time, value, .. }) = kept {
                collected.push(Event { time: Timestamp::from_nanos(event_time), value });
            }
        }
        Some(Box::new(collected))
    }
}
