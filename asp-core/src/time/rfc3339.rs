//! Timestamps as text: RFC 3339 in both directions, and the errors of reading it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

use super::convert::nanos_of;
use super::timestamp::beside_the_timestamps;
use super::{Timestamp, units};

/// Writes RFC 3339 in UTC with 0, 3, 6 or 9 digits of a second, as few as are exact. What it writes reads
/// back as the same timestamp, and texts of the same number of digits sort like the timestamps.
///
/// ```
/// use asp_core::Timestamp;
///
/// assert_eq!(Timestamp::from_secs(1).to_string(), "1970-01-01T00:00:01Z");
/// assert_eq!(Timestamp::from_micros(1).to_string(), "1970-01-01T00:00:00.000001Z");
/// ```
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        units::pad(f, format_args!("{}", Rfc3339(*self)))
    }
}

/// Writes the same as `Display`.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

struct Rfc3339(Timestamp);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = DateTime::<Utc>::from(self.0);
        let (year, month, day) = (at.year(), at.month(), at.day());
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match at.nanosecond() {
            0 => f.write_str("Z"),
            nanos if nanos % 1_000_000 == 0 => write!(f, ".{:03}Z", nanos / 1_000_000),
            nanos if nanos % 1_000 == 0 => write!(f, ".{:06}Z", nanos / 1_000),
            nanos => write!(f, ".{nanos:09}Z"),
        }
    }
}

/// Reads RFC 3339 with any offset from UTC, or a date alone, which is its midnight in UTC.
///
/// As RFC 3339 allows, `t`, `z` and a space for the `T` are understood. A leap second, `23:59:60`, is the
/// first second of the next day, since timestamps do not count it (S1).
///
/// # Errors
///
/// Says what is wrong with a text that is not of this form, has no time zone, names a day or an hour that
/// does not exist, is finer than a nanosecond, or lies outside [`Timestamp::MIN`] to [`Timestamp::MAX`].
///
/// ```
/// use asp_core::Timestamp;
///
/// let local: Timestamp = "2025-01-01T02:00:00+02:00".parse()?;
/// assert_eq!(local, "2025-01-01".parse()?);
///
/// let error = "yesterday".parse::<Timestamp>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"yesterday\" is not a time\n= help: write it as \"2025-01-01T00:00:00Z\" or \"2025-01-01\""
/// );
/// # Ok::<(), asp_core::time::ParseTimestampError>(())
/// ```
impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Timestamp, ParseTimestampError> {
        parse(text.as_bytes())
            .map(Timestamp::from_nanos)
            .map_err(|fault| ParseTimestampError { text: text.into(), fault })
    }
}

/// A text is not a [`Timestamp`].
///
/// It prints as one sentence with a remedy, also under `{:?}`, so that `unwrap` shows it.
///
/// ```
/// use asp_core::Timestamp;
///
/// let error = "1500-01-01".parse::<Timestamp>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"1500-01-01\" is before the first timestamp 1677-09-21T00:12:43.145224192Z"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ParseTimestampError {
    text: Box<str>,
    fault: Fault,
}

#[derive(Clone, PartialEq, Eq)]
enum Fault {
    NotATime,
    NoZone,
    NoSuch(Part),
    TooFine,
    Before,
    Beyond,
}

/// A number of the text and the numbers that would be right in its place.
#[derive(Clone, PartialEq, Eq)]
struct Part {
    name: &'static str,
    found: u32,
    first: u32,
    last: u32,
}

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &*self.text;
        match &self.fault {
            Fault::NotATime if is_count(text) => write!(
                f,
                "{text:?} is a number, not a time\n\
                 = help: for a count since 1970 use `Timestamp::from_secs`, `from_millis`, `from_micros` or \
                 `from_nanos`"
            ),
            Fault::NotATime => write!(
                f,
                "{text:?} is not a time\n\
                 = help: write it as \"2025-01-01T00:00:00Z\" or \"2025-01-01\""
            ),
            Fault::NoZone => write!(
                f,
                "time {text:?} has no time zone\n\
                 = help: write \"{text}Z\" for UTC, or add an offset as in \"{text}+02:00\""
            ),
            Fault::NoSuch(Part { name, found, first, last }) => write!(
                f,
                "there is no {name} {found:02} in {text:?}\n\
                 = help: the {name} is a number from {first:02} to {last:02}"
            ),
            Fault::TooFine => write!(
                f,
                "time {text:?} is finer than the clock\n\
                 = note: time is counted in whole nanoseconds"
            ),
            Fault::Before => write!(f, "{text:?} {}", beside_the_timestamps(true)),
            Fault::Beyond => write!(f, "{text:?} {}", beside_the_timestamps(false)),
        }
    }
}

