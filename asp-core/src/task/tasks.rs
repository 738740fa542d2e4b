//! All tasks of a run.

use std::any::TypeId;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::task::unconstrained;

use super::begin::Origin;
use super::facts::Facts;
use super::local::{self, Ask, Current};
use super::outside::Outside;
use super::pool::{Cell, Nest, Pools};
use super::spawn::Joint;
use super::waker::OwnWaker;
use crate::observe::Class;
use crate::strategy::{HandlerResult, HandlerReturn};

/// Names a task; a slot that is used again has another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskKey {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// What a task is to its strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It has the strategy until it ends.
    Exclusive,
    /// It runs beside the strategy's handlers, and waits while one of them has the strategy.
    Beside,
    /// It has nothing to do with the state of a strategy.
    Free,
}

/// What is known of a task apart from its future.
#[derive(Debug)]
pub(crate) struct TaskInfo {
    /// Its place among the names of the run: a strategy, or a coroutine after them.
    pub(crate) owner: u32,
    pub(crate) kind: Kind,
    pub(crate) method: &'static str,
    pub(crate) origin: Origin,
    /// Who holds its handle, if it was spawned by another.
    pub(crate) joint: Option<Arc<Joint>>,
    /// True if its strategy retires when it has ended.
    pub(crate) retires: bool,
}

/// What is looked at whenever a task is woken: one line of the cache.
#[repr(align(64))]
struct Slot {
    generation: u32,
    is_live: bool,
    /// True while a wake of it is scheduled.
    is_woken: bool,
    /// True if its strategy retires when it has ended.
    retires: bool,
    /// True if somebody has its handle.
    has_joint: bool,
    /// True if it has a waker of its own, since somebody has kept it.
    has_waker: bool,
    kind: Kind,
    class: Class,
    owner: u32,
    /// By its number among the methods.
    method: u32,
    /// The pool that its cell comes from.
    pool: u32,
    facts: Facts,
    /// Absent if there is no task.
    cell: Option<Cell>,
}

/// What is looked at when a task begins, and when more is asked of it than that it goes on.
#[derive(Debug)]
struct Rest {
    /// The waker that it was polled with, if somebody else has it.
    waker: Option<Box<OwnWaker>>,
    birth: u64,
    /// The event that it was begun with, on the stream [`NO_STREAM`] if there was none.
    event: (u32, u64),
    joint: Option<Arc<Joint>>,
}

const NO_STREAM: u32 = u32::MAX;

/// The budget that tokio gives its tasks is not for these: one that had used it up would be woken from outside.
#[inline]
pub(super) fn without_budget<R>(mut work: impl FnMut() -> Poll<R>) -> Poll<R> {
    pin!(unconstrained(poll_fn(|_| work()))).poll(&mut Context::from_waker(Waker::noop()))
}

pub(crate) struct Tasks {
    pub(crate) outside: Arc<Outside>,
    slots: Vec<Slot>,
    rests: Vec<Rest>,
    free: Vec<u32>,
    pools: Pools,
    /// What tasks are polled with that have no waker of their own. Whoever clones it keeps it for that task: most do not.
    common: Box<OwnWaker>,
    /// The methods that tasks were begun with.
    methods: Vec<&'static str>,
    live: usize,
    births: u64,
    /// What tasks have asked for that needs more than the core.
    pub(crate) later: Vec<Ask>,
    /// Kept for its memory.
    pub(crate) asks: Vec<Ask>,
    /// How many of the next to wake were looked at already.
    pub(crate) looked_ahead: usize,
}

impl Tasks {
    pub(crate) fn new(outside: Arc<Outside>) -> Self {
        Tasks {
            common: Box::new(OwnWaker::new(&outside)),
            outside,
            slots: Vec::new(),
            rests: Vec::new(),
            free: Vec::new(),
            pools: Pools::default(),
            methods: Vec::new(),
            live: 0,
            births: 0,
            later: Vec::new(),
            asks: Vec::new(),
            looked_ahead: 0,
        }
    }

