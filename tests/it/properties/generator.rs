//! Random scenarios, small and full of ties.

use proptest::bool::weighted as chance;
use proptest::collection::vec;
use proptest::option::weighted as maybe;
use proptest::prelude::*;

use super::scenario::*;

/// The nanoseconds of one unit of time: of all sizes, since queues sort by distance.
const UNITS: [i64; 4] = [1, 1_000, 1_000_000_000, 50_000_000_000_000_000];

/// Mostly small ones, which shrink well; some with more of everything, which go further.
pub(super) fn scenario() -> impl Strategy<Value = Scenario> {
    prop_oneof![9 => sized(7, 9), 1 => sized(40, 60), 4 => chain(), 4 => sparse()]
}

/// Events so far apart that calls of calls and several ticks fall between two of them, mostly with room for bursts.
fn sparse() -> impl Strategy<Value = Scenario> {
    let reads = any::<bool>().prop_map(|by_reference| Trigger::OnEvent { stream: 0, by_reference });
    let rows = (reads, vec(row(), 0..4)).prop_map(|(reads, more)| {
        let triggers = [reads, Trigger::Deferred].into_iter();
        triggers.map(|trigger| Row { joined: false, trigger }).chain(more).collect::<Vec<_>>()
    });
    let plan = (rows, vec(vec(op_of_calls(), 0..2), 0..40));
    let plan = plan.prop_map(|(rows, script)| Plan { emits: Vec::new(), rows, script });
    let times = vec(0..9i64, 0..9).prop_map(|gaps| {
        let gaps = gaps.iter().scan(0, |time, gap| {
            *time += gap * gap / 4;
            Some(*time)
        });
        gaps.collect()
    });
    let part =
        times.prop_map(|times| Part { times, fails: false, shared: false, reorder: None, read_ahead: None });
    let others = (vec(feed_of_others(), 0..2), vec(self::plan(9), 0..2));
    ((0..UNITS.len(), 20..90i64), part, plan, others).prop_map(
        |((unit, end), part, plan, (feeds, strategies))| {
            let feed = Feed { stream: 0, read_ahead: None, parts: vec![part] };
            Scenario {
                unit: UNITS[unit],
                start: None,
                end: Some(end),
                continues_on_error: false,
                past_is_error: false,
                added_first: 0,
                feeds: [vec![feed], feeds].concat(),
                strategies: [vec![plan], strategies].concat(),
            }
            .normalized()
        },
    )
}

/// Mostly calls of the same delay, as a ring takes them. Few enough, with what each asks for itself, to end now and then.
fn op_of_calls() -> impl Strategy<Value = Op> {
    prop_oneof![6 => Just(Op::After { delay: 1, row: 1 }), 1 => op()]
}

/// Strategies of which each emits to the next one, and mostly no more than that.
fn chain() -> impl Strategy<Value = Scenario> {
    let limits = (0..UNITS.len(), maybe(0.2, -1..5i64), maybe(0.2, 20..90i64), chance(0.5));
    let times = prop_oneof![3 => vec(0..60i64, 0..30), 1 => vec(0..9i64, 0..30)];
    let feed = (times, maybe(0.3, 1..4usize)).prop_map(|(mut times, read_ahead)| {
        times.sort();
        let part = Part { times, fails: false, shared: false, reorder: None, read_ahead };
        Feed { stream: 0, read_ahead: None, parts: vec![part] }
    });
    let others = vec(feed_of_others(), 0..2);
    let acts = || vec(prop_oneof![8 => Just(vec![Op::Emit { outlet: 0 }]), 1 => vec(op(), 0..4)], 0..60);
    let plans = vec((acts(), vec(row(), 0..2)), 2..4);
    (limits, feed, others, plans).prop_map(|((unit, start, end, continues_on_error), feed, others, plans)| {
        let plan = |(stream, (script, more)): (usize, (Vec<Vec<Op>>, Vec<Row>))| {
            let trigger = Trigger::OnEvent { stream, by_reference: stream == 1 };
            // Whoever settles is no part of a chain.
            let more = more
                .into_iter()
                .filter(|row| !matches!(row.trigger, Trigger::OnSettled | Trigger::OnEvent { .. }));
            let rows = std::iter::once(Row { joined: false, trigger }).chain(more).collect();
            Plan { emits: vec![stream + 1], rows, script }
        };
        let strategies: Vec<_> = plans.into_iter().enumerate().map(plan).collect();
        let (feeds, past_is_error, added_first) = ([vec![feed], others].concat(), false, 0);
        let unit = UNITS[unit];
        Scenario { unit, start, end, continues_on_error, past_is_error, added_first, feeds, strategies }
            .normalized()
    })
}

/// Events on the last streams, which may be in the way of the first ones.
fn feed_of_others() -> impl Strategy<Value = Feed> {
    (2..STREAMS, part(9)).prop_map(|(stream, part)| Feed { stream, read_ahead: None, parts: vec![part] })
}

