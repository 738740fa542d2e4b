use super::*;
use crate::handler_times::HandlerTimes;
use crate::live::Gap;

#[test]
fn s48_a_report_comes_back_from_text() {
    let time = Timestamp::from_secs(1);
    let clock = crate::ManualClock::new(time);
    clock.step(Duration::from_secs(-5));
    let report = Report {
        reason: StopReason::Requested,
        start: Timestamp::MIN,
        now: time,
        dispatched: Dispatched { starts: 1, events: 2, calls: 3, wakes: 4, ticks: 5, settled: 6, stops: 7 },
        skipped: u64::MAX,
        fused: 0,
        clamped: 1,
        pending: 2,
        errors: 3,
        dropped: 4,
        missed: 5,
        restamped: 6,
        max_lag: Some(Duration::from_millis(-1)),
        max_behind: Duration::MAX,
        handover: Some(time),
        digest: crate::Runner::new().digest().run().expect("a run").report().digest,
        clock_steps: crate::Clock::take_step(&clock).into_iter().collect(),
        live: vec![StreamReport {
            stream: "live".to_owned(),
            gaps: vec![Gap { from: 7, to: 9 }],
            last_past_id: Some("\"7\"".to_owned()),
            max_lag: Some(Duration::ZERO),
            ..StreamReport::default()
        }],
        forwards: vec![ForwardReport { stream: "out".to_owned(), peak: 3, ..ForwardReport::default() }],
        handlers: vec![HandlerTimes { strategy: "A".to_owned(), max_at: time, ..HandlerTimes::default() }],
    };
    assert_eq!(report.clock_steps.len(), 1);
    let text = serde_json::to_string(&report).expect("a report is data");
    assert_eq!(serde_json::from_str::<Report>(&text).expect("data is a report"), report);
    assert!(
        text.starts_with("{\"reason\":\"requested\",\"start\":\"1677-09-21T00:12:43.145224192Z\""),
        "{text}"
    );
}
