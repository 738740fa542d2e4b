//! The typed side of a stream: its source, the values pulled, its readers and sinks.
//!
//! A stream with one reader becomes a [`Solo`], in which stream and handler are one compiled unit; all others stay
//! a [`Hub`], which hands each event from reader to reader.

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
use crate::observe::Class;
use crate::panics::message;
use crate::reader::{Handler, Reader, Take};
use crate::recording::{Tap, Taped};
use crate::source::{LivePart, Pulled, Source, SourceFault, Stamp};
use crate::strategy::{HandlerResult, Strategy};
use crate::stream::{Event, Payload};
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

/// A stream whatever it carries. These are the engine's calls into it: one per burst of events.
pub(crate) trait AnyHub: Any + Send {
    fn channel(&self) -> &dyn AnyChannel;
    fn channel_mut(&mut self) -> &mut dyn AnyChannel;
    /// Dispatches events of the source at these times, as many as the limit allows; returns how many.
    fn run_fed(&mut self, lane: u32, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize;
    /// Dispatches the item that the live side of the stream shows.
    fn run_shown(&mut self, lane: u32, time: i64, nodes: &mut Nodes, core: &mut Core);
    /// Dispatches the next emission.
    fn run_emitted(&mut self, nodes: &mut Nodes, core: &mut Core);
    /// The form that fits its readers best.
    fn specialize(self: Box<Self>) -> Box<dyn AnyHub>;
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
    name: Arc<str>,
    /// Its number among the streams of the run.
    id: u32,
    /// The values of the lane, one for each time of its column that was not dispatched.
    values: VecDeque<T>,
    source: Option<Source<T>>,
    /// What the items of the source carry beside time and value, one for each time of the column, if they are not plain
    /// events.
    stamps: VecDeque<Stamp>,
    side: Option<Side<T>>,
    /// The time of the last event that was pulled.
    last_pulled: Option<i64>,
    fault: Option<SourceFault>,
    collected: Option<Vec<Event<T>>>,
    /// Where what the source brings is recorded.
    tap: Option<Tap<T>>,
    digest: Option<DigestFn<T>>,
    sinks: Vec<SinkFn<T>>,
    ends: Vec<(u32, u32)>,
    notices: Vec<(u32, u32)>,
    /// Values that came from the source.
    pulled: u64,
    /// Items that were dispatched and are not among them: what came live, notices, an end that was recorded.
    others: u64,
    /// Emissions that were dispatched.
    emissions: u64,
    skipped: u64,
}

impl<T: Payload> Channel<T> {
    /// Takes the oldest value out that was emitted and not delivered.
    #[inline]
    fn next_emitted(&mut self, core: &Core) -> Option<T> {
        self.emissions += 1;
        core.desk().outlet::<T>(self.id)?.pop()
    }

    /// Items that were dispatched, the one whose turn it is among them: also right in the middle of a burst, and after
    /// one that a panic has cut short.
    fn delivered(&self) -> u64 {
        self.pulled - self.values.len() as u64 - self.skipped + self.others
    }

    fn record(&mut self, at: At, value: &T) {
        if let Some(tap) = &mut self.tap {
            tap(Taped::Event { time: at.now, event_time: at.event_time, value });
        }
    }

    /// Takes the item out that the live side shows.
    fn take_shown(&mut self) -> Option<Entry<T>> {
        let shown = self.side.as_mut()?.shown.take();
        self.others += u64::from(shown.is_some());
        shown
    }

    /// Takes the next item of a stamped source out.
    fn next_stamped(&mut self) -> Option<Entry<T>> {
        let stamp = self.stamps.pop_front()?;
        if let Stamp::Event { event_time } = stamp {
            return Some(Entry::Event { event_time, arrival: None, value: self.values.pop_front()? });
        }
        self.others += 1;
        Some(if let Stamp::Notice(notice) = stamp { Entry::Notice(notice) } else { Entry::End })
    }

