//! A stream with its readers, as the engine dispatches it.
//!
//! A stream with one reader becomes a [`Solo`](crate::solo::Solo), in which stream and handler are one compiled unit; all others stay
//! a [`Hub`], which hands each event from reader to reader.

use std::any::{Any, TypeId};
use std::sync::Arc;
use std::task::Waker;

use crate::bundle::AnyBundle;
use crate::channel::{AnyChannel, Channel, Copying, DigestFn, Kept, PeekFn, SinkFn, TapeFn};
use crate::core::Core;
use crate::departures::Departure;
use crate::desk::At;
use crate::forward::outflow::Outflow;
use crate::live::side::{Entry, Shown};
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::reader::Reader;
use crate::recording::{Tap, Taped};
use crate::source::Source;
use crate::stream::{Event, Payload};
use crate::task::What;
use crate::time::Timestamp;

/// Whom a kept event is for: the seat, the part of its reader, and the node.
pub(crate) type Whom = (u32, u32, u32);

/// A stream whatever it carries. These are the engine's calls into it: one per burst of events.
pub(crate) trait AnyHub: Any + Send {
    fn channel(&self) -> &dyn AnyChannel;
    fn channel_mut(&mut self) -> &mut dyn AnyChannel;
    /// Dispatches events of the source at these times, as many as the limit allows; returns how many.
    fn run_fed(&mut self, lane: u32, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize;
    /// The only strategy that reads the stream, if it may join a bundle.
    fn owner(&self) -> Option<usize> {
        None
    }
    /// The number of the strategy that alone reads the stream, and its method.
    fn only_reader(&self) -> Option<(usize, &'static str)> {
        None
    }
    /// True if such a chain may begin here, of events of that type.
    fn carries(&self, _value: TypeId) -> bool {
        false
    }
    /// Takes a chain that begins with that strategy, a `Box<dyn Chain<T>>`, if it is one for this stream.
    fn fuse(&mut self, _chain: Box<dyn Any>) {}
    /// Puts it into the bundle of its owner, which is made if there is none; its place there, or the stream itself.
    fn join(self: Box<Self>, bundle: &mut Option<Box<dyn AnyBundle>>) -> Result<u32, Box<dyn AnyHub>>;
    /// [`AnySide::look_for_one`](crate::live::side::AnySide::look_for_one), in one dynamic call.
    fn look_for_one(&mut self, last: i64, waker: Option<&Waker>, read: &mut Option<i64>) -> Option<Shown> {
        self.channel_mut().side()?.look_for_one(last, waker, read)
    }
    /// Dispatches the item that the live side of the stream shows.
    fn run_shown(&mut self, lane: u32, time: i64, nodes: &mut Nodes, core: &mut Core);
    /// Dispatches the next emission.
    fn run_emitted(&mut self, nodes: &mut Nodes, core: &mut Core);
    /// Dispatches an emission that had a delay.
    fn run_departed(&mut self, departure: Departure, nodes: &mut Nodes, core: &mut Core);
    /// Dispatches an event that was kept to one more of its readers.
    fn run_kept(&mut self, number: u64, whom: Whom, nodes: &mut Nodes, core: &mut Core);
    /// A strategy has retired that reads the stream: whoever takes its number is another reader.
    fn leave(self: Box<Self>, declaration: u64, node: u32) -> Box<dyn AnyHub>;
    /// The form that fits its readers best.
    fn specialize(self: Box<Self>) -> Box<dyn AnyHub>;
    /// The form that has room for others beside its readers.
    fn generalize(self: Box<Self>) -> Box<dyn AnyHub>;
}

/// A stream with any number of readers, by strategy and method, and sinks after them (S8).
pub(crate) struct Hub<T> {
    channel: Channel<T>,
    seats: Vec<Seat<T>>,
    /// The number of the next seat.
    next_seat: u32,
}

/// A reader of a stream, in its place.
struct Seat<T> {
    /// Its number on this stream, which names it as long as it is there.
    id: u32,
    /// That of its strategy.
    declaration: u64,
    reader: Box<dyn Reader<T>>,
}

impl<T: Payload> Seat<T> {
    /// The last parts of the reader have to wait for the event that is being dispatched.
    #[cold]
    fn let_wait(&self, channel: &Channel<T>, parts: u32, nodes: &mut Nodes, core: &mut Core) {
        if let Some(node) = nodes.get_mut(self.reader.node()) {
            let (stream, number, all) = (channel.id, channel.next_kept(), self.reader.parts());
            for part in all - parts..all {
                node.wait(core, What::Event { stream, number, seat: self.id, part });
            }
        }
    }
}

impl<T: Payload> Hub<T> {
    pub(crate) fn new(name: Arc<str>, id: u32) -> Self {
        Hub { channel: Channel::new(name, id), seats: Vec::new(), next_seat: 0 }
    }

