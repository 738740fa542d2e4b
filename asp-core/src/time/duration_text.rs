//! Duration literals: `"1s"`, `"250ms"`, `"1h30min"`, `"1.5s"`, `"1d 12h"`.
//!
//! Turns text into whole nanoseconds, or into a fault that says what to write instead. Pure, and free
//! of paths into its crate: the macros and the run time compile the same file, so that a literal in an
//! attribute and a string parsed while running have one grammar and one set of texts.
//! Whether a length of zero makes sense is for the caller to say.

use core::fmt;

/// Units from the longest to the shortest, which is also the order in which parts are written.
const UNITS: [(&str, i64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

const UNIT_LIST: &str = "units are `ns`, `us`, `ms`, `s`, `min`, `h`, `d`";
const EXAMPLES: &str = "for example \"1s\", \"250ms\", \"1h30min\"";

/// Other words for the units, in lower case.
const WORDS: [(&str, &[&str]); 7] = [
    ("d", &["day", "days"]),
    ("h", &["hr", "hrs", "hour", "hours"]),
    ("min", &["mins", "minute", "minutes"]),
    ("s", &["sec", "secs", "second", "seconds"]),
    ("ms", &["msec", "msecs", "milli", "millis", "millisecond", "milliseconds"]),
    (
        "us",
        &[
            // The micro sign and the Greek letter look the same and are both in use.
            "\u{b5}s",
            "\u{3bc}s",
            "usec",
            "usecs",
            "micro",
            "micros",
            "microsecond",
            "microseconds",
        ],
    ),
    ("ns", &["nsec", "nsecs", "nano", "nanos", "nanosecond", "nanoseconds"]),
];

const CALENDAR: [&str; 9] = ["mo", "mon", "month", "months", "y", "yr", "yrs", "year", "years"];

/// Why a text is not a duration.
///
/// `Display` gives the whole message: the fault, and on lines of their own what to write and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DurationFault {
    /// Nothing but white space.
    Empty,
    /// A unit stands alone: `"s"`.
    MissingNumber {
        /// What was given.
        text: String,
        /// The same with a number before it, if the unit is known.
        suggestion: Option<String>,
    },
    /// A number stands alone: `"1"`, `"1h30"`.
    MissingUnit {
        /// What was given.
        text: String,
        /// The number that lacks its unit.
        number: String,
        /// The same with the likeliest unit.
        suggestion: String,
    },
    /// A unit this grammar does not have: `"1x"`, `"1sec"`.
    UnknownUnit {
        /// What was given.
        text: String,
        /// The unknown unit.
        unit: String,
        /// The same in this grammar's units, if the unit is a known one in other words.
        suggestion: Option<String>,
    },
    /// Months and years, whose length depends on the date.
    CalendarUnit {
        /// What was given.
        text: String,
        /// The calendar unit.
        unit: String,
    },
    /// `m` and `M`, which are minutes to some, milliseconds or months to others.
    AmbiguousUnit {
        /// The unit as given.
        unit: String,
        /// The text with `min` in its place.
        minutes: String,
        /// The text with `ms` in its place.
        millis: String,
    },
    /// The text begins with a minus sign.
    Negative {
        /// What was given.
        text: String,
    },
    /// More nanoseconds than an `i64` holds.
    Overflow {
        /// What was given.
        text: String,
    },
    /// A fraction of a nanosecond.
    TooFine {
        /// What was given.
        text: String,
    },
    /// Units do not go from long to short, or one is given twice.
    OutOfOrder {
        /// What was given.
        text: String,
        /// The same length, in order.
        suggestion: String,
    },
    /// Text that is no part of a duration: `"1s later"`, `"1,5s"`.
    Stray {
        /// What was given.
        text: String,
        /// The first piece that does not belong.
        found: String,
        /// The text without it, if that is a duration.
        suggestion: Option<String>,
    },
}

impl fmt::Display for DurationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the duration is empty\n= help: {EXAMPLES}"),
            Self::MissingNumber { text, suggestion } => {
                write!(f, "duration {text:?} has no number")?;
                help(f, suggestion.as_deref(), EXAMPLES)
            }
            Self::MissingUnit { text, number, suggestion } => missing_unit(f, text, number, suggestion),
            Self::UnknownUnit { text, unit, suggestion } => {
                write!(f, "unknown unit `{unit}` in duration {text:?}")?;
                help(f, suggestion.as_deref(), UNIT_LIST)
            }
            Self::CalendarUnit { text, unit } => write!(
                f,
                "unknown unit `{unit}` in duration {text:?}\n= help: {UNIT_LIST}\n\
                 = note: calendar units have no fixed length"
            ),
            Self::AmbiguousUnit { unit, minutes, millis } => {
                write!(f, "unit `{unit}` is ambiguous\n= help: write {minutes:?} or {millis:?}")?;
                if unit == "M" {
                    f.write_str("\n= note: calendar units have no fixed length")?;
                }
                Ok(())
            }
            Self::Negative { text } => {
                write!(f, "duration {text:?} is negative\n= help: remove the sign")
            }
            Self::Overflow { text } => write!(
                f,
                "duration {text:?} is too long\n\
                 = note: the longest is about 292 years, the range of a timestamp"
            ),
            Self::TooFine { text } => write!(
                f,
                "duration {text:?} is finer than the clock\n\
                 = note: time is counted in whole nanoseconds"
            ),
            Self::OutOfOrder { text, suggestion } => {
                write!(f, "the parts of duration {text:?} are out of order\n= help: write {suggestion:?}")
            }
            Self::Stray { text, found, suggestion } => {
                if found.trim().is_empty() {
                    write!(f, "unexpected space in duration {text:?}")?;
                } else {
                    write!(f, "unexpected `{found}` in duration {text:?}")?;
                }
                help(f, suggestion.as_deref(), EXAMPLES)
            }
        }
    }
}

