//! What someone would write who has only this one job to do.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use asp::Timestamp;

use crate::inputs;
use crate::workloads::{Chain, Defer, FanOut, Merge8, MergeMany, Single, Sleepers, Timers, mix};

/// The loop with a call: the handler is not inlined, since a handler of any size would not be.
pub(crate) fn single(count: u64) -> u64 {
    let mut state = Single::default();
    for (time, value) in inputs::regular(count) {
        black_box(time);
        single_event(&mut state, value);
    }
    state.sum.to_bits()
}

#[inline(never)]
fn single_event(state: &mut Single, value: f64) {
    state.sum += value;
}

/// A tournament of packed keys, time and stream in one word: one comparison a level, ties by declaration for free.
/// A linear scan over eight heads takes about the same time, a binary heap more.
pub(crate) fn merge8(count: u64) -> u64 {
    const LANES: usize = 8;
    let mut sources: Vec<_> = (0..LANES as u64).map(|lane| inputs::irregular(count / 8, lane + 1)).collect();
    let mut values = [0.0; LANES];
    let mut tree = [u64::MAX; 2 * LANES];
    for lane in 0..LANES {
        pull(&mut sources, &mut values, &mut tree, lane);
    }
    let mut state = Merge8::default();
    while tree[1] != u64::MAX {
        let lane = (tree[1] & 7) as usize;
        let value = values[lane];
        match lane {
            0 => state.event::<0>(value),
            1 => state.event::<1>(value),
            2 => state.event::<2>(value),
            3 => state.event::<3>(value),
            4 => state.event::<4>(value),
            5 => state.event::<5>(value),
            6 => state.event::<6>(value),
            _ => state.event::<7>(value),
        }
        pull(&mut sources, &mut values, &mut tree, lane);
    }
    state.hash
}

#[inline]
fn pull(
    sources: &mut [impl Iterator<Item = (Timestamp, f64)>],
    values: &mut [f64; 8],
    tree: &mut [u64; 16],
    lane: usize,
) {
    let mut key = match sources[lane].next() {
        Some((time, value)) => {
            values[lane] = value;
            (time.as_nanos() as u64) << 3 | lane as u64
        }
        None => u64::MAX,
    };
    let mut slot = 8 + lane;
    tree[slot] = key;
    while slot > 1 {
        key = key.min(tree[slot ^ 1]);
        slot >>= 1;
        tree[slot] = key;
    }
}

/// A loser tree of packed keys: the slots on the way from the leaf of the last winner to the root keep who lost there,
/// so that a match is a load, a comparison without a branch, and a store. Half as large as a tree of winners.
pub(crate) fn merge_many<const LANES: u64>(count: u64) -> u64 {
    let lanes = LANES as usize;
    let mut sources: Vec<_> = (0..LANES).map(|lane| inputs::irregular(count / LANES, lane + 1)).collect();
    let mut values = vec![0.0; lanes];
    let mut tree = vec![u64::MAX; lanes];
    let mut winners = vec![u64::MAX; 2 * lanes];
    for lane in 0..lanes {
        winners[lanes + lane] = next_key::<LANES>(&mut sources, &mut values, lane);
    }
    for slot in (1..lanes).rev() {
        let (left, right) = (winners[2 * slot], winners[2 * slot + 1]);
        (winners[slot], tree[slot]) = (left.min(right), left.max(right));
    }
    let mut first = winners[1];
    let mut state = MergeMany::<LANES>::default();
    while first != u64::MAX {
        let lane = (first & (LANES - 1)) as usize;
        state.event(lane as u64, values[lane]);
        first = next_key::<LANES>(&mut sources, &mut values, lane);
        let mut slot = (lanes + lane) / 2;
        while slot > 0 {
            let other = tree[slot];
            (first, tree[slot]) = (first.min(other), first.max(other));
            slot /= 2;
        }
    }
    state.hash
}

#[inline]
fn next_key<const LANES: u64>(
    sources: &mut [impl Iterator<Item = (Timestamp, f64)>],
    values: &mut [f64],
    lane: usize,
) -> u64 {
    let Some((time, value)) = sources[lane].next() else { return u64::MAX };
    values[lane] = value;
    (time.as_nanos() as u64) << LANES.trailing_zeros() | lane as u64
}

