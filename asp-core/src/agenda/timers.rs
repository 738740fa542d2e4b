//! The periodic timers of one strategy (S22 to S26).

use std::collections::VecDeque;

use super::radix::{Entry, Radix};
use crate::every::Grid;

/// Names a timer set by `cx.every(..)`, to cancel it with [`Context::cancel`](crate::Context::cancel).
///
/// It belongs to the strategy whose context made it.
///
/// ```
/// use asp_core::{Context, Strategy, TimerKey};
///
/// fn silence<S: Strategy>(cx: &Context<S>, heartbeat: TimerKey) {
///     cx.cancel(heartbeat);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerKey {
    pub(crate) slot: u32,
    /// Unique in a strategy.
    pub(crate) creation: u64,
}

impl TimerKey {
    /// What a failed setting returns; no timer has it.
    pub(crate) const NONE: TimerKey = TimerKey { slot: u32::MAX, creation: u64::MAX };
}

/// Small, since among a thousand of them each tick looks at another one.
#[derive(Debug)]
struct Timer<C> {
    make: fn() -> C,
    creation: u64,
    pace: Pace,
}

/// When a timer ticks after the tick that is in the queue.
#[derive(Debug)]
enum Pace {
    /// So long after each tick, for ever.
    Even(i64),
    /// As the grid says.
    Odd(Box<Grid>),
}

impl Pace {
    fn is_bounded(&self) -> bool {
        matches!(self, Pace::Odd(grid) if grid.bounded)
    }
}

/// A tick to be dispatched.
#[derive(Debug)]
pub(crate) struct Tick<C> {
    pub(crate) time: i64,
    /// By method, then by creation of the timer (S7).
    pub(crate) rank: u64,
    pub(crate) make: fn() -> C,
    /// Its timer, if that skips missed ticks.
    pub(crate) skips: Option<Skips>,
}

/// What decides whether a tick is left out (S26).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Skips {
    /// When the timer ticks next.
    pub(crate) next: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct Timers<C> {
    slots: Vec<Option<Timer<C>>>,
    free: Vec<u32>,
    queue: Radix,
    created: u64,
    live: usize,
    bounded: usize,
    /// Ticks that wait for a suspended handler; none in the place of one whose timer was cancelled.
    parked: VecDeque<Option<Tick<C>>>,
    /// How many ticks were left out since the last one that was made, by the creation of their timers (S26). Apart from
    /// these: a timer may be gone while its last ticks wait.
    left_out: Vec<(u64, u64)>,
}

impl<C> Timers<C> {
    pub(crate) const fn new() -> Self {
        Timers {
            slots: Vec::new(),
            free: Vec::new(),
            queue: Radix::new(),
            created: 0,
            live: 0,
            bounded: 0,
            parked: VecDeque::new(),
            left_out: Vec::new(),
        }
    }

    /// Timers that will tick.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// Those of them that are pending work, because they end (S24).
    pub(crate) fn bounded(&self) -> usize {
        self.bounded
    }

    /// The ticks that wait and the next one of each timer, in no order: their times, what tells those of one method
    /// apart, and what makes the call.
    pub(crate) fn each_next_tick(&self, with: &mut dyn FnMut(i64, u64, fn() -> C)) {
        for tick in self.parked.iter().flatten() {
            with(tick.time, tick.rank & CREATION, tick.make);
        }
        for entry in self.queue.entries() {
            if let Some(Timer { pace: Pace::Even(_), creation, make, .. }) = self.timer(&entry) {
                with(entry.time, *creation, *make);
            }
        }
        for slot in &self.slots {
            if let Some(Timer { pace: Pace::Odd(grid), creation, make, .. }) = slot
                && let Some(next) = grid.next()
            {
                with(next, *creation, *make);
            }
        }
    }

    /// A lower bound of the next tick's time: exact unless its timer was cancelled.
    pub(crate) fn head(&self) -> Option<i64> {
        self.queue.peek().map(|(time, _)| time)
    }

