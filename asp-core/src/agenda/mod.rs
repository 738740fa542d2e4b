//! What one strategy has pending: its deferred calls and its periodic timers.
//!
//! Sans-I/O: the agenda answers "what is next, and when"; the engine decides when that is.

mod calls;
mod moved;
mod radix;
mod ring;
mod shelf;
#[cfg(test)]
mod tests;
mod timers;

pub use calls::CallKey;
pub(crate) use calls::Calls;
pub(crate) use ring::{Front, Ring};
pub use timers::TimerKey;

pub(crate) use shelf::Taken;
use timers::Timers;
pub(crate) use timers::{Tick, rank};

use std::cell::{Cell, RefCell};

use crate::every::Grid;
use crate::heads::Due;

/// Deferred calls and timers, with calls of type `C`.
// In this order, since each dispatch looks at the first one.
#[repr(C)]
pub(crate) struct Agenda<C> {
    /// True if something changed since the last [`Agenda::take_touched`].
    touched: Cell<bool>,
    /// The place of the next item: a lower bound, since it may have been cancelled.
    head: Cell<Due>,
    calls: Calls<C>,
    /// None before the first one: most strategies by key have none.
    timers: RefCell<Option<Box<Timers<C>>>>,
    /// The place of the strategy in the order of declaration.
    declaration: u64,
}

impl<C> Agenda<C> {
    pub(crate) fn new(declaration: u64) -> Self {
        Agenda {
            touched: Cell::new(false),
            head: Cell::new(Due::NEVER),
            calls: Calls::new(),
            timers: RefCell::new(None),
            declaration,
        }
    }

    /// The place of the next item, or an earlier one.
    #[inline]
    pub(crate) fn head(&self) -> Due {
        self.head.get()
    }

    #[inline]
    pub(crate) fn take_touched(&self) -> bool {
        self.touched.take()
    }

    #[inline]
    pub(crate) fn is_touched(&self) -> bool {
        self.touched.get()
    }

    pub(crate) fn touch(&self) {
        self.touched.set(true);
    }

    /// What keeps a run alive (S24, S28).
    #[inline]
    pub(crate) fn alive(&self) -> usize {
        self.calls.live() + self.timers.borrow().as_ref().map_or(0, |timers| timers.bounded())
    }

    /// Timers that tick.
    pub(crate) fn timers(&self) -> usize {
        self.timers.borrow().as_ref().map_or(0, |timers| timers.live())
    }

    /// [`Agenda::pop_call`] where that is done at once; none if it is not.
    #[inline(always)]
    pub(crate) fn pop_call_at_once(&mut self) -> Option<Option<Taken<C>>> {
        self.touched.set(true);
        let taken = self.calls.pop_only_ring()?;
        self.find_head();
        Some(taken)
    }

    /// The first ring of calls, as [`Calls::ring`] says. Where the head is, nobody knows then before
    /// [`Agenda::find_heads`].
    #[inline(always)]
    pub(crate) fn ring(&self) -> &Ring<C> {
        self.calls.ring()
    }

    /// A call that was cancelled or moved has left that ring.
    pub(crate) fn passed_hole(&self) {
        self.calls.passed_hole();
    }

    /// Makes room for calls that the ring had none for.
    #[inline]
    pub(crate) fn make_room(&mut self) {
        self.calls.make_room();
    }

    /// The least place outside of the ring that [`Agenda::ring`] names.
    pub(crate) fn head_elsewhere(&self) -> Due {
        let ticks = self.timers.borrow().as_ref().and_then(|timers| timers.head());
        let calls = self.calls.head_elsewhere();
        ticks.map_or(calls, |time| calls.min(Due::tick(time, self.declaration)))
    }

    /// Looks for the head after calls were taken out of the ring.
    pub(crate) fn find_heads(&mut self) {
        self.touched.set(true);
        self.calls.make_room();
        self.calls.find_head();
        self.find_head();
    }

    /// Takes the call at the head out, which [`Due::is_call`]; none if it was cancelled.
    pub(crate) fn pop_call(&mut self) -> Option<Taken<C>> {
        self.touched.set(true);
        let taken = self.calls.pop();
        self.find_head();
        taken
    }

    /// Takes the call at the head out of the queue, which [`Due::is_call`], but keeps it for [`Agenda::take_call`]:
    /// its slot and sequence; none if it was cancelled.
    pub(crate) fn park_call(&mut self) -> Option<(u32, u64)> {
        self.touched.set(true);
        let parked = self.calls.park();
        self.find_head();
        parked
    }

    /// Puts a tick aside, for [`Agenda::unpark_tick`].
    pub(crate) fn park_tick(&mut self, tick: Tick<C>) {
        self.timers_mut().park(tick);
    }

    /// The tick that was put aside first; none if its timer was cancelled.
    pub(crate) fn unpark_tick(&mut self) -> Option<Tick<C>> {
        self.timers.get_mut().as_mut()?.unpark()
    }

    /// Takes the tick at the head out, if that is done at once.
    #[inline(always)]
    pub(crate) fn pop_even_tick(&mut self) -> Option<Tick<C>> {
        let tick = self.timers.get_mut().as_mut()?.pop_even()?;
        self.touched.set(true);
        self.find_head();
        Some(tick)
    }

    /// Takes the tick at the head out; none if its timer was cancelled.
    pub(crate) fn pop_tick(&mut self) -> Option<Tick<C>> {
        self.touched.set(true);
        let tick = self.timers.get_mut().as_mut()?.pop();
        self.find_head();
        tick
    }

