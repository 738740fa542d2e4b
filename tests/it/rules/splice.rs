//! Where history and live feed meet (S37, S38).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use asp::prelude::*;
use asp::testing::Script;
use asp::{ErrorKind, Gap, Outcome, Reconnect, Stream, StreamReport, WhenLate};

use crate::kit::{Name, at, d, jumping, lived, s};

const A: Stream<Name> = Stream::new("a");
const NUMBERS: Stream<u64> = Stream::new("numbers");

fn values<T: asp::Payload>(outcome: &mut Outcome, stream: Stream<T>) -> Vec<T> {
    outcome.collected(stream).unwrap().into_iter().map(|event| event.value).collect()
}

/// The worked example: past ids 1 to 5 at 1 to 5; live ids 4, 5, 5', 6 at 4, 5, 5, 6. What comes over the live feed.
fn spliced(splice: impl FnOnce(Source<Name>) -> Source<Name>) -> (String, StreamReport) {
    let clock = jumping(10.0);
    let past = at(&[(1.0, "1"), (2.0, "2"), (3.0, "3"), (4.0, "4"), (5.0, "5")]);
    let live = Script::new(&clock)
        .stamped(s(10.5), s(4.0), "4")
        .stamped(s(10.5), s(5.0), "5")
        .stamped(s(11.0), s(5.0), "5'")
        .stamped(s(12.0), s(6.0), "6")
        .end(s(13.0));
    let source = splice(Source::past(past).then_live(live.source()));
    let mut outcome = lived(&clock, Runner::new().feed(A, source).collect(A));
    let all = values(&mut outcome, A);
    assert_eq!(all[..5], ["1", "2", "3", "4", "5"]);
    (all[5..].join(", "), outcome.report().live[0].clone())
}

#[test]
fn s38_what_each_mode_lets_through() {
    let (delivered, report) = spliced(|source| source);
    assert_eq!((delivered.as_str(), report.spliced, report.received), ("4, 5, 5', 6", 0, 4));
    let (delivered, report) = spliced(|source| source.splice_by_id(|id| *id));
    assert_eq!((delivered.as_str(), report.spliced, report.received), ("5', 6", 2, 2));
    let (delivered, report) = spliced(Source::splice_by_time);
    assert_eq!((delivered.as_str(), report.spliced, report.received), ("5, 5', 6", 1, 3));
}

#[test]
fn s38_the_report_says_how_history_and_feed_meet() {
    let (_, report) = spliced(|source| source.splice_by_id(|id| *id));
    assert_eq!((report.last_past, report.last_past_id.as_deref()), (Some(s(5.0)), Some("\"5\"")));
    // The first one that came, be it delivered or not: they overlap.
    assert_eq!((report.first_live, report.gap()), (Some(s(4.0)), Some(d(-1.0))));
    assert_eq!((report.dropped, report.late, report.missing), (0, 0, 0));
    assert_eq!(
        report.to_string(),
        "a: 2 received, 2 known already; history to 1970-01-01T00:00:05Z, live from 1970-01-01T00:00:04Z (gap -1s)"
    );
}

#[test]
fn s38_history_that_stops_short_is_visible() {
    let clock = jumping(10.0);
    let live = Script::new(&clock).stamped(s(10.5), s(9.5), "live").end(s(11.0));
    let source = Source::past(at(&[(1.0, "past")])).then_live(live.source()).splice_by_time();
    let outcome = lived(&clock, Runner::new().feed(A, source).collect(A));
    assert_eq!(outcome.report().live[0].gap(), Some(d(8.5)));
    let clock = jumping(10.0);
    let live = Script::new(&clock).stamped(s(10.5), s(9.5), "live").end(s(11.0));
    let outcome = lived(&clock, Runner::new().feed(A, live.source()).collect(A));
    assert_eq!((outcome.report().live[0].last_past, outcome.report().live[0].gap()), (None, None));
}

