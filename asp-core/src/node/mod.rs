//! One strategy in a run: its value, its context with the agenda, its hooks.

mod any;
mod plan;
mod waiting;
mod work;

pub(crate) use any::{AnyNode, Coming};
pub(crate) use plan::{Plan, Streams};

use waiting::Begun;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::context::Context;
use crate::core::Core;
use crate::growth::Asked;
use crate::heads;
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

    /// True if nothing has come of a dispatch at that time that anybody is to know of, apart from what a chain passes on.
    #[inline(always)]
    pub(crate) fn is_plain(&mut self, time: i64, result: &HandlerResult) -> bool {
        result.is_ok() && self.cx.desk().limit.get() > time && !self.cx.is_touched()
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
        agenda.make_room();
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

    /// Takes the desk for events of several streams, one after the other. False if it cannot: a task has the strategy, or
    /// each instant is to settle before the next one.
    pub(crate) fn hold(&mut self, core: &mut Core) -> bool {
        let can_hold = self.strategy.is_some() && !self.settles();
        if can_hold {
            #[cfg(test)]
            crate::counts::count(|counts| counts.held += 1);
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
            core.raise_panic(panic, &mut |core, _| self.poison(core));
        }
    }

    /// Does something with the desk at hand, outside the engine's loop and its guard against panics.
    fn guarded(&mut self, core: &mut Core, work: impl FnOnce(&mut Self, &mut Core)) {
        self.enter(core, S::NAME);
        match catch_unwind(AssertUnwindSafe(|| work(self, core))) {
            Ok(()) => self.leave(core),
            Err(panic) => core.raise_panic(panic, &mut |core, _| self.poison(core)),
        }
    }
}