    /// Tasks that have not ended.
    #[inline]
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// A new task, which was not polled yet.
    pub(crate) fn add<F>(&mut self, future: F, info: TaskInfo) -> TaskKey
    where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        let (pool, cell) = self.pools.insert(future);
        self.enlist(pool, Some(cell), info)
    }

    /// A future becomes a task that was polled already, under [`Tasks::next_key`]. Without a cell it is done.
    pub(super) fn adopt(&mut self, cell: Option<(TypeId, Cell)>, info: TaskInfo) -> TaskKey {
        let (pool, cell) = match cell {
            Some((of, cell)) => (self.pools.number_of(of), Some(cell)),
            None => (0, None),
        };
        let key = self.enlist(pool, cell, info);
        self.settle_waker(key);
        key
    }

    fn enlist(&mut self, pool: u32, cell: Option<Cell>, info: TaskInfo) -> TaskKey {
        let key = self.take_slot();
        if let Some(joint) = &info.joint {
            joint.set(key);
        }
        self.births += 1;
        self.live += 1;
        let method = self.number_of(info.method);
        let TaskInfo { owner, kind, origin, joint, retires, .. } = info;
        let (slot, rest) = (&mut self.slots[key.slot as usize], &mut self.rests[key.slot as usize]);
        (slot.is_live, slot.is_woken, slot.retires, slot.has_joint) = (true, false, retires, joint.is_some());
        (slot.owner, slot.kind, slot.method) = (owner, kind, method);
        (slot.class, slot.facts) = (origin.class, origin.facts);
        (slot.pool, slot.cell) = (pool, cell);
        (rest.birth, rest.event, rest.joint) = (self.births, origin.event.unwrap_or((NO_STREAM, 0)), joint);
        key
    }

    /// The name of the next task, whenever it is added.
    pub(super) fn next_key(&mut self) -> TaskKey {
        let key = self.take_slot();
        self.free.push(key.slot);
        key
    }

    /// Polls a future in its nest, as the task that it becomes if it waits.
    #[inline(always)]
    pub(super) fn poll_in<F>(
        &mut self,
        nest: &mut Nest<F>,
        make: impl FnOnce() -> F,
        result: &mut HandlerResult,
    ) -> Poll<()>
    where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        nest.poll(make, &mut self.pools, self.common.waker(), result)
    }

    /// What a future is known by that is polled in a nest.
    pub(super) fn current_in_nest(&mut self, owner: u32, method: &'static str) -> Current {
        let key = self.next_key();
        self.common.aim(key);
        let (waker, facts) = (local::address(self.common.waker()), Facts::plain(0));
        Current { key, owner, method, waits: false, waker, facts }
    }

    /// True if somebody has kept the waker that tasks are polled with.
    #[inline]
    pub(super) fn is_waker_kept(&self) -> bool {
        self.common.is_kept()
    }

    /// The task has the waker that it was polled with, if somebody has kept that.
    #[inline]
    fn settle_waker(&mut self, key: TaskKey) {
        if self.common.is_kept() {
            self.part_with_waker(key);
        }
    }

    fn number_of(&mut self, method: &'static str) -> u32 {
        let known = self.methods.iter().position(|known| std::ptr::eq(*known, method));
        let number = known.unwrap_or_else(|| {
            self.methods.push(method);
            self.methods.len() - 1
        });
        number as u32
    }

    /// A slot for the next task.
    fn take_slot(&mut self) -> TaskKey {
        let Some(index) = self.free.pop() else { return self.add_slot() };
        TaskKey { slot: index, generation: self.slots[index as usize].generation }
    }

    fn add_slot(&mut self) -> TaskKey {
        let key = TaskKey { slot: self.slots.len() as u32, generation: 0 };
        self.slots.push(Slot {
            generation: 0,
            is_live: false,
            is_woken: false,
            retires: false,
            has_joint: false,
            has_waker: false,
            kind: Kind::Free,
            class: Class::Start,
            owner: 0,
            method: 0,
            pool: 0,
            facts: Facts::plain(0),
            cell: None,
        });
        self.rests.push(Rest { waker: None, birth: 0, event: (NO_STREAM, 0), joint: None });
        key
    }

    #[inline]
    fn slot(&self, key: TaskKey) -> Option<&Slot> {
        let slot = self.slots.get(key.slot as usize)?;
        (slot.is_live && slot.generation == key.generation).then_some(slot)
    }

    #[inline]
    fn slot_mut(&mut self, key: TaskKey) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(key.slot as usize)?;
        (slot.is_live && slot.generation == key.generation).then_some(slot)
    }

    /// Whose task it is, what it is to them, and its method; none if it has ended.
    #[inline]
    pub(crate) fn owner(&self, key: TaskKey) -> Option<(u32, Kind, &'static str)> {
        self.slot(key).map(|slot| (slot.owner, slot.kind, self.methods[slot.method as usize]))
    }

    /// What is known of a task; none if it has ended.
    pub(crate) fn info(&self, key: TaskKey) -> Option<TaskInfo> {
        let &Slot { owner, kind, method, class, facts, retires, .. } = self.slot(key)?;
        let Rest { event, joint, .. } = &self.rests[key.slot as usize];
        let event = (event.0 != NO_STREAM).then_some(*event);
        let (method, joint) = (self.methods[method as usize], joint.clone());
        Some(TaskInfo { owner, kind, method, origin: Origin { class, event, facts }, joint, retires })
    }

    /// Takes note that a wake of the task is scheduled. False if one was already, or the task has ended.
    #[inline]
    pub(crate) fn note_wake(&mut self, key: TaskKey) -> bool {
        self.slot_mut(key).is_some_and(|slot| !std::mem::replace(&mut slot.is_woken, true))
    }

    /// The wake that was scheduled is due. False if the task has ended.
    pub(crate) fn take_wake(&mut self, key: TaskKey) -> bool {
        self.slot_mut(key).is_some_and(|slot| std::mem::take(&mut slot.is_woken))
    }

    /// What a task that is polled is known by, and what it is to its strategy.
    #[inline(always)]
    pub(super) fn current(&self, key: TaskKey) -> Option<(Current, Kind)> {
        let slot = self.slot(key)?;
        let waits = slot.kind == Kind::Beside;
        let waker = local::address(self.waker_of(slot, key).waker());
        let method = self.methods[slot.method as usize];
        let current = Current { key, owner: slot.owner, method, waits, waker, facts: slot.facts };
        Some((current, slot.kind))
    }

    /// True if there is a task at that place.
    #[inline(always)]
    pub(super) fn is_live(&self, slot: u32) -> bool {
        self.slots.get(slot as usize).is_some_and(|slot| slot.is_live)
    }

    /// Reads what a poll of the task at that place reads of its future.
    #[inline]
    pub(super) fn look_at_future(&self, slot: u32) -> bool {
        self.slots.get(slot as usize).and_then(|slot| slot.cell.as_ref()).is_some_and(|cell| cell.look_at())
    }

    /// Polls a task.
    pub(super) fn poll(&mut self, key: TaskKey) -> Poll<HandlerResult> {
        let mut result = Ok(());
        without_budget(|| self.poll_here(key, &mut result)).map(|()| result)
    }

    /// Polls a task [`without_budget`].
    #[inline]
    pub(super) fn poll_here(&mut self, key: TaskKey, result: &mut HandlerResult) -> Poll<()> {
        let Slot { cell, has_waker, .. } = &mut self.slots[key.slot as usize];
        let Some(cell) = cell else { return Poll::Pending };
        if *has_waker && let Some(own) = &self.rests[key.slot as usize].waker {
            return cell.as_mut().poll(&mut Context::from_waker(own.waker()), result);
        }
        self.common.aim(key);
        let polled = cell.as_mut().poll(&mut Context::from_waker(self.common.waker()), result);
        self.settle_waker(key);
        polled
    }

    /// What the task is polled with.
    #[inline]
    fn waker_of(&self, slot: &Slot, key: TaskKey) -> &OwnWaker {
        let own = if slot.has_waker { self.rests[key.slot as usize].waker.as_deref() } else { None };
        own.unwrap_or(&self.common)
    }

    /// Somebody has kept the waker that the task was polled with: it is that of this task from now on.
    #[cold]
    fn part_with_waker(&mut self, key: TaskKey) {
        let next = Box::new(OwnWaker::new(&self.outside));
        let own = std::mem::replace(&mut self.common, next);
        self.slots[key.slot as usize].has_waker = true;
        self.rests[key.slot as usize].waker = Some(own);
    }

    /// Drops the future of a task.
    pub(super) fn clear(&mut self, key: TaskKey) {
        // It may have panicked before that was seen.
        self.settle_waker(key);
        if let Some(Slot { cell: Some(cell), .. }) = self.slot_mut(key) {
            cell.as_mut().clear();
        }
    }

    /// Forgets a task, whose future is gone.
    pub(super) fn remove(&mut self, key: TaskKey) -> Option<TaskInfo> {
        let info = self.info(key)?;
        self.rests[key.slot as usize].joint = None;
        self.vacate(key);
        Some(info)
    }

    /// Forgets a task, whose future is gone, if nobody asks what it was. False if somebody may, or there is none.
    #[inline]
    pub(super) fn remove_plain(&mut self, key: TaskKey) -> bool {
        let is_plain = self.slot(key).is_some_and(|slot| !slot.retires && !slot.has_joint);
        if is_plain {
            self.vacate(key);
        }
        is_plain
    }

    fn vacate(&mut self, key: TaskKey) {
        let slot = &mut self.slots[key.slot as usize];
        slot.is_live = false;
        slot.generation = slot.generation.wrapping_add(1);
        if let Some(cell) = slot.cell.take() {
            self.pools.take_back(slot.pool, cell);
        }
        if std::mem::take(&mut slot.has_waker) {
            self.rests[key.slot as usize].waker = None;
        }
        self.free.push(key.slot);
        self.live -= 1;
    }

    /// The strategy of a task retires when the task has ended.
    pub(super) fn retire_after(&mut self, key: TaskKey) {
        if let Some(slot) = self.slot_mut(key) {
            slot.retires = true;
        }
    }

    /// The tasks of a strategy, by creation.
    pub(crate) fn of(&self, owner: u32) -> Vec<TaskKey> {
        if self.live == 0 {
            return Vec::new();
        }
        self.sorted(|other| (other == owner).then_some(0))
    }

    /// All tasks in the order in which a run drops them: by the rank of their owner, then by creation.
    pub(crate) fn in_order(&self, rank: impl Fn(u32) -> u64) -> Vec<TaskKey> {
        self.sorted(|owner| Some(rank(owner)))
    }

    /// Those whose owner has a rank, by that and by creation.
    fn sorted(&self, rank: impl Fn(u32) -> Option<u64>) -> Vec<TaskKey> {
        let slots = self.slots.iter().zip(&self.rests).zip(0..).filter(|((slot, _), _)| slot.is_live);
        let mut tasks: Vec<_> = slots
            .filter_map(|((slot, rest), index)| {
                let key = TaskKey { slot: index, generation: slot.generation };
                Some((rank(slot.owner)?, rest.birth, key))
            })
            .collect();
        tasks.sort_unstable_by_key(|&(rank, birth, _)| (rank, birth));
        tasks.into_iter().map(|(_, _, key)| key).collect()
    }
}
