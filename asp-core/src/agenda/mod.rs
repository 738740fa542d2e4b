//! What one strategy has pending: its deferred calls and its periodic timers.
//!
//! Sans-I/O: the agenda answers "what is next, and when"; the engine decides when that is.

mod calls;
mod moved;
mod radix;
mod shelf;
mod timers;

pub use calls::CallKey;
pub(crate) use calls::Calls;
pub use timers::TimerKey;

pub(crate) use shelf::Taken;
use timers::Timers;
pub(crate) use timers::{Tick, rank};

use crate::every::Grid;
use crate::heads::Due;

/// Deferred calls and timers, with calls of type `C`.
// In this order, since each dispatch looks at the first one.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Agenda<C> {
    /// True if something changed since the last [`Agenda::take_touched`].
    touched: bool,
    /// The place of the next item: a lower bound, since it may have been cancelled.
    head: Due,
    calls: Calls<C>,
    /// None before the first one: most strategies by key have none.
    timers: Option<Box<Timers<C>>>,
    /// The place of the strategy in the order of declaration.
    declaration: u64,
}

impl<C> Agenda<C> {
    pub(crate) const fn new(declaration: u64) -> Self {
        Agenda { declaration, calls: Calls::new(), timers: None, head: Due::NEVER, touched: false }
    }

    /// The place of the next item, or an earlier one.
    #[inline]
    pub(crate) fn head(&self) -> Due {
        self.head
    }

    #[inline]
    pub(crate) fn take_touched(&mut self) -> bool {
        std::mem::take(&mut self.touched)
    }

    #[inline]
    pub(crate) fn is_touched(&self) -> bool {
        self.touched
    }

    pub(crate) fn touch(&mut self) {
        self.touched = true;
    }

    /// What keeps a run alive (S24, S28).
    #[inline]
    pub(crate) fn alive(&self) -> usize {
        self.calls.live() + self.timers.as_ref().map_or(0, |timers| timers.bounded())
    }

    /// Timers that tick.
    pub(crate) fn timers(&self) -> usize {
        self.timers.as_ref().map_or(0, |timers| timers.live())
    }

    /// [`Agenda::pop_call`] where that is done at once; none if it is not.
    #[inline(always)]
    pub(crate) fn pop_call_at_once(&mut self) -> Option<Option<Taken<C>>> {
        self.touched = true;
        let taken = self.calls.pop_only_ring()?;
        self.find_head();
        Some(taken)
    }

    /// Takes the first call of the first ring out, as [`Calls::pop_ringed`] does. Where the head is, nobody knows then before
    /// [`Agenda::find_heads`].
    #[inline(always)]
    pub(crate) fn pop_ringed(&mut self, time: i64) -> Option<(i64, Option<C>)> {
        self.calls.pop_ringed(time)
    }

    /// The least place outside of the ring that [`Agenda::pop_ringed`] takes from.
    pub(crate) fn head_elsewhere(&self) -> Due {
        let ticks = self.timers.as_ref().and_then(|timers| timers.head());
        let calls = self.calls.head_elsewhere();
        ticks.map_or(calls, |time| calls.min(Due::tick(time, self.declaration)))
    }

    /// Looks for the head after calls were taken out of the ring.
    pub(crate) fn find_heads(&mut self) {
        self.touched = true;
        self.calls.find_head();
        self.find_head();
    }

    /// Takes the call at the head out, which [`Due::is_call`]; none if it was cancelled.
    pub(crate) fn pop_call(&mut self) -> Option<Taken<C>> {
        self.touched = true;
        let taken = self.calls.pop();
        self.find_head();
        taken
    }

    /// Takes the call at the head out of the queue, which [`Due::is_call`], but keeps it for [`Agenda::take_call`]:
    /// its slot and sequence; none if it was cancelled.
    pub(crate) fn park_call(&mut self) -> Option<(u32, u64)> {
        self.touched = true;
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
        self.timers.as_mut()?.unpark()
    }

