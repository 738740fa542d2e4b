//! Sinks that may be slow: when they are looked at, when the run waits for them, and how they are closed at its end.
//!
//! What lies before such a sink is in [`crate::forward::outflow`].

use std::sync::Arc;
use std::task::{Context, Poll};

use super::Engine;
use super::rounds::Stage;
use super::stand_still::Sign;
use crate::error::ErrorKind;
use crate::forward::ForwardReport;
use crate::forward::outflow::AnyOutflow;
use crate::hubs::Hubs;
use crate::live::wake::Wakes;
use crate::time::{Respite, Timestamp};

/// The forwards of a run, by number.
pub(super) struct Sinks {
    pub(super) wakes: Arc<Wakes>,
    /// The stream of each, and its place among the forwards of that.
    places: Vec<(u32, usize)>,
    /// Those to look at, kept to save the allocation.
    looking: Vec<u32>,
    /// Whether a tokio runtime goes on while the run stands still.
    sign: Option<Sign>,
    /// What is left to sinks that give no room, once the run is to stop.
    respite: Option<Respite>,
}

impl Sinks {
    /// None if there are none.
    pub(super) fn connect(hubs: &mut Hubs) -> Option<Box<Sinks>> {
        let (wakes, mut places) = (Arc::<Wakes>::default(), Vec::new());
        for stream in 0..hubs.len() {
            for place in 0..hubs[stream].channel().forwards() {
                let number = places.len() as u32;
                hubs[stream].channel_mut().forward(place).connect(number, stream as u32, &wakes);
                places.push((stream as u32, place));
            }
        }
        let looking = Vec::with_capacity(places.len());
        (!places.is_empty()).then(|| Box::new(Sinks { wakes, places, looking, sign: None, respite: None }))
    }

    /// Looks at all that want it: they have new events, or were woken.
    fn look(&mut self, stage: &mut Stage, flush: bool) {
        self.looking.append(&mut stage.core.outgoing.listed);
        if self.wakes.any() {
            self.wakes.take(&mut self.looking);
        }
        for number in self.looking.drain(..) {
            let (stream, place) = self.places[number as usize];
            stage.hubs[stream as usize].channel_mut().forward(place).look(&mut stage.core, flush);
        }
    }

    /// The same for all.
    fn look_at_all(&mut self, stage: &mut Stage, flush: bool) {
        self.looking.extend(0..self.places.len() as u32);
        self.look(stage, flush);
    }

    /// Does something with each.
    fn each(&self, stage: &mut Stage, mut work: impl FnMut(&str, &mut dyn AnyOutflow)) {
        for &(stream, place) in &self.places {
            let channel = stage.hubs[stream as usize].channel_mut();
            let name = Arc::clone(channel.name());
            work(&name, channel.forward(place));
        }
    }
}

impl Engine {
    /// Lets sinks have what they have room for. False if the run has to wait until one of them has more.
    #[inline]
    pub(super) fn pump(&mut self) -> Result<bool, ErrorKind> {
        // In history the next events follow at once: who waits for a single one?
        let flush = self.is_on() || self.pacer.is_some();
        let Engine { sinks: Some(sinks), stage, .. } = self else { return Ok(true) };
        sinks.look(stage, flush);
        let has_room = stage.core.outgoing.full == 0;
        if has_room {
            sinks.respite = None;
        }
        self.sink_error().map_or(Ok(has_room), Err)
    }

    /// The same before the run waits for something else: nothing stays behind in a sink.
    pub(super) fn flush_sinks(&mut self) -> Result<(), ErrorKind> {
        let Engine { sinks: Some(sinks), stage, .. } = self else { return Ok(()) };
        sinks.look_at_all(stage, true);
        self.sink_error().map_or(Ok(()), Err)
    }

    /// True if a sink was woken.
    #[inline]
    pub(super) fn any_sinks(&self) -> bool {
        self.sinks.as_ref().is_some_and(|sinks| sinks.wakes.any())
    }

