//! A stream with one reader: stream and handler in one compiled unit.

use std::any::{Any, TypeId};

use crate::bundle::{AnyBundle, Bundle, Strand};
use crate::channel::{AnyChannel, Channel, Kept};
use crate::context::Context;
use crate::core::Core;
use crate::departures::Departure;
use crate::desk::At;
use crate::fuse::Chain;
use crate::hub::{AnyHub, Hub, Whom};
use crate::live::side::Entry;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::reader::{Handler, Take};
use crate::strategy::Strategy;
use crate::stream::Payload;
use crate::task::What;

/// A stream with one reader, and what makes it fast: the engine's call is the only one through a pointer, and the
/// strategy is looked up once for a run of events.
#[repr(C, align(64))]
pub(crate) struct Solo<S, T, H> {
    pub(crate) handler: Handler<S, H>,
    pub(crate) channel: Channel<T>,
    pub(crate) declaration: u64,
    /// The strategy and what comes after it, if they are fused.
    chain: Option<Box<dyn Chain<T>>>,
}

impl<S: Strategy, T: Payload, H: Take<S, T>> Solo<S, T, H> {
    pub(crate) fn new(channel: Channel<T>, handler: Handler<S, H>, declaration: u64) -> Self {
        Solo { handler, channel, declaration, chain: None }
    }

    /// As many events as go through the whole chain in one way, or one.
    fn run_chain(&mut self, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize {
        let chain = self.chain.as_mut();
        let done = chain.map_or(0, |chain| chain.run(times, &mut self.channel.values, nodes, core));
        match times {
            &[time, ..] if done == 0 => self.run_one(time, nodes, core),
            _ => done,
        }
    }

    /// Event by event, from a source that says more of each than its time.
    #[cold]
    fn run_stamped(&mut self, lane: u32, times: &[i64], nodes: &mut Nodes, core: &mut Core) -> usize {
        let mut done = 0;
        for &time in times {
            if time > core.desk().limit.get() {
                break;
            }
            core.set_place(time, Class::Event, u64::from(lane), self.channel.delivered());
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
        core.set_place(time, Class::Event, u64::from(lane), self.channel.delivered());
        self.run_one(time, nodes, core)
    }

    #[inline(always)]
    fn run_one(&mut self, time: i64, nodes: &mut Nodes, core: &mut Core) -> usize {
        let channel = &mut self.channel;
        let Some(value) = channel.values.pop() else { return 0 };
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
        if let Some(node) = nodes.get_mut(self.handler.node()) {
            node.wait(core, What::Event { stream, number, seat: 0, part: 0 });
        }
    }
}

impl<S: Strategy, T: Payload, H: Take<S, T>> Strand<S> for Solo<S, T, H> {
    fn step(&mut self, strategy: &mut S, cx: &Context<S>, core: &mut Core) -> bool {
        if self.channel.is_stamped {
            return false;
        }
        let Some(value) = self.channel.values.pop_front() else { return false };
        self.handler.step(strategy, cx, core, value);
        true
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
        } else if self.chain.is_some() && !more.is_empty() && core.can_fuse() {
            self.run_chain(times, nodes, core)
        } else if more.is_empty() || self.handler.emits || core.has_tasks {
            // A burst is not worth setting up for one event, as interleaved streams have them, or for a strategy that
            // emits: what it emits comes before the next event. So does what it wakes.
            self.run_one(time, nodes, core)
        } else {
            self.handler.burst(nodes, core, times, &mut self.channel.values)
        }
    }

    fn only_reader(&self) -> Option<(usize, &'static str)> {
        Some((self.handler.node(), self.handler.method))
    }

    fn carries(&self, value: TypeId) -> bool {
        value == TypeId::of::<T>()
    }

    fn fuse(&mut self, chain: Box<dyn Any>) {
        if let Ok(chain) = chain.downcast() {
            self.chain = Some(*chain);
        }
    }

    fn owner(&self) -> Option<usize> {
        Some(self.handler.node())
    }

    fn join(self: Box<Self>, bundle: &mut Option<Box<dyn AnyBundle>>) -> Result<u32, Box<dyn AnyHub>> {
        let node = self.handler.node();
        Bundle::<S>::join(bundle, node, self)
    }

    fn run_shown(&mut self, lane: u32, time: i64, nodes: &mut Nodes, core: &mut Core) {
        core.set_place(time, Class::Event, u64::from(lane), self.channel.delivered());
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

    fn run_departed(&mut self, departure: Departure, nodes: &mut Nodes, core: &mut Core) {
        let Some(value) = self.channel.take_departed(departure, core) else { return };
        let at = At::instant(core.desk().now.get());
        if let Some(value) = self.handler.give(nodes, core, at, &self.channel.name, value) {
            self.keep(at, value, self.channel.index_emitted(), nodes, core);
        }
    }

    fn leave(self: Box<Self>, declaration: u64, node: u32) -> Box<dyn AnyHub> {
        self.generalize().leave(declaration, node)
    }

    fn run_kept(&mut self, number: u64, _: Whom, nodes: &mut Nodes, core: &mut Core) {
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
        let Solo { channel, handler, declaration, .. } = *self;
        Box::new(Hub::of(channel, declaration, Box::new(handler)))
    }

    fn specialize(self: Box<Self>) -> Box<dyn AnyHub> {
        self
    }
}
