//! The state of a run that handlers read and write through their contexts.
//!
//! There is one desk, in a box: the node whose turn it is holds it, so that a context reaches the run's state
//! without a lock or a counter, and handing it over costs the move of a pointer.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::channel::Copying;
use crate::departures::Departures;
use crate::every::BadInterval;
use crate::fifo::Fifo;
use crate::graph_fault::GraphFault;
use crate::growth::Growth;
use crate::live::StopHandle;
use crate::stream::{Event, Payload};
use crate::task::TaskKey;
use crate::time::{Clock, Timestamp};

/// A limit that lets nothing pass, ever.
pub(crate) const HALT: i64 = i64::MIN;

/// A limit that lets nothing pass before the engine has looked around.
const INTERRUPT: i64 = i64::MIN + 1;

/// A deferred call or the end of a stream that joins the next round of this instant (class 2).
#[derive(Clone, Copy, Debug)]
pub(crate) struct SoonCall {
    pub(crate) node: u32,
    pub(crate) what: Soon,
    pub(crate) sequence: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Soon {
    /// The call in that slot of the node's agenda.
    Call(u32),
    /// The node's `on_end` hook of that number.
    End(u32),
    /// A task that was woken; of no node.
    Wake(TaskKey),
    /// A strategy joins with this round; of no node.
    Arrival,
    /// The sleep in that slot; of no node.
    Sleep(u32),
}

/// A tick that joins the next round of this instant (class 3). Its order is that of S7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SoonTick {
    /// That of its strategy: numbers of nodes are used again.
    pub(crate) declaration: u64,
    pub(crate) rank: u64,
    pub(crate) slot: u32,
    pub(crate) node: u32,
}

/// An event that was emitted and waits for its round (class 1). Its value is in the outlet of its stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Emission {
    pub(crate) stream: u32,
    /// Where it is among the departures, if it can be cancelled; else [`Emission::PLAIN`].
    pub(crate) slot: u32,
    pub(crate) sequence: u64,
}

impl Emission {
    /// No slot.
    pub(crate) const PLAIN: u32 = u32::MAX;
}

/// What joined the rounds of this instant. The emissions and calls of the current round stand in front of those of
/// the next one; the engine knows how many they are.
pub(crate) struct Joined {
    pub(crate) emissions: Fifo<Emission>,
    pub(crate) calls: Fifo<SoonCall>,
    /// Of the next round only, in no order.
    pub(crate) ticks: Fifo<SoonTick>,
}

impl Joined {
    const fn new() -> Self {
        Joined { emissions: Fifo::new(), calls: Fifo::new(), ticks: Fifo::new() }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.emissions.len() | self.calls.len() | self.ticks.len() == 0
    }

    /// Takes a plain emission out that is all there is; its stream.
    #[inline]
    pub(crate) fn pop_only(&self) -> Option<u32> {
        if self.calls.len() | self.ticks.len() > 0 {
            return None;
        }
        let Emission { stream, .. } = self.emissions.pop_only(|emission| emission.slot == Emission::PLAIN)?;
        Some(stream)
    }

    pub(crate) fn clear(&self) {
        self.emissions.clear();
        self.calls.clear();
        self.ticks.clear();
    }
}

/// A request of a handler that stops the run at the end of the dispatch (S11, S22).
#[derive(Debug)]
pub(crate) enum Refused {
    InPast { requested: Timestamp, now: Timestamp },
    Overflow { base: Timestamp, delay: String },
    Interval { method: &'static str, fault: BadInterval },
    NotListed { stream: String },
    NotLatest { stream: String },
    LatestOfOther { stream: String, given: String },
    Carries { stream: String, given: String },
    NoStream { stream: String, similar: Option<String> },
    OtherType { stream: String, given: String },
    NotOpened { stream: String, similar: Option<String> },
    FedTwice { stream: String },
    LiveSource { stream: String },
    OtherSource { stream: String, given: String },
    Misuse { stream: String, what: &'static str },
    Join { faults: Vec<GraphFault> },
}

/// When an event is dispatched, and when it happened (S4).
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) now: i64,
    pub(crate) event_time: i64,
}

impl At {
    /// Of an event that is dispatched at its own time, as all past and all emitted ones are.
    #[inline]
    pub(crate) fn instant(time: i64) -> Self {
        At { now: time, event_time: time }
    }
}

/// What of its agenda a node looks at before each dispatch: what is put there need not lower the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Watch {
    Nothing,
    /// The calls that follow each other at one constant delay.
    Ring,
    All,
}

