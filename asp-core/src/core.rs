//! What the engine and the nodes share during a run, apart from what handlers see ([`crate::desk`]).

use std::any::Any;
use std::collections::VecDeque;
use std::panic::resume_unwind;

use crate::desk::{Desk, Refused, Watch};
use crate::digest::Digester;
use crate::forward::outflow::Outgoing;
use crate::fuse::Chains;
use crate::handler_times::Times;
use crate::heads::{DEPARTURES, Heads};
use crate::observe::{Class, Dispatch, Place};
use crate::outcome::Dispatched;
use crate::panics;
use crate::policy::OnError;
use crate::recording::{LeftOut, Recording};
use crate::roster::Roster;
use crate::strategy::HandlerResult;
use crate::task::{Outside, Tasks};
use crate::time::{Duration, Timestamp};
use crate::trace::Trace;
use crate::unsettled::Unsettled;

/// Why a dispatch stopped the run.
#[derive(Debug)]
pub(crate) enum Cause {
    Failed(Box<dyn std::error::Error + Send + Sync>),
    Panicked(String),
    Refused(Refused),
    /// Too much waits for a suspended handler (S41).
    Backlog,
}

/// A dispatch that stopped the run.
#[derive(Debug)]
pub(crate) struct Raised {
    pub(crate) node: usize,
    pub(crate) method: &'static str,
    pub(crate) cause: Cause,
    /// Stream and number of the event it is about, if that is not the one dispatched last.
    pub(crate) about: Option<(u32, u64)>,
}

