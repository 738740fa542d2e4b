use std::panic::AssertUnwindSafe;

use super::{BackInTime, CountWindow, TimeWindow};
use crate::time::tests::panic_of;
use crate::{Duration, Timestamp};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

fn letters(window: &TimeWindow<char>) -> String {
    window.iter().map(|(_, letter)| letter).collect()
}

#[test]
fn the_older_bound_is_open_and_the_younger_one_closed() {
    let mut window = TimeWindow::new(Duration::from_secs(60));
    window.push(at(0), 'a');
    window.push(at(0) + Duration::from_nanos(1), 'b');
    window.push(at(60), 'c');
    assert_eq!(letters(&window), "bc");
    window.evict(at(60) + Duration::from_nanos(1));
    assert_eq!(letters(&window), "c");
}

#[test]
fn what_is_evicted_comes_out_oldest_first_and_leaves_unseen_too() {
    let mut window = TimeWindow::new(Duration::from_secs(10));
    for second in 0..5 {
        window.push(at(second), second);
    }
    let evicted: Vec<_> = window.evict(at(11)).collect();
    assert_eq!(evicted, [(at(0), 0), (at(1), 1)]);
    assert_eq!(window.evict(at(13)).next(), Some((at(2), 2))); // and the next one, unseen
    assert_eq!(window.oldest(), Some((at(4), &4)));
    window.evict(at(1_000));
    assert!(window.is_empty() && window.latest().is_none());
}

#[test]
fn an_eviction_that_is_forgotten_has_not_happened() {
    let mut window = TimeWindow::of_numbers(Duration::from_secs(10));
    window.push(at(0), 1.0);
    window.push(at(1), 2.0);
    std::mem::forget(window.evict(at(100)));
    assert_eq!((window.len(), window.sum()), (2, 3.0));
}

#[test]
fn times_may_stand_still_and_not_go_back() {
    let mut window = TimeWindow::new(Duration::from_secs(1));
    window.push(at(9), 'a');
    window.push(at(9), 'b');
    window.evict(at(100));
    let refused = window.try_push(at(5), 'c').unwrap_err(); // also when the latest value has left
    assert_eq!(refused, BackInTime { time: at(5), latest: at(9) });
    window.push(at(50), 'd'); // the time of an eviction does not count
    assert_eq!(letters(&window), "d");
}

#[test]
fn windows_at_the_ends_of_time() {
    let mut window = TimeWindow::new(Duration::from_days(365));
    window.push(Timestamp::MIN, 'a');
    window.push(Timestamp::MIN + Duration::from_days(1), 'b');
    assert_eq!(window.len(), 2);
    window.push(Timestamp::MAX, 'c');
    assert_eq!(letters(&window), "c");
}

#[test]
fn a_panic_names_the_line_of_the_user() {
    let mut window = TimeWindow::new(Duration::from_secs(1));
    window.push(at(9), 'a');
    let panic = panic_of(AssertUnwindSafe(|| drop(window.push(at(5), 'b'))));
    assert_eq!(panic.line, line!() - 1);
    assert_eq!(
        panic.message,
        "a window goes back in time: 1970-01-01T00:00:05Z after 1970-01-01T00:00:09Z; push with `cx.now()`, or sort \
         the source with `reorder`"
    );

    let (line, panic) = (line!(), panic_of(|| TimeWindow::<u8>::new(Duration::ZERO)));
    assert_eq!(panic.message, "a window of 0s holds nothing; its length is more than zero");
    assert_eq!(panic.line, line);
    let (line, panic) = (line!(), panic_of(|| TimeWindow::<u8, 1>::of_numbers(Duration::from_secs(-1))));
    assert_eq!(panic.message, "a window of -1s holds nothing; its length is more than zero");
    assert_eq!(panic.line, line);
    let (line, panic) = (line!(), panic_of(|| CountWindow::<u8>::new(0)));
    assert_eq!(panic.message, "a window for 0 values holds none; its capacity is 1 or more");
    assert_eq!(panic.line, line);
    let (line, panic) = (line!(), panic_of(|| CountWindow::<u8, 1>::of_numbers(0)));
    assert_eq!((panic.line, panic.message.starts_with("a window for 0")), (line, true));
}

#[test]
fn a_count_window_hands_out_what_it_displaces() {
    let mut window = CountWindow::new(3);
    let evicted: Vec<_> = (0..6).map(|value| window.push(value)).collect();
    assert_eq!(evicted, [None, None, None, Some(0), Some(1), Some(2)]);
    assert!(window.iter().eq(&[3, 4, 5]));
    assert!(window.iter().rev().eq(&[5, 4, 3]));
}

#[test]
fn what_is_not_a_number_counts_only_while_it_is_there() {
    let mut window = CountWindow::of_numbers(2);
    let sums =
        [f64::NAN, 1.0, 2.0, f64::INFINITY, f64::NEG_INFINITY, 3.0, 4.0, f64::MAX, f64::MAX, -1.0, 1.0].map(
            |value| {
                window.push(value);
                window.sum()
            },
        );
    assert!(sums[0].is_nan() && sums[1].is_nan() && sums[4].is_nan());
    assert_eq!(sums[2..4], [3.0, f64::INFINITY]);
    assert_eq!(sums[5..], [f64::NEG_INFINITY, 7.0, f64::MAX, f64::INFINITY, f64::MAX, 0.0]);
}

#[test]
fn what_is_large_leaves_without_a_trace() {
    // One running sum, however compensated, has no room for three magnitudes, and shows it when the large ones leave.
    let mut window = CountWindow::of_numbers(3);
    for value in [1e300, 1.0, 1e-20, 1e-20, 1e-20] {
        window.push(value);
    }
    assert_eq!(window.sum(), 3.0 * 1e-20);
}

#[test]
fn a_copy_goes_its_own_way() {
    let mut window = CountWindow::of_numbers(2);
    window.push(1.0);
    let mut copy = window.clone();
    copy.push(2.0);
    assert_eq!((window.sum(), copy.sum()), (1.0, 3.0));
    assert_eq!(format!("{copy:?}"), "CountWindow { capacity: 2, values: [1.0, 2.0] }");
}
