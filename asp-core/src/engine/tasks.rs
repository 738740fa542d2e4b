//! Tasks in the order of a run: whose sleep is over, who was woken, what a strategy works off that it has missed (S41, S42).

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::rounds::Stage;
use super::{Engine, Origin as From, Turn};
use crate::core::Cause;
use crate::desk::{Refused, Soon};
use crate::error::ErrorKind;
use crate::heads::{self, Due};
use crate::live::StopHandle;
use crate::names::similar;
use crate::observe::Class;
use crate::panics::message;
use crate::roster::COROUTINES;
use crate::task::local::{self, Ask};
use crate::task::{Coroutine, Facts, Kind, Origin, RunContext, TaskInfo, TaskKey, Waiting, What, Wish, poll};
use crate::time::Timestamp;

impl Stage {
    /// Polls the task of a call that was put aside since its method is an `async fn`, and attends to what tasks have asked
    /// for.
    #[inline]
    pub(super) fn begin_call(&mut self) {
        if let Some(node) = self.core.begins.take() {
            self.begin_call_of(node);
        }
        self.attend();
    }

    #[inline(never)]
    fn begin_call_of(&mut self, node: u32) {
        let Some(strategy) = self.nodes.get_mut(node as usize) else { return };
        if let Some(task) = strategy.begin_call(&mut self.core) {
            poll::poll(&mut self.nodes, &mut self.core, task);
        }
    }

    /// Wakes tasks whose sleep is over, as long as none else comes before them, none comes later than the limit, and nobody
    /// asks the run to stop.
    pub(super) fn run_sleeps(&mut self, lane: Due, stop: &StopHandle) {
        let mut left = self.core.desk().burst.get();
        while left > 0 {
            let due = self.core.heads.first();
            let is_next = due < lane && due.time() <= self.core.desk().limit.get();
            if !is_next || self.core.heads.first_place() != heads::SLEEPERS {
                return;
            }
            self.attend();
            if due < local::in_run(|local| local.sleeps.head()) {
                // What was dropped was the next one.
                self.core.show_sleeps();
                left -= 1;
                continue;
            }
            let done = self.wake_in_a_row(lane, left, stop);
            left -= done.max(1);
            if done == 0 {
                if let Some((slot, sequence, task)) = self.next_slept() {
                    self.core.desk().at(due.time());
                    self.wake_task(Soon::Sleep(slot), sequence, task);
                }
                if self.core.heads.first() == due {
                    // Nothing was scheduled meanwhile.
                    self.core.show_sleeps();
                }
            }
            // A run that drains goes on all the same, one by one.
            if stop.is_requested() {
                return;
            }
        }
    }

    /// Polls tasks whose sleeps are over, as long as they belong to the same strategy; how many. None if more has to be done
    /// than that, or somebody watches.
    fn wake_in_a_row(&mut self, lane: Due, most: usize, stop: &StopHandle) -> usize {
        if self.core.watched {
            return 0;
        }
        let done = poll::poll_in_a_row(&mut self.nodes, &mut self.core, lane, most, stop);
        self.attend();
        done
    }

    /// Takes out the sleep that is over next; none if it was dropped.
    #[inline]
    fn next_slept(&mut self) -> Option<(u32, u64, TaskKey)> {
        let tasks = &mut self.core.tasks;
        local::in_run(|local| {
            let next = local.sleeps.pop();
            tasks.look_ahead(&local.sleeps);
            next
        })
    }

    /// Polls a task that was woken or whose sleep is over in a round of this instant.
    pub(super) fn wake(&mut self, what: Soon, sequence: u64) {
        self.attend();
        if let Some(task) = self.whom(what, sequence) {
            self.wake_task(what, sequence, task);
        }
    }

