//! What someone would write who has only this one job to do.

use std::collections::VecDeque;
use std::hint::black_box;

use asp::Timestamp;

use crate::inputs;
use crate::workloads::{Chain, Defer, Merge8, Single, Timers, mix};

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
