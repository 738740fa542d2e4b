//! S17 to S21 and S61: which events a run covers, how they are pulled, and several sources of one stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use asp::ErrorKind;
use asp::prelude::*;

use crate::kit::*;

#[derive(Default)]
struct Reader {
    log: Log,
    handled: Arc<AtomicU64>,
}

#[strategy]
impl Reader {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "start");
    }

    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, n: u64) {
        self.log.note(cx, n);
        self.handled.store(n, Ordering::Relaxed);
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

fn counting(times: std::ops::Range<u64>) -> Vec<(Timestamp, u64)> {
    times.map(|n| (s(n as f64), n)).collect()
}

fn reading(source: impl Into<Option<Source<u64>>>) -> (Log, Runner) {
    let reader = Reader::default();
    let log = reader.log.clone();
    let runner = match source.into() {
        Some(source) => Runner::new().feed(Reader::A, source),
        None => Runner::new().opens(Reader::A),
    };
    (log, runner.add(reader))
}

#[test]
fn s17_a_run_covers_start_but_not_end() {
    for read_ahead in [1, 100] {
        let (log, runner) = reading(Source::past(counting(0..4)).read_ahead(read_ahead));
        let outcome = runner.start(s(1.0)).end(s(3.0)).run().unwrap();
        assert_eq!(log.take(), "start@1, 1@1, 2@2, stop@3");
        assert_eq!((outcome.report().skipped, outcome.report().start), (1, s(1.0)));
        assert_eq!(outcome.report().dispatched.events, 2);
    }
}

#[test]
fn s17_two_runs_with_a_common_bound_dispatch_each_event_once() {
    let all: Vec<u64> = (0..10).collect();
    for middle in 0..=8 {
        let part = |from: f64, to: f64| {
            let (log, runner) = reading(Source::past(counting(0..10)));
            runner.start(s(from)).end(s(to)).run().unwrap();
            let text = log.take();
            let numbers = text.split(", ").filter_map(|note| note.split('@').next()?.parse().ok());
            numbers.collect::<Vec<u64>>()
        };
        let (middle, end) = (f64::from(middle) + 0.5, 100.0);
        assert_eq!([part(-1.0, middle), part(middle, end)].concat(), all);
        assert_eq!([part(-1.0, middle.ceil()), part(middle.ceil(), end)].concat(), all);
    }
}

#[test]
fn s17_a_run_starts_with_the_earliest_event_unless_told_otherwise() {
    let (log, runner) = reading(Source::past(counting(7..9)));
    let outcome =
        runner.feed(asp::Stream::<u64>::new("b"), counting(5..6)).collect(asp::Stream::<u64>::new("b"));
    assert_eq!(outcome.run().unwrap().report().start, s(5.0));
    assert_eq!(log.take(), "start@5, 7@7, 8@8, stop@8");
}

#[test]
fn s17_the_default_start_is_at_most_the_end() {
    let (log, runner) = reading(Source::past(counting(7..9)));
    let outcome = runner.end(s(3.0)).run().unwrap();
    assert_eq!(log.take(), "start@3, stop@3");
    assert_eq!((outcome.report().start, outcome.report().dispatched.events), (s(3.0), 0));
}

#[test]
fn s17_an_end_that_is_not_after_the_start_is_an_error_of_the_build() {
    for end in [2.0, 1.0] {
        let (log, runner) = reading(Source::past(counting(0..9)));
        let (kind, outcome) = failed(runner.start(s(2.0)).end(s(end)));
        assert!(kind.starts_with("EmptyInterval"), "{kind}");
        assert!(outcome.is_none() && log.take().is_empty(), "nothing has begun");
    }
}

#[test]
fn s18_an_empty_stream_is_legal() {
    let (log, runner) = reading(Source::past(counting(0..0)));
    runner.run().unwrap();
    assert_eq!(log.take(), "start@0, stop@0");
}

#[test]
fn s18_a_run_with_nothing_starts_and_stops() {
    let (log, runner) = reading(None);
    let outcome = runner.start(s(9.0)).run().unwrap();
    assert_eq!(log.take(), "start@9, stop@9");
    assert_eq!(outcome.report().now, s(9.0));
}

#[test]
fn s19_an_infinite_source_is_legal() {
    let (log, runner) = reading(Source::past((0u64..).map(|n| (s(n as f64), n))));
    runner.end(s(2.5)).run().unwrap();
    assert_eq!(log.take(), "start@0, 0@0, 1@1, 2@2, stop@2.5");
}

#[test]
fn s19_sources_are_pulled_in_small_batches() {
    for (read_ahead, most) in [(None, 1_000 + 512), (Some(1), 1_001), (Some(7), 1_007)] {
        let pulled = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&pulled);
        let source = Source::past((0u64..).map(move |n| {
            count.fetch_add(1, Ordering::Relaxed);
            (s(n as f64), n)
        }));
        let source = match read_ahead {
            Some(events) => source.read_ahead(events),
            None => source,
        };
        let (_, runner) = reading(source);
        let outcome = runner.end(s(1_000.0)).run().unwrap();
        assert_eq!(outcome.report().dispatched.events, 1_000);
        let pulled = pulled.load(Ordering::Relaxed);
        assert!(pulled <= most, "{pulled} events pulled for 1000, reading {read_ahead:?} ahead");
    }
}