impl fmt::Debug for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ParseTimestampError {}

fn is_count(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads the form first and looks at the numbers afterwards: a text of another form is not a time at all,
/// whatever its numbers are.
fn parse(text: &[u8]) -> Result<i64, Fault> {
    let form = Form::of(text)?;
    let date = NaiveDate::from_ymd_opt(form.year, form.month, form.day).ok_or_else(|| no_date(&form))?;
    let hour = within("hour", form.hour, 0, 23)?;
    let minute = within("minute", form.minute, 0, 59)?;
    let second = within("second", form.second, 0, 60)?;
    let offset_hour = within("offset hour", form.offset_hour, 0, 23)?;
    let offset_minute = within("offset minute", form.offset_minute, 0, 59)?;

    let days = i64::from(date.num_days_from_ce()) - DAYS_TO_1970;
    let offset = i64::from(offset_hour * 3600 + offset_minute * 60);
    let offset = if form.west { -offset } else { offset };
    let minutes = i64::from(hour * 60 + minute);
    let start_of_minute = days * 86_400 + minutes * 60 - offset;
    if second == 60 && start_of_minute.rem_euclid(86_400) != 86_340 {
        return Err(no_such("second", 60, 0, 59));
    }
    let seconds = start_of_minute + i64::from(second);
    nanos_of(seconds, form.nanos).ok_or(if seconds < 0 { Fault::Before } else { Fault::Beyond })
}

/// Days from the first of January of year 1 to that of 1970, the first being day 1.
const DAYS_TO_1970: i64 = 719_163;

fn within(name: &'static str, found: u32, first: u32, last: u32) -> Result<u32, Fault> {
    if (first..=last).contains(&found) { Ok(found) } else { Err(no_such(name, found, first, last)) }
}

fn no_such(name: &'static str, found: u32, first: u32, last: u32) -> Fault {
    Fault::NoSuch(Part { name, found, first, last })
}

#[cold]
fn no_date(form: &Form) -> Fault {
    let exists = |&day: &u32| NaiveDate::from_ymd_opt(form.year, form.month, day).is_some();
    match (28..=31).rev().find(exists) {
        Some(last) => no_such("day", form.day, 1, last),
        None => no_such("month", form.month, 1, 12),
    }
}

/// The numbers of a text of the right form, not yet looked at.
#[derive(Default)]
struct Form {
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
    west: bool,
    offset_hour: u32,
    offset_minute: u32,
}

impl Form {
    fn of(text: &[u8]) -> Result<Form, Fault> {
        let (date, rest) = text.split_first_chunk::<10>().ok_or(Fault::NotATime)?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return Err(Fault::NotATime) };
        let mut form = Form {
            year: (two(y1, y2)? * 100 + two(y3, y4)?) as i32,
            month: two(m1, m2)?,
            day: two(d1, d2)?,
            ..Form::default()
        };
        if rest.is_empty() {
            return Ok(form);
        }

        let (time, rest) = rest.split_first_chunk::<9>().ok_or(Fault::NotATime)?;
        let [b'T' | b't' | b' ', h1, h2, b':', m1, m2, b':', s1, s2] = *time else {
            return Err(Fault::NotATime);
        };
        (form.hour, form.minute, form.second) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);

        let (fraction, zone) = match rest.split_first() {
            Some((b'.', rest)) => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                rest.split_at_checked(digits).filter(|_| digits > 0).ok_or(Fault::NotATime)?
            }
            _ => (&[][..], rest),
        };
        match *zone {
            [b'Z' | b'z'] => {}
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                form.west = sign == b'-';
                (form.offset_hour, form.offset_minute) = (two(h1, h2)?, two(m1, m2)?);
            }
            [] => return Err(Fault::NoZone),
            _ => return Err(Fault::NotATime),
        }
        form.nanos = nanos(fraction)?;
        Ok(form)
    }
}

fn two(tens: u8, ones: u8) -> Result<u32, Fault> {
    match (tens, ones) {
        (b'0'..=b'9', b'0'..=b'9') => Ok(u32::from(tens - b'0') * 10 + u32::from(ones - b'0')),
        _ => Err(Fault::NotATime),
    }
}

fn nanos(fraction: &[u8]) -> Result<u32, Fault> {
    let (kept, finer) = fraction.split_at(fraction.len().min(9));
    if finer.iter().any(|&digit| digit != b'0') {
        return Err(Fault::TooFine);
    }
    let kept = kept.iter().copied().chain(std::iter::repeat(b'0')).take(9);
    Ok(kept.fold(0, |nanos, digit| nanos * 10 + u32::from(digit - b'0')))
}
