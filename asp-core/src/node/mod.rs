//! One strategy in a run: its value, its context with the agenda, its hooks.

mod any;
mod plan;
mod waiting;

pub(crate) use any::{AnyNode, Coming};
pub(crate) use plan::{Plan, Streams};

use waiting::Begun;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::agenda::{Taken, Tick};
use crate::context::Context;
use crate::core::Core;
use crate::growth::Asked;
use crate::heads::{self, Due};
use crate::observe::Class;
use crate::strategy::{HandlerResult, Strategy};
use crate::task::Backlog;
use crate::task::local::Ask;
use crate::wiring::{Hook, Hooks};

/// Items of one agenda dispatched before the engine looks around again, so that no burst lasts for ever.
pub(crate) const BURST: usize = 4096;

/// What each dispatch looks at comes first, so that among a million nodes it takes a line or two of the cache.
#[repr(C)]
pub(crate) struct Node<S: Strategy> {
    /// Absent while a suspended handler has it.
    pub(crate) strategy: Option<S>,
    /// True if it is due to settle.
    unsettled: bool,
    /// True once it has retired: it is never called again.
    gone: bool,
    started: bool,
    panicked: bool,
    /// True once its `on_stop` was run.
    stopped: bool,
    pub(crate) cx: Context<S>,
    /// Where the strategy moves out to, kept for its memory.
    spare: Option<Box<Option<S>>>,
    backlog: Backlog,
    /// A call to be begun whose method is an `async fn`.
    begun: Option<Begun<S::Call>>,
    /// What the core counts as alive for this node.
    counted: usize,
    /// The strategy, once it has retired.
    departed: Option<Box<S>>,
    /// The streams that it reads.
    seats: Box<[u32]>,
}

/// A step that a live run takes as a whole (S36).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Everything due before the run began is done.
    Live,
    /// For the first time nothing is due.
    CaughtUp,
}

impl Step {
    /// Its place among the hooks of class 0 (S7).
    fn rank(self) -> u64 {
        match self {
            Step::Live => 1,
            Step::CaughtUp => 2,
        }
    }
}

impl<S: Strategy> Node<S> {
    pub(crate) fn new(strategy: S, cx: Context<S>) -> Self {
        Node {
            strategy: Some(strategy),
            spare: None,
            backlog: Backlog::default(),
            begun: None,
            cx,
            counted: 0,
            started: false,
            panicked: false,
            unsettled: false,
            stopped: false,
            gone: false,
            departed: None,
            seats: Box::default(),
        }
    }

    /// True if events of its streams make it due to settle (S60).
    #[inline]
    pub(crate) fn settles(&self) -> bool {
        self.cx.plan().settles
    }

    /// The streams that it reads.
    pub(crate) fn seats(&self) -> &[u32] {
        &self.seats
    }

