//! Times as files hold them: RFC 3339, local times of a zone, dates, and counts since 1970.

use asp_core::Timestamp;
use asp_core::time::ParseTimestampError;

use crate::error::one_line;
use crate::names::quoted;
use crate::uri::{Unit, Uri};
use crate::zone::{NotOnce, Zone};

/// Reads the time column of one URI.
#[derive(Clone, Debug)]
pub(crate) struct TimeReader {
    pub(crate) unit: Option<Unit>,
    zone: Zone,
}

impl TimeReader {
    pub(crate) fn new(uri: &Uri) -> TimeReader {
        TimeReader { unit: uri.unit(), zone: uri.zone_of_times() }
    }

    /// The instant that a text means, or the sentence that says why it is none.
    #[inline]
    pub(crate) fn read(&self, text: &str) -> Result<Timestamp, String> {
        if let Some(unit) = self.unit
            && let Some(counted) = count(text, unit.digits())
        {
            return counted.map(Timestamp::from_nanos).map_err(|fault| fault.sentence(text, unit));
        }
        if has_offset(text.as_bytes()) {
            return text.parse().map_err(|error| self.sentence(text, text, &error));
        }
        self.read_local(text)
    }

    /// Whether local times are those of UTC.
    #[cfg(feature = "parquet")]
    pub(crate) fn is_utc(&self) -> bool {
        self.zone == Zone::Utc
    }

    /// The instant of a local time, which comes as the timestamp that it would be in UTC.
    #[cfg(feature = "parquet")]
    pub(crate) fn local(&self, as_utc: Timestamp) -> Result<Timestamp, String> {
        let text = || as_utc.to_string().trim_end_matches('Z').to_owned();
        self.zone.instant(as_utc).map_err(|fault| self.not_once(&text(), fault))
    }

    /// A date-time without an offset, or a date.
    fn read_local(&self, text: &str) -> Result<Timestamp, String> {
        let mut buffer = [0; 40];
        let as_utc = match buffer.get_mut(..=text.len()) {
            Some(zoned) if text.len() > 10 => {
                zoned[..text.len()].copy_from_slice(text.as_bytes());
                zoned[text.len()] = b'Z';
                str::from_utf8(zoned).unwrap_or(text)
            }
            _ => text,
        };
        let local = as_utc.parse().map_err(|error| self.sentence(text, as_utc, &error))?;
        self.zone.instant(local).map_err(|fault| self.not_once(text, fault))
    }

    #[cold]
    fn sentence(&self, text: &str, parsed: &str, error: &ParseTimestampError) -> String {
        if count(text, 9).is_some() {
            return format!(
                "{} is a number, not a time; name its unit in the URI: `unit=s`, `unit=ms`, `unit=us` or `unit=ns`",
                quoted(text)
            );
        }
        let error = error.to_string().replace(&format!("{parsed:?}"), &quoted(text));
        let sentence = one_line(&error);
        match self.unit {
            Some(unit) if sentence.contains(" is not a time;") => {
                format!("{} is neither a number of {} nor a time", quoted(text), unit.plural())
            }
            _ => sentence,
        }
    }

    #[cold]
    fn not_once(&self, text: &str, fault: NotOnce) -> String {
        let zone = self.zone.name();
        match fault {
            NotOnce::Skipped => format!(
                "{text:?} does not exist in {zone}, where clocks were put forward over it; \
                 write the time with its offset, as in \"2025-01-01T00:00:00+01:00\""
            ),
            NotOnce::Twice(first, second) => {
                // A date alone is its midnight.
                let time = if text.len() == 10 { format!("{text}T00:00:00") } else { text.to_owned() };
                format!(
                    "{text:?} comes twice in {zone}; write the one that is meant, \"{time}{first}\" or \
                     \"{time}{second}\""
                )
            }
            NotOnce::OutOfRange => format!("{text:?} in {zone} lies outside {} to {}", MIN, MAX),
        }
    }
}

const MIN: Timestamp = Timestamp::MIN;
const MAX: Timestamp = Timestamp::MAX;

/// Whether a text ends like a time with its offset: in `Z`, `+02:00` or `-02:00`.
fn has_offset(text: &[u8]) -> bool {
    match *text {
        [.., b'Z' | b'z'] => true,
        [.., b'+' | b'-', _, _, b':', _, _] => text.len() > 10,
        _ => false,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum CountFault {
    TooFine,
    Before,
    Beyond,
}

impl CountFault {
    #[cold]
    fn sentence(self, text: &str, unit: Unit) -> String {
        let (text, units) = (quoted(text), unit.plural());
        match self {
            CountFault::TooFine => {
                format!("{text} {units} are finer than the clock; time is counted in whole nanoseconds")
            }
            CountFault::Before => format!("{text} {units} are before the first timestamp {MIN}"),
            CountFault::Beyond => format!("{text} {units} are beyond the last timestamp {MAX}"),
        }
    }
}

/// A decimal number times ten to `scale`, exactly; `None` for what is no decimal number.
fn count(text: &str, scale: u32) -> Option<Result<i64, CountFault>> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    let whole = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if whole == digits.len() && (1..=19).contains(&whole) {
        // The common case: a count in whole units, in which no `u64` overflows.
        let value = digits.iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        return Some(signed(negative, u128::from(value) * 10_u128.pow(scale)));
    }
    let (mantissa, exponent) = match digits.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&digits[..at], exponent(&digits[at + 1..])?),
        None => (digits, 0),
    };
    let (whole, fraction) = match mantissa.iter().position(|&byte| byte == b'.') {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, &[][..]),
    };
    let mut all = whole.iter().chain(fraction);
    if whole.is_empty() || !all.clone().all(u8::is_ascii_digit) {
        return None;
    }
    // The point moves right by so many digits.
    let point = whole.len() as i64 + i64::from(scale) + i64::from(exponent);
    let mut value = 0_u128;
    for _ in 0..point.max(0) {
        let digit = all.next();
        if value == 0 && digit.is_none() {
            break;
        }
        if value > u128::from(u64::MAX) {
            return Some(signed(negative, value));
        }
        value = value * 10 + u128::from(digit.map_or(0, |digit| digit - b'0'));
    }
    if point < 0 && whole.iter().chain(fraction).any(|&digit| digit != b'0')
        || all.any(|&digit| digit != b'0')
    {
        return Some(Err(CountFault::TooFine));
    }
    Some(signed(negative, value))
}

