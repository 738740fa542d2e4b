//! A node whatever its strategy: the engine's calls into it.

use std::any::Any;
use std::sync::Arc;

use super::{Node, Step};
use crate::agenda::rank;
use crate::core::Core;
use crate::desk::{Desk, Soon};
use crate::heads::Due;
use crate::live::Notice;
use crate::observe::Class;
use crate::strategy::Strategy;
use crate::task::{Backlog, TaskKey, Waiting, What};

/// A node whatever its strategy. These are the engine's calls into it: one per burst, not per event.
pub(crate) trait AnyNode: Any + Send {
    /// Runs the hooks that a newcomer begins with: its start, then what has happened before it came. They share one place.
    fn begin(&mut self, core: &mut Core);
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
    /// True once its `on_start` has returned.
    fn started(&self) -> bool;
    fn panicked(&self) -> bool;
    /// The strategy is never called again.
    fn set_panicked(&mut self);
    /// Takes the desk while a task is polled.
    fn take_desk(&mut self, core: &mut Core, method: &'static str);
    /// Gives it back. True if the task has asked that the strategy retires.
    fn give_desk(&mut self, core: &mut Core) -> bool;
    /// The desk, between two polls of tasks; none if they have asked for what is done when it is given back.
    fn quiet_desk(&mut self) -> Option<&Desk>;
    /// The task that has the strategy, and its method (S41).
    fn holder(&self) -> Option<(TaskKey, &'static str)>;
    /// Lets an item wait for the task that has the strategy.
    fn wait(&mut self, core: &mut Core, what: What);
    /// What waits.
    fn backlog(&self) -> &Backlog;
    /// The item that has waited longest.
    fn next_waiting(&mut self) -> Option<Waiting>;
    /// Makes a tick that has waited.
    fn run_parked_tick(&mut self, core: &mut Core);
    /// Makes the task of a call that was put aside to be begun.
    fn begin_call(&mut self, core: &mut Core) -> Option<TaskKey>;
    /// If it was due to settle while a task had it, it settles in this instant. False if it was not.
    fn settle_late(&mut self, core: &mut Core) -> bool;
    /// The name that a stream of the strategy has in the run.
    fn actual<'a>(&'a self, stream: &'a str) -> &'a str;
    /// Timers that tick, bounded or not.
    fn timers(&self) -> usize;
    /// What the agenda has, in no order.
    fn plans(&self) -> Vec<Coming>;
    /// The method of an `on_end` hook.
    fn end_method(&self, hook: u32) -> &'static str;
    /// The methods that are called when it settles.
    fn settled_methods(&self) -> Vec<&'static str>;
    /// The strategy retires, since a task has asked for it that has ended.
    fn retire_now(&mut self, core: &mut Core);
    /// Its place in the order of declaration.
    fn declaration(&self) -> u64;
    /// The streams that it reads.
    fn take_seats(&mut self) -> Box<[u32]>;
    fn set_seats(&mut self, seats: Vec<u32>);
    /// What the core counts as alive for it.
    fn counted(&self) -> usize;
}

/// A call or tick that is to come, as a test is shown it.
pub(crate) struct Coming {
    pub(crate) due: i64,
    pub(crate) class: Class,
    /// The scheduling sequence of a call, the rank of a tick.
    pub(crate) sequence: u64,
    pub(crate) method: &'static str,
}

impl<S: Strategy> AnyNode for Node<S> {
    fn begin(&mut self, core: &mut Core) {
        self.start(core);
        let delayed = std::mem::replace(&mut core.delayed, true);
        let (was_live, was_caught_up) = core.steps_taken;
        for (_, step) in [(was_live, Step::Live), (was_caught_up, Step::CaughtUp)].iter().filter(|it| it.0) {
            if !self.gone && !core.desk().halted() {
                self.caught(core, |node, core| node.run_step(core, *step));
            }
        }
        let plan = Arc::clone(self.cx.plan());
        for &(stream, hook) in &plan.streams.ends {
            if core.ended.contains(&stream) && !self.gone && !core.desk().halted() {
                self.caught(core, |node, core| node.run_end(core, hook, 0));
            }
        }
        core.delayed = delayed;
    }

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
        let plan = Arc::clone(self.cx.plan());
        self.run_hook(core, &mut plan.hooks().ends[hook as usize]);
        self.leave(core);
    }

    fn run_notice(&mut self, core: &mut Core, stream: &Arc<str>, hook: u32, notice: &Notice) {
        if self.is_held() {
            let (stream, notice) = (Arc::clone(stream), notice.clone());
            return self.let_wait(core, What::Notice { stream, hook, notice });
        }
        self.enter(core, S::NAME);
        core.dispatched.count(Class::Event);
        let plan = Arc::clone(self.cx.plan());
        let mut hooks = plan.hooks();
        let hook = &mut hooks.notices[hook as usize];
        let method = self.cx.method_name(hook.method);
        self.dispatch(core, method, Some(stream), |strategy, cx| (hook.call)(strategy, cx, notice.clone()));
        // Who retires has its `on_stop` now.
        drop(hooks);
        self.leave(core);
    }

    fn run_step(&mut self, core: &mut Core, step: Step) {
        if self.is_held() {
            let now = core.desk().now.get();
            core.set_place(now, Class::Start, step.rank(), self.cx.declaration());
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
        self.unsettled = false;
        if self.is_held() {
            return self.backlog.settle_later();
        }
        self.enter(core, S::NAME);
        self.run_hooks(core, Class::Settled, None, |hooks| &mut hooks.settled);
        self.leave(core);
    }

    fn stop(&mut self, core: &mut Core) {
        if std::mem::replace(&mut self.stopped, true) {
            return;
        }
        self.guarded(core, |node, core| {
            node.run_hooks(core, Class::Stop, None, |hooks| &mut hooks.stops);
        });
    }

    fn poison(&mut self, core: &mut Core) {
        self.panicked = true;
        self.cx.touch();
        self.leave(core);
    }

    fn started(&self) -> bool {
        self.started
    }

    fn panicked(&self) -> bool {
        self.panicked
    }

    fn timers(&self) -> usize {
        self.cx.agenda().timers()
    }

    fn plans(&self) -> Vec<Coming> {
        let mut plans = Vec::new();
        let agenda = self.cx.agenda();
        agenda.each_call(&mut |due, sequence, call| {
            let method = S::call_name(call);
            plans.push(Coming { due, class: Class::Call, sequence, method });
        });
        agenda.each_next_tick(&mut |due, creation, make| {
            let method = S::call_name(&make());
            let sequence = rank(self.cx.method_number(method), creation);
            plans.push(Coming { due, class: Class::Tick, sequence, method });
        });
        plans
    }

    fn end_method(&self, hook: u32) -> &'static str {
        self.cx.method_name(self.cx.plan().hooks().ends[hook as usize].method)
    }

    fn settled_methods(&self) -> Vec<&'static str> {
        self.cx.plan().hooks().settled.iter().map(|hook| self.cx.method_name(hook.method)).collect()
    }