    /// Tells the strategies that want to know what befell the source.
    fn give_notice(&self, time: i64, notice: &Notice, nodes: &mut Nodes, core: &mut Core) {
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
    fn pull(&mut self, column: &mut Column) -> Filled {
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
    fn is_plain(&self) -> bool {
        !self.has_sinks() && self.notices.is_empty() && self.tap.is_none() && self.digest.is_none()
    }

    fn has_sinks(&self) -> bool {
        self.collected.is_some() || !self.sinks.is_empty()
    }

    /// Hands an event to the sinks. An error or a panic of one stops the run.
    fn give_to_sinks(&mut self, event: Event<T>, core: &mut Core) {
        for sink in &mut self.sinks {
            let result = catch_unwind(AssertUnwindSafe(|| sink(&event)))
                .unwrap_or_else(|panic| Err(format!("it panicked: {}", message(&*panic)).into()));
            if let Err(error) = result {
                core.sink_failed.get_or_insert((self.id, event.time, error));
                return core.desk().halt();
            }
        }
        if let Some(collected) = &mut self.collected {
            collected.push(event);
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
        Some(Box::new(self.collected.take()?))
    }
}

/// A stream with any number of readers, by strategy and method, and sinks after them (S8).
pub(crate) struct Hub<T> {
    channel: Channel<T>,
    readers: Vec<Box<dyn Reader<T>>>,
}

impl<T: Payload> Hub<T> {
    pub(crate) fn new(name: Arc<str>, id: u32) -> Self {
        let channel = Channel {
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
        };
        Hub { channel, readers: Vec::new() }
    }

    pub(crate) fn set_source(&mut self, source: Source<T>) {
        self.channel.source = Some(source);
    }

    pub(crate) fn add_reader(&mut self, reader: Box<dyn Reader<T>>) {
        self.readers.push(reader);
    }

    pub(crate) fn add_end(&mut self, node: u32, hook: u32) {
        self.channel.ends.push((node, hook));
    }

    pub(crate) fn add_notice(&mut self, node: u32, hook: u32) {
        self.channel.notices.push((node, hook));
    }

    pub(crate) fn set_tap(&mut self, tap: Tap<T>) {
        self.channel.tap = Some(tap);
    }

    pub(crate) fn set_digest(&mut self, digest: DigestFn<T>) {
        self.channel.digest = Some(digest);
    }

    pub(crate) fn add_sink(&mut self, sink: SinkFn<T>) {
        self.channel.sinks.push(sink);
    }

    pub(crate) fn collect(&mut self) {
        self.channel.collected.get_or_insert_default();
    }

    /// Dispatches one event to all readers and sinks, one after the other.
    fn deliver(&mut self, at: At, value: T, nodes: &mut Nodes, core: &mut Core) {
        core.desk().at_event(at);
        if let (Some(digest), Some(digester)) = (&mut self.channel.digest, &mut core.digester) {
            digest(&value, &mut digester.payload);
        }
        self.deliver_to_all(at, value, nodes, core);
        if let Some(digester) = &mut core.digester {
            digester.payload.clear();
        }
    }

    fn deliver_to_all(&mut self, at: At, value: T, nodes: &mut Nodes, core: &mut Core) {
        let has_sinks = self.channel.has_sinks();
        let name = &self.channel.name;
        let mut readers = self.readers.iter_mut();
        while let Some(reader) = readers.next() {
            if readers.len() == 0 && !has_sinks {
                return reader.give(nodes, core, at, name, value);
            }
            reader.offer(nodes, core, at, name, &value);
            if core.desk().halted() {
                return;
            }
        }
        let time = Timestamp::from_nanos(at.event_time);
        self.channel.give_to_sinks(Event { time, value }, core);
    }

    /// Dispatches an item that carries more than its time.
    fn run_entry(&mut self, time: i64, entry: Entry<T>, nodes: &mut Nodes, core: &mut Core) {
        match entry {
            Entry::Event { event_time, arrival, value } => {
                core.desk().arrival.set(arrival);
                let at = At { now: time, event_time };
                self.channel.record(at, &value);
                self.deliver(at, value, nodes, core);
                core.desk().arrival.set(None);
            }
            Entry::Notice(notice) => {
                if let Some(tap) = &mut self.channel.tap {
                    tap(Taped::Notice(time, &notice));
                }
                self.channel.give_notice(time, &notice, nodes, core);
            }
            Entry::End => core.desk().at(time),
        }
    }
}

impl<T: Payload> AnyHub for Hub<T> {
    fn channel(&self) -> &dyn AnyChannel {
        &self.channel
    }

    fn channel_mut(&mut self) -> &mut dyn AnyChannel {
        &mut self.channel
    }

    fn run_fed(&mut self, lane: u32, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize {
        let mut done = 0;
        for &time in times {
            if time > core.desk().limit.get() {
                break;
            }
            core.set_place(time, Class::Event, lane, self.channel.delivered());
            core.mark = core.desk().sequence.get();
            if let Some(entry) = self.channel.next_stamped() {
                self.run_entry(time, entry, nodes, core);
            } else if let Some(value) = self.channel.values.pop_front() {
                self.channel.record(At::instant(time), &value);
                self.deliver(At::instant(time), value, nodes, core);
            } else {
                break;
            }
            done += 1;
        }
        done
    }

    fn run_shown(&mut self, lane: u32, time: i64, nodes: &mut Nodes, core: &mut Core) {
        core.set_place(time, Class::Event, lane, self.channel.delivered());
        core.mark = core.desk().sequence.get();
        if let Some(entry) = self.channel.take_shown() {
            self.run_entry(time, entry, nodes, core);
        }
    }

    fn run_emitted(&mut self, nodes: &mut Nodes, core: &mut Core) {
        let Some(value) = self.channel.next_emitted(core) else { return };
        let now = core.desk().now.get();
        self.deliver(At::instant(now), value, nodes, core);
    }

    fn specialize(mut self: Box<Self>) -> Box<dyn AnyHub> {
        match self.readers.pop() {
            Some(only) if self.readers.is_empty() && self.channel.is_plain() => only.solo(self.channel),
            Some(last) => {
                self.readers.push(last);
                self
            }
            None => self,
        }
    }
}

/// A stream with one reader, and what makes it fast: the engine's call is the only one through a pointer, and the
/// strategy is looked up once for a run of events.
pub(crate) struct Solo<S, T, H> {
    pub(crate) channel: Channel<T>,
    pub(crate) handler: Handler<S, H>,
}

impl<S: Strategy, T: Payload, H: Take<S, T>> Solo<S, T, H> {
    /// Event by event, from a source that says more of each than its time.
    #[cold]
    fn run_stamped(&mut self, lane: u32, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize {
        let mut done = 0;
        for &time in times {
            if time > core.desk().limit.get() {
                break;
            }
            core.set_place(time, Class::Event, lane, self.channel.delivered());
            let Some(entry) = self.channel.next_stamped() else { break };
            self.run_entry(time, entry, nodes, core);
            done += 1;
        }
        done
    }

    /// Dispatches an item that carries more than its time.
    fn run_entry(&mut self, time: i64, entry: Entry<T>, nodes: &mut Nodes, core: &mut Core) {
        core.mark = core.desk().sequence.get();
        match entry {
            Entry::Event { event_time, arrival, value } => {
                core.desk().arrival.set(arrival);
                let at = At { now: time, event_time };
                self.handler.give(nodes, core, at, &self.channel.name, value);
                core.desk().arrival.set(None);
            }
            Entry::Notice(notice) => self.channel.give_notice(time, &notice, nodes, core),
            Entry::End => core.desk().at(time),
        }
    }

    /// Event by event, each with its place for those who watch.
    #[cold]
    fn run_watched(&mut self, lane: u32, time: i64, nodes: &mut Nodes, core: &mut Core) -> usize {
        core.set_place(time, Class::Event, lane, self.channel.delivered());
        self.run_one(time, nodes, core)
    }

    #[inline(always)]
    fn run_one(&mut self, time: i64, nodes: &mut Nodes, core: &mut Core) -> usize {
        let channel = &mut self.channel;
        let Some(value) = channel.values.pop_front() else { return 0 };
        core.mark = core.desk().sequence.get();
        self.handler.give(nodes, core, At::instant(time), &channel.name, value);
        1
    }
}

impl<S: Strategy, T: Payload, H: Take<S, T>> AnyHub for Solo<S, T, H> {
    fn channel(&self) -> &dyn AnyChannel {
        &self.channel
    }

    fn channel_mut(&mut self) -> &mut dyn AnyChannel {
        &mut self.channel
    }

    fn run_fed(&mut self, lane: u32, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize {
        if !self.channel.stamps.is_empty() {
            return self.run_stamped(lane, times, nodes, core);
        }
        let &[time, ref more @ ..] = times else { return 0 };
        if core.watched {
            self.run_watched(lane, time, nodes, core)
        } else if more.is_empty() || self.handler.emits {
            // A burst is not worth setting up for one event, as interleaved streams have them, or for a strategy that
            // emits: what it emits comes before the next event.
            self.run_one(time, nodes, core)
        } else {
            self.handler.burst(nodes, core, times, &mut self.channel.values)
        }
    }

    fn run_shown(&mut self, lane: u32, time: i64, nodes: &mut Nodes, core: &mut Core) {
        core.set_place(time, Class::Event, lane, self.channel.delivered());
        if let Some(entry) = self.channel.take_shown() {
            self.run_entry(time, entry, nodes, core);
        }
    }

    fn run_emitted(&mut self, nodes: &mut Nodes, core: &mut Core) {
        let Some(value) = self.channel.next_emitted(core) else { return };
        let now = core.desk().now.get();
        self.handler.give(nodes, core, At::instant(now), &self.channel.name, value);
    }

    fn specialize(self: Box<Self>) -> Box<dyn AnyHub> {
        self
    }
}
