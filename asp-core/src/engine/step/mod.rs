//! A run over history that a test takes item by item, and puts events into (S7).
//!
//! It takes the same turns as the loop, each with room for one item.

mod pending;

use std::any::Any;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::rounds::Stage;
use super::{Ended, Engine, Origin, Turn};
use crate::channel::Channel;
use crate::desk::Emission;
use crate::error::ErrorKind;
use crate::graph::Inlet;
use crate::names::{similar, type_name};
use crate::node::AnyNode;
use crate::observe::{Class, Place};
use crate::outcome::{Outcome, StopReason};
use crate::stream::{Event, Payload, Stream};
use crate::testing::Item;
use crate::time::Timestamp;

/// How far a run has come that goes step by step.
#[derive(Debug)]
pub(super) struct Stepping {
    /// True while the test may ask for more: the run does not end by itself.
    is_open: bool,
    /// A strategy that is free again, and works off what it has missed before anything else happens (S41).
    pub(super) frees: Option<u32>,
    /// The dispatches before this round, if it may turn out to be none since all of it was cancelled.
    before_round: Option<u64>,
}

impl Engine {
    /// True if it is known when the run begins: a source says so, if nobody else does.
    pub(crate) fn has_start(&self) -> bool {
        let mut inlets = self.lanes.iter().map(|&stream| self.inlets[stream as usize]);
        self.limits.start.is_some() || inlets.any(|inlet| inlet == Inlet::None)
    }

    /// Begins the run. A reason, if a handler has stopped it already.
    pub(crate) fn begin_steps(&mut self) -> Result<Option<StopReason>, ErrorKind> {
        self.stage.stepping = Some(Stepping { is_open: true, frees: None, before_round: None });
        // The test itself is one more source: it alone says that nothing more comes.
        self.open_lanes += 1;
        for lane in 0..self.lanes.len() {
            if self.inlets[self.lanes[lane] as usize] == Inlet::Open {
                self.open_inlet(lane);
            }
        }
        let entered = self.enter();
        let opened = self.open();
        self.stage.core.draining = false;
        self.leave(entered);
        opened
    }

    /// The test has become the source of a lane.
    fn open_inlet(&mut self, lane: usize) {
        let stream = self.lanes[lane] as usize;
        self.inlets[stream] = Inlet::Open;
        self.stage.hubs[stream].channel_mut().set_injected(true);
        self.fed[lane] = true;
        self.open_lanes += 1;
    }

    /// Dispatches the next item that is due at `until` or before, if there is one. It may end the run. Handlers are
    /// for an observer to see.
    pub(crate) fn step(&mut self, until: i64) -> (Option<Item>, Option<Ended>) {
        let entered = self.enter();
        let stepped = catch_unwind(AssertUnwindSafe(|| self.step_to_item(until)));
        let stepped = stepped.unwrap_or_else(|panic| (None, Some(self.panicked(panic))));
        self.leave(entered);
        stepped
    }

    fn step_to_item(&mut self, until: i64) -> (Option<Item>, Option<Ended>) {
        loop {
            let before = (self.stage.core.place, self.stage.core.announced());
            let ended = match self.step_turn(until) {
                Ok(false) => return (None, None),
                Ok(true) => {
                    let requested = || self.stop.is_requested().then_some(Ok(StopReason::Requested));
                    let requested = requested();
                    self.stopped().or(requested)
                }
                Err(fault) => Some(Err(fault)),
            };
            let item = self.dispatched_since(before);
            if item.is_some() || ended.is_some() {
                return (item, ended);
            }
        }
    }

    /// What was dispatched: something that was shown, or an event that no handler has had.
    fn dispatched_since(&self, (place, announced): (Place, u64)) -> Option<Item> {
        let core = &self.stage.core;
        let is_event = core.place.class == Class::Event && core.class == Class::Event;
        if core.announced() == announced && (core.place == place || !is_event) {
            return None;
        }
        let stream = self.stage.event.filter(|_| is_event).map(|event| match event {
            Origin::Fed(lane) => self.lanes[lane],
            Origin::Emitted(stream) | Origin::Kept(stream, _) => stream,
        });
        let stream = stream.map(|stream| self.stream_name(stream));
        Some(Item { place: core.place, stream, handlers: Vec::new() })
    }

    fn stream_name(&self, stream: u32) -> String {
        self.stage.hubs[stream as usize].channel().name().to_string()
    }

