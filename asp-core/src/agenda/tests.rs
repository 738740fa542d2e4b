use std::collections::BTreeMap;

use super::{CallKey, Calls};
use crate::heads::Due;

fn next(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*seed >> 33) % below
}

/// Schedules as a context does.
fn schedule(calls: &Calls<u64>, call: u64, due: i64, sequence: u64) -> CallKey {
    let slot = match calls.append(call, due, sequence) {
        Ok(is_only_one) => {
            if is_only_one {
                calls.appended_only(due, sequence);
            }
            CallKey::IN_RING
        }
        Err(call) => calls.push(call, due, due, sequence).0,
    };
    CallKey::new(due, sequence, slot)
}

/// Takes the next call that was not cancelled.
fn pop(calls: &mut Calls<u64>) -> Option<(i64, u64)> {
    while calls.head() != Due::NEVER {
        let time = calls.head().time();
        let taken = match calls.pop_only_ring() {
            Some(taken) => taken,
            None => calls.pop(),
        };
        if let Some(taken) = taken {
            assert_eq!(time, taken.due);
            return Some((taken.due, taken.call));
        }
    }
    None
}

#[test]
fn s10_calls_leave_in_their_order_whatever_is_cancelled_and_wherever_they_stand() {
    // One constant delay, several, and any; seldom or often room is made for them.
    for (delays, rarely) in [(1, 1), (1, 40), (3, 7), (9, 25), (1000, 10)] {
        let (mut calls, mut naive) = (Calls::new(), BTreeMap::<(i64, u64), u64>::new());
        let (mut keys, mut seed, mut now) = (Vec::new(), delays + rarely, 0);
        for sequence in 0..30_000 {
            let due = now + 1 + 40 * next(&mut seed, delays) as i64;
            // It grows and is emptied, several times over.
            match next(&mut seed, if sequence % 6_000 < 2_000 { 8 } else { 12 }) {
                0..4 => {
                    let key = schedule(&calls, sequence, due, sequence);
                    naive.insert((due, sequence), sequence);
                    keys.push((key, (due, sequence)));
                }
                4 if !keys.is_empty() => {
                    let (key, place) = keys.swap_remove(next(&mut seed, keys.len() as u64) as usize);
                    let was_pending = naive.remove(&place).is_some();
                    assert_eq!((calls.is_pending(key), calls.cancel(key)), (was_pending, was_pending));
                }
                5 if !keys.is_empty() => {
                    let chosen = next(&mut seed, keys.len() as u64) as usize;
                    let (key, place) = &mut keys[chosen];
                    let call = naive.remove(place);
                    assert_eq!(calls.reschedule(*key, Some(due), due, sequence).is_some(), call.is_some());
                    *place = (due, sequence);
                    naive.extend(call.map(|call| (*place, call)));
                }
                _ => {
                    let expected = naive.pop_first().map(|((due, _), call)| (due, call));
                    assert_eq!(pop(&mut calls), expected);
                    now = expected.map_or(now, |(due, _)| due);
                }
            }
            if next(&mut seed, rarely) == 0 {
                calls.make_room();
            }
            assert_eq!(calls.live(), naive.len());
        }
        let mut pending = Vec::new();
        calls.each(&mut |due, sequence, &call| pending.push(((due, sequence), call)));
        pending.sort_unstable();
        assert!(pending.into_iter().eq(naive.clone()));
        assert!(
            std::iter::from_fn(|| pop(&mut calls)).eq(naive.into_iter().map(|((due, _), call)| (due, call)))
        );
    }
}

#[test]
fn calls_of_a_constant_delay_all_come_to_stand_in_the_first_ring() {
    let mut calls = Calls::new();
    for sequence in 0..5_000 {
        schedule(&calls, sequence, sequence as i64, sequence);
        if sequence % 300 == 299 {
            calls.make_room();
            assert_eq!(calls.head_elsewhere(), Due::NEVER, "nothing is elsewhere after {sequence}");
            assert!(calls.append(0, 0, 0).is_err(), "it is due before the last one");
        }
    }
    for sequence in 0..4_500 {
        let front = calls.ring().front();
        assert_eq!((front.first(), front.take_first()), (Some(sequence as i64), Some(sequence)));
    }
}

#[test]
fn calls_are_dropped_once_each() {
    let value = std::sync::Arc::new(());
    let mut calls = Calls::new();
    let mut keys = Vec::new();
    for sequence in 0..100 {
        let slot = match calls.append(value.clone(), 10, sequence) {
            Ok(_) => CallKey::IN_RING,
            Err(call) => calls.push(call, 10, 10, sequence).0,
        };
        keys.push(CallKey::new(10, sequence, slot));
        calls.make_room();
    }
    assert_eq!(std::sync::Arc::strong_count(&value), 101);
    for &key in &keys[..90] {
        assert!(calls.cancel(key));
    }
    assert_eq!((std::sync::Arc::strong_count(&value), calls.live()), (11, 10));
    calls.find_head();
    while calls.head() != Due::NEVER {
        calls.pop();
    }
    assert_eq!(std::sync::Arc::strong_count(&value), 1);
}