/// A radix heap of (time, timer): 65 buckets by the highest bit that differs from the last time; equal times are
/// put in the order of the timers, as the rules want. Faster than binary and 4-ary heaps by far.
pub(crate) fn timers(ticks: u64) -> u64 {
    let mut buckets: Vec<Vec<(u64, u32)>> = (0..65).map(|_| Vec::new()).collect();
    let mut busy = 0u128;
    let mut state = Timers::default();
    let mut now = 0u64;
    for timer in 0..1000u32 {
        place(&mut buckets, &mut busy, 0, ((timer as u64 + 1) * 1_000_000, timer));
    }
    let mut moving = Vec::new();
    let mut due = Vec::new();
    let mut left = ticks;
    loop {
        let first = busy.trailing_zeros() as usize;
        busy &= !(1 << first);
        std::mem::swap(&mut moving, &mut buckets[first]);
        now = moving.iter().map(|entry| entry.0).min().unwrap_or(now);
        for entry in moving.drain(..) {
            if entry.0 == now {
                due.push(entry.1);
            } else {
                place(&mut buckets, &mut busy, now, entry);
            }
        }
        due.sort_unstable();
        for timer in due.drain(..) {
            state.tick(now);
            place(&mut buckets, &mut busy, now, (now + (timer as u64 + 1) * 1_000_000, timer));
            left -= 1;
            if left == 0 {
                return state.hash;
            }
        }
    }
}

#[inline]
fn place(buckets: &mut [Vec<(u64, u32)>], busy: &mut u128, base: u64, entry: (u64, u32)) {
    let index = (64 - (entry.0 ^ base).leading_zeros()) as usize;
    buckets[index].push(entry);
    *busy |= 1 << index;
}

/// A constant delay is first in, first out: a ring is all it takes.
pub(crate) fn defer(count: u64) -> u64 {
    let mut state = Defer::default();
    let mut ring: VecDeque<(i64, f64)> = VecDeque::new();
    for (time, value) in inputs::regular(count) {
        let now = time.as_nanos();
        while let Some(&(due, deferred)) = ring.front()
            && due < now
        {
            ring.pop_front();
            state.later(deferred);
        }
        state.event(value);
        ring.push_back((now + 10_000_000_000, value));
    }
    for (_, deferred) in ring {
        state.later(deferred);
    }
    state.hash
}

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(0) };
    /// What the task that is polled sleeps until.
    static DUE: Cell<u64> = const { Cell::new(0) };
    static SLEEPERS: RefCell<Sleepers> = const { RefCell::new(Sleepers { hash: 0, sum: 0 }) };
}

struct Sleep {
    due: u64,
    has_begun: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.has_begun {
            return Poll::Ready(());
        }
        self.has_begun = true;
        DUE.set(self.due);
        Poll::Pending
    }
}

async fn nap(task: u64) {
    let mut delays = inputs::delays(task);
    for _ in 0..inputs::SLEEPS {
        Sleep { due: NOW.get() + delays.next(), has_begun: false }.await;
        SLEEPERS.with_borrow_mut(|sleepers| sleepers.wake(NOW.get(), task));
    }
}

pub(crate) fn sleep(wakes: u64) -> u64 {
    sleepers(wakes, 0, Sleeps::new())
}

pub(crate) fn sleep_spread(wakes: u64) -> u64 {
    sleepers(wakes, inputs::SPREAD, Sleeps::new())
}

/// [`sleep`] with the queue that comes with the standard library, as most would write it.
pub(crate) fn sleep_heap(wakes: u64) -> u64 {
    sleepers(wakes, 0, Heap::default())
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Boxed futures in a vector and a queue of their sleeps, which keeps equal times in the order in which they came. There
/// are no wakers, since a task waits for nothing but its sleep.
fn sleepers(wakes: u64, spread: u64, mut sleeps: impl Queue) -> u64 {
    SLEEPERS.set(Sleepers::default());
    let mut tasks: Vec<Option<Task>> = Vec::new();
    let mut begins = inputs::tasks(wakes / inputs::SLEEPS, spread).peekable();
    loop {
        let begin = begins.peek().map_or(u64::MAX, |(time, _)| time.as_nanos() as u64);
        if let Some((due, task)) = sleeps.pop_before(begin) {
            NOW.set(due);
            poll(&mut tasks, &mut sleeps, task);
        } else if let Some((time, number)) = begins.next() {
            NOW.set(time.as_nanos() as u64);
            tasks.push(Some(Box::pin(nap(number))));
            let last = tasks.len() - 1;
            poll(&mut tasks, &mut sleeps, last);
        } else {
            return SLEEPERS.take().hash;
        }
    }
}

#[inline]
fn poll(tasks: &mut [Option<Task>], sleeps: &mut impl Queue, task: usize) {
    let Some(future) = &mut tasks[task] else { return };
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => sleeps.push((DUE.get(), task as u32)),
        Poll::Ready(()) => tasks[task] = None,
    }
}