    /// [`Agenda::push_call`] in the common case; the call comes back in others. True if there is no other call in the ring.
    /// [`Agenda::appended_call`] is to follow, unless somebody is taking turns with the ring.
    #[inline(always)]
    pub(crate) fn append_call(&self, call: C, time: i64, sequence: u64) -> Result<bool, C> {
        self.calls.append(call, time, sequence)
    }

    #[inline]
    pub(crate) fn appended_call(&self, is_only_one: bool, time: i64, sequence: u64) {
        self.touched.set(true);
        if is_only_one && self.calls.appended_only(time, sequence) {
            self.lead(Due::call(time, sequence));
        }
    }

    /// Queues a call for `time`; its slot.
    pub(crate) fn push_call(&self, call: C, time: i64, due: i64, sequence: u64) -> u32 {
        self.touched.set(true);
        let (slot, leads) = self.calls.push(call, time, due, sequence);
        if leads {
            self.lead(Due::call(time, sequence));
        }
        slot
    }

    /// Stores a call that joins the next round of this instant: its slot. [`Agenda::take_call`] takes it out.
    #[inline]
    pub(crate) fn store_call(&self, call: C, due: i64, sequence: u64) -> u32 {
        self.touched.set(true);
        self.calls.store(call, due, sequence)
    }

    #[inline]
    pub(crate) fn take_call(&mut self, slot: u32, sequence: u64) -> Option<Taken<C>> {
        self.touched.set(true);
        self.calls.take(slot, sequence)
    }

    /// True if the call was pending.
    pub(crate) fn cancel_call(&self, key: CallKey) -> bool {
        self.touched.set(true);
        let was_pending = self.calls.cancel(key);
        self.look_for_head();
        was_pending
    }

    /// Gives a pending call another due time; queues it if there is a `time` to queue it for.
    /// None if it was not pending; else its slot, for [`Agenda::take_call`].
    pub(crate) fn reschedule(&self, key: CallKey, time: Option<i64>, due: i64, sequence: u64) -> Option<u32> {
        self.touched.set(true);
        let slot = self.calls.reschedule(key, time, due, sequence);
        self.look_for_head();
        slot
    }

    pub(crate) fn is_pending(&self, key: CallKey) -> bool {
        self.calls.is_pending(key)
    }

    /// The calls that will run, with their due times and sequences, in no order.
    pub(crate) fn each_call(&self, with: &mut dyn FnMut(i64, u64, &C)) {
        self.calls.each(with);
    }

    /// The next tick of each timer, and those that wait, in no order: time, creation of the timer, what makes the call.
    pub(crate) fn each_next_tick(&self, with: &mut dyn FnMut(i64, u64, fn() -> C)) {
        if let Some(timers) = &*self.timers.borrow() {
            timers.each_next_tick(with);
        }
    }

    pub(crate) fn count_calls(&self) -> usize {
        self.calls.live()
    }

    /// Sets a timer for the method of that rank. Its first tick, if it is `now`, joins the next round: its rank is
    /// returned, and [`Agenda::tick_now`] takes it out.
    pub(crate) fn set_timer(
        &self,
        method: u32,
        grid: Grid,
        make: fn() -> C,
        now: Option<i64>,
    ) -> (TimerKey, Option<u64>) {
        self.touched.set(true);
        let timers = &mut *self.timers.borrow_mut();
        let timers = timers.get_or_insert_with(|| Box::new(Timers::new()));
        let set = timers.set(method, grid, make, now);
        self.set_head(timers.head());
        set
    }

    pub(crate) fn tick_now(&mut self, time: i64, rank: u64, slot: u32) -> Option<Tick<C>> {
        self.touched.set(true);
        let tick = self.timers.get_mut().as_mut()?.tick_now(time, rank, slot);
        self.find_head();
        tick
    }

    /// A tick of that rank was left out (S26).
    pub(crate) fn leave_out(&mut self, rank: u64) {
        self.timers_mut().leave_out(rank);
    }

    /// How many ticks of its timer were left out before the tick of that rank, which is made.
    pub(crate) fn take_missed(&mut self, rank: u64) -> u64 {
        self.timers_mut().take_missed(rank)
    }

    /// True if the timer was still ticking.
    pub(crate) fn cancel_timer(&self, key: TimerKey) -> bool {
        self.touched.set(true);
        let was_ticking = self.timers.borrow_mut().as_mut().is_some_and(|timers| timers.cancel(key));
        self.look_for_head();
        was_ticking
    }

    fn timers_mut(&mut self) -> &mut Timers<C> {
        self.timers.get_mut().get_or_insert_with(|| Box::new(Timers::new()))
    }

    #[inline]
    fn lead(&self, place: Due) {
        self.head.set(self.head.get().min(place));
    }

    #[inline(always)]
    fn find_head(&mut self) {
        let ticks = self.timers.get_mut().as_ref().and_then(|timers| timers.head());
        self.set_head(ticks);
    }

    /// [`Agenda::find_head`] of a handler.
    fn look_for_head(&self) {
        let ticks = self.timers.borrow().as_ref().and_then(|timers| timers.head());
        self.set_head(ticks);
    }

    #[inline(always)]
    fn set_head(&self, ticks: Option<i64>) {
        let call = self.calls.head();
        self.head.set(match ticks {
            Some(time) => call.min(Due::tick(time, self.declaration)),
            None => call,
        });
    }
}
