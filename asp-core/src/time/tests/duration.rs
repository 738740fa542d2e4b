use super::{counts, panic_of};
use crate::time::Duration;

const NANO: Duration = Duration::from_nanos(1);

#[test]
fn s1_units_have_fixed_lengths() {
    assert_eq!(Duration::from_micros(1), NANO * 1_000);
    assert_eq!(Duration::from_millis(1), Duration::from_micros(1_000));
    assert_eq!(Duration::from_secs(1), Duration::from_millis(1_000));
    assert_eq!(Duration::from_mins(1), Duration::from_secs(60));
    assert_eq!(Duration::from_hours(1), Duration::from_mins(60));
    assert_eq!(Duration::from_days(1), Duration::from_secs(86_400));
    assert_eq!(Duration::default(), Duration::ZERO);
    assert_eq!(Duration::from_days(106_751).as_secs(), 106_751 * 86_400);
}

#[test]
fn counts_beyond_the_limits_panic_at_the_caller() {
    for (from, largest) in [
        (Duration::from_micros as fn(i64) -> Duration, i64::MAX / 1_000),
        (Duration::from_millis, i64::MAX / 1_000_000),
        (Duration::from_secs, i64::MAX / 1_000_000_000),
        (Duration::from_mins, i64::MAX / 60_000_000_000),
        (Duration::from_hours, i64::MAX / 3_600_000_000_000),
        (Duration::from_days, 106_751),
    ] {
        assert!(from(largest) > Duration::ZERO && from(-largest) < Duration::ZERO);
        for count in [largest + 1, -largest - 1] {
            let text = panic_of(|| from(count)).message;
            assert_eq!(text, "the duration is too long; the longest is about 292 years");
        }
    }
    let here = line!() + 1;
    let panic = panic_of(|| Duration::from_days(106_752));
    assert_eq!((panic.file.as_str(), panic.line), (file!(), here));
}

#[test]
fn larger_units_are_cut_off_towards_zero() {
    let length = Duration::from_nanos(-1_999_999_999);
    assert_eq!((length.as_secs(), length.as_millis(), length.as_micros()), (-1, -1_999, -1_999_999));
    let length = Duration::from_nanos(1_999_999_999);
    assert_eq!((length.as_secs(), length.as_millis(), length.as_micros()), (1, 1_999, 1_999_999));
}

#[test]
fn written_in_whole_numbers_of_the_largest_units() {
    for (nanos, text) in [
        (0, "0s"),
        (1, "1ns"),
        (-1, "-1ns"),
        (1_500_000_000, "1s500ms"),
        (90_000_000_000, "1min30s"),
        (5_400_000_000_000, "1h30min"),
        (86_400_000_000_000, "1d"),
        (86_400_000_000_001, "1d1ns"),
        (1_001_001, "1ms1us1ns"),
        (-5_400_000_000_000, "-1h30min"),
        (i64::MAX, "106751d23h47min16s854ms775us807ns"),
        (i64::MIN, "-106751d23h47min16s854ms775us808ns"),
    ] {
        let length = Duration::from_nanos(nanos);
        assert_eq!(length.to_string(), text);
        assert_eq!(format!("{length:?}"), text);
    }
    assert_eq!(format!("{:>6}|{:<6}|{:^6}", NANO, NANO, NANO), "   1ns|1ns   | 1ns  ");
}

#[test]
fn what_is_written_reads_back_unless_negative() {
    for nanos in counts() {
        let length = Duration::from_nanos(nanos);
        let text = length.to_string();
        match text.strip_prefix('-') {
            None => assert_eq!(text.parse(), Ok(length), "{text}"),
            Some(_) => {
                let error = text.parse::<Duration>().unwrap_err();
                assert_eq!(
                    error.to_string(),
                    format!("duration \"{text}\" is negative\n= help: remove the sign")
                );
            }
        }
    }
}

#[test]
fn read_by_the_grammar_of_attributes() {
    for (text, nanos) in [
        ("1s", 1_000_000_000),
        ("250ms", 250_000_000),
        ("1h30min", 5_400_000_000_000),
        ("1.5s", 1_500_000_000),
        ("0s", 0),
        ("9223372036854775807ns", i64::MAX),
    ] {
        assert_eq!(text.parse(), Ok(Duration::from_nanos(nanos)), "{text}");
    }
    for (text, expected) in [
        ("", "the duration is empty\n= help: for example \"1s\", \"250ms\", \"1h30min\""),
        (
            "9223372036854775808ns",
            "duration \"9223372036854775808ns\" is too long\n\
             = note: the longest is about 292 years, the range of a timestamp",
        ),
        ("0.1ns", "duration \"0.1ns\" is finer than the clock\n= note: time is counted in whole nanoseconds"),
    ] {
        let error = text.parse::<Duration>().unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(format!("{error:?}"), expected);
    }
}

