//! S15 and S16: the order of past sources, and when a fault of one takes effect.

use asp::ErrorKind;
use asp::prelude::*;

use crate::kit::*;

#[derive(Default)]
struct Reader {
    log: Log,
}

#[strategy]
impl Reader {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "start");
        cx.at(s(3.0)).call();
    }

    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[on_event(stream = "b")]
    fn on_b(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
        cx.after(Duration::ZERO).call();
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "call");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

/// An `Unordered` error, in the notation of the rule.
fn unordered(runner: Runner) -> String {
    failed_with(runner, |kind| match kind {
        ErrorKind::Unordered { stream, position: None, index, previous, found } => {
            Some(format!("{stream}, {index}, {}, {}", seconds(*previous), seconds(*found)))
        }
        _ => None,
    })
}

fn reading(log: &Log, a: Source<Name>) -> Runner {
    Runner::new().feed(Reader::A, a).add(Reader { log: log.clone() }).opens(Reader::B)
}

#[test]
fn s15_order_is_checked() {
    for read_ahead in [1, 2, 3, 100] {
        let log = Log::default();
        let a = Source::past(at(&[(1.0, "a"), (3.0, "b"), (2.0, "c")])).read_ahead(read_ahead);
        assert_eq!(unordered(reading(&log, a)), "a, 2, 3, 2");
        assert_eq!(log.take(), "start@1, a@1, b@3, stop@3", "c never, and the call at 3 neither");
    }
}

#[test]
fn s15_what_fails_behind_a_time_that_goes_back_is_never_seen() {
    let items = [(1.0, "a"), (3.0, "b"), (2.0, "c"), (1.5, "d"), (4.0, "")];
    let failing = items.map(|(time, name)| if name.is_empty() { Err("empty") } else { Ok((s(time), name)) });
    let panicking = items.into_iter().map(|(time, name)| {
        assert!(!name.is_empty(), "empty");
        (s(time), name)
    });
    for a in [Source::past(failing), Source::past(panicking)] {
        let log = Log::default();
        assert_eq!(unordered(reading(&log, a)), "a, 2, 3, 2");
        assert_eq!(log.take(), "start@1, a@1, b@3, stop@3");
    }
}

#[test]
fn s15_a_shared_source_is_checked_too() {
    let log = Log::default();
    let a = Source::shared(at(&[(1.0, "a"), (3.0, "b"), (2.0, "c")]).into());
    assert_eq!(unordered(reading(&log, a)), "a, 2, 3, 2");
    assert_eq!(log.take(), "start@1, a@1, b@3, stop@3");
}

#[test]
fn s15_equal_times_keep_the_order_of_the_source() {
    let log = Log::default();
    reading(&log, Source::past(at(&[(3.0, "z"), (3.0, "a"), (3.0, "m")]))).run().unwrap();
    assert_eq!(log.take(), "start@3, z@3, a@3, m@3, call@3, stop@3");
}

#[test]
fn s15_a_fault_comes_directly_after_the_event_before_it() {
    // b@3 is declared after a, a2@3 stands before it in a, and the fault between the two.
    let log = Log::default();
    let b = at(&[(1.0, "b1"), (3.0, "b3"), (9.0, "b9")]);
    let runner = Runner::new()
        .feed(Reader::A, at(&[(2.0, "a2"), (3.0, "a3"), (1.0, "a1")]))
        .feed(Reader::B, b)
        .add(Reader { log: log.clone() });
    assert_eq!(unordered(runner), "a, 2, 3, 1");
    assert_eq!(log.take(), "start@1, b1@1, call@1, a2@2, a3@3, stop@3");
}

#[test]
fn s15_a_fault_comes_before_what_the_event_before_it_has_scheduled() {
    let log = Log::default();
    let runner =
        Runner::new().feed(Reader::B, at(&[(1.0, "b1"), (0.5, "b0")])).add(Reader { log: log.clone() });
    assert_eq!(unordered(runner.opens(Reader::A)), "b, 1, 1, 0.5");
    assert_eq!(log.take(), "start@1, b1@1, stop@1", "the call of b1 for now is not made");
}