    /// Takes a turn of at most one item. False if nothing is due.
    fn step_turn(&mut self, until: i64) -> Result<bool, ErrorKind> {
        if self.stage.step_behind() {
            return Ok(true);
        }
        self.open_supplies()?;
        self.come_in()?;
        self.horizon = until;
        match if self.pump()? { self.turn() } else { Turn::Sinks } {
            Turn::Finish | Turn::Wait => return Ok(false),
            // The test may yet bring about what they wait for.
            Turn::Stuck if self.is_open() => return Ok(false),
            Turn::Stuck => return Err(self.stuck()),
            Turn::Hold if self.begin_awaited()? => {}
            Turn::Hold => {
                self.flush_sinks()?;
                self.stand_still()?;
                self.bring_in();
            }
            Turn::Sinks => self.await_room()?,
            Turn::Emissions | Turn::Rounds => self.stage.step_round()?,
            turn => self.perform(turn)?,
        }
        Ok(true)
    }

    fn is_open(&self) -> bool {
        self.stage.stepping.as_ref().is_some_and(|stepping| stepping.is_open)
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.stage.now())
    }

    /// Lets time move on, now that nothing is due before `time` or at it; not beyond the end of the run.
    pub(crate) fn move_to(&mut self, time: i64) {
        let time = self.limits.end.map_or(time, |end| time.min(end.as_nanos()));
        if self.stage.core.going && time > self.stage.now() {
            self.stage.core.round = 0;
            self.stage.core.end_trace();
            self.stage.core.desk().at(time);
        }
    }

    /// Puts an event into a stream.
    pub(crate) fn inject<T: Payload>(
        &mut self,
        stream: &Stream<T>,
        time: Timestamp,
        value: T,
    ) -> Result<(), ErrorKind> {
        let (id, lane) = self.inlet(stream.name())?;
        let now = self.now();
        if time < now {
            return Err(ErrorKind::InjectedInPast { stream: stream.name().to_owned(), time, now });
        }
        let joins = !self.comes_in_order(lane, time);
        self.channel::<T>(stream)?;
        if self.inlets[id] == Inlet::Announced {
            self.open_inlet(lane);
        }
        if !joins {
            let place = self.merge.insert(lane, time.as_nanos());
            let channel = self.channel::<T>(stream)?;
            channel.values.insert(place, value);
            channel.pulled += 1;
            return Ok(());
        }
        let desk = self.stage.core.desk();
        if let Some(outlet) = desk.outlet::<T>(id as u32) {
            outlet.push(value);
            let sequence = desk.next_sequence();
            desk.joined.emissions.push(Emission { stream: id as u32, slot: Emission::PLAIN, sequence });
        }
        Ok(())
    }

    /// True unless something was dispatched already that comes after such an event of that lane (S7).
    fn comes_in_order(&self, lane: usize, time: Timestamp) -> bool {
        let last = self.stage.core.last_place();
        let is_first = self.stage.core.round == 0 && last.round == 0;
        let follows = (last.class, last.declaration) <= (Class::Event, lane as u64);
        time > last.time || time > self.now() || (is_first && follows)
    }

    /// Number and lane of a stream that events may be put into.
    fn inlet(&self, name: &str) -> Result<(usize, usize), ErrorKind> {
        let id = self.stream(name)?;
        let lane = self.lanes.iter().position(|&stream| stream as usize == id);
        let inlet = self.inlets.get(id).copied().unwrap_or(Inlet::None);
        let text = match (inlet, lane) {
            (Inlet::Open, Some(lane)) => return Ok((id, lane)),
            // Unless a handler has given it a source meanwhile.
            (Inlet::Announced, Some(lane)) if !self.fed[lane] => return Ok((id, lane)),
            (Inlet::Closed, _) => {
                format!("stream \"{name}\" has ended; nothing can be injected after `end` or `end_all`")
            }
            _ => format!(
                "stream \"{name}\" is fed by its source; take `.feed(..)` out of the runner to inject its events"
            ),
        };
        Err(ErrorKind::NotInTest(text))
    }

    /// The strategies that are not gone, with their names.
    pub(crate) fn strategies(&self) -> impl Iterator<Item = (Cow<'_, str>, &dyn AnyNode)> {
        let numbers = self.stage.nodes.in_order().into_iter();
        numbers.filter_map(|number| {
            let name = self.stage.core.roster.name(number as u32);
            Some((name, self.stage.nodes.get(number)?))
        })
    }

    fn stream(&self, name: &str) -> Result<usize, ErrorKind> {
        let names = || self.stage.hubs.iter().map(|hub| &**hub.channel().name());
        names().position(|other| other == name).ok_or_else(|| {
            let hint = match similar(name, names()) {
                Some(similar) => format!("a stream with a similar name exists: \"{similar}\""),
                None => "add the strategy that reads it, or `.opens(..)`".to_owned(),
            };
            ErrorKind::NotInTest(format!("the run has no stream \"{name}\"; {hint}"))
        })
    }

    fn channel<T: Payload>(&mut self, stream: &Stream<T>) -> Result<&mut Channel<T>, ErrorKind> {
        let id = self.stream(stream.name())?;
        let channel: &mut dyn Any = self.stage.hubs[id].channel_mut();
        channel.downcast_mut().ok_or_else(|| {
            ErrorKind::NotInTest(format!(
                "stream \"{}\" does not carry {}; use the generated constant of the stream",
                stream.name(),
                type_name::<T>()
            ))
        })
    }

    /// Takes the events out that were kept of a stream.
    pub(crate) fn take_events<T: Payload>(&mut self, stream: &Stream<T>) -> Result<Vec<Event<T>>, ErrorKind> {
        self.channel(stream)?.collected.as_mut().map(std::mem::take).ok_or_else(|| {
            ErrorKind::NotInTest(format!(
                "no strategy emits on stream \"{}\"; add `.collect(..)` to the runner to keep its events",
                stream.name()
            ))
        })
    }

    /// Ends a stream, behind what was put into it.
    pub(crate) fn end_stream(&mut self, name: &str) -> Result<(), ErrorKind> {
        let (id, lane) = self.inlet(name)?;
        if self.inlets[id] == Inlet::Announced {
            self.open_inlet(lane);
        }
        let entered = self.enter();
        self.close_lane(lane);
        self.leave(entered);
        Ok(())
    }

    fn close_lane(&mut self, lane: usize) {
        let stream = self.lanes[lane];
        self.inlets[stream as usize] = Inlet::Closed;
        self.stage.hubs[stream as usize].channel_mut().set_injected(false);
        if self.merge.rest(lane).is_empty() {
            self.lane_ended(lane, Some(self.stage.now()));
        }
    }

    /// Nothing more comes from the test: the run may end.
    pub(crate) fn end_all(&mut self) {
        if !self.is_open() {
            return;
        }
        let entered = self.enter();
        for lane in 0..self.lanes.len() {
            let inlet = &mut self.inlets[self.lanes[lane] as usize];
            match inlet {
                Inlet::Open => self.close_lane(lane),
                Inlet::Announced => *inlet = Inlet::Closed,
                Inlet::None | Inlet::Closed => {}
            }
        }
        self.leave(entered);
        if let Some(stepping) = &mut self.stage.stepping {
            stepping.is_open = false;
        }
        self.open_lanes -= 1;
        if self.open_lanes == 0 && self.limits.end.is_none() {
            self.stage.core.going = false;
            self.stage.core.draining = true;
        }
    }

    /// Ends the run.
    pub(crate) fn conclude(&mut self, ended: Ended) -> (Outcome, Vec<ErrorKind>) {
        let entered = self.enter();
        let closed = self.conclude_inside(ended);
        self.leave(entered);
        closed
    }
}

