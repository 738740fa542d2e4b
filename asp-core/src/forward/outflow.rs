//! The buffer before a sink, and how it is emptied.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use futures_sink::Sink;
use tokio::task::unconstrained;

use super::ForwardReport;
use crate::core::Core;
use crate::live::WhenFull;
use crate::live::wake::{LaneWake, Wakes};
use crate::panics::message;
use crate::strategy::HandlerError;
use crate::stream::{Event, Payload};
use crate::time::{Stopwatch, Timestamp};

/// What the forwards of a run say to the engine.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// Those that want to be looked at.
    pub(crate) listed: Vec<u32>,
    /// How many have no room, and hold the run.
    pub(crate) full: usize,
}

/// A sink with its buffer, whatever it takes.
pub(crate) trait AnyOutflow: Send {
    /// Makes it known to the run, under a number of its own.
    fn connect(&mut self, number: u32, stream: u32, wakes: &Arc<Wakes>);
    /// Sends what the sink has room for; then flushes it, if it is to be.
    fn look(&mut self, core: &mut Core, flush: bool);
    /// Nothing more comes: a look now closes the sink behind the last event.
    fn close(&mut self, core: &mut Core);
    /// True if there is nothing left to do: it was closed, or has failed.
    fn is_closed(&self) -> bool;
    /// True if it has no room, and the run waits for it.
    fn is_full(&self) -> bool;
    /// Drops what is left, and the sink.
    fn give_up(&mut self);
    fn report(&self, stream: &str) -> ForwardReport;
}

/// A sink with its buffer. One call through a pointer, once an event, as for other sinks.
pub(crate) trait Outflow<T>: AnyOutflow {
    /// Takes an event that others have too.
    fn offer(&mut self, event: &Event<T>, core: &mut Core);
    /// Takes an event that nobody else has.
    fn give(&mut self, event: Event<T>, core: &mut Core);
}

pub(crate) struct Buffer<T, K> {
    /// None once it was closed, or has failed.
    sink: Option<Pin<Box<K>>>,
    events: VecDeque<Event<T>>,
    capacity: usize,
    when_full: WhenFull,
    number: u32,
    /// That of the stream.
    stream: u32,
    /// How the sink wakes the run.
    wake: Option<(Arc<LaneWake>, Waker)>,
    /// True while it stands among those that want to be looked at.
    is_listed: bool,
    /// True if the sink had no room, and will say so when it has.
    waits: bool,
    /// True if it has something that was not flushed.
    unflushed: bool,
    closing: bool,
    /// Runs while there is no room.
    full_since: Option<Stopwatch>,
    /// The time of the event that was sent last, or is being sent.
    last: Option<Timestamp>,
    report: ForwardReport,
}

impl<T: Payload, K: Sink<Event<T>, Error: HandlerError> + Send> Buffer<T, K> {
    pub(crate) fn new(sink: K, capacity: usize, when_full: WhenFull) -> Self {
        Buffer {
            sink: Some(Box::pin(sink)),
            events: VecDeque::new(),
            capacity,
            when_full,
            number: 0,
            stream: 0,
            wake: None,
            is_listed: false,
            waits: false,
            unflushed: false,
            closing: false,
            full_since: None,
            last: None,
            report: ForwardReport::default(),
        }
    }

    /// True if the sink may have room that it had not before.
    fn may_send(&self) -> bool {
        !self.waits || self.wake.as_ref().is_some_and(|(wake, _)| wake.is_listed())
    }

    /// True if there is room for one more event, be it that another one makes it.
    fn make_room(&mut self, time: Timestamp, core: &mut Core) -> bool {
        if self.sink.is_some() && self.events.len() >= self.capacity && self.may_send() {
            self.attempt(core, false);
        }
        if self.sink.is_none() {
            self.report.dropped += 1;
            return false;
        }
        if self.events.len() < self.capacity {
            return true;
        }
        match self.when_full {
            // The run waits where it can: what comes all the same is emitted while it is being stopped.
            WhenFull::Block => return true,
            WhenFull::DropOldest | WhenFull::Latest => {
                self.report.dropped += 1;
                self.events.pop_front();
                return true;
            }
            WhenFull::DropNewest => {}
            WhenFull::Error => {
                let capacity = self.capacity;
                let text = format!(
                    "{capacity} events wait for it already; allow more with `Forward::buffer(..)`, or drop some"
                );
                core.fail_sink(self.stream, time, text.into());
            }
        }
        self.report.dropped += 1;
        false
    }