fn exponent(text: &[u8]) -> Option<i16> {
    str::from_utf8(text).ok()?.parse().ok()
}

fn signed(negative: bool, magnitude: u128) -> Result<i64, CountFault> {
    let fault = if negative { CountFault::Before } else { CountFault::Beyond };
    let magnitude = i128::try_from(magnitude).unwrap_or(i128::MAX);
    i64::try_from(if negative { -magnitude } else { magnitude }).map_err(|_| fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(zone: &str) -> TimeReader {
        TimeReader { unit: None, zone: Zone::of_name(zone).unwrap() }
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(count("1517363399.650123456", 9), Some(Ok(1_517_363_399_650_123_456)));
        assert_eq!(count("1517363399650", 6), Some(Ok(1_517_363_399_650_000_000)));
        assert_eq!(count("9223372036854775807", 0), Some(Ok(i64::MAX)));
        assert_eq!(count("-9223372036854775808", 0), Some(Ok(i64::MIN)));
        assert_eq!(count("-9223372036.854775808", 9), Some(Ok(i64::MIN)));
        assert_eq!(count("1.7e+18", 0), Some(Ok(1_700_000_000_000_000_000)));
        assert_eq!(count("1.5e-3", 9), Some(Ok(1_500_000)));
        assert_eq!(count("1.50000", 3), Some(Ok(1500)));
        assert_eq!(count("1.", 3), Some(Ok(1000)));
        assert_eq!(count("0e9999", 9), Some(Ok(0)));
        assert_eq!(count("0.0e-9999", 9), Some(Ok(0)));
        assert_eq!(count("00000000000000000000001", 9), Some(Ok(1_000_000_000)));
    }

    #[test]
    fn counts_that_are_none() {
        for text in ["", "-", "1a", "a", ".", ".5", "1.5.5", "1e", "e5", "0x10", "--1", "1_000", "2025-01-01"]
        {
            assert_eq!(count(text, 9), None, "{text}");
        }
        assert_eq!(count("9223372036854775808", 0), Some(Err(CountFault::Beyond)));
        assert_eq!(count("-9223372036854775809", 0), Some(Err(CountFault::Before)));
        assert_eq!(count("1e30000", 0), Some(Err(CountFault::Beyond)));
        assert_eq!(count("99999999999999999999", 9), Some(Err(CountFault::Beyond)));
        assert_eq!(count("1.5", 0), Some(Err(CountFault::TooFine)));
        assert_eq!(count("1e-10", 9), Some(Err(CountFault::TooFine)));
        assert_eq!(count("15e-30000", 9), Some(Err(CountFault::TooFine)));
    }

    #[test]
    fn texts_are_read_with_and_without_an_offset() {
        let hour: Timestamp = "2025-01-01T01:00:00Z".parse().unwrap();
        let utc = reader("UTC");
        for text in ["2025-01-01T01:00:00Z", "2025-01-01 01:00:00", "2025-01-01T03:00:00.000+02:00"] {
            assert_eq!(utc.read(text), Ok(hour), "{text}");
        }
        assert_eq!(utc.read("2025-01-01"), Ok("2025-01-01".parse().unwrap()));
        assert_eq!(
            utc.read("2025-02-30T00:00:00").unwrap_err(),
            "there is no day 30 in \"2025-02-30T00:00:00\"; the day is a number from 01 to 28"
        );
    }

    #[cfg(feature = "tz")]
    #[test]
    fn local_times_are_those_of_the_zone() {
        let paris = reader("Europe/Paris");
        assert_eq!(paris.read("2025-07-01T12:00:00"), Ok("2025-07-01T10:00:00Z".parse().unwrap()));
        assert_eq!(paris.read("2025-07-01"), Ok("2025-06-30T22:00:00Z".parse().unwrap()));
        assert_eq!(paris.read("2025-07-01T12:00:00Z"), Ok("2025-07-01T12:00:00Z".parse().unwrap()));
        assert_eq!(
            paris.read("2025-10-26T02:30:00").unwrap_err(),
            "\"2025-10-26T02:30:00\" comes twice in Europe/Paris; write the one that is meant, \
             \"2025-10-26T02:30:00+02:00\" or \"2025-10-26T02:30:00+01:00\""
        );
        assert_eq!(
            paris.read("2025-03-30T02:30:00").unwrap_err(),
            "\"2025-03-30T02:30:00\" does not exist in Europe/Paris, where clocks were put forward over it; write \
             the time with its offset, as in \"2025-01-01T00:00:00+01:00\""
        );
    }
}