/// Virtual time, which code without a context reads too.
#[derive(Default)]
pub(crate) struct Now(Arc<AtomicI64>);

impl Now {
    #[inline]
    pub(crate) fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }

    #[inline]
    fn set(&self, now: i64) {
        self.0.store(now, Relaxed);
    }

    /// For code that has no context.
    pub(crate) fn share(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.0)
    }
}

pub(crate) struct Desk {
    /// Virtual time (S2): frozen during a dispatch.
    pub(crate) now: Now,
    /// By how much the event that is being dispatched happened before that, or the call or tick was due. It is zero for
    /// nearly all, so that a run of them need not write it.
    lag: Cell<i64>,
    /// When the live event that is being dispatched was received.
    pub(crate) arrival: Cell<Option<i64>>,
    /// Items that may be dispatched before the engine looks around again.
    pub(crate) burst: Cell<usize>,
    /// True in the live phase of a run.
    pub(crate) live: Cell<bool>,
    /// The engine clock, in a live run.
    pub(crate) clock: Option<Arc<dyn Clock>>,
    /// Ticks that were left out before the one that is being dispatched (S26).
    pub(crate) missed: Cell<u64>,
    /// Nothing with a later time may be dispatched before someone has looked again. What a handler schedules
    /// lowers it; a stop or a fault sets it to [`HALT`].
    pub(crate) limit: Cell<i64>,
    /// The same without what is in the agenda of the node that has the desk, which it can look at itself.
    pub(crate) outer: Cell<i64>,
    /// The next run-wide scheduling sequence (S7).
    pub(crate) sequence: Cell<u64>,
    /// True while `on_start` runs: what it schedules for now joins round 0 (S36).
    pub(crate) starting: Cell<bool>,
    /// What the node looks at itself that has the desk.
    pub(crate) watches: Cell<Watch>,
    pub(crate) joined: Joined,
    /// Queues of emitted values by stream, each a `Fifo<T>`.
    pub(crate) outlets: Vec<Option<Box<dyn Any + Send>>>,
    /// What was emitted with a delay. In a box, so that those who use it little keep the rest apart less.
    pub(crate) departures: Box<Departures>,
    /// The last event of each stream that is kept for its latest value, each an `Event<T>`; none before the first.
    latest: Vec<Option<Box<dyn Any + Send>>>,
    pub(crate) clamped: Cell<u64>,
    pub(crate) past_is_error: bool,
    pub(crate) stop: Cell<bool>,
    /// What a stop of a handler asks, where a stop is not the end: the run dispatches first what it has received (S46).
    pub(crate) drain: Option<StopHandle>,
    pub(crate) refused: RefCell<Option<Refused>>,
    /// What the handler asks for that changes who takes part.
    pub(crate) growth: RefCell<Vec<Growth>>,
    /// True if the strategy leaves the run when its handler has returned.
    pub(crate) retiring: Cell<bool>,
}

impl Desk {
    pub(crate) fn new(past_is_error: bool) -> Self {
        Desk {
            now: Now::default(),
            lag: Cell::new(0),
            arrival: Cell::new(None),
            burst: Cell::new(crate::node::BURST),
            live: Cell::new(false),
            clock: None,
            missed: Cell::new(0),
            limit: Cell::new(HALT),
            outer: Cell::new(HALT),
            sequence: Cell::new(0),
            starting: Cell::new(false),
            watches: Cell::new(Watch::Nothing),
            joined: Joined::new(),
            outlets: Vec::new(),
            departures: Box::new(Departures::new()),
            latest: Vec::new(),
            clamped: Cell::new(0),
            past_is_error,
            stop: Cell::new(false),
            drain: None,
            refused: RefCell::new(None),
            growth: RefCell::new(Vec::new()),
            retiring: Cell::new(false),
        }
    }

    /// Begins a dispatch whose event time and due time are `now`.
    #[inline]
    pub(crate) fn at(&self, now: i64) {
        self.at_due(now, now);
    }

    /// Begins the dispatch of an event.
    #[inline]
    pub(crate) fn at_event(&self, at: At) {
        self.at_due(at.now, at.event_time);
    }

    /// Begins a dispatch that was due or stamped at `due`.
    #[inline]
    pub(crate) fn at_due(&self, now: i64, due: i64) {
        self.now.set(now);
        self.lag.set(now.wrapping_sub(due));
    }