    fn put(&mut self, event: Event<T>, core: &mut Core) {
        self.events.push_back(event);
        self.report.peak = self.report.peak.max(self.events.len());
        if self.lacks_room() && self.may_send() {
            self.attempt(core, false);
        }
        self.mark(core);
        if self.full_since.is_some() {
            core.desk().interrupt();
        }
        if !self.is_listed && !self.waits && self.sink.is_some() {
            self.is_listed = true;
            core.outgoing.listed.push(self.number);
        }
    }

    /// True if the run is to wait for room.
    fn lacks_room(&self) -> bool {
        let is_full = self.when_full == WhenFull::Block && self.events.len() >= self.capacity;
        is_full && self.sink.is_some() && !self.closing
    }

    /// Lets the run know whether there is room.
    fn mark(&mut self, core: &mut Core) {
        match (&self.full_since, self.lacks_room()) {
            (None, true) => {
                self.full_since = Some(Stopwatch::start());
                core.outgoing.full += 1;
            }
            (Some(since), false) => {
                self.report.blocked = self.report.blocked.checked_add(since.elapsed()).unwrap_or_default();
                self.full_since = None;
                core.outgoing.full -= 1;
            }
            _ => {}
        }
    }

    /// Sends what the sink has room for. It stays among those to look at, if it is there.
    fn attempt(&mut self, core: &mut Core, flush: bool) {
        if let Some((wake, _)) = &self.wake {
            wake.listen();
        }
        let failed = match catch_unwind(AssertUnwindSafe(|| self.poll(flush))) {
            Ok(Poll::Ready(Err(error))) => Some(error.into_boxed()),
            Ok(_) => None,
            Err(panic) => Some(format!("it panicked: {}", message(&*panic)).into()),
        };
        if let Some(error) = failed {
            let now = Timestamp::from_nanos(core.desk().now.get());
            core.fail_sink(self.stream, self.last.unwrap_or(now), error);
            self.give_up();
        }
        self.waits = !self.events.is_empty();
        self.mark(core);
    }

    fn poll(&mut self, flush: bool) -> Poll<Result<(), K::Error>> {
        let Some((_, waker)) = self.wake.clone() else { return Poll::Pending };
        // The budget that tokio gives to a task is for others: a sink out of it would say that it is full.
        let sending = pin!(unconstrained(poll_fn(|cx| self.send(cx, flush))));
        sending.poll(&mut Context::from_waker(&waker))
    }

    fn send(&mut self, cx: &mut Context<'_>, flush: bool) -> Poll<Result<(), K::Error>> {
        let Some(sink) = &mut self.sink else { return Poll::Ready(Ok(())) };
        while let Some(event) = self.events.front() {
            self.last = Some(event.time);
            ready!(sink.as_mut().poll_ready(cx))?;
            let Some(event) = self.events.pop_front() else { break };
            // Lost, should the sink fail or panic at it.
            self.report.dropped += 1;
            sink.as_mut().start_send(event)?;
            self.report.dropped -= 1;
            self.report.sent += 1;
            self.unflushed = true;
        }
        if self.closing {
            ready!(sink.as_mut().poll_close(cx))?;
            self.sink = None;
        } else if flush && self.unflushed {
            ready!(sink.as_mut().poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: Payload, K: Sink<Event<T>, Error: HandlerError> + Send> AnyOutflow for Buffer<T, K> {
    fn connect(&mut self, number: u32, stream: u32, wakes: &Arc<Wakes>) {
        let wake = LaneWake::new(wakes, number);
        let waker = wake.waker();
        (self.number, self.stream, self.wake) = (number, stream, Some((wake, waker)));
    }

    fn look(&mut self, core: &mut Core, flush: bool) {
        self.is_listed = false;
        self.attempt(core, flush);
    }

    fn close(&mut self, core: &mut Core) {
        self.closing = true;
        self.mark(core);
    }

    fn is_closed(&self) -> bool {
        self.sink.is_none()
    }

    fn is_full(&self) -> bool {
        self.full_since.is_some()
    }

    fn give_up(&mut self) {
        self.report.dropped += self.events.len() as u64;
        self.events.clear();
        let sink = self.sink.take();
        // One that has panicked may do so again.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(sink)));
    }

    fn report(&self, stream: &str) -> ForwardReport {
        ForwardReport { stream: stream.to_owned(), ..self.report.clone() }
    }
}

impl<T: Payload + Clone, K: Sink<Event<T>, Error: HandlerError> + Send> Outflow<T> for Buffer<T, K> {
    fn offer(&mut self, event: &Event<T>, core: &mut Core) {
        if self.make_room(event.time, core) {
            self.put(event.clone(), core);
        }
    }

    fn give(&mut self, event: Event<T>, core: &mut Core) {
        if self.make_room(event.time, core) {
            self.put(event, core);
        }
    }
}