#[test]
fn s38_without_a_past_all_is_delivered_in_each_mode() {
    let empty = || Source::past(at::<Name>(&[]));
    for splice in
        [|source| source, Source::splice_by_time, |source: Source<Name>| source.splice_by_id(|id| *id)]
    {
        let clock = jumping(10.0);
        let live =
            Script::new(&clock).stamped(s(10.5), s(-4.0), "4").stamped(s(11.0), s(-5.0), "5").end(s(12.0));
        let source = splice(empty().then_live(live.source()));
        let mut outcome = lived(&clock, Runner::new().feed(A, source).collect(A));
        assert_eq!(values(&mut outcome, A), ["4", "5"]);
    }
}

#[test]
fn s38_it_is_decided_after_the_own_past_has_been_dispatched() {
    // The live event comes first by the clock, and waits for the past of 12 which brings its id.
    let clock = jumping(10.0);
    let live = Script::new(&clock).event(s(10.5), "x").event(s(10.5), "y").end(s(10.5));
    let source = Source::past(at(&[(12.0, "x")])).then_live(live.source()).splice_by_id(|id| *id);
    let mut outcome = lived(&clock, Runner::new().feed(A, source).collect(A));
    assert_eq!(values(&mut outcome, A), ["x", "y"]);
    assert_eq!(outcome.report().now, s(12.000000002), "y, then the end of the source");
}

#[test]
fn s38_events_before_the_start_count_for_the_seam() {
    // They were skipped, not lost: the live feed need not bring them again.
    let clock = jumping(10.0);
    let live = Script::new(&clock).event(s(10.5), "1").event(s(10.5), "2").end(s(10.5));
    let source = Source::past(at(&[(1.0, "1")])).then_live(live.source()).splice_by_id(|id| *id);
    let mut outcome = lived(&clock, Runner::new().start(s(5.0)).feed(A, source).collect(A));
    assert_eq!(values(&mut outcome, A), ["2"]);
    assert_eq!((outcome.report().skipped, outcome.report().live[0].last_past), (1, Some(s(1.0))));
}

fn numbered(past: &[(f64, u64)], live: &[u64]) -> StreamReport {
    let clock = jumping(10.0);
    let live = futures::stream::iter(live.to_vec());
    let source = Source::past(at(past)).then_live(live).sequence(|number| *number);
    let outcome = lived(&clock, Runner::new().feed(NUMBERS, source).collect(NUMBERS));
    outcome.report().live[0].clone()
}

#[test]
fn s38_a_hole_in_the_numbering_is_reported() {
    let report = numbered(&[], &[1, 2, 5, 6, 6, 4, 9]);
    assert_eq!((report.gaps, report.missing), (vec![Gap { from: 3, to: 4 }, Gap { from: 7, to: 8 }], 4));
    assert_eq!(report.received, 7, "it is counted, not mended");
    assert_eq!(numbered(&[], &[7, 8]).missing, 0, "a feed may begin anywhere");
}

#[test]
fn s38_a_hole_between_history_and_feed_is_reported() {
    let report = numbered(&[(1.0, 1), (2.0, 2)], &[5, 6]);
    assert_eq!(report.gaps, [Gap { from: 3, to: 4 }]);
    assert_eq!(numbered(&[(1.0, 1), (2.0, 2)], &[2, 3]).missing, 0);
}

/// Live events that come over one connection after the other: event time and number of each. What comes through.
fn reconnected(
    connections: Vec<Vec<(f64, u64)>>,
    splice: impl FnOnce(Source<u64>) -> Source<u64>,
) -> (Vec<u64>, StreamReport) {
    let clock = jumping(10.0);
    let (made, its) = (Arc::<AtomicUsize>::default(), clock.clone());
    let connect = async move || {
        let connection = made.fetch_add(1, Ordering::Relaxed);
        let now = asp::Clock::now(&its);
        let events = connections[connection].iter();
        let script = events
            .fold(Script::new(&its), |script, &(time, number)| script.stamped(now + d(0.1), s(time), number));
        let is_last = connection + 1 == connections.len();
        let script = if is_last { script.end(now + d(0.2)) } else { script.fail(now + d(0.2), "lost") };
        Ok::<_, std::io::Error>(script.source())
    };
    let source = Source::connect(connect).reconnect(Reconnect::new(d(1.0)));
    let source = splice(source).history(async |_| Ok::<_, std::io::Error>(at(&[(1.0, 1), (2.0, 2)])));
    let mut outcome = lived(&clock, Runner::new().feed(NUMBERS, source).collect(NUMBERS));
    (values(&mut outcome, NUMBERS), outcome.report().live[0].clone())
}