    /// True once it has retired.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone
    }

    /// Takes note that an event of this instant has reached a strategy that settles.
    pub(crate) fn unsettle(&mut self, core: &mut Core) {
        if !self.unsettled {
            self.unsettled = true;
            core.unsettled.insert(self.cx.declaration(), self.cx.node());
        }
    }

    /// Takes the desk, for one dispatch or a burst of them.
    #[inline]
    pub(crate) fn enter(&mut self, core: &mut Core, method: &'static str) {
        core.running = (self.cx.node(), method);
        self.cx.swap_desk(&mut core.desk);
    }

    /// Gives the desk back, and tells the core what is pending now.
    #[inline(always)]
    pub(crate) fn leave(&mut self, core: &mut Core) {
        self.leave_quietly(core);
        if core.has_tasks {
            core.hear();
        }
    }

    /// [`Node::leave`], where what was asked of the tasks is heard by the caller.
    #[inline(always)]
    fn leave_quietly(&mut self, core: &mut Core) {
        self.cx.swap_desk(&mut core.desk);
        if self.cx.take_touched() {
            self.tell_pending(core);
        }
    }

    /// True if it can be called with an event of a fused chain.
    pub(crate) fn takes_events(&self) -> bool {
        self.strategy.is_some() && !self.settles()
    }

    /// True if nothing has come of a dispatch that anybody is to know of, apart from what a chain passes on.
    #[inline(always)]
    pub(crate) fn is_plain(&mut self, result: &HandlerResult) -> bool {
        result.is_ok() && self.cx.desk().is_free() && !self.cx.is_touched()
    }

    /// Takes note of what has come of a dispatch, and keeps the desk. True if the engine need not look at it before the next
    /// one.
    #[inline(never)]
    pub(crate) fn ended_with_more(
        &mut self,
        core: &mut Core,
        method: &'static str,
        result: HandlerResult,
    ) -> bool {
        let goes_on = core.ended(self.cx.desk(), self.cx.node() as usize, method, result);
        self.leave(core);
        self.cx.swap_desk(&mut core.desk);
        goes_on && self.cx.desk().is_free()
    }

    #[inline(never)]
    fn tell_pending(&mut self, core: &mut Core) {
        let node = self.cx.node() as usize;
        let agenda = self.cx.agenda_mut();
        core.heads.set(heads::of_node(node), agenda.head());
        let alive = agenda.alive();
        core.alive = core.alive + alive - self.counted;
        self.counted = alive;
        core.hear_departures();
        if core.desk().grows() {
            self.grow(core);
        }
    }

    /// Passes on what a handler has asked for that changes who takes part in the run.
    #[cold]
    fn grow(&mut self, core: &mut Core) {
        let (node, method) = core.running;
        for growth in core.desk().growth.take() {
            core.tasks.later.push(Ask::Grow(Box::new(Asked { node, method, growth })));
        }
        if core.desk().retiring.take() && !self.stopped {
            self.retire(core);
        }
    }

    /// Leaves the run: `on_stop` runs at once, and nothing of the strategy after that (S56).
    pub(crate) fn retire(&mut self, core: &mut Core) {
        let (class, delayed) = (core.class, std::mem::replace(&mut core.delayed, true));
        if self.started && !self.panicked {
            self.stop(core);
        }
        (core.class, core.delayed) = (class, delayed);
        self.gone = true;
        self.departed = self.strategy.take().map(Box::new);
        core.tasks.later.push(Ask::Retire(self.cx.node()));
    }

    /// The strategy, also of one that has retired and is about to be dropped.
    pub(crate) fn state(&mut self) -> Option<(&mut S, &Context<S>)> {
        let strategy = self.strategy.as_mut().or(self.departed.as_deref_mut())?;
        Some((strategy, &self.cx))
    }

    /// Works through the agenda as long as its items come before `until` and none later than the outer limit.
    /// False if the run stops.
    #[inline(always)]
    pub(crate) fn work(&mut self, core: &mut Core, until: Due) -> bool {
        self.cx.desk().in_agenda.set(true);
        let mut left = self.cx.desk().burst.get();
        let mut goes_on = true;
        while left > 0 {
            let Some(ok) = self.work_item(core, until, &mut left) else { break };
            goes_on = ok;
            // With tasks about, what it may have woken is looked at first.
            if !goes_on || core.has_tasks {
                break;
            }
        }
        self.cx.desk().in_agenda.set(false);
        goes_on
    }

    /// Dispatches the next item of the agenda, and what ticks follow it, if it comes before `until` and not later than the
    /// outer limit. False if the run stops.
    #[inline(always)]
    pub(crate) fn work_item(&mut self, core: &mut Core, until: Due, left: &mut usize) -> Option<bool> {
        let limit = self.cx.desk().outer.get();
        let agenda = self.cx.agenda_mut();
        let head = agenda.head();
        let time = head.time();
        if head >= until || time > limit {
            return None;
        }
        if !head.is_call() {
            return Some(self.work_ticks(core, until, left));
        }
        *left -= 1;
        // What was cancelled is passed over.
        Some(if let Some(taken) = agenda.pop_call_at_once() {
            taken.is_none_or(|taken| self.run_taken(core, time, taken))
        } else {
            self.work_call(core, time)
        })
    }

    /// [`Node::work_item`] for an item before `until`, where [`Node::run_plain`] does. How many items are left then; none if
    /// the engine is to look around.
    #[inline(always)]
    pub(crate) fn work_plain(&mut self, core: &mut Core, until: Due, left: usize) -> usize {
        let agenda = self.cx.agenda_mut();
        let head = agenda.head();
        if !head.is_call() {
            return self.work_any(core, until, left);
        }
        let Some(taken) = agenda.pop_call_at_once() else { return self.work_any(core, until, left) };
        let goes_on = taken.is_none_or(|taken| {
            core.dispatched.calls += 1;
            self.run_plain(core, Class::Call, head.time(), taken.call)
        });
        if goes_on { left - 1 } else { 0 }
    }

    #[inline(never)]
    fn work_any(&mut self, core: &mut Core, until: Due, mut left: usize) -> usize {
        let goes_on = self.work_item(core, until, &mut left) == Some(true);
        if goes_on && !core.has_tasks { left } else { 0 }
    }

    /// Makes a call or tick that is due at `time`, where nobody watches and the run goes on whatever it is; that the run was
    /// halted is for the caller to see. False if an error stops the run, or a task is to begin.
    #[inline(always)]
    fn run_plain(&mut self, core: &mut Core, class: Class, time: i64, call: S::Call) -> bool {
        let method = S::call_name(&call);
        core.class = class;
        self.cx.desk().at(time);
        if S::is_async(&call) {
            return self.put_aside(core, method, call);
        }
        let Some(strategy) = &mut self.strategy else { return true };
        core.running.1 = method;
        let result = strategy.call(&self.cx, call);
        result.is_ok() || core.ended(self.cx.desk(), self.cx.node() as usize, method, result)
    }

    /// Makes the tick at the head of the agenda and those that follow it before anything else does, at most `left` items.
    /// A loop of its own, so that a tick does without what calls take. False if the run stops.
    #[inline(never)]
    fn work_ticks(&mut self, core: &mut Core, until: Due, left: &mut usize) -> bool {
        let is_plain = core.going && !core.draining && !core.watched;
        loop {
            *left -= 1;
            let tick = if is_plain { self.cx.agenda_mut().pop_even_tick() } else { None };
            let goes_on = match tick {
                Some(tick) => {
                    core.dispatched.ticks += 1;
                    self.run_plain(core, Class::Tick, tick.time, (tick.make)())
                        && core.ended(self.cx.desk(), self.cx.node() as usize, core.running.1, Ok(()))
                }
                None => self.work_tick(core),
            };
            let head = self.cx.agenda_mut().head();
            let is_next = !head.is_call() && head < until && head.time() <= self.cx.desk().outer.get();
            if !goes_on || !is_next || core.has_tasks || *left == 0 {
                return goes_on;
            }
        }
    }

    /// Makes the tick at the head of the agenda, whatever its timer is.
    #[inline(never)]
    fn work_tick(&mut self, core: &mut Core) -> bool {
        let tick = self.cx.agenda_mut().pop_tick();
        tick.is_none_or(|tick| self.run_ticked(core, tick))
    }

    /// Makes the call at the head of the agenda, wherever it is kept. A copy of the caller's way, which the compiler
    /// keeps short if it need not join this one.
    #[inline(never)]
    fn work_call(&mut self, core: &mut Core, time: i64) -> bool {
        let taken = self.cx.agenda_mut().pop_call();
        taken.is_none_or(|taken| self.run_taken(core, time, taken))
    }

    /// Before an event at `time`, works through what the agenda has for earlier times; false if others come first,
    /// the earliest of whom has an item at `others`, or nothing more may be dispatched. This keeps a strategy that
    /// defers calls in one loop with its events.
    pub(crate) fn catch_up(&mut self, core: &mut Core, time: i64, others: Due) -> bool {
        if time > self.cx.desk().outer.get() || others < Due::at(time) || !self.work(core, Due::at(time)) {
            return false;
        }
        let own = self.cx.agenda_mut().head();
        let desk = self.cx.desk();
        desk.limit.set(desk.outer.get().min(others.time()).min(own.time()));
        core.class = Class::Event;
        true
    }

    /// Takes the desk for events of several streams, one after the other. False if it cannot: a task has the strategy, or
    /// each instant is to settle before the next one.
    pub(crate) fn hold(&mut self, core: &mut Core) -> bool {
        let can_hold = self.strategy.is_some() && !self.settles();
        if can_hold {
            self.enter(core, "");
        }
        can_hold
    }

    /// Gives the desk back.
    pub(crate) fn release(&mut self, core: &mut Core) {
        // What a handler asked for in vain has halted the run.
        let (node, method) = core.running;
        core.ended(self.cx.desk(), node as usize, method, Ok(()));
        self.leave(core);
    }

    /// Makes one handler call. False if the run stops.
    #[inline]
    fn dispatch(
        &mut self,
        core: &mut Core,
        method: &'static str,
        stream: Option<&str>,
        call: impl FnOnce(&mut S, &Context<S>) -> HandlerResult,
    ) -> bool {
        let node = self.cx.node();
        let watched = core.watched;
        if watched {
            core.announce(self.cx.desk(), node as usize, method, stream);
        }
        let Some(strategy) = &mut self.strategy else { return true };
        core.running.1 = method;
        let result = call(strategy, &self.cx);
        if watched {
            core.took();
        }
        core.ended(self.cx.desk(), node as usize, method, result)
    }

    /// Runs a list of hooks; each is a dispatch of its own. False if one stopped the run.
    fn run_hooks(
        &mut self,
        core: &mut Core,
        class: Class,
        step: Option<u64>,
        list: fn(&mut Hooks<S>) -> &mut Vec<Hook<S>>,
    ) -> bool {
        let now = self.cx.desk().now.get();
        self.cx.desk().at(now);
        core.class = class;
        match step {
            // Class 0 is ordered by hook, then by strategy (S7).
            Some(step) => core.set_place(now, class, step, self.cx.declaration()),
            None => core.set_place(now, class, self.cx.declaration(), 0),
        }
        let plan = Arc::clone(self.cx.plan());
        list(&mut plan.hooks()).iter_mut().all(|hook| {
            core.dispatched.count(class);
            self.run_hook(core, hook)
        })
    }

    fn run_hook(&mut self, core: &mut Core, hook: &mut Hook<S>) -> bool {
        let method = self.cx.method_name(hook.method);
        self.dispatch(core, method, None, |strategy, cx| (hook.call)(strategy, cx))
    }

    #[inline(always)]
    fn run_taken(&mut self, core: &mut Core, time: i64, taken: Taken<S::Call>) -> bool {
        self.cx.desk().at_due(time, taken.due);
        core.dispatched.calls += 1;
        core.class = Class::Call;
        if core.watched {
            core.set_place(time, Class::Call, 0, taken.sequence);
        }
        let counts_as_drain = core.draining && taken.sequence >= core.mark;
        self.run_scheduled(core, taken.call, counts_as_drain)
    }

    fn run_ticked(&mut self, core: &mut Core, tick: Tick<S::Call>) -> bool {
        let time = tick.time;
        if let Some(skips) = tick.skips {
            let is_left_out = core.leaves_out(self.cx.node(), time, tick.rank, skips.next);
            return self.run_or_skip(core, time, tick, is_left_out);
        }
        self.run_tick_at(core, time, tick)
    }

    /// Makes a tick, unless it is left out because the next one is due too (S26).
    #[inline(never)]
    fn run_or_skip(&mut self, core: &mut Core, now: i64, tick: Tick<S::Call>, is_left_out: bool) -> bool {
        if is_left_out {
            core.missed += 1;
            // Time passes it, too: what arrives after this was decided comes later than that (S32).
            self.cx.desk().at(now);
            core.pass(self.cx.desk());
            self.cx.agenda_mut().leave_out(tick.rank);
            return true;
        }
        let missed = self.cx.agenda_mut().take_missed(tick.rank);
        self.cx.desk().missed.set(missed);
        let goes_on = self.run_tick_at(core, now, tick);
        self.cx.desk().missed.set(0);
        goes_on
    }

    fn run_tick_at(&mut self, core: &mut Core, now: i64, tick: Tick<S::Call>) -> bool {
        self.cx.desk().at_due(now, tick.time);
        core.dispatched.ticks += 1;
        core.class = Class::Tick;
        if core.watched {
            core.set_place(tick.time, Class::Tick, self.cx.declaration(), tick.rank);
        }
        self.run_scheduled(core, (tick.make)(), core.draining)
    }

    #[inline(always)]
    fn run_scheduled(&mut self, core: &mut Core, call: S::Call, counts_as_drain: bool) -> bool {
        let method = S::call_name(&call);
        if counts_as_drain {
            core.last_drained = Some((self.cx.node(), method));
            core.count_drained(self.cx.desk(), 1);
        }
        if S::is_async(&call) {
            return self.put_aside(core, method, call);
        }
        let ok = self.dispatch(core, method, None, |strategy, cx| strategy.call(cx, call));
        if !core.going && core.alive == self.counted && self.cx.peek().alive() == 0 {
            // Nothing is left that keeps the run alive: only what else is due at this instant still runs (S28).
            self.cx.desk().hold_instant();
        }
        ok
    }

    /// Sets the strategy's own timers and one-shots, which count from now. False if one of them is impossible.
    fn set_out(&mut self, core: &mut Core) -> bool {
        let plan = Arc::clone(self.cx.plan());
        for periodic in &plan.periodic {
            self.cx.set_timer(&periodic.every, periodic.make);
            let method = self.cx.method_name(periodic.method);
            if !core.ended(self.cx.desk(), self.cx.node() as usize, method, Ok(())) {
                return false;
            }
        }
        for one_shot in &plan.one_shots {
            self.cx.defer(one_shot.delay, (one_shot.make)());
            let method = self.cx.method_name(one_shot.method);
            if !core.ended(self.cx.desk(), self.cx.node() as usize, method, Ok(())) {
                return false;
            }
        }
        true
    }

    /// Does something that takes the desk, for a node that may not be in its place yet.
    fn caught(&mut self, core: &mut Core, work: impl FnOnce(&mut Self, &mut Core)) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(self, core))) {
            core.raise_panic(panic, |core, _| self.poison(core));
        }
    }

    /// Does something with the desk at hand, outside the engine's loop and its guard against panics.
    fn guarded(&mut self, core: &mut Core, work: impl FnOnce(&mut Self, &mut Core)) {
        self.enter(core, S::NAME);
        match catch_unwind(AssertUnwindSafe(|| work(self, core))) {
            Ok(()) => self.leave(core),
            Err(panic) => core.raise_panic(panic, |core, _| self.poison(core)),
        }
    }
}