    /// Polls a task, or lets it wait; then its strategy works off what it has missed, if it is free now.
    fn wake_task(&mut self, what: Soon, sequence: u64, task: TaskKey) {
        let Some((owner, kind, method)) = self.core.tasks.owner(task) else { return };
        let now = self.now();
        self.core.set_place(now, Class::Call, 0, sequence);
        if kind == Kind::Beside
            && let Some(node) = self.nodes.get_mut(owner as usize)
            && node.holder().is_some()
        {
            return node.wait(&mut self.core, What::Wake { what, sequence });
        }
        self.core.desk().at(now);
        self.resume(what, task);
        self.core.class = Class::Call;
        self.core.dispatched.wakes += 1;
        if self.core.draining && sequence >= self.core.mark {
            self.core.last_drained = Some((owner, method));
            self.core.count_drained_here();
        }
        if self.core.watched && !self.show_wake(owner, method) {
            return;
        }
        poll::poll(&mut self.nodes, &mut self.core, task);
        self.attend();
        if kind == Kind::Exclusive && !self.core.delayed {
            self.work_off(owner);
        }
    }

    /// The task that a wake is for; none if it is gone, or has stopped waiting for it.
    fn whom(&self, what: Soon, sequence: u64) -> Option<TaskKey> {
        match what {
            Soon::Wake(task) => Some(task),
            Soon::Sleep(slot) => local::in_run(|local| local.sleeps.sleeper(slot, sequence)),
            Soon::Call(_) | Soon::End(_) | Soon::Arrival => None,
        }
    }

    /// Takes note that what a task waited for has happened.
    #[inline]
    fn resume(&mut self, what: Soon, task: TaskKey) {
        let Soon::Sleep(slot) = what else {
            self.core.tasks.take_wake(task);
            return;
        };
        let (between, is_wake) = local::in_run(|local| local.sleeps.end(slot));
        if is_wake {
            self.core.tasks.take_wake(task);
        }
        if let Some(between) = between {
            // A future between the sleep and its task wants to know; the task itself is polled anyway.
            local::in_run(|local| local.absorbs = Some(task));
            between.wake();
            local::in_run(|local| local.absorbs = None);
        }
    }

    /// Shows a wake to those who watch. False if one of them panicked: that counts as a panic of the handler (S44).
    #[cold]
    fn show_wake(&mut self, owner: u32, method: &'static str) -> bool {
        let shown = catch_unwind(AssertUnwindSafe(|| {
            self.core.with_desk(|core, desk| core.announce(desk, owner as usize, method, None));
        }));
        if let Err(panic) = &shown {
            self.core.raise_here(owner as usize, method, Cause::Panicked(message(&**panic)));
        }
        shown.is_ok()
    }

    /// Dispatches what a strategy has missed, now that the task that had it is done, in the order of the items.
    fn work_off(&mut self, owner: u32) {
        if let Some(stepping) = &mut self.stepping {
            stepping.frees = Some(owner);
            return;
        }
        while self.work_off_next(owner) {}
        self.settle_late(owner);
    }

    /// Dispatches the item that has waited longest for a strategy; false if there is none, or the strategy is not free.
    pub(super) fn work_off_next(&mut self, owner: u32) -> bool {
        let is_halted = self.core.desk().halted();
        let node = self.nodes.get_mut(owner as usize).filter(|node| node.holder().is_none() && !is_halted);
        let Some(waiting) = node.and_then(|node| node.next_waiting()) else { return false };
        if self.core.in_grace && !matches!(waiting.what, What::Wake { .. }) {
            return true;
        }
        self.core.delayed = true;
        self.run_waiting(owner, waiting);
        self.begin_call();
        self.core.delayed = false;
        true
    }

    /// A strategy has worked off what it has missed: it settles in this instant, if it was due to.
    pub(super) fn settle_late(&mut self, owner: u32) {
        if let Some(node) = self.nodes.get_mut(owner as usize)
            && node.holder().is_none()
            && node.settle_late(&mut self.core)
        {
            self.core.desk().hold_instant();
        }
    }