#[test]
fn s15_a_fault_without_an_event_before_it_comes_at_start() {
    let log = Log::default();
    let a: [Result<(Timestamp, Name), String>; 1] = [Err("broken".to_owned())];
    let runner = reading(&log, Source::past(a)).start(s(1.0)).end(s(5.0));
    let (index, error) = failed_with(runner, |kind| match kind {
        ErrorKind::Source { stream, index, error, .. } if stream == "a" => Some((*index, error.to_string())),
        _ => None,
    });
    assert_eq!((index, error.as_str()), (0, "broken"));
    assert_eq!(log.take(), "", "before any other item, `on_start` included");
}

#[test]
fn s15_a_fault_after_skipped_events_alone_comes_at_start() {
    let log = Log::default();
    let a = Source::past(at(&[(1.0, "a"), (3.0, "b"), (2.0, "c")]));
    assert_eq!(unordered(reading(&log, a).start(s(4.0))), "a, 2, 3, 2");
    assert_eq!(log.take(), "");
}

#[test]
fn s15_a_fault_behind_the_end_never_takes_effect() {
    for read_ahead in [1, 100] {
        let log = Log::default();
        let a = Source::past(at(&[(1.0, "a"), (5.0, "b"), (4.0, "c")])).read_ahead(read_ahead);
        reading(&log, a).end(s(4.0)).run().unwrap();
        assert_eq!(log.take(), "start@1, a@1, call@3, stop@4");
    }
}

#[test]
fn s15_index_counts_what_was_skipped() {
    let log = Log::default();
    let a = Source::past(at(&[(1.0, "a"), (2.0, "b"), (3.0, "c"), (2.5, "d")]));
    assert_eq!(unordered(reading(&log, a).start(s(2.0))), "a, 3, 3, 2.5");
    assert_eq!(log.take(), "start@2, b@2, c@3, stop@3");
}

fn reordered(times: &[f64], window: f64, read_ahead: usize) -> (String, Option<String>) {
    let log = Log::default();
    let names = ["#0", "#1", "#2", "#3", "#4"];
    let events: Vec<_> = times.iter().copied().zip(names).collect();
    let a = Source::past(at(&events)).reorder(d(window)).read_ahead(read_ahead);
    let runner =
        Runner::new().feed(Reader::A, a).add(Reader { log: log.clone() }).opens(Reader::B).end(s(100.0));
    let error = runner.run().err().map(|error| match error.kind() {
        ErrorKind::Unordered { index, previous, found, .. } => {
            format!("{index}, {}, {}", seconds(*previous), seconds(*found))
        }
        _ => panic!("another error: {error}"),
    });
    let text = log.take();
    let events: Vec<&str> = text.split(", ").filter(|note| note.starts_with('#')).collect();
    (events.join(", "), error)
}

#[test]
fn s16_reorder_window() {
    for read_ahead in [1, 2, 100] {
        let (events, error) = reordered(&[1.0, 3.0, 2.0, 6.0, 2.5], 2.0, read_ahead);
        assert_eq!((events.as_str(), error.as_deref()), ("#0@1, #2@2, #1@3", Some("4, 3, 2.5")));
    }
}

#[test]
fn s16_equal_times_are_released_by_index_and_all_at_the_end() {
    let (events, error) = reordered(&[3.0, 2.0, 3.0, 2.0, 1.5], 10.0, 2);
    assert_eq!((events.as_str(), error), ("#4@1.5, #1@2, #3@2, #0@3, #2@3", None));
}

#[test]
fn s16_an_event_exactly_a_window_late_is_in_time() {
    // 3 has shown that all up to 1 is in: another 1 is equal to the last released, 0.5 is older.
    assert_eq!(reordered(&[1.0, 3.0, 1.0], 2.0, 1), ("#0@1, #2@1, #1@3".to_owned(), None));
    assert!(reordered(&[1.0, 3.0, 0.5], 2.0, 1).1.is_some());
}

#[test]
fn s16_the_window_is_per_stream() {
    let log = Log::default();
    let disordered = || at(&[(2.0, "second"), (1.0, "first")]);
    let runner = Runner::new()
        .feed(Reader::A, Source::past(disordered()).reorder(d(1.0)))
        .feed(Reader::B, disordered())
        .add(Reader { log: log.clone() });
    assert_eq!(unordered(runner), "b, 1, 2, 1");
}
