use super::panic_of;
use crate::time::{Duration, Timestamp};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn s1_domain_is_64_bits_of_nanoseconds() {
    assert_eq!(Timestamp::MIN.as_nanos(), i64::MIN);
    assert_eq!(Timestamp::MAX.as_nanos(), i64::MAX);
    assert_eq!(Timestamp::default(), Timestamp::EPOCH);
    assert!(Timestamp::MIN < Timestamp::EPOCH && Timestamp::EPOCH < Timestamp::MAX);
    assert_eq!(size_of::<Option<Timestamp>>(), 16);
}

#[test]
fn counts_of_larger_units_reach_to_the_limits() {
    assert_eq!(Timestamp::from_secs(9_223_372_036).as_nanos(), 9_223_372_036_000_000_000);
    assert_eq!(Timestamp::from_secs(-9_223_372_036).as_nanos(), -9_223_372_036_000_000_000);
    assert_eq!(Timestamp::from_millis(9_223_372_036_854).as_nanos(), 9_223_372_036_854_000_000);
    assert_eq!(Timestamp::from_micros(-9_223_372_036_854_775).as_nanos(), -9_223_372_036_854_775_000);
}

#[test]
fn counts_beyond_the_limits_panic_at_the_caller() {
    let here = line!() + 1;
    let panic = panic_of(|| Timestamp::from_secs(9_223_372_037));
    assert_eq!((panic.file.as_str(), panic.line), (file!(), here));
    assert_eq!(
        panic.message,
        "the time is beyond the last timestamp 2262-04-11T23:47:16.854775807Z; \
         counts of milliseconds go into `Timestamp::from_millis`"
    );

    let here = line!() + 1;
    let panic = panic_of(|| Timestamp::from_millis(i64::MIN));
    assert_eq!((panic.file.as_str(), panic.line), (file!(), here));
    assert_eq!(panic.message, "the time is before the first timestamp 1677-09-21T00:12:43.145224192Z");

    let here = line!() + 1;
    let panic = panic_of(|| Timestamp::from_micros(i64::MAX));
    assert_eq!((panic.file.as_str(), panic.line), (file!(), here));
}

#[test]
fn limits_in_texts_are_those_of_the_type() {
    // The texts of constants cannot be formatted and repeat the limits.
    let last = Timestamp::MAX.to_string();
    // Of seconds a remedy follows.
    assert!(panic_of(|| Timestamp::from_secs(i64::MAX)).message.contains(&format!("timestamp {last};")));
    assert!(panic_of(|| Timestamp::from_millis(i64::MAX)).message.ends_with(&last));
    assert!(panic_of(|| Timestamp::from_secs(i64::MIN)).message.ends_with(&Timestamp::MIN.to_string()));
}

#[test]
fn arithmetic_is_checked_at_the_limits() {
    let nano = Duration::from_nanos(1);
    assert_eq!(Timestamp::MAX.checked_add(nano), None);
    assert_eq!(Timestamp::MAX.checked_add(-nano), Some(Timestamp::from_nanos(i64::MAX - 1)));
    assert_eq!(Timestamp::MIN.checked_sub(nano), None);
    assert_eq!(Timestamp::MIN.checked_sub(-nano), Some(Timestamp::from_nanos(i64::MIN + 1)));
    assert_eq!(Timestamp::MIN.checked_add(Duration::MAX), Some(Timestamp::from_nanos(-1)));
    assert_eq!(Timestamp::EPOCH.checked_sub(Duration::MIN), None);
    assert_eq!(Timestamp::EPOCH.checked_add(Duration::MIN), Some(Timestamp::MIN));
    assert_eq!(Timestamp::EPOCH.checked_since(Timestamp::MIN), None);
    assert_eq!(Timestamp::MIN.checked_since(Timestamp::EPOCH), Some(Duration::MIN));
    assert_eq!(Timestamp::MAX.checked_since(Timestamp::EPOCH), Some(Duration::MAX));

    assert_eq!(Timestamp::MAX.saturating_add(nano), Timestamp::MAX);
    assert_eq!(Timestamp::MIN.saturating_add(Duration::MIN), Timestamp::MIN);
    assert_eq!(Timestamp::MIN.saturating_sub(nano), Timestamp::MIN);
    assert_eq!(Timestamp::EPOCH.saturating_sub(Duration::MIN), Timestamp::MAX);
}

#[test]
fn operators_agree_with_each_other() {
    let mut time = Timestamp::from_secs(10);
    time += SECOND;
    assert_eq!(time, Timestamp::from_secs(11));
    time -= SECOND * 3;
    assert_eq!(time, Timestamp::from_secs(8));
    assert_eq!(time - Timestamp::from_secs(10), Duration::from_secs(-2));
    assert_eq!(time + (Timestamp::from_secs(10) - time), Timestamp::from_secs(10));
}

#[test]
fn a_sum_out_of_range_panics_at_the_operator() {
    let start = Timestamp::from_secs(9_223_286_400);
    let here = line!() + 1;
    let panic = panic_of(|| start + Duration::from_days(2));
    assert_eq!((panic.file.as_str(), panic.line), (file!(), here));
    assert_eq!(
        panic.message,
        "2262-04-11T00:00:00Z + 2d is beyond the last timestamp 2262-04-11T23:47:16.854775807Z; \
         use `checked_add` where that can happen"
    );

    let panic = panic_of(|| Timestamp::MIN + -SECOND);
    assert_eq!(
        panic.message,
        "1677-09-21T00:12:43.145224192Z + -1s is before the first timestamp 1677-09-21T00:12:43.145224192Z; \
         use `checked_add` where that can happen"
    );
}

#[test]
fn a_difference_out_of_range_panics_at_the_operator() {
    let here = line!() + 1;
    let panic = panic_of(|| Timestamp::MIN - SECOND);
    assert_eq!((panic.file.as_str(), panic.line), (file!(), here));
    assert_eq!(
        panic.message,
        "1677-09-21T00:12:43.145224192Z - 1s is before the first timestamp 1677-09-21T00:12:43.145224192Z; \
         use `checked_sub` where that can happen"
    );

    let panic = panic_of(|| Timestamp::EPOCH - Duration::MIN);
    assert_eq!(
        panic.message,
        "1970-01-01T00:00:00Z - -106751d23h47min16s854ms775us808ns is beyond the last timestamp \
         2262-04-11T23:47:16.854775807Z; use `checked_sub` where that can happen"
    );

    let here = line!() + 1;
    let panic = panic_of(|| Timestamp::MAX - Timestamp::MIN);
    assert_eq!((panic.file.as_str(), panic.line), (file!(), here));
    assert_eq!(
        panic.message,
        "2262-04-11T23:47:16.854775807Z - 1677-09-21T00:12:43.145224192Z is longer than the longest \
         duration, about 292 years; use `checked_since` where that can happen"
    );
}

#[test]
fn an_assignment_out_of_range_panics_at_the_operator() {
    let here = line!() + 3;
    let panic = panic_of(|| {
        let mut time = Timestamp::MAX;
        time += SECOND;
    });
    assert_eq!((panic.file.as_str(), panic.line), (file!(), here));

    let here = line!() + 3;
    let panic = panic_of(|| {
        let mut time = Timestamp::MIN;
        time -= SECOND;
    });
    assert_eq!((panic.file.as_str(), panic.line), (file!(), here));
}
