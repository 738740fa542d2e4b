//! A node at work on its agenda: deferred calls and ticks, one after the other.

use super::Node;
use crate::agenda::{Taken, Tick};
use crate::core::Core;
use crate::desk::Watch;
use crate::heads::Due;
use crate::observe::Class;
use crate::strategy::Strategy;

impl<S: Strategy> Node<S> {
    /// Works through the agenda as long as its items come before `until` and none later than the outer limit.
    /// False if the run stops.
    #[inline(always)]
    pub(crate) fn work(&mut self, core: &mut Core, until: Due) -> bool {
        self.cx.desk().watches.set(Watch::All);
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
        self.cx.desk().watches.set(Watch::Nothing);
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

    /// [`Node::work_item`] for an item before `until`; how many are left then, none if the engine is to look around.
    #[inline(never)]
    pub(crate) fn work_before(&mut self, core: &mut Core, until: Due, mut left: usize) -> usize {
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

    #[inline(always)]
    pub(super) fn run_taken(&mut self, core: &mut Core, time: i64, taken: Taken<S::Call>) -> bool {
        self.cx.desk().at_due(time, taken.due);
        core.dispatched.calls += 1;
        core.class = Class::Call;
        if core.watched {
            core.set_place(time, Class::Call, 0, taken.sequence);
        }
        let counts_as_drain = core.draining && taken.sequence >= core.mark;
        self.run_scheduled(core, taken.call, counts_as_drain)
    }

    pub(super) fn run_ticked(&mut self, core: &mut Core, tick: Tick<S::Call>) -> bool {
        let time = tick.time;
        if let Some(skips) = tick.skips {
            let is_left_out = core.leaves_out(self.cx.node(), time, tick.rank, skips.next);
            return self.run_or_skip(core, time, tick, is_left_out);
        }
        self.run_tick_at(core, time, tick)
    }

    /// Makes a tick, unless it is left out because the next one is due too (S26).
    #[inline(never)]
    pub(super) fn run_or_skip(
        &mut self,
        core: &mut Core,
        now: i64,
        tick: Tick<S::Call>,
        is_left_out: bool,
    ) -> bool {
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

    pub(super) fn run_tick_at(&mut self, core: &mut Core, now: i64, tick: Tick<S::Call>) -> bool {
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
        if !core.going && core.alive == self.counted && self.cx.agenda().alive() == 0 {
            // Nothing is left that keeps the run alive: only what else is due at this instant still runs (S28).
            self.cx.desk().hold_instant();
        }
        ok
    }
}
