//! A stream with its readers, as the engine dispatches it.
//!
//! A stream with one reader becomes a [`Solo`], in which stream and handler are one compiled unit; all others stay
//! a [`Hub`], which hands each event from reader to reader.

use std::any::Any;
use std::sync::Arc;

use crate::channel::{AnyChannel, Channel, DigestFn, SinkFn};
use crate::core::Core;
use crate::desk::At;
use crate::live::side::Entry;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::reader::{Handler, Reader, Take};
use crate::recording::{Tap, Taped};
use crate::source::Source;
use crate::strategy::Strategy;
use crate::stream::{Event, Payload};
use crate::time::Timestamp;

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

/// A stream with any number of readers, by strategy and method, and sinks after them (S8).
pub(crate) struct Hub<T> {
    channel: Channel<T>,
    readers: Vec<Box<dyn Reader<T>>>,
}

impl<T: Payload> Hub<T> {
    pub(crate) fn new(name: Arc<str>, id: u32) -> Self {
        Hub { channel: Channel::new(name, id), readers: Vec::new() }
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
