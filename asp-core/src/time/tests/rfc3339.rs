use chrono::{DateTime, SecondsFormat, Utc};

use super::{Numbers, counts};
use crate::time::Timestamp;

fn nanos(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap_or_else(|error| panic!("{error}")).as_nanos()
}

#[test]
fn written_in_utc_with_the_fewest_digits() {
    for (nanos, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_500_000_000, "1970-01-01T00:00:01.500Z"),
        (1_000_001_000, "1970-01-01T00:00:01.000001Z"),
        (1_000_000_100, "1970-01-01T00:00:01.000000100Z"),
        (1_709_164_799_000_000_000, "2024-02-28T23:59:59Z"),
        (i64::MIN, "1677-09-21T00:12:43.145224192Z"),
        (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
    ] {
        let time = Timestamp::from_nanos(nanos);
        assert_eq!(time.to_string(), text);
        assert_eq!(format!("{time:?}"), text);
    }
}

#[test]
fn width_and_alignment_apply() {
    assert_eq!(format!("{:>22}|", Timestamp::EPOCH), "  1970-01-01T00:00:00Z|");
    assert_eq!(format!("{:22}|", Timestamp::EPOCH), "1970-01-01T00:00:00Z  |");
}

#[test]
fn what_is_written_reads_back() {
    for nanos in counts() {
        let time = Timestamp::from_nanos(nanos);
        let text = time.to_string();
        assert_eq!(text.parse(), Ok(time), "{text}");
        assert_eq!(text, DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }
}

#[test]
fn reads_every_form_of_the_rfc() {
    const START: i64 = 1_735_689_600_000_000_000;
    for (text, expected) in [
        ("2025-01-01", START),
        ("2025-01-01T00:00:00Z", START),
        ("2025-01-01t00:00:00z", START),
        ("2025-01-01 00:00:00Z", START),
        ("2025-01-01T02:00:00+02:00", START),
        ("2024-12-31T18:30:00-05:30", START),
        ("2025-01-01T23:59:00+23:59", START),
        ("2025-01-01T00:00:00-00:00", START),
        ("2025-01-01T00:00:00.5Z", START + 500_000_000),
        ("2025-01-01T00:00:00.000000001+00:00", START + 1),
        ("2025-01-01T00:00:00.123456789000000000000000Z", START + 123_456_789),
        ("2024-02-29", 1_709_164_800_000_000_000),
        ("1677-09-21T00:12:43.145224192Z", i64::MIN),
        ("2262-04-11T23:47:16.854775807Z", i64::MAX),
        ("2262-04-12T23:46:16.854775807+23:59", i64::MAX),
    ] {
        assert_eq!(nanos(text), expected, "{text}");
    }
}

#[test]
fn a_leap_second_is_the_first_of_the_next_day() {
    for text in ["2016-12-31T23:59:60Z", "2017-01-01T05:29:60+05:30", "2016-12-31T15:59:60-08:00"] {
        assert_eq!(nanos(text), nanos("2017-01-01"), "{text}");
    }
    assert_eq!(nanos("2016-12-31T23:59:60.25Z"), nanos("2017-01-01T00:00:00.25Z"));
}

#[test]
fn each_fault_has_its_text() {
    const FORM: &str = "= help: write it as \"2025-01-01T00:00:00Z\" or \"2025-01-01\"";
    const BEFORE: &str = "is before the first timestamp 1677-09-21T00:12:43.145224192Z";
    const BEYOND: &str = "is beyond the last timestamp 2262-04-11T23:47:16.854775807Z";
    for (text, expected) in [
        ("yesterday", format!("\"yesterday\" is not a time\n{FORM}")),
        ("", format!("\"\" is not a time\n{FORM}")),
        ("-", format!("\"-\" is not a time\n{FORM}")),
        ("2025/01/01", format!("\"2025/01/01\" is not a time\n{FORM}")),
        ("2025-1-1", format!("\"2025-1-1\" is not a time\n{FORM}")),
        (" 2025-01-01", format!("\" 2025-01-01\" is not a time\n{FORM}")),
        ("2025-01-01T00:00Z", format!("\"2025-01-01T00:00Z\" is not a time\n{FORM}")),
        ("2025-01-01T00:00:00.Z", format!("\"2025-01-01T00:00:00.Z\" is not a time\n{FORM}")),
        ("2025-01-01T00:00:00+0200", format!("\"2025-01-01T00:00:00+0200\" is not a time\n{FORM}")),
        ("2025-01-01T00:00:00Z ", format!("\"2025-01-01T00:00:00Z \" is not a time\n{FORM}")),
        ("2025-01-01\n", format!("\"2025-01-01\\n\" is not a time\n{FORM}")),
        ("२०२५-०१-०१", format!("\"२०२५-०१-०१\" is not a time\n{FORM}")),
        (
            "1735689600",
            "\"1735689600\" is a number, not a time\n\
             = help: for a count since 1970 use `Timestamp::from_secs`, `from_millis`, \
             `from_micros` or `from_nanos`"
                .into(),
        ),
        (
            "2025-01-01T00:00:00",
            "time \"2025-01-01T00:00:00\" has no time zone\n\
             = help: write \"2025-01-01T00:00:00Z\" for UTC, or add an offset as in \
             \"2025-01-01T00:00:00+02:00\""
                .into(),
        ),
        (
            "2025-13-01",
            "there is no month 13 in \"2025-13-01\"\n\
             = help: the month is a number from 01 to 12"
                .into(),
        ),
        (
            "2025-02-29",
            "there is no day 29 in \"2025-02-29\"\n\
             = help: the day is a number from 01 to 28"
                .into(),
        ),
        (
            "2025-01-00",
            "there is no day 00 in \"2025-01-00\"\n\
             = help: the day is a number from 01 to 31"
                .into(),
        ),
        (
            "2025-01-01T24:00:00Z",
            "there is no hour 24 in \"2025-01-01T24:00:00Z\"\n\
             = help: the hour is a number from 00 to 23"
                .into(),
        ),
        (
            "2025-01-01T00:60:00Z",
            "there is no minute 60 in \"2025-01-01T00:60:00Z\"\n\
             = help: the minute is a number from 00 to 59"
                .into(),
        ),
        (
            "2025-01-01T00:00:60Z",
            "there is no second 60 in \"2025-01-01T00:00:60Z\"\n\
             = help: the second is a number from 00 to 59"
                .into(),
        ),
        (
            "2025-01-01T00:00:00+24:00",
            "there is no offset hour 24 in \"2025-01-01T00:00:00+24:00\"\n\
             = help: the offset hour is a number from 00 to 23"
                .into(),
        ),
        (
            "2025-01-01T00:00:00.0000000001Z",
            "time \"2025-01-01T00:00:00.0000000001Z\" is finer than the clock\n\
             = note: time is counted in whole nanoseconds"
                .into(),
        ),
        ("1677-09-21T00:12:43.145224191Z", format!("\"1677-09-21T00:12:43.145224191Z\" {BEFORE}")),
        ("2262-04-11T23:47:16.854775808Z", format!("\"2262-04-11T23:47:16.854775808Z\" {BEYOND}")),
        ("0000-01-01", format!("\"0000-01-01\" {BEFORE}")),
        ("9999-12-31", format!("\"9999-12-31\" {BEYOND}")),
    ] {
        let error = text.parse::<Timestamp>().unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(format!("{error:?}"), expected);
    }
}

#[test]
fn agrees_with_chrono_on_altered_texts() {
    const LETTERS: &[u8] = b"0123456789-+:.TtZz 69";
    let mut numbers = Numbers(3);
    let mut read = 0;
    for turn in 0..60_000 {
        let base =
            ["2025-01-31T23:59:59.5+02:00", "1700-02-28t00:00:00Z", "2261-12-31 12:30:00.123456789-11:45"];
        let mut text = base[turn % base.len()].as_bytes().to_vec();
        for _ in 0..numbers.below(4) {
            let at = numbers.below(text.len() as i64) as usize;
            text[at] = LETTERS[numbers.below(LETTERS.len() as i64) as usize];
        }
        let text = String::from_utf8(text).unwrap();
        let ours = text.parse::<Timestamp>().ok();
        let theirs = DateTime::parse_from_rfc3339(&text).ok().and_then(|time| Timestamp::try_from(time).ok());
        read += usize::from(ours.is_some());
        // A leap second in the middle of a day is refused here and accepted there.
        if !text.contains(":60") {
            assert_eq!(ours, theirs, "{text}");
        }
    }
    assert!(read > 10_000, "only {read} of the texts are times");
}
