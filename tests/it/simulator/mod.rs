//! The live engine in a simulated world: scripted sources, clocks and faults, all from one seed (T3, T4, T17).
//!
//! Nothing here sleeps or looks at real time, and there is one thread. `ASP_SIMULATOR_SEEDS` sets how many seeds are
//! tried, `ASP_SIMULATOR_FROM` the first one; `ASP_SIMULATOR_SEED` runs one and prints what it does; `scripts/simulate`
//! runs a hundred thousand.

mod actor;
mod check;
mod coverage;
mod drive;
mod feeds;
mod random;
mod scenario;
mod sinks;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use check::Figures;
use scenario::Scenario;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Checks a scenario; panics of it are failures like others.
fn attempt(scenario: &Scenario) -> Result<Figures, String> {
    catch_unwind(AssertUnwindSafe(|| check::check(scenario))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default())
    })
}

/// The least scenario found that still fails.
fn shrunk(mut scenario: Scenario, mut reason: String) -> (Scenario, String) {
    let mut tries = 0;
    'smaller: loop {
        for smaller in scenario.smaller() {
            tries += 1;
            if tries > 3_000 {
                return (scenario, reason);
            }
            if let Err(why) = attempt(&smaller)
                && kind(&why) == kind(&reason)
            {
                (scenario, reason) = (smaller, why);
                continue 'smaller;
            }
        }
        return (scenario, reason);
    }
}

/// The reason without its figures: a scenario must not shrink into another failure.
fn kind(reason: &str) -> &str {
    reason.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default()
}

fn report(seed: u64, reason: &str) -> String {
    let (scenario, less) = shrunk(Scenario::new(seed), reason.to_owned());
    format!(
        "seed {seed}: {reason}\n\nshrunk to\n\n{scenario:#?}\n\n{less}\n\nASP_SIMULATOR_SEED={seed} runs it again"
    )
}

#[test]
fn live_runs_keep_their_promises_whatever_happens() {
    if let Some(seed) = number("ASP_SIMULATOR_SEED") {
        return trace(seed);
    }
    let first = number("ASP_SIMULATOR_FROM").unwrap_or(0);
    let seeds = number("ASP_SIMULATOR_SEEDS").unwrap_or(1_000);
    let mut total = Figures::default();
    let mut failures = Vec::new();
    for seed in first..first + seeds {
        match attempt(&Scenario::new(seed)) {
            Ok(figures) => {
                total.dispatches += figures.dispatches;
                total.simulated += figures.simulated;
                total.coverage.add(&figures.coverage);
                total.polls += figures.polls;
            }
            Err(reason) => {
                println!("seed {seed}: {}", reason.lines().next().unwrap_or_default());
                failures.push((seed, reason));
            }
        }
    }
    let days = total.simulated as f64 / 86_400e9;
    println!(
        "simulator: {seeds} seeds, {} dispatches, {} polls, {days:.1} days simulated, {} failures",
        total.dispatches,
        total.polls,
        failures.len()
    );
    total.coverage.print();
    if let Some((seed, reason)) = failures.first() {
        panic!("{}", report(*seed, reason));
    }
    assert!(total.coverage.unknown().is_empty(), "not in the list: {:?}", total.coverage.unknown());
    let missing = total.coverage.missing();
    println!("not reached: {missing:?}");
    assert!(seeds < 10_000 || missing.is_empty(), "the simulator never reached: {missing:?}");
}

/// Seeds that have found a fault.
const FOUND: [u64; 22] = [
    771,
    780,
    831,
    1_952,
    2_421,
    2_635,
    4_029,
    5_348,
    22_184,
    25_645,
    29_300,
    92_330,
    120_777,
    132_713,
    147_735,
    243_681,
    272_443,
    347_355,
    607_451,
    90_007_802,
    110_032_419,
    150_011_384,
];

#[test]
fn what_was_found_once_stays_away() {
    for seed in FOUND {
        if let Err(reason) = attempt(&Scenario::new(seed)) {
            panic!("{}", report(seed, &reason));
        }
    }
}

#[test]
fn a_run_can_be_dropped_at_any_poll() {
    let mut polls = 0;
    for seed in 0..number("ASP_SIMULATOR_SEEDS").unwrap_or(1_000).div_ceil(20) {
        let scenario = Scenario::new(seed);
        polls += check::check_dropped(&scenario, 500)
            .unwrap_or_else(|reason| panic!("seed {seed}: {reason}\n\n{scenario:#?}"));
    }
    println!("simulator: dropped before each of {polls} polls");
}

/// Runs one seed and prints it.
fn trace(seed: u64) {
    let scenario = Scenario::new(seed);
    println!("{scenario:#?}");
    let token = feeds::Token::default();
    let lived = drive::live(&scenario, drive::Watch::All, &token);
    for call in &lived.calls {
        println!("{call:?}");
    }
    println!("{:#?}", lived.ended);
    if let Err(reason) = attempt(&scenario) {
        panic!("{}", report(seed, &reason));
    }
}
