//! The typed side of a stream: its source, the values pulled, its readers and sinks.
//!
//! A stream with one reader becomes a [`Solo`], in which stream and handler are one compiled unit; all others stay
//! a [`Hub`], which hands each event from reader to reader.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::core::Core;
use crate::fifo::Fifo;
use crate::merge::Column;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::panics::message;
use crate::reader::{Handler, Reader, Take};
use crate::source::{Pulled, Source, SourceFault};
use crate::strategy::{HandlerResult, Strategy};
use crate::stream::{Event, Payload};
use crate::time::Timestamp;

/// What a lane holds after it was filled.
#[derive(Debug)]
pub(crate) enum Filled {
    Events,
    Ended,
    Fault(SourceFault),
}

/// A stream whatever it carries. These are the engine's calls into it: one per burst of events.
pub(crate) trait AnyHub: Any + Send {
    fn channel(&self) -> &dyn AnyChannel;
    fn channel_mut(&mut self) -> &mut dyn AnyChannel;
    /// Dispatches events of the source at these times, as many as the limit allows; returns how many.
    fn run_fed(&mut self, lane: u32, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize;
    /// Dispatches the next emission.
    fn run_emitted(&mut self, nodes: &mut Nodes, core: &mut Core);
    /// The form that fits its readers best.
    fn specialize(self: Box<Self>) -> Box<dyn AnyHub>;
}

/// What does not depend on the readers of a stream.
pub(crate) trait AnyChannel {
    fn name(&self) -> &Arc<str>;
    /// Pulls the next batch into an empty column.
    fn fill(&mut self, column: &mut Column) -> Filled;
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

/// A stream without its readers.
pub(crate) struct Channel<T> {
    name: Arc<str>,
    /// Its number among the streams of the run.
    id: u32,
    /// The values of the lane, one for each time of its column that was not dispatched.
    values: VecDeque<T>,
    source: Option<Source<T>>,
    fault: Option<SourceFault>,
    collected: Option<Vec<Event<T>>>,
    sinks: Vec<SinkFn<T>>,
    ends: Vec<(u32, u32)>,
    /// Values that came from the source.
    pulled: u64,
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

    /// Events of the source that were dispatched, the one whose turn it is among them: also right in the middle of
    /// a burst, and after one that a panic has cut short.
    fn delivered(&self) -> u64 {
        self.pulled - self.values.len() as u64 - self.skipped
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

    fn fill(&mut self, column: &mut Column) -> Filled {
        while let Some(source) = &mut self.source {
            let before = self.values.len();
            match source.pull.pull(source.batch(), &mut column.times, &mut self.values) {
                Pulled::Some => {}
                Pulled::End => self.source = None,
                Pulled::Fault(fault) => {
                    self.source = None;
                    self.fault = Some(fault);
                }
            }
            self.pulled += (self.values.len() - before) as u64;
            if !column.times.is_empty() {
                return Filled::Events;
            }
        }
        self.fault.take().map_or(Filled::Ended, Filled::Fault)
    }

    fn skip(&mut self, column: &mut Column, start: i64) -> bool {
        let early = column.times.partition_point(|&time| time < start);
        column.times.drain(..early);
        self.values.drain(..early);
        self.skipped += early as u64;
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
        (self.delivered() + self.skipped).saturating_sub(1)
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
            fault: None,
            collected: None,
            sinks: Vec::new(),
            ends: Vec::new(),
            pulled: 0,
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

    pub(crate) fn add_sink(&mut self, sink: SinkFn<T>) {
        self.channel.sinks.push(sink);
    }

    pub(crate) fn collect(&mut self) {
        self.channel.collected.get_or_insert_default();
    }

    /// Dispatches one event to all readers and sinks, one after the other.
    fn deliver(&mut self, now: i64, value: T, nodes: &mut Nodes, core: &mut Core) {
        core.desk().at(now);
        let has_sinks = self.channel.has_sinks();
        let name = &self.channel.name;
        let mut readers = self.readers.iter_mut();
        while let Some(reader) = readers.next() {
            if readers.len() == 0 && !has_sinks {
                return reader.give(nodes, core, now, name, value);
            }
            reader.offer(nodes, core, now, name, &value);
            if core.desk().halted() {
                return;
            }
        }
        self.channel.give_to_sinks(Event { time: Timestamp::from_nanos(now), value }, core);
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
            let Some(value) = self.channel.values.pop_front() else { break };
            core.mark = core.desk().sequence.get();
            done += 1;
            self.deliver(time, value, nodes, core);
        }
        done
    }

    fn run_emitted(&mut self, nodes: &mut Nodes, core: &mut Core) {
        let Some(value) = self.channel.next_emitted(core) else { return };
        let now = core.desk().now.get();
        self.deliver(now, value, nodes, core);
    }

    fn specialize(mut self: Box<Self>) -> Box<dyn AnyHub> {
        match self.readers.pop() {
            Some(only) if self.readers.is_empty() && !self.channel.has_sinks() => only.solo(self.channel),
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
        self.handler.give(nodes, core, time, &channel.name, value);
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

    fn run_emitted(&mut self, nodes: &mut Nodes, core: &mut Core) {
        let Some(value) = self.channel.next_emitted(core) else { return };
        let now = core.desk().now.get();
        self.handler.give(nodes, core, now, &self.channel.name, value);
    }

    fn specialize(self: Box<Self>) -> Box<dyn AnyHub> {
        self
    }
}
