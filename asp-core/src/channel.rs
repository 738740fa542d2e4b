//! What a stream has beside its readers: its source, the values pulled, its live side, its sinks.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::core::Core;
use crate::desk::At;
use crate::fifo::Fifo;
use crate::live::Notice;
use crate::live::side::{AnySide, Entry, Side};
use crate::live::wake::Wakes;
use crate::merge::Column;
use crate::nodes::Nodes;
use crate::panics::message;
use crate::recording::{Tap, Taped};
use crate::source::{LivePart, Pulled, Source, SourceFault, Stamp};
use crate::strategy::HandlerResult;
use crate::stream::{Event, Payload};
use crate::task::{AnyWaiter, Waiters};
use crate::time::{Clock, Timestamp};

/// What a lane holds after it was filled.
#[derive(Debug)]
pub(crate) enum Filled {
    Events,
    /// Nothing, and nothing more will come, but the source has not ended.
    Nothing,
    Ended,
    Fault(SourceFault),
}

/// What does not depend on the readers of a stream.
pub(crate) trait AnyChannel {
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
    /// Drops events before `start` (S17); true if the column ran dry by that.
    fn skip(&mut self, column: &mut Column, start: i64) -> bool;
    /// Hands one emission that came too late for handlers to the sinks (S47).
    fn drain_to_sinks(&mut self, core: &mut Core);
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
    /// Number of the event of the source that was dispatched last, counting from 0 all that it yielded.
    fn index_fed(&self) -> u64;
    /// Number of the emission that was dispatched last, counting from 0.
    fn index_emitted(&self) -> u64;
    /// Events before the start.
    fn skipped(&self) -> u64;
    /// Drops what was emitted and not delivered; how much that was.
    fn discard_emitted(&mut self, core: &Core) -> usize;
    fn new_outlet(&self) -> Box<dyn Any + Send>;
    /// What was collected, as `Vec<Event<T>>`.
    fn take_collected(&mut self) -> Option<Box<dyn Any + Send>>;
}

/// Reads a stream last (S8). Called through a pointer, once an event: a sink writes or prints, which costs more.
pub(crate) type SinkFn<T> = Box<dyn FnMut(&Event<T>) -> HandlerResult + Send>;

/// The bytes by which a payload takes part in the digest (S49).
pub(crate) type DigestFn<T> = Box<dyn FnMut(&T, &mut Vec<u8>) + Send>;