/// Of (time, task).
trait Queue {
    fn push(&mut self, entry: (u64, u32));
    /// Takes out the first one, if it is due before `time`.
    fn pop_before(&mut self, time: u64) -> Option<(u64, usize)>;
}

/// The binary heap of the standard library, with a number for each sleep: equal times in the order in which they came.
#[derive(Default)]
struct Heap {
    heap: BinaryHeap<Reverse<(u64, u64, u32)>>,
    pushed: u64,
}

impl Queue for Heap {
    #[inline]
    fn push(&mut self, (due, task): (u64, u32)) {
        self.heap.push(Reverse((due, self.pushed, task)));
        self.pushed += 1;
    }

    #[inline]
    fn pop_before(&mut self, time: u64) -> Option<(u64, usize)> {
        let &Reverse((due, _, task)) = self.heap.peek()?;
        if due >= time {
            return None;
        }
        self.heap.pop();
        Some((due, task as usize))
    }
}

/// The radix heap of [`timers`], which knows the least time of each bucket. With a binary heap it takes about twice as
/// long if many wake at one instant, and as long if none do.
struct Sleeps {
    buckets: Vec<Vec<(u64, u32)>>,
    least: [u64; 65],
    busy: u128,
    base: u64,
    front: usize,
    moving: Vec<(u64, u32)>,
}

impl Sleeps {
    fn new() -> Self {
        let buckets = (0..65).map(|_| Vec::new()).collect();
        Sleeps { buckets, least: [u64::MAX; 65], busy: 0, base: 0, front: 0, moving: Vec::new() }
    }

    fn open(&mut self, first: usize) {
        self.base = self.least[first];
        std::mem::swap(&mut self.moving, &mut self.buckets[first]);
        self.clear(first);
        let mut moving = std::mem::take(&mut self.moving);
        moving.drain(..).for_each(|entry| self.push(entry));
        self.moving = moving;
    }

    fn clear(&mut self, bucket: usize) {
        self.buckets[bucket].clear();
        self.least[bucket] = u64::MAX;
        self.busy &= !(1 << bucket);
    }
}

impl Queue for Sleeps {
    #[inline]
    fn push(&mut self, entry: (u64, u32)) {
        let index = (64 - (entry.0 ^ self.base).leading_zeros()) as usize;
        self.buckets[index].push(entry);
        self.least[index] = self.least[index].min(entry.0);
        self.busy |= 1 << index;
    }

    #[inline]
    fn pop_before(&mut self, time: u64) -> Option<(u64, usize)> {
        let first = self.busy.trailing_zeros() as usize;
        if self.busy == 0 || self.least[first] >= time {
            return None;
        }
        if first > 0 {
            self.open(first);
        }
        let (due, task) = self.buckets[0][self.front];
        self.front += 1;
        if self.front == self.buckets[0].len() {
            self.clear(0);
            self.front = 0;
        }
        Some((due, task as usize))
    }
}

/// A queue of what was emitted, which keeps clock and order: an emission is delivered at its instant, after every
/// event of that instant and before the next one.
pub(crate) fn chain(count: u64) -> u64 {
    let mut state = Chain::default();
    let mut queue: VecDeque<(i64, u8, f64)> = VecDeque::new();
    let mut events = inputs::regular(count / 3).peekable();
    while let Some((time, value)) = events.next() {
        let now = time.as_nanos();
        queue.push_back((now, 1, chain_a(value)));
        if events.peek().is_some_and(|(next, _)| next.as_nanos() == now) {
            continue;
        }
        while let Some((time, stage, value)) = queue.pop_front() {
            state.clock = time;
            match stage {
                1 => queue.push_back((time, 2, chain_b(value))),
                _ => chain_c(&mut state, value),
            }
        }
    }
    black_box(state.clock);
    state.hash
}

#[inline(never)]
fn chain_a(value: f64) -> f64 {
    value + 1.0
}

#[inline(never)]
fn chain_b(value: f64) -> f64 {
    value * 2.0
}

#[inline(never)]
fn chain_c(state: &mut Chain, value: f64) {
    state.hash = mix(state.hash, value);
}

/// The states in a vector, and a call for each as in [`single`].
pub(crate) fn fan_out<const READERS: u64>(dispatches: u64) -> u64 {
    let mut states: Vec<FanOut> = (0..READERS).map(|_| FanOut::default()).collect();
    for (time, value) in inputs::regular(dispatches / READERS) {
        black_box(time);
        for state in &mut states {
            fan_out_event(state, &value);
        }
    }
    states.iter().fold(0, |sum, state| sum.wrapping_add(state.hash))
}

#[inline(never)]
fn fan_out_event(state: &mut FanOut, value: &f64) {
    state.hash = mix(state.hash, *value);
}