impl Stage {
    /// Dispatches the next item that a strategy has missed which is free again. False if there is no such strategy.
    fn step_behind(&mut self) -> bool {
        let Some(owner) = self.stepping.as_ref().and_then(|stepping| stepping.frees) else { return false };
        if !self.work_off_next(owner) {
            if let Some(stepping) = &mut self.stepping {
                stepping.frees = None;
            }
            self.settle_late(owner);
        }
        true
    }

    /// One item of [`Stage::run_rounds`], or the beginning of the next round.
    fn step_round(&mut self) -> Result<(), ErrorKind> {
        self.hold();
        if self.round.is_empty() {
            return self.begin_round();
        }
        if self.round.emissions > 0 {
            self.round.emissions -= 1;
            let cancelled = self.round.cancelled;
            self.run_emission();
            if self.round.cancelled == cancelled
                && let Some(stepping) = &mut self.stepping
            {
                stepping.before_round = None;
            }
        } else if self.round.calls > 0 {
            self.run_call();
        } else {
            self.run_tick();
        }
        let total = self.core.dispatched.total();
        if self.round.is_empty()
            && let Some(stepping) = &mut self.stepping
            && stepping.before_round.take() == Some(total)
        {
            // Everything in it was cancelled: it was no round.
            self.core.round -= 1;
        }
        Ok(())
    }

    fn begin_round(&mut self) -> Result<(), ErrorKind> {
        self.next_round()?;
        let total = self.core.dispatched.total();
        if let Some(stepping) = &mut self.stepping {
            stepping.before_round = (self.round.cancelled == 0).then_some(total);
        }
        Ok(())
    }
}