/// A stream without its readers.
pub(crate) struct Channel<T> {
    pub(crate) name: Arc<str>,
    /// Its number among the streams of the run.
    pub(crate) id: u32,
    /// The values of the lane, one for each time of its column that was not dispatched.
    pub(crate) values: VecDeque<T>,
    pub(crate) source: Option<Source<T>>,
    /// What the items of the source carry beside time and value, one for each time of the column, if they are not plain
    /// events.
    pub(crate) stamps: VecDeque<Stamp>,
    pub(crate) side: Option<Side<T>>,
    /// The time of the last event that was pulled.
    pub(crate) last_pulled: Option<i64>,
    pub(crate) fault: Option<SourceFault>,
    pub(crate) collected: Option<Vec<Event<T>>>,
    /// Where what the source brings is recorded.
    pub(crate) tap: Option<Tap<T>>,
    pub(crate) digest: Option<DigestFn<T>>,
    pub(crate) sinks: Vec<SinkFn<T>>,
    pub(crate) ends: Vec<(u32, u32)>,
    pub(crate) notices: Vec<(u32, u32)>,
    /// Values that came from the source.
    pub(crate) pulled: u64,
    /// Items that were dispatched and are not among them: what came live, notices, an end that was recorded.
    pub(crate) others: u64,
    /// Emissions that were dispatched.
    pub(crate) emissions: u64,
    pub(crate) skipped: u64,
    /// Tasks that wait for the next event.
    pub(crate) waiters: Waiters<T>,
    /// True if nothing more comes.
    is_over: bool,
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
            name,
            id,
            values: VecDeque::new(),
            source: None,
            stamps: VecDeque::new(),
            side: None,
            last_pulled: None,
            fault: None,
            collected: None,
            tap: None,
            digest: None,
            sinks: Vec::new(),
            ends: Vec::new(),
            notices: Vec::new(),
            pulled: 0,
            others: 0,
            emissions: 0,
            skipped: 0,
            waiters: Waiters::new(),
            is_over: false,
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
        let shown = self.side.as_mut()?.shown.take();
        self.others += u64::from(shown.is_some());
        shown
    }

    /// Takes the next item of a stamped source out.
    pub(crate) fn next_stamped(&mut self) -> Option<Entry<T>> {
        let stamp = self.stamps.pop_front()?;
        if let Stamp::Event { event_time } = stamp {
            return Some(Entry::Event { event_time, arrival: None, value: self.values.pop_front()? });
        }
        self.others += 1;
        Some(if let Stamp::Notice(notice) = stamp { Entry::Notice(notice) } else { Entry::End })
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

    /// Pulls until there is something, or nothing more will come.
    pub(crate) fn pull(&mut self, column: &mut Column) -> Filled {
        while let Some(source) = &mut self.source {
            let before = self.values.len();
            let pulled = source.pull.pull(source.batch(), &mut column.times, &mut self.values);
            self.pulled += (self.values.len() - before) as u64;
            if let Some(stamps) = source.pull.stamps() {
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
        self.fault.take().map_or(Filled::Ended, Filled::Fault)
    }

    /// True if its events go to handlers and nowhere else, each with the time of its source.
    pub(crate) fn is_plain(&self) -> bool {
        !self.has_followers() && self.notices.is_empty() && self.tap.is_none() && self.digest.is_none()
    }

    /// True if somebody has its events after its handlers.
    pub(crate) fn has_followers(&self) -> bool {
        self.has_sinks() || !self.waiters.is_empty()
    }

    pub(crate) fn has_sinks(&self) -> bool {
        self.collected.is_some() || !self.sinks.is_empty()
    }

    /// Hands an event to the sinks, if they do not keep it.
    pub(crate) fn lend_to_sinks(&mut self, event_time: i64, value: T, core: &mut Core) -> T {
        let event = Event { time: Timestamp::from_nanos(event_time), value };
        self.show_to_sinks(&event, core);
        event.value
    }

    /// Hands an event to the sinks. An error or a panic of one stops the run.
    pub(crate) fn give_to_sinks(&mut self, event: Event<T>, core: &mut Core) {
        if self.show_to_sinks(&event, core)
            && let Some(collected) = &mut self.collected
        {
            collected.push(event);
        }
    }

    /// False if one of them failed.
    fn show_to_sinks(&mut self, event: &Event<T>, core: &mut Core) -> bool {
        for sink in &mut self.sinks {
            let result = catch_unwind(AssertUnwindSafe(|| sink(event)))
                .unwrap_or_else(|panic| Err(format!("it panicked: {}", message(&*panic)).into()));
            if let Err(error) = result {
                core.sink_failed.get_or_insert((self.id, event.time, error));
                core.desk().halt();
                return false;
            }
        }
        true
    }

    /// Collects an event that was kept until now.
    pub(crate) fn collect_kept(&mut self, event_time: i64, value: T) {
        if let Some(collected) = &mut self.collected {
            collected.push(Event { time: Timestamp::from_nanos(event_time), value });
        }
    }
}

impl<T: Payload> AnyChannel for Channel<T> {
    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn side(&mut self) -> Option<&mut dyn AnySide> {
        self.side.as_mut().map(|side| side as &mut dyn AnySide)
    }

    fn is_live(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.live.is_some())
    }

    fn go_live(&mut self, clock: &Arc<dyn Clock>, wakes: &Arc<Wakes>, lane: u32) {
        let Some(LivePart { link, history, options }) = self.source.as_mut().and_then(|it| it.live.take())
        else {
            return;
        };
        self.side = Some(Side::new(link.into_feed(), history, options, Arc::clone(clock), wakes, lane));
    }

    fn take_history(&mut self) {
        if let (Some(side), Some(source)) = (&mut self.side, &mut self.source)
            && let Some(past) = side.past.take()
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
        let base = self.values.len();
        let filled = self.pull(column);
        if let Some(side) = &mut self.side {
            side.saw_past(self.values.range(base..));
            self.last_pulled = column.times.last().copied().or(self.last_pulled);
        }
        filled
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
        self.values.drain(..early - others);
        self.skipped += (early - others) as u64;
        column.times.is_empty()
    }

    fn drain_to_sinks(&mut self, core: &mut Core) {
        let Some(value) = self.next_emitted(core) else { return };
        let time = Timestamp::from_nanos(core.desk().now.get());
        self.give_to_sinks(Event { time, value }, core);
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

    fn index_fed(&self) -> u64 {
        match &self.side {
            Some(side) if side.is_on() => side.yielded().saturating_sub(1),
            _ => (self.pulled - self.values.len() as u64).saturating_sub(1),
        }
    }

    fn index_emitted(&self) -> u64 {
        self.emissions.saturating_sub(1)
    }

    fn skipped(&self) -> u64 {
        self.skipped
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
        let kept = self.kept.drain(..).flatten();
        collected.extend(
            kept.map(|kept| Event { time: Timestamp::from_nanos(kept.event_time), value: kept.value }),
        );
        Some(Box::new(collected))
    }
}