#[test]
fn seconds_with_a_fraction_are_rounded_to_nanoseconds() {
    for (secs, nanos) in [
        (0.0, 0),
        (-0.0, 0),
        (1.5, 1_500_000_000),
        (-1.5, -1_500_000_000),
        (0.1, 100_000_000),
        (1e-9, 1),
        (4e-10, 0),
        (6e-10, 1),
        (-6e-10, -1),
        (f64::MIN_POSITIVE, 0),
        (9_223_372_036.0, 9_223_372_036_000_000_000),
        (-9_223_372_036.0, -9_223_372_036_000_000_000),
    ] {
        assert_eq!(Duration::try_from_secs_f64(secs), Ok(Duration::from_nanos(nanos)), "{secs}");
    }
}

#[test]
fn numbers_that_are_no_duration_say_why() {
    const LONG: &str = "is longer than the longest duration, about 292 years";
    for (secs, text) in [
        (9_223_372_037.0, format!("9223372037.0s {LONG}")),
        (-9_223_372_037.0, format!("-9223372037.0s {LONG}")),
        (f64::MAX, format!("1.7976931348623157e308s {LONG}")),
        (f64::INFINITY, format!("infs {LONG}")),
        (f64::NEG_INFINITY, format!("-infs {LONG}")),
        (f64::NAN, "NaN is not a number of seconds; a duration is a finite one".into()),
    ] {
        assert_eq!(Duration::try_from_secs_f64(secs).unwrap_err().to_string(), text);
    }
}

#[test]
fn seconds_as_a_float_read_back_while_they_are_exact() {
    for nanos in counts().filter(|nanos| nanos.unsigned_abs() < 1 << 52) {
        let length = Duration::from_nanos(nanos);
        assert_eq!(Duration::try_from_secs_f64(length.as_secs_f64()), Ok(length), "{length}");
    }
}

#[test]
fn arithmetic_is_checked_at_the_limits() {
    assert_eq!(Duration::MAX.checked_add(NANO), None);
    assert_eq!(Duration::MIN.checked_sub(NANO), None);
    assert_eq!(Duration::MIN.checked_add(Duration::MAX), Some(-NANO));
    assert_eq!(Duration::MIN.checked_mul(-1), None);
    assert_eq!(Duration::MIN.checked_div(-1), None);
    assert_eq!(NANO.checked_div(0), None);
    assert_eq!(Duration::MIN.saturating_sub(NANO), Duration::MIN);
    assert_eq!(Duration::ZERO.saturating_sub(Duration::MIN), Duration::MAX);
    assert_eq!(Duration::MIN.saturating_mul(-1), Duration::MAX);
    assert_eq!((-Duration::MAX).abs(), Duration::MAX);
    assert!(Duration::MIN.is_negative() && !Duration::MIN.is_zero());
}

#[test]
fn operators_agree_with_each_other() {
    let mut length = Duration::from_secs(10);
    length += Duration::from_secs(2);
    length -= Duration::from_secs(3);
    length *= 4;
    length /= 6;
    assert_eq!(length, Duration::from_secs(6));
    assert_eq!(2 * length, length * 2);
    assert_eq!(-length, Duration::ZERO - length);
    assert_eq!([length, -length, NANO].iter().sum::<Duration>(), NANO);
    assert_eq!(std::iter::empty::<Duration>().sum::<Duration>(), Duration::ZERO);
}

#[test]
fn operators_out_of_range_panic_where_they_stand() {
    const SECOND: Duration = Duration::from_secs(1);
    let base = line!();
    let panics = [
        panic_of(|| Duration::MAX + SECOND),
        panic_of(|| Duration::MIN - SECOND),
        panic_of(|| Duration::from_days(100_000) * 2),
        panic_of(|| 2 * Duration::from_days(100_000)),
        panic_of(|| SECOND / 0),
        panic_of(|| Duration::MIN / -1),
        panic_of(|| -Duration::MIN),
        panic_of(|| Duration::MIN.abs()),
    ];
    const LONG: &str = "is longer than the longest duration, about 292 years";
    let texts = [
        format!("106751d23h47min16s854ms775us807ns + 1s {LONG}; use `checked_add` where that can happen"),
        format!("-106751d23h47min16s854ms775us808ns - 1s {LONG}; use `checked_sub` where that can happen"),
        format!("100000d * 2 {LONG}; use `checked_mul` where that can happen"),
        format!("100000d * 2 {LONG}; use `checked_mul` where that can happen"),
        "1s is divided by zero; use `checked_div` where that can happen".into(),
        format!("-106751d23h47min16s854ms775us808ns / -1 {LONG}; use `checked_div` where that can happen"),
        format!("0s - -106751d23h47min16s854ms775us808ns {LONG}; use `checked_sub` where that can happen"),
        "`Duration::MIN` without its sign is longer than the longest duration".into(),
    ];
    for ((panic, text), line) in panics.into_iter().zip(texts).zip(base + 2..) {
        assert_eq!((panic.file.as_str(), panic.line, panic.message), (file!(), line, text));
    }
}

#[test]
fn assignments_out_of_range_panic_where_they_stand() {
    type Act = fn(&mut Duration);
    let acts: [(Act, u32); 4] = [
        (|length| *length += NANO, line!()),
        (|length| *length -= -NANO, line!()),
        (|length| *length *= 2, line!()),
        (|length| *length /= 0, line!()),
    ];
    for (act, line) in acts {
        let panic = panic_of(|| act(&mut { Duration::MAX }));
        assert_eq!((panic.file.as_str(), panic.line), (file!(), line));
    }
}