#[test]
fn s19_with_read_ahead_1_an_iterator_sees_what_the_run_has_done() {
    let reader = Reader::default();
    let (log, handled) = (reader.log.clone(), Arc::clone(&reader.handled));
    // Each event is one more than the one handled last.
    let replies = (0..4).map(move |k| (s(f64::from(k)), handled.load(Ordering::Relaxed) + 1));
    Runner::new().feed(Reader::A, Source::past(replies).read_ahead(1)).add(reader).run().unwrap();
    assert_eq!(log.take(), "start@0, 1@0, 2@1, 3@2, 4@3, stop@3");
}

#[derive(Default)]
struct Curious {
    log: Log,
}

#[strategy(emits(out: u64))]
impl Curious {
    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, n: u64) {
        self.log.note(cx, format!("a{n} {:?}", cx.pending_calls().len()));
        cx.after(d(1.5)).later(n);
        cx.emit(Self::OUT, n);
    }

    #[on_event(stream = "b")]
    #[on_event(stream = "out")]
    fn on_b(&mut self, cx: &Context<Self>, n: u64) {
        self.log.note(cx, format!("b{n} {}", cx.pending()));
    }

    #[after]
    fn later(&mut self, cx: &Context<Self>, n: u64) {
        self.log.note(cx, format!("later{n} {}", cx.pending()));
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("tick {}", cx.pending()));
    }
}