    /// Begins one of several dispatches whose event time and due time are `now`, after the first [`Desk::at`].
    #[inline]
    pub(crate) fn go_on_at(&self, now: i64) {
        debug_assert_eq!(self.lag.get(), 0, "nothing in between happened at another time");
        self.now.set(now);
    }

    /// When the event happened that is being dispatched, or the call or tick was due.
    #[inline]
    pub(crate) fn event_time(&self) -> i64 {
        self.now.get().wrapping_sub(self.lag.get())
    }

    #[inline]
    pub(crate) fn set_event_time(&self, event_time: i64) {
        self.lag.set(self.now.get().wrapping_sub(event_time));
    }

    #[inline]
    pub(crate) fn next_sequence(&self) -> u64 {
        let sequence = self.sequence.get();
        self.sequence.set(sequence + 1);
        sequence
    }

    /// Lets nothing later than `time` be dispatched before the engine has looked again.
    #[inline]
    pub(crate) fn set_limit(&self, time: i64) {
        self.limit.set(time);
        self.outer.set(time);
    }

    /// Something was put into the agenda: nothing later than `time` may be dispatched unseen.
    #[inline]
    pub(crate) fn lower_limit(&self, time: i64) {
        if time < self.limit.get() {
            self.limit.set(time);
        }
    }

    /// Something was scheduled that is nobody's own: nothing later than `time` may be dispatched unseen.
    pub(crate) fn lower_outer(&self, time: i64) {
        if time < self.outer.get() {
            self.outer.set(time);
            self.lower_limit(time);
        }
    }

    /// Something joined the next round of this instant: time may not move on unseen.
    #[inline]
    pub(crate) fn hold_instant(&self) {
        let now = self.now.get();
        if now < self.outer.get() {
            self.outer.set(now);
            self.lower_limit(now);
        }
    }

    /// A handler asks the run to stop.
    pub(crate) fn stop(&self) {
        if let Some(run) = &self.drain {
            run.stop();
            // The engine is to see it before time moves on.
            return self.hold_instant();
        }
        self.stop.set(true);
        self.halt();
    }

    /// Nothing more is dispatched.
    pub(crate) fn halt(&self) {
        self.set_limit(HALT);
    }

    /// Nothing more is dispatched before the engine has looked around.
    pub(crate) fn interrupt(&self) {
        if !self.halted() {
            self.set_limit(INTERRUPT);
        }
    }

    /// True if nothing has joined this instant, and nobody keeps the run from going on to the next one.
    #[inline]
    pub(crate) fn is_free(&self) -> bool {
        self.limit.get() > self.now.get()
    }

    /// True if nothing more is dispatched, be it for good or not.
    #[inline]
    pub(crate) fn interrupted(&self) -> bool {
        self.limit.get() <= INTERRUPT
    }

    #[inline]
    pub(crate) fn halted(&self) -> bool {
        self.limit.get() == HALT
    }

    /// True if the handler has asked for something that changes who takes part.
    pub(crate) fn grows(&self) -> bool {
        self.retiring.get() || !self.growth.borrow().is_empty()
    }

    /// Stops the run at the end of this dispatch; the first fault counts.
    pub(crate) fn refuse(&self, refused: Refused) {
        self.refused.borrow_mut().get_or_insert(refused);
        self.halt();
    }

    /// The queue of values emitted on a stream.
    #[inline]
    pub(crate) fn outlet<T: 'static>(&self, stream: u32) -> Option<&Fifo<T>> {
        self.outlets.get(stream as usize)?.as_ref()?.downcast_ref()
    }

    /// The last event of a stream that is kept for its latest value.
    #[inline]
    pub(crate) fn latest<T: 'static>(&self, stream: u32) -> Option<&Event<T>> {
        self.latest.get(stream as usize)?.as_ref()?.downcast_ref()
    }

    /// Keeps an event as the latest of its stream. The first one allocates, the others take its place.
    pub(crate) fn keep_latest<T: Payload>(
        &mut self,
        stream: u32,
        event_time: i64,
        value: &T,
        copy: Copying<T>,
    ) {
        let (stream, time) = (stream as usize, Timestamp::from_nanos(event_time));
        if self.latest.len() <= stream {
            self.latest.resize_with(stream + 1, || None);
        }
        let cell = &mut self.latest[stream];
        match cell.as_mut().and_then(|kept| kept.downcast_mut::<Event<T>>()) {
            Some(kept) => {
                kept.time = time;
                (copy.again)(&mut kept.value, value);
            }
            None => *cell = Some(Box::new(Event { time, value: (copy.first)(value) })),
        }
    }
}