impl core::error::Error for DurationFault {}

fn missing_unit(f: &mut fmt::Formatter<'_>, text: &str, number: &str, suggestion: &str) -> fmt::Result {
    let is_all = text == number;
    if is_all {
        write!(f, "duration {text:?} has no unit")?;
    } else {
        write!(f, "`{number}` in duration {text:?} has no unit")?;
    }
    write!(f, "\n= help: write {suggestion:?}")?;
    match number {
        "1" if is_all => f.write_str(" for one second")?,
        _ if is_all => write!(f, " for {number} seconds")?,
        _ => {}
    }
    write!(f, "; {UNIT_LIST}")
}

fn help(f: &mut fmt::Formatter<'_>, suggestion: Option<&str>, otherwise: &str) -> fmt::Result {
    match suggestion {
        Some(text) => write!(f, "\n= help: write {text:?}"),
        None => write!(f, "\n= help: {otherwise}"),
    }
}

/// The length that `text` says, in nanoseconds; never negative.
pub(crate) fn parse(text: &str) -> Result<i64, DurationFault> {
    read(text).map_err(|fault| match fault {
        DurationFault::Stray { text, found, suggestion: Some(prefix) } => {
            DurationFault::Stray { suggestion: without(&text, prefix.len(), &found), text, found }
        }
        other => other,
    })
}

/// A number and its unit, as written.
#[derive(Clone, Copy)]
struct Part<'a> {
    number: &'a str,
    unit: &'a str,
}

/// Like [`parse`], but a stray piece comes with the text before it in place of a suggestion: finding
/// one takes reading other texts, which must not look for suggestions in turn.
fn read(text: &str) -> Result<i64, DurationFault> {
    let parts = split(text)?;
    let mut total = 0_i64;
    let mut ordered = true;
    let mut last = UNITS.len();
    for (index, part) in parts.iter().enumerate() {
        let Some(rank) = UNITS.iter().position(|(unit, _)| *unit == part.unit) else {
            return Err(unit_fault(text, &parts, index));
        };
        ordered &= index == 0 || rank > last;
        last = rank;
        total = nanos(text, part.number, UNITS[rank].1)?
            .checked_add(total)
            .ok_or_else(|| DurationFault::Overflow { text: text.into() })?;
    }
    if ordered {
        Ok(total)
    } else {
        Err(DurationFault::OutOfOrder { text: text.into(), suggestion: written(total) })
    }
}

/// Cuts the text into numbers and units, without knowing any unit.
fn split(text: &str) -> Result<Vec<Part<'_>>, DurationFault> {
    if text.trim().is_empty() {
        return Err(DurationFault::Empty);
    }
    if text.starts_with(['-', '\u{2212}']) {
        return Err(DurationFault::Negative { text: text.into() });
    }
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let next = if parts.is_empty() { rest } else { one_space(rest) };
        let number = &next[..number_len(next)];
        if number.is_empty() {
            return Err(no_number(text, next));
        }
        let behind = &next[number.len()..];
        let after = one_space(behind);
        let unit = &after[..run(after, char::is_alphabetic)];
        if unit.is_empty() {
            // A number may end the text or be followed by the next part; anything else is the fault.
            let goes_on = after.is_empty() || after.starts_with(|c: char| c.is_ascii_digit());
            return Err(if goes_on { no_unit(text, number, &parts) } else { stray(text, after) });
        }
        parts.push(Part { number, unit });
        rest = &after[unit.len()..];
    }
    Ok(parts)
}

fn one_space(text: &str) -> &str {
    match text.strip_prefix(' ') {
        // A space at the very end belongs to nothing.
        Some(rest) if !rest.is_empty() => rest,
        _ => text,
    }
}

/// The length of the beginning of `text` that satisfies `wanted`.
fn run(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}

/// The length of `12` or `1.5` at the beginning; a point counts only between digits.
fn number_len(text: &str) -> usize {
    let whole = run(text, |c| c.is_ascii_digit());
    let fraction = text[whole..].strip_prefix('.').map_or(0, |digits| run(digits, |c| c.is_ascii_digit()));
    if whole == 0 || fraction == 0 { whole } else { whole + 1 + fraction }
}