    /// Blocks the thread until there is room, or the run is to stop.
    pub(super) fn await_room(&mut self) -> Result<(), ErrorKind> {
        let Some(mut sign) = self.sinks.as_mut().map(|sinks| sinks.sign.take()) else { return Ok(()) };
        let is_full = self.stage.core.outgoing.full > 0;
        let waits = || is_full && !self.any_sinks() && !self.stop.is_requested();
        let is_served = self.park_while(&mut sign, None, waits);
        if let Some(sinks) = &mut self.sinks {
            sinks.sign = sign;
        }
        if is_served { Ok(()) } else { Err(self.unserved(|sink| sink.is_full())) }
    }

    /// The sinks wait for the runtime of this very thread.
    fn unserved(&mut self, which: impl Fn(&dyn AnyOutflow) -> bool) -> ErrorKind {
        let (mut tasks, now) = (Vec::new(), Timestamp::from_nanos(self.stage.now()));
        if let Engine { sinks: Some(sinks), stage, .. } = self {
            sinks.each(stage, |stream, sink| {
                if which(sink) {
                    tasks.push(format!("a sink of stream \"{stream}\""));
                }
            });
        }
        ErrorKind::Blocked { tasks, now }
    }

    /// True if a run that is to stop has waited for room long enough.
    pub(super) fn is_tired(&mut self, cx: &mut Context<'_>) -> bool {
        let is_stopping = self.live.as_ref().is_some_and(|live| live.draining);
        let Some(sinks) = &mut self.sinks else { return false };
        is_stopping && sinks.respite.get_or_insert_with(Respite::start).poll(cx).is_ready()
    }

    /// Nothing more comes: the sinks are closed behind their last events.
    pub(super) fn close_sinks(&mut self) {
        let Engine { sinks: Some(sinks), stage, .. } = self else { return };
        for &(stream, place) in &sinks.places {
            stage.hubs[stream as usize].channel_mut().forward(place).close(&mut stage.core);
        }
        sinks.looking.extend(0..sinks.places.len() as u32);
    }

    /// Goes on with that. True if they are closed, all of them.
    fn are_sinks_closed(&mut self, errors: &mut Vec<ErrorKind>) -> bool {
        let Engine { sinks: Some(sinks), stage, .. } = self else { return true };
        sinks.look(stage, true);
        let mut are_closed = true;
        sinks.each(stage, |_, sink| are_closed &= sink.is_closed());
        errors.extend(self.sink_error());
        are_closed
    }

    fn give_up_sinks(&mut self) {
        let Engine { sinks: Some(sinks), stage, .. } = self else { return };
        sinks.each(stage, |_, sink| sink.give_up());
    }

    /// Waits until the sinks of a run over history are closed (S46).
    pub(super) fn finish_sinks(&mut self, errors: &mut Vec<ErrorKind>) {
        while !self.are_sinks_closed(errors) {
            let is_stopped = self.stop.is_requested();
            let is_blocked = errors.iter().any(|error| matches!(error, ErrorKind::Blocked { .. }));
            let Some(sinks) = &mut self.sinks else { return };
            let left = is_stopped.then(|| sinks.respite.get_or_insert_with(Respite::start).left());
            let mut sign = sinks.sign.take();
            if is_blocked || left == Some(None) {
                return self.give_up_sinks();
            }
            let waits = || !self.any_sinks() && (is_stopped || !self.stop.is_requested());
            if !self.park_while(&mut sign, left.flatten(), waits) {
                errors.push(self.unserved(|sink| !sink.is_closed()));
            }
            if let Some(sinks) = &mut self.sinks {
                sinks.sign = sign;
            }
        }
    }

    /// Ready when the sinks of a live run are closed, or their time is up (S46).
    pub(super) fn poll_sinks(&mut self, errors: &mut Vec<ErrorKind>, cx: &mut Context<'_>) -> Poll<()> {
        self.register(cx.waker());
        if self.are_sinks_closed(errors) {
            return Poll::Ready(());
        }
        let Some(sinks) = &mut self.sinks else { return Poll::Ready(()) };
        if sinks.respite.get_or_insert_with(Respite::start).poll(cx).is_ready() {
            self.give_up_sinks();
            return Poll::Ready(());
        }
        if self.any_sinks() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    pub(super) fn forward_reports(&mut self) -> Vec<ForwardReport> {
        let mut reports = Vec::new();
        if let Engine { sinks: Some(sinks), stage, .. } = self {
            sinks.each(stage, |stream, sink| reports.push(sink.report(stream)));
        }
        reports
    }
}