    /// Dispatches an item that has waited.
    fn run_waiting(&mut self, owner: u32, waiting: Waiting) {
        let Waiting { place, what } = waiting;
        self.core.place = place;
        let now = self.now();
        let Stage { core, nodes, hubs, .. } = self;
        core.desk().at(now);
        if let What::Event { stream, number, seat, part } = what {
            core.class = Class::Event;
            hubs[stream as usize].run_kept(number, (seat, part, owner), nodes, core);
            self.event = core.event.map(|(stream, index)| From::Kept(stream, index));
            return;
        }
        if let What::Wake { what, sequence } = what {
            return self.wake(what, sequence);
        }
        let Some(node) = nodes.get_mut(owner as usize) else { return };
        match what {
            What::Call { slot, sequence } => node.run_call(core, slot, sequence),
            What::Tick => node.run_parked_tick(core),
            What::End { hook } => node.run_end(core, hook, 0),
            What::Notice { stream, hook, notice } => node.run_notice(core, &stream, hook, &notice),
            What::Step(step) => node.run_step(core, step),
            What::Event { .. } | What::Wake { .. } => {}
        }
    }

    /// Does what tasks have asked for that takes more than a place in the order.
    #[inline]
    pub(super) fn attend(&mut self) {
        if !self.core.tasks.later.is_empty() {
            self.attend_to_all();
        }
    }

    #[inline(never)]
    fn attend_to_all(&mut self) {
        while !self.core.tasks.later.is_empty() {
            for ask in std::mem::take(&mut self.core.tasks.later) {
                self.attend_to(ask);
            }
        }
    }

    fn attend_to(&mut self, ask: Ask) {
        match ask {
            Ask::Cancel(joint) => {
                if let Some(task) = joint.cancel() {
                    poll::drop_task(&mut self.nodes, &mut self.core, task);
                }
            }
            Ask::Wait(wish) => self.listen(*wish),
            Ask::Grow(asked) => self.grow(*asked),
            Ask::Retire(node) => self.remove(node),
            Ask::Attach(node) => self.attach(node),
            _ => {}
        }
    }

    /// Lets a task hear of the next event of a stream.
    fn listen(&mut self, wish: Wish) {
        let Wish { by, owner, stream, given, waiter } = wish;
        let node = self.nodes.get_mut(owner as usize);
        let name = node.map_or(stream.clone(), |node| node.actual(&stream).to_owned());
        let found = self.hubs.iter().position(|hub| **hub.channel().name() == *name);
        let Some(index) = found else {
            let names = self.hubs.iter().map(|hub| &**hub.channel().name());
            let similar = similar(&name, names).map(str::to_owned);
            let refused = Refused::NoStream { stream: name, similar };
            return self.core.raise_here(by.owner as usize, by.method, Cause::Refused(refused));
        };
        if !self.hubs[index].channel_mut().add_waiter(waiter) {
            let refused = Refused::OtherType { stream: name, given };
            return self.core.raise_here(by.owner as usize, by.method, Cause::Refused(refused));
        }
        if self.hubs[index].channel().is_over() {
            self.hubs[index].channel_mut().set_over();
            self.core.hear();
        }
        // A stream with one reader has no room for others beside it.
        self.hubs.reform(index, |hub| hub.generalize());
    }

    /// Begins the coroutines, in the first round of the start, before what any strategy asks for.
    pub(super) fn begin_coroutines(&mut self, coroutines: Vec<Coroutine>) {
        let start = self.now();
        for (owner, Coroutine { begin, .. }) in (COROUTINES..).zip(coroutines) {
            let cx = RunContext::new(self.core.tasks.outside.run, owner);
            let origin = Origin { class: Class::Call, event: None, facts: Facts::plain(start) };
            let info = TaskInfo { owner, kind: Kind::Free, method: "", origin, joint: None, retires: false };
            let task = self.core.add_task(begin(cx), info);
            let sequence = self.core.desk().next_sequence();
            local::in_run(|local| local.sleeps.wake_at(start, task, sequence));
        }
        self.core.show_sleeps();
    }

    /// Drops all tasks: by strategy, then by creation.
    pub(super) fn drop_tasks(&mut self) {
        for task in self.core.tasks.in_order(|owner| self.nodes.rank(owner)) {
            poll::drop_task(&mut self.nodes, &mut self.core, task);
        }
        self.core.tasks.later.clear();
    }

