//! A node whatever its strategy: the engine's calls into it.

use std::any::Any;
use std::sync::Arc;

use super::{Node, Step};
use crate::core::Core;
use crate::desk::Soon;
use crate::heads::Due;
use crate::live::Notice;
use crate::observe::Class;
use crate::strategy::Strategy;
use crate::task::{TaskKey, Waiting, What};

/// A node whatever its strategy. These are the engine's calls into it: one per burst, not per event.
pub(crate) trait AnyNode: Any + Send {
    /// Runs `on_start`, after setting the timers and one-shots that count from now (S55). False if it failed.
    fn start(&mut self, core: &mut Core) -> bool;
    /// Works through the agenda as long as its items come before `until`.
    fn run_agenda(&mut self, core: &mut Core, until: Due);
    /// Makes a call that joined this round.
    fn run_call(&mut self, core: &mut Core, slot: u32, sequence: u64);
    /// Makes a tick that joined this round.
    fn run_tick(&mut self, core: &mut Core, rank: u64, slot: u32);
    /// Runs an `on_end` hook.
    fn run_end(&mut self, core: &mut Core, hook: u32, sequence: u64);
    /// Tells a hook what befell the source of a stream.
    fn run_notice(&mut self, core: &mut Core, stream: &Arc<str>, hook: u32, notice: &Notice);
    /// Runs the hooks of a step that the whole run takes.
    fn run_step(&mut self, core: &mut Core, step: Step);
    fn settle(&mut self, core: &mut Core);
    /// Runs `on_stop`.
    fn stop(&mut self, core: &mut Core);
    /// Gives the desk back after a panic; the strategy is never called again (S44).
    fn poison(&mut self, core: &mut Core);
    fn panicked(&self) -> bool;
    /// The strategy is never called again.
    fn set_panicked(&mut self);
    /// Takes the desk while a task is polled.
    fn take_desk(&mut self, core: &mut Core, method: &'static str);
    /// Gives it back.
    fn give_desk(&mut self, core: &mut Core);
    /// The task that has the strategy, and its method (S41).
    fn holder(&self) -> Option<(TaskKey, &'static str)>;
    /// Lets an item wait for the task that has the strategy.
    fn wait(&mut self, core: &mut Core, what: What);
    /// True if items wait.
    fn has_backlog(&self) -> bool;
    /// The item that has waited longest.
    fn next_waiting(&mut self) -> Option<Waiting>;
    /// Makes a tick that has waited.
    fn run_parked_tick(&mut self, core: &mut Core);
    /// Makes the task of a call that was put aside to be begun.
    fn begin_call(&mut self, core: &mut Core) -> Option<TaskKey>;
    /// True, once, if it was due to settle while a task had it.
    fn take_settles(&mut self) -> bool;
    /// The name that a stream of the strategy has in the run.
    fn actual<'a>(&'a self, stream: &'a str) -> &'a str;
    /// Timers that tick, bounded or not.
    fn timers(&self) -> usize;
}

impl<S: Strategy> AnyNode for Node<S> {
    fn start(&mut self, core: &mut Core) -> bool {
        self.guarded(core, |node, core| {
            if node.set_out(core) {
                node.run_hooks(core, Class::Start, Some(0), |hooks| &mut hooks.starts);
                node.started = true;
            }
        });
        self.started
    }

    fn run_agenda(&mut self, core: &mut Core, until: Due) {
        if self.is_held() {
            return self.wait_agenda(core, until);
        }
        self.enter(core, S::NAME);
        self.work(core, until);
        self.leave(core);
    }

    fn run_call(&mut self, core: &mut Core, slot: u32, sequence: u64) {
        if self.is_held() {
            return self.wait_soon(core, Soon::Call(slot), sequence);
        }
        self.enter(core, S::NAME);
        let taken = self.cx.agenda_mut().take_call(slot, sequence);
        if let Some(taken) = taken {
            let now = self.cx.desk().now.get();
            self.run_taken(core, now, taken);
        }
        self.leave(core);
    }

    fn run_tick(&mut self, core: &mut Core, rank: u64, slot: u32) {
        if self.is_held() {
            return self.wait_soon_tick(core, rank, slot);
        }
        self.enter(core, S::NAME);
        let now = self.cx.desk().now.get();
        let tick = self.cx.agenda_mut().tick_now(now, rank, slot);
        if let Some(tick) = tick {
            self.run_ticked(core, tick);
        }
        self.leave(core);
    }

    fn run_end(&mut self, core: &mut Core, hook: u32, sequence: u64) {
        if self.is_held() {
            return self.wait_soon(core, Soon::End(hook), sequence);
        }
        self.enter(core, S::NAME);
        let now = self.cx.desk().now.get();
        self.cx.desk().at(now);
        core.dispatched.count(Class::Call);
        core.class = Class::Call;
        core.set_place(now, Class::Call, 0, sequence);
        let mut ends = std::mem::take(&mut self.hooks.ends);
        self.run_hook(core, &mut ends[hook as usize]);
        self.hooks.ends = ends;
        self.leave(core);
    }

    fn run_notice(&mut self, core: &mut Core, stream: &Arc<str>, hook: u32, notice: &Notice) {
        if self.is_held() {
            let (stream, notice) = (Arc::clone(stream), notice.clone());
            return self.let_wait(core, What::Notice { stream, hook, notice });
        }
        self.enter(core, S::NAME);
        core.dispatched.count(Class::Event);
        let mut notices = std::mem::take(&mut self.hooks.notices);
        let hook = &mut notices[hook as usize];
        let method = self.cx.method_name(hook.method);
        self.dispatch(core, method, Some(stream), |strategy, cx| (hook.call)(strategy, cx, notice.clone()));
        self.hooks.notices = notices;
        self.leave(core);
    }

    fn run_step(&mut self, core: &mut Core, step: Step) {
        if self.is_held() {
            let now = core.desk().now.get();
            core.set_place(now, Class::Start, step.rank(), u64::from(self.cx.node()));
            return self.let_wait(core, What::Step(step));
        }
        self.enter(core, S::NAME);
        match step {
            Step::Live => self.run_hooks(core, Class::Start, Some(step.rank()), |hooks| &mut hooks.lives),
            Step::CaughtUp => {
                self.run_hooks(core, Class::Start, Some(step.rank()), |hooks| &mut hooks.caught_up)
            }
        };
        self.leave(core);
    }

    fn settle(&mut self, core: &mut Core) {
        if self.is_held() {
            return self.backlog.settle_later();
        }
        self.enter(core, S::NAME);
        self.run_hooks(core, Class::Settled, None, |hooks| &mut hooks.settled);
        self.leave(core);
    }

    fn stop(&mut self, core: &mut Core) {
        self.guarded(core, |node, core| {
            node.run_hooks(core, Class::Stop, None, |hooks| &mut hooks.stops);
        });
    }

    fn poison(&mut self, core: &mut Core) {
        self.panicked = true;
        self.cx.touch();
        self.leave(core);
    }

    fn panicked(&self) -> bool {
        self.panicked
    }

    fn timers(&self) -> usize {
        self.cx.peek().timers()
    }

    fn set_panicked(&mut self) {
        self.panicked = true;
    }

    fn take_desk(&mut self, core: &mut Core, method: &'static str) {
        self.enter(core, method);
    }

    fn give_desk(&mut self, core: &mut Core) {
        self.leave_quietly(core);
    }

    fn holder(&self) -> Option<(TaskKey, &'static str)> {
        self.backlog.holder()
    }

    fn wait(&mut self, core: &mut Core, what: What) {
        self.let_wait(core, what);
    }

    fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    fn next_waiting(&mut self) -> Option<Waiting> {
        self.backlog.pop()
    }

    fn run_parked_tick(&mut self, core: &mut Core) {
        self.enter(core, S::NAME);
        self.run_parked(core);
        self.leave(core);
    }

    fn begin_call(&mut self, core: &mut Core) -> Option<TaskKey> {
        self.begin_aside(core)
    }

    fn take_settles(&mut self) -> bool {
        self.backlog.take_settles()
    }

    fn actual<'a>(&'a self, stream: &'a str) -> &'a str {
        self.cx.actual(stream)
    }
}
