//! The typed side of a stream: its source, the values pulled, its readers and sinks.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::core::Core;
use crate::merge::Column;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::reader::Reader;
use crate::source::{Pulled, Source, SourceFault};
use crate::stream::{Event, Payload};
use crate::time::Timestamp;

/// A stream with everything that knows its type.
pub(crate) struct Hub<T> {
    name: Arc<str>,
    /// Its number among the streams of the run.
    id: u32,
    /// The values of the lane, one for each time of its column that was not dispatched.
    values: VecDeque<T>,
    source: Option<Source<T>>,
    fault: Option<SourceFault>,
    readers: Vec<Box<dyn Reader<T>>>,
    /// Sinks come last (S8).
    collected: Option<Vec<Event<T>>>,
    /// Strategies with an `on_end` hook for this stream, as (node, hook).
    ends: Vec<(u32, u32)>,
    /// Events of the source that were dispatched.
    delivered: u64,
    /// Emissions that were dispatched.
    emissions: u64,
    skipped: u64,
}

/// What a lane holds after it was filled.
#[derive(Debug)]
pub(crate) enum Filled {
    Events,
    Ended,
    Fault(SourceFault),
}

/// A stream whatever it carries. These are the engine's calls into it: one per burst, not per event.
pub(crate) trait AnyHub: Any + Send {
    fn name(&self) -> &Arc<str>;
    /// Pulls the next batch into an empty column.
    fn fill(&mut self, column: &mut Column) -> Filled;
    /// Drops events before `start` (S17); true if the column ran dry by that.
    fn skip(&mut self, column: &mut Column, start: i64) -> bool;
    /// Dispatches events of the source at these times, as many as the limit allows; returns how many.
    fn run_fed(&mut self, lane: u32, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize;
    /// Dispatches the next emission.
    fn run_emitted(&mut self, sequence: u64, nodes: &mut Nodes, core: &mut Core);
    /// Hands one emission that came too late for handlers to the sinks (S47).
    fn drain_to_sinks(&mut self, core: &mut Core);
    fn ends(&self) -> &[(u32, u32)];
    /// Number of the event dispatched last, counting from 0: of the emissions, or of what the source yielded, if
    /// that many `times` of its column wait.
    fn index(&self, times: Option<usize>) -> u64;
    /// Events before the start.
    fn skipped(&self) -> u64;
    /// Drops what was emitted and not delivered; how much that was.
    fn discard_emitted(&mut self, core: &Core) -> usize;
    fn new_outlet(&self) -> Box<dyn Any + Send>;
    /// What was collected, as `Vec<Event<T>>`.
    fn take_collected(&mut self) -> Option<Box<dyn Any + Send>>;
}

impl<T: Payload> Hub<T> {
    pub(crate) fn new(name: Arc<str>, id: u32) -> Self {
        Hub {
            name,
            id,
            values: VecDeque::new(),
            source: None,
            fault: None,
            readers: Vec::new(),
            collected: None,
            ends: Vec::new(),
            delivered: 0,
            emissions: 0,
            skipped: 0,
        }
    }

    pub(crate) fn set_source(&mut self, source: Source<T>) {
        self.source = Some(source);
    }

    pub(crate) fn add_reader(&mut self, reader: Box<dyn Reader<T>>) {
        self.readers.push(reader);
    }

    pub(crate) fn add_end(&mut self, node: u32, hook: u32) {
        self.ends.push((node, hook));
    }

    pub(crate) fn collect(&mut self) {
        self.collected.get_or_insert_default();
    }

    /// Dispatches one event to all readers and sinks, one after the other (S8).
    fn deliver(&mut self, now: i64, value: T, nodes: &mut Nodes, core: &mut Core) {
        if let Some((last, others)) = self.readers.split_last_mut() {
            for reader in others {
                reader.offer(nodes, core, now, &self.name, &value);
                if core.desk().halted() {
                    return;
                }
            }
            let Some(collected) = &mut self.collected else {
                return last.give(nodes, core, now, &self.name, value);
            };
            last.offer(nodes, core, now, &self.name, &value);
            if !core.desk().halted() {
                collected.push(Event { time: Timestamp::from_nanos(now), value });
            }
        } else if let Some(collected) = &mut self.collected {
            collected.push(Event { time: Timestamp::from_nanos(now), value });
        }
    }

    /// Takes the oldest value out that was emitted and not delivered.
    #[inline]
    fn next_emitted(&self, core: &Core) -> Option<T> {
        core.desk().outlet::<T>(self.id)?.borrow_mut().pop_front()
    }
}

impl<T: Payload> AnyHub for Hub<T> {
    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn fill(&mut self, column: &mut Column) -> Filled {
        while let Some(source) = &mut self.source {
            match source.pull.pull(source.batch(), &mut column.times, &mut self.values) {
                Pulled::Some => {}
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

    fn skip(&mut self, column: &mut Column, start: i64) -> bool {
        let early = column.times.partition_point(|&time| time < start);
        column.times.drain(..early);
        self.values.drain(..early);
        self.skipped += early as u64;
        column.times.is_empty()
    }

    fn run_fed(&mut self, lane: u32, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize {
        let mut done = 0;
        if let ([reader], None, false) = (&mut self.readers[..], &self.collected, core.watched) {
            done = reader.burst(nodes, core, times, &mut self.values);
        } else {
            for &time in times {
                if time > core.desk().limit.get() {
                    break;
                }
                let Some(value) = self.values.pop_front() else { break };
                core.set_place(time, Class::Event, lane, self.delivered + done as u64);
                core.mark = core.desk().sequence.get();
                done += 1;
                self.deliver(time, value, nodes, core);
            }
        }
        self.delivered += done as u64;
        done
    }

    fn run_emitted(&mut self, sequence: u64, nodes: &mut Nodes, core: &mut Core) {
        let Some(value) = self.next_emitted(core) else { return };
        let now = core.desk().now.get();
        if core.watched {
            core.set_place(now, Class::Event, u32::MAX, sequence);
        }
        self.emissions += 1;
        self.deliver(now, value, nodes, core);
    }

    fn drain_to_sinks(&mut self, core: &mut Core) {
        let Some(value) = self.next_emitted(core) else { return };
        let time = Timestamp::from_nanos(core.desk().now.get());
        if let Some(collected) = &mut self.collected {
            collected.push(Event { time, value });
        }
    }

    fn ends(&self) -> &[(u32, u32)] {
        &self.ends
    }

    fn index(&self, times: Option<usize>) -> u64 {
        let count = match times {
            // A burst that a panic has cut short could not say how far it came; the values it took do.
            Some(times) => self.delivered + self.skipped + (times - self.values.len()) as u64,
            None => self.emissions,
        };
        count.saturating_sub(1)
    }

    fn skipped(&self) -> u64 {
        self.skipped
    }

    fn discard_emitted(&mut self, core: &Core) -> usize {
        core.desk().outlet::<T>(self.id).map_or(0, |outlet| outlet.borrow_mut().drain(..).count())
    }

    fn new_outlet(&self) -> Box<dyn Any + Send> {
        Box::new(std::cell::RefCell::new(VecDeque::<T>::new()))
    }

    fn take_collected(&mut self) -> Option<Box<dyn Any + Send>> {
        Some(Box::new(self.collected.take()?))
    }
}
