//! What the property test has found, shrunk.

use super::compare;
use super::scenario::Op::*;
use super::scenario::Trigger::*;
use super::scenario::*;

fn scenario(start: Option<i64>, end: Option<i64>, feeds: Vec<Feed>, strategies: Vec<Plan>) -> Scenario {
    Scenario {
        unit: 1,
        start,
        end,
        continues_on_error: false,
        past_is_error: false,
        added_first: 0,
        feeds,
        strategies,
    }
}

fn feed(stream: usize, times: &[i64]) -> Feed {
    let part = Part { times: times.to_vec(), fails: false, shared: false, reorder: None, read_ahead: None };
    Feed { stream, read_ahead: None, parts: vec![part] }
}

fn plan(rows: Vec<Trigger>, script: Vec<Vec<Op>>) -> Plan {
    let rows = rows.into_iter().map(|trigger| Row { joined: false, trigger }).collect();
    Plan { emits: vec![0], rows, script }
}

fn reads(stream: usize) -> Trigger {
    OnEvent { stream, by_reference: false }
}

fn ticks(step: i64, aligned: bool) -> Trigger {
    OnEvery { step, immediate: false, aligned }
}

#[track_caller]
fn agrees(scenario: Scenario) {
    if let Err(difference) = compare(&scenario) {
        panic!("{difference}");
    }
}

#[test]
fn an_event_without_readers_moves_time() {
    agrees(scenario(Some(2), None, vec![feed(1, &[7])], vec![plan(vec![Deferred], vec![])]));
}

#[test]
fn a_round_whose_calls_were_all_cancelled_is_none() {
    let script = vec![vec![After { delay: 0, row: 0 }, Cancel { key: 0 }]];
    agrees(scenario(None, None, vec![feed(2, &[0, 1])], vec![plan(vec![reads(2), OnSettled], script)]));
}

#[test]
fn on_stop_comes_after_the_last_round() {
    let script = vec![vec![After { delay: 0, row: 1 }]];
    agrees(scenario(None, None, vec![], vec![plan(vec![OnStart, Deferred, OnStop], script)]));
}

#[test]
fn a_stop_in_on_start_leaves_on_stop() {
    agrees(scenario(None, None, vec![], vec![plan(vec![OnStart, OnStop, OnStart], vec![vec![Stop]])]));
}

#[test]
fn a_run_that_ends_where_it_starts_dispatches_nothing() {
    let rows = vec![ticks(1, true), OnAfter { delay: 0 }, OnStart, OnEnd { stream: 2 }, reads(0)];
    let script = vec![vec![Emit { outlet: 0 }, After { delay: 0, row: 0 }]];
    agrees(scenario(None, Some(3), vec![feed(3, &[5, 6]), feed(2, &[])], vec![plan(rows, script)]));
}

#[test]
fn the_place_of_a_cancelled_call_lets_no_tick_through() {
    let rows = vec![ticks(2, false), reads(1), reads(1)];
    let script = vec![vec![], vec![], vec![After { delay: 3, row: 0 }], vec![Cancel { key: 0 }]];
    agrees(scenario(None, None, vec![feed(1, &[0, 2, 5])], vec![plan(rows, script)]));
}

#[test]
fn an_empty_stream_ends_beside_a_tick_at_start() {
    let strategies = vec![plan(vec![ticks(2, true)], vec![]), plan(vec![OnEnd { stream: 3 }], vec![])];
    agrees(scenario(None, None, vec![feed(3, &[])], strategies));
}

#[test]
fn a_call_or_tick_that_fails_has_no_stream() {
    let script = vec![vec![], vec![], vec![], vec![Fail]];
    let rows = vec![OnAfter { delay: 1 }, reads(3)];
    agrees(scenario(None, None, vec![feed(3, &[0, 0, 1, 2])], vec![plan(rows, script)]));
    let script = vec![
        vec![After { delay: 0, row: 0 }, After { delay: 0, row: 0 }],
        vec![],
        vec![],
        vec![],
        vec![Fail],
    ];
    let rows = vec![reads(3), ticks(2, false)];
    agrees(scenario(Some(-1), None, vec![feed(3, &[3, 4])], vec![plan(rows, script)]));
}

#[test]
fn a_call_does_not_overtake_an_event_that_is_emitted_for_its_time() {
    let script = vec![vec![After { delay: 1, row: 1 }, EmitAfter { outlet: 0, delay: 1 }]];
    let rows = vec![OnAfter { delay: 1 }, Deferred, reads(0)];
    agrees(scenario(Some(0), None, vec![], vec![plan(rows, script)]));
}

#[test]
fn a_round_whose_emissions_were_all_cancelled_is_none() {
    let script = vec![vec![EmitAfter { outlet: 0, delay: 0 }, CancelEmission { key: 0 }]];
    agrees(scenario(None, None, vec![feed(2, &[0, 1])], vec![plan(vec![reads(2), OnSettled], script)]));
}

#[test]
fn what_was_cancelled_at_the_start_does_not_make_timers_a_run() {
    let script = vec![vec![EmitAfter { outlet: 0, delay: 0 }, CancelEmission { key: 0 }]];
    agrees(scenario(None, None, vec![], vec![plan(vec![OnStart, ticks(1, false)], script)]));
}
