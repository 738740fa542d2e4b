//! A strategy whose handlers can wait: it moves into a task and back, and what comes meanwhile waits (S41).

use super::Node;
use crate::agenda::Tick;
use crate::core::{Cause, Core};
use crate::desk::Soon;
use crate::heads::Due;
use crate::observe::Class;
use crate::strategy::Strategy;
use crate::task::{Begin, Facts, Origin, TaskKey, Waiting, What};

/// A call that was put aside, to be begun as a task.
pub(super) struct Begun<C> {
    call: C,
    due: i64,
    /// Ticks that were left out before it.
    missed: u64,
}

impl<S: Strategy> Node<S> {
    /// True while a task has the strategy.
    #[inline]
    pub(crate) fn is_held(&self) -> bool {
        self.backlog.holder().is_some()
    }

    /// Moves the strategy out, for a task.
    #[inline]
    pub(crate) fn hand_out(&mut self) -> Option<Box<Option<S>>> {
        let strategy = Some(self.strategy.take()?);
        Some(match self.spare.take() {
            Some(mut spare) => {
                *spare = strategy;
                spare
            }
            None => Box::new(strategy),
        })
    }

    /// The strategy comes back from its task.
    #[inline]
    pub(crate) fn hand_back(&mut self, mut strategy: Box<Option<S>>) {
        self.strategy = strategy.take();
        self.spare = Some(strategy);
        self.backlog.set_holder(None);
    }

    pub(crate) fn held_by(&mut self, task: TaskKey, method: &'static str) {
        self.backlog.set_holder(Some((task, method)));
    }

    /// Puts a call aside whose method is an `async fn`: its task is polled with the node at hand, not from within.
    pub(crate) fn put_aside(&mut self, core: &mut Core, method: &'static str, call: S::Call) -> bool {
        let desk = self.cx.desk();
        if core.watched {
            core.announce(desk, self.cx.node() as usize, method, None);
        }
        self.begun = Some(Begun { call, due: desk.event_time(), missed: desk.missed.get() });
        core.begins = Some(self.cx.node());
        false
    }

    /// Makes the task of the call that was put aside.
    pub(super) fn begin_aside(&mut self, core: &mut Core) -> Option<TaskKey> {
        let Begun { call, due, missed } = self.begun.take()?;
        let method = S::call_name(&call);
        let origin = Origin { class: core.class, event: None, facts: Facts::of_call(due, missed) };
        let mut made = None;
        S::begin(call, Begin { node: self, core, method, origin, made: &mut made });
        made
    }

    /// Lets an item wait. Too many of them stop the run.
    pub(super) fn let_wait(&mut self, core: &mut Core, what: What) {
        core.pass_here();
        let place = core.place;
        if !self.backlog.push(Waiting { place, what })
            && let Some((_, method)) = self.backlog.holder()
        {
            core.raise_here(self.cx.node() as usize, method, Cause::Backlog);
        }
    }

    /// What the agenda has before `until` waits.
    #[cold]
    pub(super) fn wait_agenda(&mut self, core: &mut Core, until: Due) {
        for _ in 0..core.desk().burst.get() {
            let agenda = self.cx.agenda_mut();
            let head = agenda.head();
            let time = head.time();
            if head >= until || time > core.desk().limit.get() {
                break;
            }
            core.desk().at(time);
            if head.is_call() {
                if let Some((slot, sequence)) = agenda.park_call() {
                    core.set_place(time, Class::Call, 0, sequence);
                    self.let_wait(core, What::Call { slot, sequence });
                }
            } else if let Some(tick) = agenda.pop_tick() {
                self.wait_tick(core, tick);
            }
        }
        self.tell_pending(core);
    }

    /// Lets a tick wait.
    pub(super) fn wait_tick(&mut self, core: &mut Core, tick: Tick<S::Call>) {
        core.set_place(tick.time, Class::Tick, self.cx.declaration(), tick.rank);
        self.cx.agenda_mut().park_tick(tick);
        self.let_wait(core, What::Tick);
    }

    /// A tick joined this round, and has to wait.
    pub(super) fn wait_soon_tick(&mut self, core: &mut Core, rank: u64, slot: u32) {
        let now = core.desk().now.get();
        if let Some(tick) = self.cx.agenda_mut().tick_now(now, rank, slot) {
            self.wait_tick(core, tick);
        }
        self.tell_pending(core);
    }

    /// A call or an end of a stream joined this round, and has to wait.
    pub(super) fn wait_soon(&mut self, core: &mut Core, what: Soon, sequence: u64) {
        let now = core.desk().now.get();
        core.set_place(now, Class::Call, 0, sequence);
        match what {
            Soon::Call(slot) => self.let_wait(core, What::Call { slot, sequence }),
            Soon::End(hook) => self.let_wait(core, What::End { hook }),
            Soon::Arrival => {}
            Soon::Wake(_) | Soon::Sleep(_) => self.let_wait(core, What::Wake { what, sequence }),
        }
    }

    /// Makes the tick that was put aside first, unless its timer was cancelled since, or skips it (S26).
    pub(super) fn run_parked(&mut self, core: &mut Core) {
        let Some(tick) = self.cx.agenda_mut().unpark_tick() else { return };
        let now = self.cx.desk().now.get();
        if let Some(skips) = tick.skips {
            let is_left_out = skips.next.is_some_and(|next| next <= now);
            self.run_or_skip(core, now, tick, is_left_out);
        } else {
            self.run_tick_at(core, now, tick);
        }
    }
}