    /// The tasks that wait, by name.
    pub(super) fn waiting_tasks(&self) -> Vec<String> {
        let tasks = self.core.tasks.in_order(|owner| self.nodes.rank(owner));
        let infos = tasks.into_iter().filter_map(|task| self.core.tasks.info(task));
        let names = infos.map(|info| {
            let strategy = self.core.roster.name(info.owner);
            if info.method.is_empty() { strategy.to_string() } else { format!("{strategy}::{}", info.method) }
        });
        names.collect()
    }
}

impl Engine {
    /// True if time has to stand still for something outside (S42).
    pub(super) fn stands_still(&self) -> bool {
        self.stage.core.stands_still()
    }

    /// Nothing is due any more: what becomes of a run whose tasks still wait?
    pub(super) fn nothing_due(&self) -> Turn {
        let waits_for_ever = self.stage.core.has_tasks
            && self.limits.end.is_none()
            && self.stops_at.is_none()
            && !self.live.as_ref().is_some_and(|live| live.draining);
        if !waits_for_ever {
            return Turn::Finish;
        }
        if self.stage.core.tasks.outside.externals() > 0 { Turn::Hold } else { Turn::Stuck }
    }

    /// What stops a run of which nothing but waiting tasks is left.
    pub(super) fn stuck(&self) -> ErrorKind {
        ErrorKind::Stuck { tasks: self.stage.waiting_tasks(), now: Timestamp::from_nanos(self.stage.now()) }
    }

    /// Takes in what has come from outside for the tasks.
    ///
    /// Results of external futures come in at once in the live phase. Before that, time stands still for them, and they come
    /// in when nothing else is left of the instant: so what they meet there does not depend on threads.
    #[inline]
    pub(super) fn come_in(&mut self) -> Result<(), ErrorKind> {
        if !self.stage.core.has_tasks || !self.stage.core.tasks.outside.any() {
            return Ok(());
        }
        if self.stage.core.tasks.outside.any_foreign() {
            self.hear_foreign()?;
        }
        if self.is_on() {
            self.bring_in();
        }
        Ok(())
    }

    /// Tasks were woken from outside: which is no fault where the clock drives time.
    fn hear_foreign(&mut self) -> Result<(), ErrorKind> {
        let is_on = self.is_on();
        for task in self.stage.core.tasks.outside.take_foreign() {
            let Some(info) = self.stage.core.tasks.info(task) else { continue };
            if !is_on {
                return Err(ErrorKind::ForeignWake {
                    strategy: self.stage.core.roster.name(info.owner).into_owned(),
                    method: info.method.to_owned(),
                    now: Timestamp::from_nanos(self.stage.now()),
                });
            }
            local::in_run(|local| local.asks.push(Ask::Wake(task)));
        }
        Ok(())
    }

    /// Wakes the tasks whose external futures go on. False if there are none.
    pub(super) fn bring_in(&mut self) -> bool {
        let returned = self.stage.core.tasks.outside.take_returned();
        let any = !returned.is_empty();
        returned.into_iter().for_each(|waker| waker.wake());
        if self.is_on() {
            self.wake_at_clock();
        }
        self.stage.core.hear();
        any
    }

    /// In the live phase a wake from outside has the time of the clock, as a live event has (S32).
    fn wake_at_clock(&mut self) {
        let time = self.horizon;
        if time <= self.stage.now() {
            return;
        }
        let core = &mut self.stage.core;
        let asks = local::in_run(|local| std::mem::take(&mut local.asks));
        for ask in asks {
            match ask {
                Ask::Wake(task) if core.tasks.note_wake(task) => {
                    let sequence = core.desk().next_sequence();
                    local::in_run(|local| local.sleeps.wake_at(time, task, sequence));
                }
                Ask::Wake(_) => {}
                other => local::in_run(|local| local.asks.push(other)),
            }
        }
        core.show_sleeps();
    }
}