fn sized(events: usize, acts: usize) -> impl Strategy<Value = Scenario> {
    let limits = (0..UNITS.len(), maybe(0.4, -1..5i64), maybe(0.5, 2..12i64));
    let policies = (chance(0.3), chance(0.1), 0..3usize);
    let parts = (vec(feed(events), 0..4), vec(plan(acts), 1..4));
    (limits, policies, parts).prop_map(
        |((unit, start, end), (continues_on_error, past_is_error, added_first), (feeds, strategies))| {
            let unit = UNITS[unit];
            let scenario = Scenario {
                unit,
                start,
                end,
                continues_on_error,
                past_is_error,
                added_first,
                feeds,
                strategies,
            };
            scenario.normalized()
        },
    )
}

fn feed(events: usize) -> impl Strategy<Value = Feed> {
    let parts = prop_oneof![5 => vec(part(events), 1), 1 => vec(part(events), 0..4)];
    (0..STREAMS, maybe(0.3, 1..4usize), parts).prop_map(|(stream, read_ahead, parts)| Feed {
        stream,
        read_ahead,
        parts,
    })
}

fn part(events: usize) -> impl Strategy<Value = Part> {
    let options = (chance(0.95), chance(0.05), chance(0.3), maybe(0.2, 0..4i64), maybe(0.2, 1..4usize));
    (vec(0..9i64, 0..events), options).prop_map(
        |(mut times, (is_sorted, fails, shared, reorder, read_ahead))| {
            match reorder {
                // Out of order by about as much as the window allows.
                Some(window) => times.sort_by_key(|&time| time + time % (window + 2)),
                None if is_sorted => times.sort(),
                None => {}
            }
            Part { times, fails, shared, reorder, read_ahead }
        },
    )
}

fn plan(acts: usize) -> impl Strategy<Value = Plan> {
    let script = vec(vec(op(), 0..4), 0..acts);
    (vec(0..STREAMS, 0..3), vec(row(), 1..7), script).prop_map(|(emits, rows, script)| Plan {
        emits,
        rows,
        script,
    })
}

fn row() -> impl Strategy<Value = Row> {
    let trigger = prop_oneof![
        6 => (0..STREAMS, any::<bool>())
            .prop_map(|(stream, by_reference)| Trigger::OnEvent { stream, by_reference }),
        2 => Just(Trigger::Deferred),
        2 => (1..4i64, chance(0.3), chance(0.4))
            .prop_map(|(step, immediate, aligned)| Trigger::OnEvery { step, immediate, aligned }),
        1 => (0..5i64).prop_map(|delay| Trigger::OnAfter { delay }),
        1 => Just(Trigger::OnStart),
        2 => Just(Trigger::OnSettled),
        1 => (0..STREAMS).prop_map(|stream| Trigger::OnEnd { stream }),
        1 => Just(Trigger::OnStop),
    ];
    (chance(0.15), trigger).prop_map(|(joined, trigger)| Row { joined, trigger })
}

fn op() -> impl Strategy<Value = Op> {
    let row = 0..6usize;
    let key = 0..8usize;
    prop_oneof![
        40 => (0..4i64, row.clone()).prop_map(|(delay, row)| Op::After { delay, row }),
        20 => (-1..11i64, row.clone()).prop_map(|(time, row)| Op::At { time, row }),
        8 => (-1..11i64, row.clone()).prop_map(|(time, row)| Op::TryAt { time, row }),
        40 => (0..3usize).prop_map(|outlet| Op::Emit { outlet }),
        20 => (0..3usize, 0..4i64).prop_map(|(outlet, delay)| Op::EmitAfter { outlet, delay }),
        10 => (0..3usize, -1..11i64).prop_map(|(outlet, time)| Op::EmitAt { outlet, time }),
        20 => key.clone().prop_map(|key| Op::Cancel { key }),
        10 => key.clone().prop_map(|key| Op::CancelEmission { key }),
        12 => (key.clone(), -1..11i64).prop_map(|(key, time)| Op::Reschedule { key, time }),
        12 => (row, timer()).prop_map(|(row, timer)| Op::Every { row, timer }),
        6 => key.prop_map(|key| Op::CancelTimer { key }),
        1 => Just(Op::Stop),
        1 => Just(Op::Fail),
    ]
}

fn timer() -> impl Strategy<Value = Timer> {
    let bounds = (maybe(0.3, -2..11i64), maybe(0.4, 0..13i64), maybe(0.4, 0..5u64));
    (1..4i64, chance(0.3), chance(0.3), bounds).prop_map(
        |(step, immediate, aligned, (from, until, times))| Timer {
            step,
            immediate,
            aligned,
            from,
            until,
            times,
        },
    )
}