    /// Sets a timer for the method of that rank. If its first tick is one that the queue cannot take because it
    /// joins the next round of the instant `now`, the tick's rank is returned and [`Timers::tick_now`] dispatches it.
    pub(crate) fn set(
        &mut self,
        method: u32,
        grid: Grid,
        make: fn() -> C,
        now: Option<i64>,
    ) -> (TimerKey, Option<u64>) {
        let Some(first) = grid.next() else { return (TimerKey::NONE, None) };
        let creation = self.created;
        let joins_round = now == Some(first);
        self.created += 1;
        self.live += 1;
        self.bounded += usize::from(grid.bounded);
        let pace = match grid.is_even() && !joins_round {
            true => Pace::Even(grid.step),
            false => Pace::Odd(Box::new(grid)),
        };
        let timer = Some(Timer { make, creation, pace });
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = timer;
                slot
            }
            None => {
                self.slots.push(timer);
                (self.slots.len() - 1) as u32
            }
        };
        let rank = rank(method, creation);
        let key = TimerKey { slot, creation };
        if joins_round {
            return (key, Some(rank));
        }
        self.queue.push(Entry { time: first, rank, id: slot });
        (key, None)
    }

    /// [`Timers::pop`] of a timer that ticks at even distances; none if it is another one.
    #[inline(always)]
    pub(crate) fn pop_even(&mut self) -> Option<Tick<C>> {
        let Entry { time, rank, id } = self.queue.first()?;
        let timer = self.slots[id as usize].as_ref()?;
        let Pace::Even(step) = timer.pace else { return None };
        if timer.creation != rank & CREATION {
            return None;
        }
        let next = time.checked_add(step)?;
        let make = timer.make;
        self.queue.pop_first(time);
        self.queue.push(Entry { time: next, rank, id });
        Some(Tick { time, rank, make, skips: None })
    }

    /// Takes the tick at the head, and queues the timer's next one; none if the timer was cancelled.
    pub(crate) fn pop(&mut self) -> Option<Tick<C>> {
        let entry = self.queue.pop()?;
        self.tick(entry)
    }

    /// Takes the first tick of a timer for which [`Timers::set`] returned a rank.
    pub(crate) fn tick_now(&mut self, time: i64, rank: u64, slot: u32) -> Option<Tick<C>> {
        self.tick(Entry { time, rank, id: slot })
    }

    /// True if the timer was still ticking.
    pub(crate) fn cancel(&mut self, key: TimerKey) -> bool {
        let was_parked = self.cancel_parked(key);
        self.take_missed(key.creation);
        match self.slots.get(key.slot as usize) {
            Some(Some(timer)) if timer.creation == key.creation => {
                self.drop_timer(key.slot);
                self.sweep();
                true
            }
            _ => was_parked,
        }
    }

    pub(crate) fn park(&mut self, tick: Tick<C>) {
        self.parked.push_back(Some(tick));
    }

    pub(crate) fn unpark(&mut self) -> Option<Tick<C>> {
        self.parked.pop_front().flatten()
    }

    fn cancel_parked(&mut self, key: TimerKey) -> bool {
        let of_timer = |tick: &mut &mut Option<Tick<C>>| {
            tick.as_ref().is_some_and(|t| t.rank & CREATION == key.creation)
        };
        let parked = self.parked.iter_mut().filter_map(|mut tick| of_timer(&mut tick).then_some(tick));
        parked.map(|tick| *tick = None).count() > 0
    }

    /// The timer of a queue entry, unless it was cancelled.
    #[inline]
    fn timer(&self, entry: &Entry) -> Option<&Timer<C>> {
        self.slots[entry.id as usize].as_ref().filter(|timer| timer.creation == entry.rank & CREATION)
    }

    /// Dispatches a queue entry: none if its timer was cancelled.
    fn tick(&mut self, entry: Entry) -> Option<Tick<C>> {
        let timer =
            self.slots[entry.id as usize].as_mut().filter(|timer| timer.creation == entry.rank & CREATION)?;
        let mut tick = Tick { time: entry.time, rank: entry.rank, make: timer.make, skips: None };
        let next = match &mut timer.pace {
            Pace::Even(step) => entry.time.checked_add(*step),
            Pace::Odd(grid) => {
                grid.advance();
                tick.skips = grid.skips.then_some(Skips { next: grid.next() });
                grid.next()
            }
        };
        match next {
            Some(next) => self.queue.push(Entry { time: next, ..entry }),
            None => self.drop_timer(entry.id),
        }
        Some(tick)
    }

    /// A tick of that rank was left out.
    pub(crate) fn leave_out(&mut self, rank: u64) {
        let creation = rank & CREATION;
        match self.left_out.iter_mut().find(|(of, _)| *of == creation) {
            Some((_, missed)) => *missed += 1,
            None => self.left_out.push((creation, 1)),
        }
    }

    /// How many ticks were left out before the one of that rank, which is made.
    pub(crate) fn take_missed(&mut self, rank: u64) -> u64 {
        let place = self.left_out.iter().position(|(of, _)| *of == rank & CREATION);
        place.map_or(0, |place| self.left_out.swap_remove(place).1)
    }

    fn drop_timer(&mut self, slot: u32) {
        if let Some(timer) = self.slots[slot as usize].take() {
            self.live -= 1;
            self.bounded -= usize::from(timer.pace.is_bounded());
            self.free.push(slot);
        }
    }

    fn sweep(&mut self) {
        if self.queue.len() > 2 * self.live + 64 {
            let slots = &self.slots;
            self.queue.retain(|entry| {
                slots[entry.id as usize].as_ref().is_some_and(|timer| timer.creation == entry.rank & CREATION)
            });
        }
    }
}

