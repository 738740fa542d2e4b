//! Calls and timers on their way into the agenda, or into the next round.

use super::Context;
use crate::agenda::{CallKey, TimerKey};
use crate::desk::{Desk, Refused, Soon, SoonCall, SoonTick, Watch};
use crate::every::Every;
use crate::slots::CallSlot;
use crate::strategy::{Slot, Strategy};
use crate::time::{Delay, Duration, Timestamp};

impl<S: Strategy> Context<S> {
    #[inline]
    pub(super) fn slot_after(&self, delay: Delay) -> CallSlot<'_, S> {
        // Most delays are constants, and then the compiler knows.
        let is_later = delay.duration().is_some_and(|delay| delay > Duration::ZERO);
        CallSlot { cx: self, due: self.due_after(delay), is_later }
    }

    /// When a call is due; none, and the run stops, if no timestamp says it.
    #[inline]
    pub(crate) fn due_after(&self, delay: Delay) -> Option<i64> {
        let due = delay.duration().and_then(|delay| self.desk().now.get().checked_add(delay.as_nanos()));
        if due.is_none() {
            self.refuse_overflow(delay);
        }
        due
    }

    #[cold]
    fn refuse_overflow(&self, delay: Delay) {
        self.desk().refuse(Refused::Overflow { base: self.now(), delay: delay.to_string() });
    }

    /// [`Context::after`] for a call that is at hand.
    pub(crate) fn defer(&self, delay: Duration, call: S::Call) {
        self.slot_after(delay.into()).put(call);
    }

    #[inline]
    pub(crate) fn schedule(&self, due: i64, is_later: bool, call: S::Call) -> CallKey {
        let desk = self.desk();
        let sequence = desk.next_sequence();
        let slot = if !is_later && due <= desk.now.get() {
            self.schedule_anywhere(due, call, sequence)
        } else {
            match self.agenda.append_call(call, due, sequence) {
                Ok(is_only_one) => {
                    // Who takes turns with the ring looks at it before each event.
                    if desk.watches.get() != Watch::Ring {
                        self.scheduled(is_only_one, due, sequence);
                    }
                    CallKey::IN_RING
                }
                Err(call) => self.schedule_anywhere(due, call, sequence),
            }
        };
        CallKey::new(due, sequence, slot)
    }

    /// A call was put into the ring.
    #[inline]
    fn scheduled(&self, is_only_one: bool, due: i64, sequence: u64) {
        let desk = self.desk();
        if desk.watches.get() == Watch::Nothing {
            desk.lower_limit(due);
        }
        self.agenda.appended_call(is_only_one, due, sequence);
    }

    /// [`Context::schedule`] in all cases; the slot.
    #[inline(never)]
    fn schedule_anywhere(&self, due: i64, call: S::Call, sequence: u64) -> u32 {
        match self.place(self.desk(), due) {
            Some(time) => self.agenda.push_call(call, time, due, sequence),
            None => {
                let slot = self.agenda.store_call(call, due, sequence);
                self.join_round(slot, sequence);
                slot
            }
        }
    }

    /// The time at which a call goes into the queue; none if it joins the next round of this instant.
    #[inline]
    pub(super) fn place(&self, desk: &Desk, due: i64) -> Option<i64> {
        let now = desk.now.get();
        if due > now {
            if desk.watches.get() < Watch::All {
                desk.lower_limit(due);
            }
            return Some(due);
        }
        self.note_past(desk, due);
        desk.starting.get().then_some(now)
    }

    /// Counts or refuses what was asked for a time before now (S11).
    #[inline]
    pub(crate) fn note_past(&self, desk: &Desk, due: i64) {
        if due < desk.now.get() {
            desk.clamped.set(desk.clamped.get() + 1);
            if desk.past_is_error {
                desk.refuse(Refused::InPast { requested: Timestamp::from_nanos(due), now: self.now() });
            }
        }
    }

    pub(super) fn join_round(&self, slot: u32, sequence: u64) {
        let desk = self.desk();
        let call = SoonCall { node: self.node, what: Soon::Call(slot), sequence };
        desk.joined.calls.push(call);
        desk.hold_instant();
    }

    pub(crate) fn set_timer(&self, every: &Every, make: fn() -> S::Call) -> TimerKey {
        let desk = self.desk();
        let now = desk.now.get();
        let name = S::call_name(&make());
        let grid = match every.grid(now) {
            Ok(grid) => grid,
            Err(fault) => {
                desk.refuse(Refused::Interval { method: name, fault });
                return TimerKey::NONE;
            }
        };
        let methods = &self.plan.methods;
        let method = methods.iter().position(|method| *method == name).unwrap_or(methods.len()) as u32;
        if let Some(first) = grid.next()
            && desk.watches.get() < Watch::All
        {
            desk.lower_limit(first);
        }
        let joins_round = (!desk.starting.get()).then_some(now);
        let (key, rank) = self.agenda.set_timer(method, grid, make, joins_round);
        if let Some(rank) = rank {
            let declaration = self.declaration;
            desk.joined.ticks.push(SoonTick { declaration, rank, slot: key.slot, node: self.node });
            desk.hold_instant();
        }
        key
    }
}
