//! The engine does what the reference scheduler does, on scenarios that nobody has thought of.
//!
//! `ASP_PROPERTY_RUNS` sets how many; `scripts/properties` runs a million.

mod generator;
mod naps;
mod regressions;
pub(crate) mod scenario;
mod scripted;
pub(crate) mod trace;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRunner};

use crate::reference::reference;
use scenario::*;
use scripted::{Path, run};
use trace::{Trace, Verdict, difference};

/// A test says when a run begins, and by then it has not said that nothing more comes.
fn can_be_stepped(scenario: &Scenario, expected: &Trace) -> bool {
    let has_start = scenario.start.is_some() || !scenario.feeds.is_empty();
    has_start && expected.verdict != Verdict::NoEnd
}

/// Runs a scenario on all paths of the engine and by the rules; the first difference, if there is one.
fn compare(scenario: &Scenario) -> Result<Trace, String> {
    let mut expected = reference(scenario);
    for path in [Path::Fast, Path::Fused, Path::Watched, Path::Stepped] {
        let is_possible = match path {
            Path::Stepped => can_be_stepped(scenario, &expected),
            Path::Fused => scenario.has_chains(),
            Path::Fast | Path::Watched => true,
        };
        if !is_possible {
            continue;
        }
        let actual = run(scenario, path);
        let watched = path.is_watched();
        let differences = [
            difference("calls", &actual.calls, &expected.calls),
            difference("verdicts", &[&actual.verdict], &[&expected.verdict]),
            difference("figures", &[&actual.figures], &[&expected.figures]),
            difference("places", &actual.places, &expected.places).filter(|_| watched),
            difference("collected events", &actual.collected, &expected.collected).filter(|_| watched),
        ];
        if let Some(difference) = differences.into_iter().flatten().next() {
            return Err(format!("on the {path:?} path, {difference}"));
        }
        expected.fused += actual.fused;
    }
    Ok(expected)
}

#[test]
fn the_engine_does_what_the_reference_does() {
    let runs = std::env::var("ASP_PROPERTY_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(10_000);
    let config = Config {
        cases: runs,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        // Each choice in a scenario seeds a generator of its own, for which the default is slow without optimisation.
        rng_algorithm: RngAlgorithm::XorShift,
        ..Config::default()
    };
    let begun = Instant::now();
    let reached = std::cell::RefCell::new(Reached::default());
    let watch = Watch::new();
    let result = TestRunner::new(config).run(&generator::scenario(), |scenario| {
        watch.begin(&scenario);
        let trace = compare(&scenario).map_err(TestCaseError::fail)?;
        reached.borrow_mut().note(&scenario, &trace);
        Ok(())
    });
    if let Err(TestError::Fail(reason, scenario)) = &result {
        panic!("{reason}\nthe scenario, for a regression test:\n\n{}\n", scenario.as_literal());
    }
    result.unwrap();
    watch.end();
    let reached = reached.into_inner();
    let seconds = begun.elapsed().as_secs_f64();
    println!("properties: {runs} runs, {} dispatches each on each path, {seconds:.1} s", reached.dispatches);
    println!("{reached:?}");
    if runs >= 5_000 {
        reached.check();
    }
}

/// Ends the process when a scenario takes for ever, and prints it: a run that hangs cannot be shrunk.
struct Watch(Arc<Mutex<Option<(Instant, Scenario)>>>);

impl Watch {
    const PATIENCE: Duration = Duration::from_secs(20);

    fn new() -> Self {
        let current: Arc<Mutex<Option<(Instant, Scenario)>>> = Arc::default();
        let watched = Arc::downgrade(&current);
        std::thread::spawn(move || {
            while let Some(current) = watched.upgrade() {
                if let Some((since, scenario)) = &*current.lock().unwrap()
                    && since.elapsed() > Watch::PATIENCE
                {
                    eprintln!("this scenario has no end:\n\n{}\n", scenario.as_literal());
                    std::process::exit(101);
                }
                drop(current);
                std::thread::park_timeout(Duration::from_secs(1));
            }
        });
        Watch(current)
    }

    fn begin(&self, scenario: &Scenario) {
        *self.0.lock().unwrap() = Some((Instant::now(), scenario.clone()));
    }

    fn end(&self) {
        *self.0.lock().unwrap() = None;
    }
}

/// Long enough for several batches of each source and for queues of hundreds.
#[test]
fn long_runs_are_the_same_too() {
    for seed in 0..4 {
        let mut random = Random(seed);
        let mut times = |count| {
            let mut times: Vec<i64> = (0..count).map(|_| random.below(400)).collect();
            times.sort_unstable();
            times
        };
        let mut part = |count, read_ahead| Part {
            times: times(count),
            fails: false,
            shared: false,
            reorder: None,
            read_ahead,
        };
        let feed = |stream, parts| Feed { stream, read_ahead: None, parts };
        let feeds = vec![
            feed(0, vec![part(900, None)]),
            feed(1, vec![part(300, Some(7)), part(200, None)]),
            feed(2, vec![part(700, None)]),
        ];
        let event =
            |stream| Row { joined: false, trigger: Trigger::OnEvent { stream, by_reference: stream == 1 } };
        let row = |trigger| Row { joined: false, trigger };
        let tick = Trigger::OnEvery { step: 3, immediate: true, aligned: false };
        let rows = [
            vec![event(0), row(Trigger::Deferred), row(tick)],
            vec![event(1), event(3), row(Trigger::OnSettled), row(Trigger::OnEnd { stream: 0 })],
            vec![event(2), row(Trigger::Deferred)],
        ];
        let mut act = || match random.below(6) {
            0 => vec![Op::Emit { outlet: 0 }],
            1 => vec![
                Op::After { delay: random.below(30), row: 1 },
                Op::Cancel { key: random.below(1 << 20) as usize },
            ],
            2 => vec![Op::After { delay: 5, row: 1 }],
            3 => vec![Op::Reschedule { key: random.below(1 << 20) as usize, time: random.below(450) }],
            _ => vec![],
        };
        let strategies = rows.into_iter().enumerate().map(|(k, rows)| {
            let emits = if k == 0 { vec![3] } else { vec![] };
            Plan { emits, rows, script: (0..1_500).map(|_| act()).collect() }
        });
        let scenario = Scenario {
            unit: 1_000_000_000,
            start: Some(10),
            end: None,
            continues_on_error: false,
            past_is_error: false,
            added_first: 1,
            feeds,
            strategies: strategies.collect(),
        };
        let trace = compare(&scenario).unwrap_or_else(|difference| panic!("seed {seed}: {difference}"));
        assert!(trace.calls.len() > 2_500 && trace.figures.skipped > 0, "{:?}", trace.figures);
    }
}

/// A generator for one test; the property test has a better one.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as i64
    }
}

