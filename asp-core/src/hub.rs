//! A stream with its readers, as the engine dispatches it.
//!
//! A stream with one reader becomes a [`Solo`], in which stream and handler are one compiled unit; all others stay
//! a [`Hub`], which hands each event from reader to reader.

use std::any::Any;
use std::sync::Arc;

use crate::channel::{AnyChannel, Channel, DigestFn, Kept, SinkFn};
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
use crate::task::What;
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
    /// Dispatches an event that was kept to one more of its readers.
    fn run_kept(&mut self, number: u64, reader: u32, nodes: &mut Nodes, core: &mut Core);
    /// The form that fits its readers best.
    fn specialize(self: Box<Self>) -> Box<dyn AnyHub>;
    /// The form that has room for others beside its readers.
    fn generalize(self: Box<Self>) -> Box<dyn AnyHub>;
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

    pub(crate) fn of(channel: Channel<T>, readers: Vec<Box<dyn Reader<T>>>) -> Self {
        Hub { channel, readers }
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
        let has_followers = self.channel.has_followers();
        let mut waiting = 0;
        for index in 0..self.readers.len() {
            let is_last = index + 1 == self.readers.len() && !has_followers && waiting == 0;
            let (reader, name) = (&mut self.readers[index], &self.channel.name);
            if is_last {
                let Some(value) = reader.give(nodes, core, at, name, value) else { return };
                self.let_wait(index, nodes, core);
                return self.keep(at, value, 1, core);
            }
            if !reader.offer(nodes, core, at, name, &value) {
                waiting += 1;
                self.let_wait(index, nodes, core);
            }
            if core.desk().halted() {
                // Nobody has it any more, but it is pending for those who wait.
                return if waiting > 0 {
                    self.keep(at, value, waiting, core)
                };
            }
        }
        self.channel.waiters.tell(&value);
        if core.has_tasks {
            core.hear();
        }
        if waiting == 0 {
            let time = Timestamp::from_nanos(at.event_time);
            return self.channel.give_to_sinks(Event { time, value }, core);
        }
        let value = self.channel.lend_to_sinks(at.event_time, value, core);
        self.keep(at, value, waiting, core);
    }

    /// A reader has to wait for the event that is being dispatched.
    #[cold]
    fn let_wait(&self, reader: usize, nodes: &mut Nodes, core: &mut Core) {
        let (stream, number) = (self.channel.id, self.channel.next_kept());
        if let Some(node) = nodes.get_mut(self.readers[reader].node()) {
            node.wait(core, What::Event { stream, number, reader: reader as u32 });
        }
    }

    /// Keeps an event for those who wait for it.
    #[cold]
    fn keep(&mut self, at: At, value: T, left: u32, core: &Core) {
        let arrival = core.desk().arrival.get();
        self.channel.keep(Kept { value, left, event_time: at.event_time, arrival, event: core.event });
    }

    /// Dispatches an item that carries more than its time.
    fn run_entry(&mut self, time: i64, entry: Entry<T>, nodes: &mut Nodes, core: &mut Core) {
        match entry {
            Entry::Event { event_time, arrival, value } => {
                core.desk().arrival.set(arrival);
                let at = At { now: time, event_time };
                self.channel.record(at, &value);
                core.event = Some((self.channel.id, self.channel.index_fed()));
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
                core.event = Some((self.channel.id, self.channel.index_fed()));
                self.deliver(At::instant(time), value, nodes, core);
            } else {
                break;
            }
            done += 1;
            if core.has_tasks && !core.tasks.later.is_empty() {
                // Who began to wait for a stream hears its next event.
                break;
            }
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
        core.event = Some((self.channel.id, self.channel.index_emitted()));
        self.deliver(At::instant(now), value, nodes, core);
    }

    fn run_kept(&mut self, number: u64, reader: u32, nodes: &mut Nodes, core: &mut Core) {
        let Some(kept) = self.channel.take_kept(number) else { return };
        let Kept { event_time, arrival, left, event, .. } = kept;
        let at = At { now: core.desk().now.get(), event_time };
        (core.event, core.about) = (event, event);
        core.desk().arrival.set(arrival);
        if let (Some(digest), Some(digester)) = (&mut self.channel.digest, &mut core.digester) {
            digest(&kept.value, &mut digester.payload);
        }
        let (reader, name) = (&mut self.readers[reader as usize], &self.channel.name);
        if left > 0 {
            reader.offer(nodes, core, at, name, &kept.value);
            self.channel.put_back(number, kept);
        } else if self.channel.collected.is_some() {
            reader.offer(nodes, core, at, name, &kept.value);
            self.channel.collect_kept(event_time, kept.value);
            self.channel.forget_kept();
        } else {
            reader.give(nodes, core, at, name, kept.value);
            self.channel.forget_kept();
        }
        if let Some(digester) = &mut core.digester {
            digester.payload.clear();
        }
        core.about = None;
        core.desk().arrival.set(None);
    }

    fn generalize(self: Box<Self>) -> Box<dyn AnyHub> {
        self
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
                let waits = self.handler.give(nodes, core, at, &self.channel.name, value);
                if let Some(value) = waits {
                    self.keep(at, value, self.channel.index_fed(), nodes, core);
                }
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
        let at = At::instant(time);
        if let Some(value) = self.handler.give(nodes, core, at, &channel.name, value) {
            self.keep(at, value, self.channel.index_fed(), nodes, core);
        }
        1
    }

    /// Keeps an event until the handler of another has handed the strategy back.
    #[cold]
    #[inline(never)]
    fn keep(&mut self, at: At, value: T, index: u64, nodes: &mut Nodes, core: &mut Core) {
        let (stream, number) = (self.channel.id, self.channel.next_kept());
        let (event_time, arrival) = (at.event_time, core.desk().arrival.get());
        self.channel.keep(Kept { value, left: 1, event_time, arrival, event: Some((stream, index)) });
        if let Some(node) = nodes.get_mut(self.handler.node) {
            node.wait(core, What::Event { stream, number, reader: 0 });
        }
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
        } else if more.is_empty() || self.handler.emits || core.has_tasks {
            // A burst is not worth setting up for one event, as interleaved streams have them, or for a strategy that
            // emits: what it emits comes before the next event. So does what it wakes.
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
        let at = At::instant(core.desk().now.get());
        if let Some(value) = self.handler.give(nodes, core, at, &self.channel.name, value) {
            self.keep(at, value, self.channel.index_emitted(), nodes, core);
        }
    }

    fn run_kept(&mut self, number: u64, _: u32, nodes: &mut Nodes, core: &mut Core) {
        let Some(Kept { value, event_time, arrival, event, .. }) = self.channel.take_kept(number) else {
            return;
        };
        self.channel.forget_kept();
        (core.event, core.about) = (event, event);
        core.desk().arrival.set(arrival);
        let at = At { now: core.desk().now.get(), event_time };
        self.handler.give(nodes, core, at, &self.channel.name, value);
        core.about = None;
        core.desk().arrival.set(None);
    }

    fn generalize(self: Box<Self>) -> Box<dyn AnyHub> {
        let Solo { channel, handler } = *self;
        Box::new(Hub::of(channel, vec![Box::new(handler)]))
    }

    fn specialize(self: Box<Self>) -> Box<dyn AnyHub> {
        self
    }
}