#[test]
fn s20_what_comes_later_makes_no_difference_before() {
    let run = |until: u64| {
        let curious = Curious::default();
        let log = curious.log.clone();
        let b = counting(0..until).into_iter().map(|(time, n)| (time + d(0.5), n));
        let runner = Runner::new().feed(Curious::A, counting(0..until)).feed(Curious::B, b).add(curious);
        runner.start(s(0.0)).end(s(100.0)).run().unwrap();
        let text = log.take();
        text.split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    let whole = run(20);
    for until in 1..20 {
        let cut = run(until);
        let same = cut.iter().zip(&whole).take_while(|(a, b)| a == b).count();
        let next = &whole[same];
        assert!(next.starts_with(&format!("a{until} ")), "with {until} events all is the same up to {next}");
    }
}

#[test]
fn s21_a_source_that_yields_an_error_stops_the_run() {
    for read_ahead in [1, 100] {
        let items = [Ok((s(1.0), 1)), Ok((s(2.0), 2)), Err("bad record".to_owned()), Ok((s(3.0), 3))];
        let (log, runner) = reading(Source::past(items).read_ahead(read_ahead));
        let (stream, index, error) = failed_with(runner.end(s(9.0)), |kind| match kind {
            ErrorKind::Source { stream, position: None, index, error } => {
                Some((stream.clone(), *index, error.to_string()))
            }
            _ => None,
        });
        assert_eq!((stream.as_str(), index, error.as_str()), ("a", 2, "bad record"));
        assert_eq!(log.take(), "start@1, 1@1, 2@2, stop@2", "nothing is skipped");
    }
}

#[test]
fn s21_a_source_that_panics_stops_the_run() {
    for read_ahead in [1, 100] {
        let items = (1..9u64).map(|n| if n == 3 { panic!("no record {n}") } else { (s(n as f64), n) });
        let (log, runner) = reading(Source::past(items).read_ahead(read_ahead));
        let (index, error) = failed_with(runner, |kind| match kind {
            ErrorKind::Source { stream, index, error, .. } if stream == "a" => {
                Some((*index, error.to_string()))
            }
            _ => None,
        });
        assert_eq!(index, 2);
        assert!(error.contains("no record 3"), "{error}");
        assert_eq!(log.take(), "start@1, 1@1, 2@2, stop@2");
    }
}

#[test]
fn s21_a_time_that_does_not_convert_is_an_error_of_the_source() {
    let times = [std::time::UNIX_EPOCH, std::time::UNIX_EPOCH + std::time::Duration::from_secs(1 << 40)];
    let (log, runner) = reading(Source::past(times.into_iter().zip(0..)));
    let index = failed_with(runner, |kind| match kind {
        ErrorKind::Source { index, .. } => Some(*index),
        _ => None,
    });
    assert_eq!((index, log.take().as_str()), (1, "start@0, 0@0, stop@0"));
}

fn merged(parts: &[&[(f64, u64)]]) -> Source<u64> {
    Source::merge(parts.iter().map(|part| Source::past(at(part))).collect::<Vec<_>>())
}

#[test]
fn s61_several_sources_feed_one_stream_by_time_position_and_source_order() {
    let parts: [&[(f64, u64)]; 3] =
        [&[(1.0, 10), (3.0, 11), (3.0, 12)], &[], &[(0.0, 30), (3.0, 31), (9.0, 32)]];
    let (log, runner) = reading(merged(&parts));
    runner.run().unwrap();
    assert_eq!(log.take(), "start@0, 30@0, 10@1, 11@3, 12@3, 31@3, 32@9, stop@9");
}

#[test]
fn s61_a_fault_names_the_position_and_the_index_in_that_source() {
    let (log, runner) = reading(merged(&[&[(1.0, 10), (9.0, 11)], &[(2.0, 20), (4.0, 21), (3.0, 22)]]));
    let fault = failed_with(runner, |kind| match kind {
        ErrorKind::Unordered { stream, position, index, previous, found } if stream == "a" => {
            Some((*position, *index, *previous, *found))
        }
        _ => None,
    });
    assert_eq!(fault, (Some(1), 2, s(4.0), s(3.0)));
    assert_eq!(log.take(), "start@1, 10@1, 20@2, 21@4, stop@4");
}

#[test]
fn s61_merged_sources_keep_their_options() {
    let late = Source::past(at(&[(2.0, 1), (1.0, 2)])).reorder(d(1.0));
    let (log, runner) = reading(Source::merge([late, Source::past(at(&[(1.0, 3)]))]));
    runner.run().unwrap();
    assert_eq!(log.take(), "start@1, 2@1, 3@1, 1@2, stop@2");
}

#[test]
fn s61_feeding_a_stream_twice_without_it_is_an_error() {
    let (log, runner) = reading(Source::past(counting(0..2)));
    let (kind, outcome) = failed(runner.feed(Reader::A, counting(0..2)));
    assert_eq!(kind, "Graph([FedTwice { stream: \"a\" }])");
    assert!(outcome.is_none() && log.take().is_empty());
}