    /// Takes the tick at the head out, if that is done at once.
    #[inline(always)]
    pub(crate) fn pop_even_tick(&mut self) -> Option<Tick<C>> {
        let tick = self.timers.as_mut()?.pop_even()?;
        self.touched = true;
        self.find_head();
        Some(tick)
    }

    /// Takes the tick at the head out; none if its timer was cancelled.
    pub(crate) fn pop_tick(&mut self) -> Option<Tick<C>> {
        self.touched = true;
        let tick = self.timers.as_mut()?.pop();
        self.find_head();
        tick
    }

    /// [`Agenda::push_call`] in the common case; the call comes back in others.
    #[inline(always)]
    pub(crate) fn append_call(&mut self, call: C, time: i64, sequence: u64) -> Result<CallKey, C> {
        let (key, leads) = self.calls.append(call, time, sequence)?;
        self.touched = true;
        if leads {
            self.head = self.head.min(Due::call(time, sequence));
        }
        Ok(key)
    }

    /// Queues a call for `time`.
    pub(crate) fn push_call(&mut self, call: C, time: i64, due: i64, sequence: u64) -> CallKey {
        self.touched = true;
        let (key, leads) = self.calls.push(call, time, due, sequence);
        if leads {
            self.head = self.head.min(Due::call(time, sequence));
        }
        key
    }

    /// Stores a call that joins the next round of this instant; [`Agenda::take_call`] takes it out.
    #[inline]
    pub(crate) fn store_call(&mut self, call: C, due: i64, sequence: u64) -> CallKey {
        self.touched = true;
        self.calls.store(call, due, sequence)
    }

    #[inline]
    pub(crate) fn take_call(&mut self, slot: u32, sequence: u64) -> Option<Taken<C>> {
        self.touched = true;
        self.calls.take(slot, sequence)
    }

    /// True if the call was pending.
    pub(crate) fn cancel_call(&mut self, key: CallKey) -> bool {
        self.touched = true;
        let was_pending = self.calls.cancel(key);
        self.find_head();
        was_pending
    }

    /// Gives a pending call another due time; queues it if there is a `time` to queue it for.
    /// None if it was not pending; else its slot, for [`Agenda::take_call`].
    pub(crate) fn reschedule(
        &mut self,
        key: CallKey,
        time: Option<i64>,
        due: i64,
        sequence: u64,
    ) -> Option<u32> {
        self.touched = true;
        let slot = self.calls.reschedule(key, time, due, sequence);
        self.find_head();
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
        if let Some(timers) = &self.timers {
            timers.each_next_tick(with);
        }
    }

    pub(crate) fn count_calls(&self) -> usize {
        self.calls.live()
    }

    /// Sets a timer for the method of that rank. Its first tick, if it is `now`, joins the next round: its rank is
    /// returned, and [`Agenda::tick_now`] takes it out.
    pub(crate) fn set_timer(
        &mut self,
        method: u32,
        grid: Grid,
        make: fn() -> C,
        now: Option<i64>,
    ) -> (TimerKey, Option<u64>) {
        self.touched = true;
        let set = self.timers_mut().set(method, grid, make, now);
        self.find_head();
        set
    }

    pub(crate) fn tick_now(&mut self, time: i64, rank: u64, slot: u32) -> Option<Tick<C>> {
        self.touched = true;
        let tick = self.timers.as_mut()?.tick_now(time, rank, slot);
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
    pub(crate) fn cancel_timer(&mut self, key: TimerKey) -> bool {
        self.touched = true;
        let was_ticking = self.timers.as_mut().is_some_and(|timers| timers.cancel(key));
        self.find_head();
        was_ticking
    }

    fn timers_mut(&mut self) -> &mut Timers<C> {
        self.timers.get_or_insert_with(|| Box::new(Timers::new()))
    }

    #[inline(always)]
    fn find_head(&mut self) {
        let call = self.calls.head();
        self.head = match self.timers.as_ref().and_then(|timers| timers.head()) {
            Some(time) => call.min(Due::tick(time, self.declaration)),
            None => call,
        };
    }
}