const CREATION_BITS: u32 = 40;
const CREATION: u64 = (1 << CREATION_BITS) - 1;

/// Equal ticks of one strategy run by method, then by creation of the timer (S7).
pub(crate) fn rank(method: u32, creation: u64) -> u64 {
    debug_assert!(method < 1 << (64 - CREATION_BITS) && creation <= CREATION);
    u64::from(method) << CREATION_BITS | creation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::every::Every;
    use crate::time::Duration;

    fn every(nanos: i64) -> Every {
        Every::new(Duration::from_nanos(nanos))
    }

    fn pop(timers: &mut Timers<u32>) -> Option<(i64, u32)> {
        timers.pop().map(|tick| (tick.time, (tick.make)()))
    }

    #[test]
    fn s07_equal_ticks_run_by_method_then_by_creation() {
        let mut timers = Timers::new();
        timers.set(1, every(10).grid(0).unwrap(), || 10, None);
        timers.set(0, every(10).grid(0).unwrap(), || 0, None);
        timers.set(1, every(5).grid(0).unwrap(), || 11, None);
        let order: Vec<_> = std::iter::from_fn(|| pop(&mut timers)).take(8).collect();
        assert_eq!(order, [(5, 11), (10, 0), (10, 10), (10, 11), (15, 11), (20, 0), (20, 10), (20, 11)]);
    }

    #[test]
    fn s24_a_timer_with_a_bound_counts_until_it_ended() {
        let mut timers = Timers::new();
        timers.set(0, every(10).times(2).grid(0).unwrap(), || 0, None);
        let (key, _) = timers.set(0, every(10).grid(0).unwrap(), || 1, None);
        assert_eq!((timers.live(), timers.bounded()), (2, 1));
        for _ in 0..4 {
            pop(&mut timers);
        }
        assert_eq!((timers.live(), timers.bounded()), (1, 0));
        assert!(timers.cancel(key));
        assert!(!timers.cancel(key));
        assert_eq!(pop(&mut timers), None);
    }

    #[test]
    fn s22_ticks_at_even_distances_are_taken_the_short_way_and_no_others() {
        let mut timers = Timers::new();
        let set = |timers: &mut Timers<u32>, every: Every, make: fn() -> u32| {
            timers.set(0, every.grid(0).unwrap(), make, None).0
        };
        set(&mut timers, every(10), || 0);
        set(&mut timers, every(10).times(2), || 1);
        set(&mut timers, every(10).skip_missed(), || 2);
        set(&mut timers, every(15).aligned().immediate(), || 3);
        let cancelled = set(&mut timers, every(5), || 4);
        assert!(timers.cancel(cancelled));
        let (mut order, mut short) = (Vec::new(), Vec::new());
        while order.len() < 8 {
            let even = timers.pop_even().map(|tick| (tick.time, (tick.make)()));
            short.extend(even);
            order.extend(even.or_else(|| pop(&mut timers)));
        }
        assert_eq!(order, [(0, 3), (10, 0), (10, 1), (10, 2), (15, 3), (20, 0), (20, 1), (20, 2)]);
        assert_eq!(short, [(0, 3), (10, 0), (15, 3), (20, 0)]);
        let mut next = Vec::new();
        timers.each_next_tick(&mut |time, _, make| next.push((time, make())));
        next.sort();
        assert_eq!(next, [(30, 0), (30, 2), (30, 3)]);
    }

    #[test]
    fn timers_that_come_and_go_take_no_memory() {
        let mut timers = Timers::<u32>::new();
        for _ in 0..10_000 {
            let (key, _) = timers.set(0, every(1_000).grid(0).unwrap(), || 0, None);
            assert!(timers.cancel(key));
        }
        assert!(timers.queue.len() < 200 && timers.slots.len() == 1);
    }
}