    pub(crate) fn of(channel: Channel<T>, declaration: u64, reader: Box<dyn Reader<T>>) -> Self {
        Hub { channel, seats: vec![Seat { id: 0, declaration, reader }], next_seat: 1 }
    }

    pub(crate) fn set_source(&mut self, source: Source<T>) {
        self.channel.source = Some(source);
    }

    /// Adds a reader, behind those of strategies that are declared before its own.
    pub(crate) fn add_reader(&mut self, declaration: u64, reader: Box<dyn Reader<T>>) {
        let place = self.seats.partition_point(|seat| seat.declaration <= declaration);
        self.seats.insert(place, Seat { id: self.next_seat, declaration, reader });
        self.next_seat += 1;
    }

    /// Adds a handler to those of the instances that are found by key.
    pub(crate) fn add_to_keyed(&mut self, declaration: u64, handler: Box<dyn Reader<T>>) {
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.declaration == declaration) {
            seat.reader.take_in(handler);
        }
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

    pub(crate) fn set_tape(&mut self, tape: TapeFn<T>) {
        self.channel.tape = Some(tape);
    }

    pub(crate) fn set_digest(&mut self, digest: DigestFn<T>) {
        self.channel.digest = Some(digest);
    }

    /// Keeps the latest event for those who look at it; the number of the stream.
    pub(crate) fn keep_latest(&mut self, copy: Copying<T>) {
        self.channel.latest = Some(copy);
    }

    pub(crate) fn add_sink(&mut self, sink: SinkFn<T>) {
        self.channel.sinks.push(sink);
    }

    pub(crate) fn set_peek(&mut self, peek: PeekFn<T>) {
        self.channel.set_peek(peek);
    }

    pub(crate) fn add_forward(&mut self, forward: Box<dyn Outflow<T>>) {
        self.channel.forwards.push(forward);
    }

    pub(crate) fn collect(&mut self) {
        self.channel.collected.get_or_insert_default();
    }

    /// Dispatches one event to all readers and sinks, one after the other.
    fn deliver(&mut self, at: At, value: T, nodes: &mut Nodes, core: &mut Core) {
        core.desk().at_event(at);
        if let (Some(copy), Some(desk)) = (self.channel.latest, &mut core.desk) {
            desk.keep_latest(self.channel.id, at.event_time, &value, copy);
        }
        if let (Some(digest), Some(digester)) = (&mut self.channel.digest, &mut core.digester) {
            digest(&value, &mut digester.payload);
        }
        self.deliver_to_all(at, value, nodes, core);
        if let Some(digester) = &mut core.digester {
            digester.payload.clear();
        }
    }