#[test]
fn s38_s40_the_seam_of_a_reconnect_is_spliced_again() {
    let connections =
        || vec![vec![(1.0, 1), (2.0, 2), (3.0, 3), (4.0, 4)], vec![(3.0, 3), (4.0, 4), (4.0, 40), (5.0, 5)]];
    let (all, report) = reconnected(connections(), |source| source);
    assert_eq!((all, report.spliced), (vec![1, 2, 1, 2, 3, 4, 3, 4, 40, 5], 0));
    let (all, report) = reconnected(connections(), |source| source.splice_by_id(|id| *id));
    assert_eq!((all, report.spliced), (vec![1, 2, 3, 4, 40, 5], 4));
    let (all, report) = reconnected(connections(), Source::splice_by_time);
    assert_eq!((all, report.spliced), (vec![1, 2, 2, 3, 4, 4, 40, 5], 2));
    assert_eq!((report.disconnects, report.received), (1, 6));
}

#[test]
fn s38_a_feed_that_goes_back_in_time_without_a_seam_is_left_alone() {
    let (all, _) = reconnected(vec![vec![(3.0, 3), (2.5, 4), (1.5, 5)]], Source::splice_by_time);
    assert_eq!(all, [1, 2, 3, 4], "1.5 is before the past, 2.5 is not");
}

#[test]
fn s38_numbers_lost_over_a_reconnect_are_reported() {
    let (_, report) =
        reconnected(vec![vec![(3.0, 3)], vec![(5.0, 6)]], |source| source.sequence(|number| *number));
    assert_eq!(report.gaps, [Gap { from: 4, to: 5 }]);
}

fn late(when_late: WhenLate) -> asp::Result<Outcome> {
    let clock = jumping(10.0);
    let live = Script::new(&clock)
        .stamped(s(10.5), s(8.5), "at the limit")
        .stamped(s(11.0), s(8.9), "late")
        .stamped(s(12.0), s(15.0), "early")
        .end(s(13.0));
    let source = Source::past(at(&[(1.0, "past")])).then_live(live.source()).max_lag(d(2.0), when_late);
    futures::executor::block_on(Runner::new().feed(A, source).collect(A).clock(clock).run_live())
}

#[test]
fn s37_too_late_events_are_dropped_and_counted() {
    let mut outcome = late(WhenLate::Drop).unwrap();
    assert_eq!(values(&mut outcome, A), ["past", "at the limit", "early"]);
    let report = outcome.report();
    assert_eq!((report.live[0].late, report.live[0].dropped, report.dropped), (1, 0, 0));
    assert_eq!((report.max_lag, report.live[0].max_lag), (Some(d(2.0)), Some(d(2.0))));
}

#[test]
fn s37_too_late_events_may_be_an_error() {
    let error = late(WhenLate::Error).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source { index: 2, .. }));
    assert_eq!(
        error.to_string(),
        "the source of stream \"a\" failed at index 2: an event is 2s100ms late, 2s are allowed"
    );
    let mut outcome = error.into_outcome().unwrap();
    assert_eq!(values(&mut outcome, A), ["past", "at the limit"]);
}

#[test]
fn s37_without_a_limit_event_times_decide_nothing() {
    let clock = jumping(10.0);
    let live =
        Script::new(&clock).stamped(s(10.5), s(99.0), "x").stamped(s(11.0), s(-99.0), "y").end(s(12.0));
    let mut outcome = lived(&clock, Runner::new().feed(A, live.source()).collect(A));
    assert_eq!(values(&mut outcome, A), ["x", "y"]);
    assert_eq!(outcome.report().max_lag, Some(d(110.0)));
}