fn nanos(text: &str, number: &str, unit: i64) -> Result<i64, DurationFault> {
    let too_long = || DurationFault::Overflow { text: text.into() };
    let too_fine = || DurationFault::TooFine { text: text.into() };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole: i64 = whole.parse().map_err(|_| too_long())?;
    let fraction = fraction.trim_end_matches('0');
    // A day has 16 factors two and 11 factors five, so no longer fraction of any unit is whole.
    let digits = match u32::try_from(fraction.len()) {
        Ok(digits @ 0..=18) => digits,
        _ => return Err(too_fine()),
    };
    let scale = 10_i128.pow(digits);
    let scaled = i128::from(unit) * fraction.parse::<i128>().unwrap_or(0);
    if scaled % scale != 0 {
        return Err(too_fine());
    }
    i64::try_from(i128::from(whole) * i128::from(unit) + scaled / scale).map_err(|_| too_long())
}

/// A length in the words of this grammar, from long to short.
pub(crate) fn written(nanos: i64) -> String {
    let mut rest = nanos;
    let mut text = String::new();
    for (unit, length) in UNITS {
        if rest >= length {
            text.push_str(&format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

fn no_number(text: &str, next: &str) -> DurationFault {
    if text.contains(|c: char| c.is_ascii_digit()) || !next.starts_with(char::is_alphabetic) {
        return stray(text, next);
    }
    DurationFault::MissingNumber {
        text: text.into(),
        suggestion: known(text.trim()).map(|unit| format!("1{unit}")),
    }
}

fn no_unit(text: &str, number: &str, before: &[Part<'_>]) -> DurationFault {
    // After `1h` the thirty of `1h30` are most likely of the next unit.
    let unit = before
        .last()
        .and_then(|part| UNITS.iter().position(|(unit, _)| *unit == part.unit))
        .and_then(|rank| UNITS.get(rank + 1))
        .map_or("s", |(unit, _)| unit);
    let mut suggestion: String = before.iter().flat_map(|part| [part.number, part.unit]).collect();
    suggestion.push_str(number);
    suggestion.push_str(unit);
    DurationFault::MissingUnit { text: text.into(), number: number.into(), suggestion }
}

fn stray(text: &str, from: &str) -> DurationFault {
    let spaces = run(from, char::is_whitespace);
    let first = from.chars().next().map_or(0, char::len_utf8);
    let found = &from[..run(from, char::is_alphanumeric).max(spaces).max(first)];
    DurationFault::Stray {
        text: text.into(),
        found: found.into(),
        suggestion: Some(text[..text.len() - from.len()].into()),
    }
}

/// `text` without the piece `found` at `at`, or cut off there, if one of these is a duration.
fn without(text: &str, at: usize, found: &str) -> Option<String> {
    let (before, after) = (&text[..at], &text[at + found.len()..]);
    let is_digit = |c: char| c.is_ascii_digit();
    let joins_numbers = before.ends_with(is_digit) && after.starts_with(is_digit);
    let joined = match found {
        "," if joins_numbers => format!("{before}.{after}"),
        "_" | "'" => format!("{before}{after}"),
        "." if before.is_empty() => format!("0.{after}"),
        // `1/2s` without its stroke would be another length.
        _ if joins_numbers => return None,
        _ => format!("{before}{after}"),
    };
    [joined.as_str(), before]
        .into_iter()
        .map(|candidate| candidate.split_whitespace().collect::<Vec<_>>().join(" "))
        .find(|candidate| read(candidate).is_ok())
}

/// This grammar's unit for a word, in whatever case and number it is written.
fn known(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    WORDS.iter().find(|(unit, words)| *unit == word || words.contains(&word.as_str())).map(|(unit, _)| *unit)
}

fn unit_fault(text: &str, parts: &[Part<'_>], index: usize) -> DurationFault {
    let unit = parts[index].unit;
    let lower = unit.to_lowercase();
    if lower == "m" {
        return DurationFault::AmbiguousUnit {
            unit: unit.into(),
            minutes: with_unit(parts, index, "min"),
            millis: with_unit(parts, index, "ms"),
        };
    }
    if CALENDAR.contains(&lower.as_str()) {
        return DurationFault::CalendarUnit { text: text.into(), unit: unit.into() };
    }
    let suggestion = match lower.as_str() {
        "w" | "wk" | "week" | "weeks" => weeks(parts[index].number, parts.len()),
        _ => known(unit).map(|unit| with_unit(parts, index, unit)),
    };
    DurationFault::UnknownUnit { text: text.into(), unit: unit.into(), suggestion }
}

fn weeks(number: &str, parts: usize) -> Option<String> {
    let days = number.parse::<i64>().ok()?.checked_mul(7)?;
    (parts == 1).then(|| format!("{days}d"))
}

/// All parts, with `unit` at `index` and this grammar's units wherever other words stand.
fn with_unit(parts: &[Part<'_>], index: usize, unit: &str) -> String {
    let mut text = String::new();
    for (position, part) in parts.iter().enumerate() {
        text.push_str(part.number);
        text.push_str(if position == index { unit } else { known(part.unit).unwrap_or(part.unit) });
    }
    text
}