    fn deliver_to_all(&mut self, at: At, value: T, nodes: &mut Nodes, core: &mut Core) {
        if self.seats.is_empty() {
            core.pass_here();
        }
        let has_followers = self.channel.has_followers();
        let (channel, mut left, mut waiting) = (&self.channel, self.seats.len(), 0);
        for seat in &mut self.seats {
            left -= 1;
            if left == 0 && !has_followers && waiting == 0 {
                let given = seat.reader.give(nodes, core, at, &channel.name, value);
                let Some((value, waits)) = given else { return };
                seat.let_wait(channel, waits, nodes, core);
                return self.keep(at, value, waits, core);
            }
            let waits = seat.reader.offer(nodes, core, at, &channel.name, &value);
            if waits > 0 {
                waiting += waits;
                seat.let_wait(channel, waits, nodes, core);
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

    /// Dispatches an event of a strategy, which happens now.
    fn deliver_emitted(&mut self, value: T, nodes: &mut Nodes, core: &mut Core) {
        let now = core.desk().now.get();
        core.event = Some((self.channel.id, self.channel.index_emitted()));
        self.deliver(At::instant(now), value, nodes, core);
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
        if !core.watched
            && let [only] = &mut self.seats[..]
            && self.channel.is_plain()
            && self.channel.stamps.is_empty()
        {
            let done = only.reader.burst(nodes, core, times, &mut self.channel);
            if done > 0 {
                return done;
            }
        }
        let mut done = 0;
        for &time in times {
            if time > core.desk().limit.get() {
                break;
            }
            core.set_place(time, Class::Event, u64::from(lane), self.channel.delivered());
            core.mark = core.desk().sequence.get();
            if let Some(entry) = self.channel.next_stamped() {
                self.run_entry(time, entry, nodes, core);
            } else if let Some(value) = self.channel.values.pop() {
                self.channel.record(At::instant(time), &value);
                core.event = Some((self.channel.id, self.channel.index_fed()));
                self.deliver(At::instant(time), value, nodes, core);
            } else {
                break;
            }
            done += 1;
            if !core.tasks.later.is_empty() {
                // Who began to wait for a stream, or was made by this event, hears the next one.
                break;
            }
        }
        done
    }

    fn run_shown(&mut self, lane: u32, time: i64, nodes: &mut Nodes, core: &mut Core) {
        core.set_place(time, Class::Event, u64::from(lane), self.channel.delivered());
        core.mark = core.desk().sequence.get();
        if let Some(entry) = self.channel.take_shown() {
            self.run_entry(time, entry, nodes, core);
        }
    }

    fn run_emitted(&mut self, nodes: &mut Nodes, core: &mut Core) {
        if let Some(value) = self.channel.next_emitted(core) {
            self.deliver_emitted(value, nodes, core);
        }
    }

    fn run_departed(&mut self, departure: Departure, nodes: &mut Nodes, core: &mut Core) {
        if let Some(value) = self.channel.take_departed(departure, core) {
            self.deliver_emitted(value, nodes, core);
        }
    }

    fn leave(mut self: Box<Self>, declaration: u64, node: u32) -> Box<dyn AnyHub> {
        self.seats.retain(|seat| seat.declaration != declaration);
        self.channel.leave(node);
        self
    }

    fn run_kept(&mut self, number: u64, whom: Whom, nodes: &mut Nodes, core: &mut Core) {
        let (seat, part, node) = whom;
        let seat = self.seats.iter_mut().find(|other| other.id == seat);
        let Some(reader) = seat.and_then(|seat| seat.reader.part(node as usize, part)) else { return };
        let Some(kept) = self.channel.take_kept(number) else { return };
        let Kept { event_time, arrival, left, event, .. } = kept;
        let at = At { now: core.desk().now.get(), event_time };
        (core.event, core.about) = (event, event);
        core.desk().arrival.set(arrival);
        if let (Some(digest), Some(digester)) = (&mut self.channel.digest, &mut core.digester) {
            digest(&kept.value, &mut digester.payload);
        }
        let name = &self.channel.name;
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

    fn join(self: Box<Self>, _: &mut Option<Box<dyn AnyBundle>>) -> Result<u32, Box<dyn AnyHub>> {
        Err(self)
    }

    fn generalize(self: Box<Self>) -> Box<dyn AnyHub> {
        self
    }

    fn specialize(mut self: Box<Self>) -> Box<dyn AnyHub> {
        // A seat has number 0 then, and so had each that events are kept for.
        let is_first = self.next_seat == 1;
        match self.seats.pop() {
            Some(only) if is_first && self.seats.is_empty() && self.channel.is_plain() => {
                only.reader.solo(self.channel, only.declaration)
            }
            Some(last) => {
                self.seats.push(last);
                self
            }
            None => self,
        }
    }
}