    fn retire_now(&mut self, core: &mut Core) {
        if !self.stopped {
            self.retire(core);
        }
    }

    fn declaration(&self) -> u64 {
        self.cx.declaration()
    }

    fn take_seats(&mut self) -> Box<[u32]> {
        std::mem::take(&mut self.seats)
    }

    fn set_seats(&mut self, seats: Vec<u32>) {
        self.seats = seats.into();
    }

    fn counted(&self) -> usize {
        self.counted
    }

    fn set_panicked(&mut self) {
        self.panicked = true;
    }

    fn take_desk(&mut self, core: &mut Core, method: &'static str) {
        self.enter(core, method);
    }

    fn give_desk(&mut self, core: &mut Core) -> bool {
        // It retires when the task has ended.
        let retires = self.cx.desk().retiring.take();
        self.leave_quietly(core);
        retires
    }

    fn quiet_desk(&mut self) -> Option<&Desk> {
        if self.cx.take_touched() {
            self.cx.touch();
            return None;
        }
        Some(self.cx.desk())
    }

    fn holder(&self) -> Option<(TaskKey, &'static str)> {
        self.backlog.holder()
    }

    fn wait(&mut self, core: &mut Core, what: What) {
        self.let_wait(core, what);
    }

    fn backlog(&self) -> &Backlog {
        &self.backlog
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

    fn settle_late(&mut self, core: &mut Core) -> bool {
        let settles = self.backlog.take_settles();
        if settles {
            self.unsettle(core);
        }
        settles
    }

    fn actual<'a>(&'a self, stream: &'a str) -> &'a str {
        self.cx.actual(stream)
    }
}
