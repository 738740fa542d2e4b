use std::time::Duration as StdDuration;
#[cfg(unix)]
use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, TimeDelta, TimeZone, Utc};

use super::counts;
use crate::time::{Delay, Duration, Timestamp};

const NANO: TimeDelta = TimeDelta::nanoseconds(1);
const LONG: &str = "is longer than the longest duration, about 292 years";
const BEFORE: &str = "is before the first timestamp 1677-09-21T00:12:43.145224192Z";
const BEYOND: &str = "is beyond the last timestamp 2262-04-11T23:47:16.854775807Z";

#[test]
fn every_timestamp_goes_to_chrono_and_back() {
    let offset = FixedOffset::east_opt(5 * 3600 + 1800).unwrap();
    for nanos in counts() {
        let time = Timestamp::from_nanos(nanos);
        let utc = DateTime::<Utc>::from(time);
        assert_eq!(Timestamp::try_from(utc), Ok(time));
        assert_eq!(Timestamp::try_from(utc.with_timezone(&offset)), Ok(time));
    }
}

#[test]
fn chrono_times_out_of_range_are_errors() {
    let (first, last) = (DateTime::<Utc>::from(Timestamp::MIN), DateTime::<Utc>::from(Timestamp::MAX));
    for (time, text) in [
        (first - NANO, format!("1677-09-21T00:12:43.145224191Z {BEFORE}")),
        (last + NANO, format!("2262-04-11T23:47:16.854775808Z {BEYOND}")),
        (DateTime::<Utc>::MIN_UTC, format!("-262143-01-01T00:00:00Z {BEFORE}")),
        (DateTime::<Utc>::MAX_UTC, format!("+262142-12-31T23:59:59.999999999Z {BEYOND}")),
    ] {
        let error = Timestamp::try_from(time).unwrap_err();
        assert_eq!(error.to_string(), text);
        assert_eq!(format!("{error:?}"), text);
        // The offset is not applied to what is shown, which would leave the range of chrono too.
        let east = FixedOffset::east_opt(3600).unwrap().from_utc_datetime(&time.naive_utc());
        assert_eq!(Timestamp::try_from(east).unwrap_err().to_string(), text);
    }
}

#[test]
fn s1_a_leap_second_of_chrono_is_the_next_second() {
    let leap = DateTime::parse_from_rfc3339("2016-12-31T23:59:60.5Z").unwrap();
    assert_eq!(Timestamp::try_from(leap), Ok("2017-01-01T00:00:00.5Z".parse().unwrap()));
    let before_1970 = DateTime::parse_from_rfc3339("1969-12-31T23:59:60.5Z").unwrap();
    assert_eq!(Timestamp::try_from(before_1970), Ok(Timestamp::from_millis(500)));
}

// Elsewhere a system time is coarser than a nanosecond or has a shorter range.
#[cfg(unix)]
#[test]
fn system_times_convert_at_the_limits() {
    let since = |nanos: u64| StdDuration::from_nanos(nanos);
    let at_max = SystemTime::UNIX_EPOCH + since(i64::MAX as u64);
    let at_min = SystemTime::UNIX_EPOCH - since(i64::MIN.unsigned_abs());
    assert_eq!(Timestamp::try_from(SystemTime::UNIX_EPOCH), Ok(Timestamp::EPOCH));
    assert_eq!(Timestamp::try_from(SystemTime::UNIX_EPOCH - since(1)), Ok(Timestamp::from_nanos(-1)));
    assert_eq!(Timestamp::try_from(at_max), Ok(Timestamp::MAX));
    assert_eq!(Timestamp::try_from(at_min), Ok(Timestamp::MIN));

    for (time, text) in [
        (at_max + since(1), format!("2262-04-11T23:47:16.854775808Z {BEYOND}")),
        (at_min - since(1), format!("1677-09-21T00:12:43.145224191Z {BEFORE}")),
        (
            SystemTime::UNIX_EPOCH + StdDuration::from_secs(86_400_000_000_000_000),
            format!("1970-01-01T00:00:00Z + 1000000000000d {BEYOND}"),
        ),
        (
            SystemTime::UNIX_EPOCH - StdDuration::from_secs(86_400_000_000_000_000),
            format!("1970-01-01T00:00:00Z - 1000000000000d {BEFORE}"),
        ),
    ] {
        assert_eq!(Timestamp::try_from(time).unwrap_err().to_string(), text);
    }
}

#[test]
fn every_duration_goes_to_chrono_and_std_and_back() {
    for nanos in counts() {
        let length = Duration::from_nanos(nanos);
        assert_eq!(Duration::try_from(TimeDelta::from(length)), Ok(length));
        match StdDuration::try_from(length) {
            Ok(std) => assert_eq!(Duration::try_from(std), Ok(length)),
            Err(error) => {
                assert!(length.is_negative());
                let text =
                    format!("{length} is negative, and a `std::time::Duration` is not; take its `abs()`");
                assert_eq!(error.to_string(), text);
            }
        }
    }
}

#[test]
fn lengths_out_of_range_are_errors() {
    let (longest, nano) = (TimeDelta::from(Duration::MAX), StdDuration::from_nanos(1));
    for (error, text) in [
        (Duration::try_from(longest + NANO), format!("106751d23h47min16s854ms775us808ns {LONG}")),
        (
            Duration::try_from(TimeDelta::from(Duration::MIN) - NANO),
            format!("-106751d23h47min16s854ms775us809ns {LONG}"),
        ),
        (Duration::try_from(TimeDelta::MAX), format!("106751991167d7h12min55s807ms {LONG}")),
        (Duration::try_from(TimeDelta::MIN), format!("-106751991167d7h12min55s807ms {LONG}")),
        (
            Duration::try_from(longest.to_std().unwrap() + nano),
            format!("106751d23h47min16s854ms775us808ns {LONG}"),
        ),
        (Duration::try_from(StdDuration::MAX), format!("213503982334601d7h15s999ms999us999ns {LONG}")),
    ] {
        assert_eq!(error.unwrap_err().to_string(), text);
    }
}

#[test]
fn a_delay_keeps_what_it_was_given() {
    for nanos in counts() {
        let length = Duration::from_nanos(nanos);
        let delay = Delay::from(length);
        assert_eq!(delay.duration(), Some(length));
        assert_eq!(Delay::from(TimeDelta::from(length)), delay);
        assert_eq!(delay.to_string(), length.to_string());
        if let Ok(std) = StdDuration::try_from(length) {
            assert_eq!(Delay::from(std), delay);
            assert_eq!(Delay::from(std).duration(), Some(length));
        }
    }
}

#[test]
fn a_delay_out_of_range_is_none_and_still_has_a_text() {
    for (delay, text) in [
        (Delay::from(StdDuration::MAX), "213503982334601d7h15s999ms999us999ns"),
        (Delay::from(TimeDelta::MAX), "106751991167d7h12min55s807ms"),
        (Delay::from(TimeDelta::MIN), "-106751991167d7h12min55s807ms"),
    ] {
        assert_eq!(delay.duration(), None);
        assert_eq!(delay.to_string(), text);
        assert_eq!(format!("{delay:?}"), text);
    }
    assert_eq!(format!("{:>5}", Delay::from(Duration::from_secs(1))), "   1s");
}