pub(crate) type Observer = Box<dyn FnMut(&Dispatch<'_>) + Send>;

/// Shared state; the desk is here unless a node holds it.
pub(crate) struct Core {
    pub(crate) desk: Option<Box<Desk>>,
    pub(crate) heads: Heads,
    /// The names of all who take part.
    pub(crate) roster: Roster,
    pub(crate) raised: Option<Box<Raised>>,
    /// The stream, time and error of a sink that stopped the run.
    pub(crate) sink_failed: Option<(u32, Timestamp, Box<dyn std::error::Error + Send + Sync>)>,
    /// Who had the desk last, and the method called: who it was, should it panic.
    pub(crate) running: (u32, &'static str),
    pub(crate) on_error: OnError,
    /// Handler errors passed over because of [`OnError::Continue`].
    pub(crate) errors: u64,
    pub(crate) dispatched: Dispatched,
    /// Ticks that were left out (S26).
    pub(crate) missed: u64,
    /// The clock, in the live phase of a run.
    pub(crate) clock: i64,
    pub(crate) round: u32,
    /// The class of the item being dispatched.
    pub(crate) class: Class,
    /// Pending calls and bounded timers of all nodes: what keeps the run alive (S28).
    pub(crate) alive: usize,
    /// True if sources or an end keep the run going whatever becomes of `alive`.
    pub(crate) going: bool,
    /// The sequence before the last source event: what was scheduled earlier does not count as drain (S29).
    pub(crate) mark: u64,
    /// Dispatches after the last source event, while there is a limit to them.
    pub(crate) drained: u64,
    pub(crate) drain_limit: u64,
    pub(crate) draining: bool,
    pub(crate) last_drained: Option<(u32, &'static str)>,
    /// Nodes whose stream handlers ran since they last settled, if they have a hook for it (S60).
    pub(crate) unsettled: Unsettled,
    pub(crate) observers: Vec<Observer>,
    pub(crate) digester: Option<Digester>,
    /// How long handlers take, if that is of interest.
    pub(crate) times: Option<Box<Times>>,
    /// Where the facts of the run are recorded.
    pub(crate) recording: Option<Recording>,
    /// Ticks that a recorded run left out.
    pub(crate) recorded_skips: VecDeque<LeftOut>,
    /// Items that led to no dispatch: ticks that were left out, events that nobody reads, those that have to wait,
    /// strategies that join.
    pub(crate) passed: u64,
    /// The run stops when so many dispatches were made and so many items passed, as the recorded one did.
    pub(crate) stop_after: (u64, u64),
    announced: u64,
    /// True if each dispatch is shown to someone, so that bursts go event by event.
    pub(crate) watched: bool,
    /// The last dispatches, while an instant has gone on for suspiciously many rounds (S14).
    pub(crate) trace: Option<Trace>,
    /// The last place dispatched, where all are seen one by one.
    last: Option<Place>,
    /// The place of the item being dispatched.
    pub(crate) place: Place,
    /// Everything that can wait in the middle.
    pub(crate) tasks: Tasks,
    /// True while there are any: then each dispatch is followed by a look at what was woken.
    pub(crate) has_tasks: bool,
    /// Stream and number of the event that is being dispatched to several readers, or to one that can wait.
    pub(crate) event: Option<(u32, u64)>,
    /// Stream and number of the event that a failure is about.
    pub(crate) about: Option<(u32, u64)>,
    /// The node with a call to begin whose method is an `async fn`.
    pub(crate) begins: Option<u32>,
    /// True once the run was stopped and only tasks go on (S46).
    pub(crate) in_grace: bool,
    /// True while items are dispatched that have waited: they keep their places in the order (S41).
    pub(crate) delayed: bool,
    /// True once `on_live` and `on_caught_up` have run.
    pub(crate) steps_taken: (bool, bool),
    /// The streams whose sources have ended.
    pub(crate) ended: Vec<u32>,
    /// What the forwards of the run say.
    pub(crate) outgoing: Outgoing,
    /// True if somebody has seen the events that were to be shown.
    pub(crate) has_spent_peeks: bool,
    /// What goes through fused chains.
    pub(crate) chains: Chains,
}

/// Where no run comes.
pub(crate) const NEVER: (u64, u64) = (u64::MAX, u64::MAX);

/// The desk beside the core that it is put back into.
struct Aside<'a> {
    core: &'a mut Core,
    desk: Option<Box<Desk>>,
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        self.core.desk = self.desk.take();
    }
}

impl Core {
    pub(crate) fn new(desk: Desk, roster: Roster, on_error: OnError, observers: Vec<Observer>) -> Self {
        Core {
            desk: Some(Box::new(desk)),
            heads: Heads::new(roster.len()),
            roster,
            raised: None,
            sink_failed: None,
            running: (0, ""),
            on_error,
            errors: 0,
            dispatched: Dispatched::default(),
            missed: 0,
            clock: i64::MIN,
            round: 0,
            class: Class::Start,
            alive: 0,
            going: true,
            mark: 0,
            drained: 0,
            drain_limit: u64::MAX,
            draining: false,
            last_drained: None,
            unsettled: Unsettled::default(),
            watched: !observers.is_empty(),
            observers,
            digester: None,
            times: None,
            recording: None,
            recorded_skips: VecDeque::new(),
            passed: 0,
            stop_after: NEVER,
            announced: 0,
            trace: None,
            last: None,
            place: Place::default(),
            tasks: Tasks::new(Outside::new()),
            has_tasks: false,
            event: None,
            about: None,
            begins: None,
            in_grace: false,
            delayed: false,
            steps_taken: (false, false),
            ended: Vec::new(),
            outgoing: Outgoing::default(),
            has_spent_peeks: false,
            chains: Chains::default(),
        }
    }

    #[inline]
    pub(crate) fn desk(&self) -> &Desk {
        self.desk.as_ref().expect("the desk is back when a node has returned")
    }

    /// True if nobody wants to see each dispatch, waits in the middle, or counts what is left to come.
    #[inline]
    pub(crate) fn can_fuse(&self) -> bool {
        self.chains.are_whole && !self.has_tasks && !self.draining
    }

    /// True if anybody wants to see each dispatch.
    fn is_watched(&self) -> bool {
        !self.observers.is_empty()
            || self.digester.is_some()
            || self.times.is_some()
            || self.stop_after < NEVER
    }

    /// Has each dispatch take part in a digest.
    pub(crate) fn digest(&mut self, digester: Digester) {
        self.digester = Some(digester);
        self.watched = true;
    }

    /// Measures how long each handler takes.
    pub(crate) fn time_handlers(&mut self) {
        self.times = Some(Box::default());
        self.watched = true;
    }

    /// The dispatch that was announced is over.
    pub(crate) fn took(&mut self) {
        if let Some(times) = &mut self.times {
            times.end(self.place.time);
        }
    }

    /// True if the run has come to where the recorded one was stopped. All that start do so before it is asked.
    #[inline]
    pub(crate) fn is_stopped_again(&self) -> bool {
        let (dispatches, passed) = self.stop_after;
        self.announced >= dispatches && self.passed >= passed
    }

    /// Takes note of an item that led to no dispatch.
    pub(crate) fn pass(&mut self, desk: &Desk) {
        self.passed += 1;
        if self.is_stopped_again() && !desk.starting.get() {
            desk.interrupt();
        }
    }

    /// [`Core::pass`], where the desk is here.
    #[inline]
    pub(crate) fn pass_here(&mut self) {
        self.passed += 1;
        if self.is_stopped_again() && !self.desk().starting.get() {
            self.desk().interrupt();
        }
    }

    /// Dispatches that were shown to whoever watches.
    pub(crate) fn announced(&self) -> u64 {
        self.announced
    }

    /// The place of the last item, where all are watched; those that have waited do not count.
    pub(crate) fn last_place(&self) -> Place {
        self.last.map_or(self.place, |last| last.max(self.place))
    }

    /// Stops the run as a recorded one was stopped.
    pub(crate) fn stop_after(&mut self, dispatches: u64, passed: u64) {
        self.stop_after = (dispatches, passed);
        self.watched = true;
    }

    /// Remembers the next dispatches, for the message should the instant never end.
    pub(crate) fn begin_trace(&mut self) {
        self.trace.get_or_insert_default();
        self.watched = true;
    }

    /// Forgets them, as time has moved on.
    #[inline]
    pub(crate) fn end_trace(&mut self) {
        if self.trace.is_some() {
            self.trace = None;
            self.watched = self.is_watched();
        }
    }

    /// Takes note of what is dispatched, to the node that has the desk.
    #[inline]
    pub(crate) fn tell(&mut self, class: Class, method: &'static str) {
        self.class = class;
        self.running.1 = method;
    }

    /// Takes note of how a dispatch ended. False if the run stops.
    #[inline]
    pub(crate) fn ended(
        &mut self,
        desk: &Desk,
        node: usize,
        method: &'static str,
        result: HandlerResult,
    ) -> bool {
        // What a handler asks for in vain halts the run too.
        if result.is_ok() && !desk.halted() {
            return true;
        }
        self.ended_badly(desk, node, method, result)
    }

    #[cold]
    fn ended_badly(&mut self, desk: &Desk, node: usize, method: &'static str, result: HandlerResult) -> bool {
        if let Err(error) = result {
            match self.on_error {
                OnError::Continue => self.errors += 1,
                OnError::Stop => self.raise(desk, node, method, Cause::Failed(error)),
            }
        }
        if let Some(refused) = desk.refused.borrow_mut().take() {
            self.raise(desk, node, method, Cause::Refused(refused));
        }
        !desk.halted()
    }

    /// Stops the run; the first cause counts.
    pub(crate) fn raise(&mut self, desk: &Desk, node: usize, method: &'static str, cause: Cause) {
        desk.halt();
        let about = self.about;
        self.raised.get_or_insert_with(|| Box::new(Raised { node, method, cause, about }));
    }

    /// [`Core::raise`], where the desk is here.
    pub(crate) fn raise_here(&mut self, node: usize, method: &'static str, cause: Cause) {
        self.with_desk(|core, desk| core.raise(desk, node, method, cause));
    }

    /// Stops the run for an error of a sink; the first one counts.
    pub(crate) fn fail_sink(
        &mut self,
        stream: u32,
        time: Timestamp,
        error: Box<dyn std::error::Error + Send + Sync>,
    ) {
        self.sink_failed.get_or_insert((stream, time, error));
        self.desk().halt();
    }

    /// Does something with the desk beside the rest, where it is here, and puts it back whatever happens.
    pub(crate) fn with_desk(&mut self, work: impl FnOnce(&mut Core, &Desk)) {
        let desk = self.desk.take();
        let mut aside = Aside { core: self, desk };
        if let Aside { core, desk: Some(desk) } = &mut aside {
            work(core, desk);
        }
    }

    /// Turns a caught panic into the end of the run (S44). Whoever has the desk gives it back in `poison`.
    pub(crate) fn raise_panic(&mut self, panic: Box<dyn Any + Send>, poison: &mut dyn FnMut(&mut Core, u32)) {
        if self.desk.is_some() {
            // Not a handler: a fault of the engine, or a payload that panics when it is dropped unread.
            resume_unwind(panic)
        }
        let (node, method) = self.running;
        self.delayed = false;
        poison(self, node);
        self.desk().watches.set(Watch::Nothing);
        self.desk().halt();
        let cause = Cause::Panicked(panics::message(&*panic));
        let about = self.about;
        self.raised.get_or_insert_with(|| Box::new(Raised { node: node as usize, method, cause, about }));
    }

    /// Shows a dispatch to whoever watches, just before it is made.
    pub(crate) fn announce(&mut self, desk: &Desk, node: usize, method: &'static str, stream: Option<&str>) {
        let strategy = &*self.roster.name(node as u32);
        let now = desk.now.get();
        if let Some(trace) = &mut self.trace {
            trace.note(strategy, method, stream);
        }
        debug_assert!(
            self.delayed || self.last.is_none_or(|last| last <= self.place),
            "items are dispatched in the order of S7: {:?} after {:?}",
            self.place,
            self.last
        );
        if !self.delayed {
            self.last = Some(self.place);
        }
        let dispatch = Dispatch {
            place: self.place,
            now: Timestamp::from_nanos(now),
            strategy,
            handler: method,
            stream,
            due: Timestamp::from_nanos(desk.event_time()),
            event_time: Timestamp::from_nanos(desk.event_time()),
            behind: (self.clock > i64::MIN).then(|| Duration::from_nanos(self.clock.saturating_sub(now))),
        };
        if let Some(digester) = &mut self.digester {
            digester.feed(&dispatch);
        }
        for observer in &mut self.observers {
            observer(&dispatch);
        }
        self.announced += 1;
        // Of the dispatches of `on_stop`, those of strategies that retire are made before the end.
        let is_before_end = self.class != Class::Stop || self.delayed;
        if self.is_stopped_again() && is_before_end && !desk.starting.get() {
            // The dispatch that is about to be made is the last one. The rest of its item, sinks say, is as it was.
            desk.interrupt();
        }
        if let Some(times) = &mut self.times {
            times.begin(&self.roster, node as u32, method);
        }
    }

    /// Takes note of what was emitted with a delay, or is no longer to come.
    #[inline]
    pub(crate) fn hear_departures(&mut self) {
        if self.desk().departures.take_touched() {
            let departures = &self.desk().departures;
            let (head, (live, counted)) = (departures.head(), departures.count());
            self.heads.set(DEPARTURES, head);
            self.alive = self.alive + live - counted;
        }
    }

    /// Counts dispatches after the last source event, and stops the run at the limit (S29).
    pub(crate) fn count_drained(&mut self, desk: &Desk, count: u64) {
        self.drained += count;
        if self.drained > self.drain_limit {
            desk.halt();
        }
    }

    /// [`Core::count_drained`] of one, where the desk is here.
    #[inline]
    pub(crate) fn count_drained_here(&mut self) {
        self.drained += 1;
        if self.drained > self.drain_limit {
            self.desk().halt();
        }
    }

    /// True if a tick is left out, since the timer's next one is due too (S26).
    ///
    /// The clock decides it in the live phase of a run; when one is repeated, its recording.
    pub(crate) fn leaves_out(&mut self, node: u32, time: i64, rank: u64, next: Option<i64>) -> bool {
        let tick = (node, time, rank);
        if self.recorded_skips.front() == Some(&tick) {
            self.recorded_skips.pop_front();
            return true;
        }
        let is_left_out = next.is_some_and(|next| next <= self.clock);
        if let (true, Some(recording)) = (is_left_out, &self.recording) {
            recording.note(|facts| facts.skips.push_back(tick));
        }
        is_left_out
    }

    /// True if time has to stand still for something outside of the run (S42), as it does unless the clock drives it.
    #[inline]
    pub(crate) fn stands_still(&self) -> bool {
        self.has_tasks && self.clock == i64::MIN && self.tasks.outside.externals() > 0
    }

    /// The round in which the run ends. It may have looked for a later instant already, and found nothing to dispatch
    /// there: ticks that were left out, or cancelled.
    pub(crate) fn last_round(&self) -> u32 {
        let now = self.desk().now.get();
        let last = self.last.filter(|last| last.time.as_nanos() == now);
        last.map_or(self.round, |last| last.round.max(self.round))
    }

    /// Sets the place of the next item; one that has waited keeps its own.
    pub(crate) fn set_place(&mut self, time: i64, class: Class, declaration: u64, sequence: u64) {
        if self.delayed {
            return;
        }
        self.place =
            Place { time: Timestamp::from_nanos(time), round: self.round, class, declaration, sequence };
    }
}