/// How often the generator brought about what is worth comparing.
#[derive(Debug, Default)]
struct Reached {
    dispatches: usize,
    cut_by_end: usize,
    skipped: usize,
    clamped: usize,
    pending: usize,
    passed_over: usize,
    cancelled: usize,
    refused_to_cancel: usize,
    settled: usize,
    ticks: usize,
    third_round: usize,
    delayed_event: usize,
    four_at_once: usize,
    requested: usize,
    no_end: usize,
    unordered: usize,
    source_failed: usize,
    handler_failed: usize,
    refused: usize,
    fused: usize,
    failed_in_chain: usize,
    stopped_in_chain: usize,
}

impl Reached {
    fn note(&mut self, scenario: &Scenario, trace: &Trace) {
        let figures = &trace.figures;
        let answered = |answer| trace.calls.iter().any(|call| call.answers.contains(&answer));
        let is = |verdict: fn(&Verdict) -> bool| usize::from(verdict(&trace.verdict));
        self.dispatches += trace.calls.len();
        self.cut_by_end += usize::from(scenario.end.is_some() && figures.pending > 0);
        self.skipped += usize::from(figures.skipped > 0);
        self.clamped += usize::from(figures.clamped > 0);
        self.pending += usize::from(figures.pending > 0);
        self.passed_over += usize::from(figures.errors > 0);
        self.cancelled += usize::from(answered(true));
        self.refused_to_cancel += usize::from(answered(false));
        self.settled += usize::from(figures.dispatched[4] > 0);
        self.ticks += usize::from(figures.dispatched[3] > 1);
        self.third_round += usize::from(trace.places.iter().any(|seen| seen.round > Some(2)));
        let is_delayed = |(call, seen): (&trace::Call, &trace::Seen)| {
            call.class == asp::Class::Event && call.value >= made_value(0, 0) && seen.round == Some(0)
        };
        self.delayed_event += usize::from(trace.calls.iter().zip(&trace.places).any(is_delayed));
        self.four_at_once += usize::from(trace.calls.windows(4).any(|calls| calls[0].now == calls[3].now));
        self.requested += is(|verdict| matches!(verdict, Verdict::Requested));
        self.no_end += is(|verdict| matches!(verdict, Verdict::NoEnd));
        self.unordered += is(|verdict| matches!(verdict, Verdict::Unordered { .. }));
        self.source_failed += is(|verdict| matches!(verdict, Verdict::Source { .. }));
        self.handler_failed += is(|verdict| matches!(verdict, Verdict::Handler { .. }));
        self.refused += is(|verdict| matches!(verdict, Verdict::Refused { .. }));
        self.fused += usize::from(trace.fused > 3);
        let is_fused =
            |verdict: fn(&Verdict) -> bool| usize::from(trace.fused > 0 && verdict(&trace.verdict));
        self.failed_in_chain +=
            is_fused(|verdict| matches!(verdict, Verdict::Handler { class: asp::Class::Event, .. }));
        self.stopped_in_chain += is_fused(|verdict| matches!(verdict, Verdict::Requested));
    }

    /// A generator that stops reaching a state makes the comparison vacuous there.
    fn check(&self) {
        let text = format!("{self:?}");
        assert!(!text.contains(" 0,") && !text.contains(" 0 }"), "some state was never reached: {text}");
    }
}
