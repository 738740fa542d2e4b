//! Where calls go that an async handler asks for.

use std::fmt;

use super::context::TaskContext;
use crate::agenda::{CallKey, TimerKey};
use crate::every::Every;
use crate::strategy::{Once, Slot, Strategy};

/// Where [`TaskContext::after`] and [`TaskContext::at`] put a call; see [`CallSlot`](crate::CallSlot).
///
/// ```
#[doc = include_str!("../../doc/sleeper.rs")]
/// fn nap(slot: TaskSlot<Sleeper>) -> CallKey {
///     slot.put(Nap)
/// }
/// ```
pub struct TaskSlot<S: Strategy> {
    pub(super) cx: TaskContext<S>,
    /// None after an overflow, which stops the run.
    pub(super) due: Option<i64>,
}

impl<S: Strategy> Slot<S::Call> for TaskSlot<S> {
    type Key = CallKey;

    fn put(self, call: S::Call) -> CallKey {
        let due = self.due;
        due.map_or(CallKey::NONE, |due| self.cx.reach(|cx| cx.schedule(due, false, call)))
    }

    fn put_with(self, make: fn() -> S::Call) -> CallKey {
        self.put(make())
    }
}

#[diagnostic::do_not_recommend]
impl<S: Strategy> Once for TaskSlot<S> {}

impl<S: Strategy> fmt::Debug for TaskSlot<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskSlot").field("due", &self.due).finish_non_exhaustive()
    }
}

/// Where [`TaskContext::every`] puts a call; see [`TimerSlot`](crate::TimerSlot).
///
/// ```
#[doc = include_str!("../../doc/sleeper.rs")]
/// fn nap(slot: TaskTimerSlot<Sleeper>) -> TimerKey {
///     slot.put_with(|| Nap)
/// }
/// ```
pub struct TaskTimerSlot<S: Strategy> {
    pub(super) cx: TaskContext<S>,
    pub(super) every: Every,
}

impl<S: Strategy> Slot<S::Call> for TaskTimerSlot<S> {
    type Key = TimerKey;

    fn put(self, _: S::Call) -> TimerKey
    where
        Self: Once,
    {
        unreachable!("a timer slot is not `Once`, so that no one can call this")
    }

    fn put_with(self, make: fn() -> S::Call) -> TimerKey {
        self.cx.reach(|cx| cx.set_timer(&self.every, make))
    }
}

impl<S: Strategy> fmt::Debug for TaskTimerSlot<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskTimerSlot").field("every", &self.every).finish_non_exhaustive()
    }
}
