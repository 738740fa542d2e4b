//! Times in serialized data: as text, in every format.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{Duration, ParseDurationError, Timestamp};

/// Text that a type is read from.
pub(crate) struct Text<T> {
    expected: &'static str,
    target: PhantomData<T>,
}

impl<T> Text<T> {
    pub(crate) fn of(expected: &'static str) -> Self {
        Text { expected, target: PhantomData }
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// As RFC 3339. With the feature `serde`.
///
/// ```
/// use asp_core::Timestamp;
///
/// let time: Timestamp = serde_json::from_str("\"2025-01-01T01:00:00+01:00\"")?;
/// assert_eq!(serde_json::to_string(&time)?, "\"2025-01-01T00:00:00Z\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text::of("a time as in RFC 3339, as 2025-01-01T12:00:00Z"))
    }
}

/// As text, `1h30min`. With the feature `serde`.
///
/// ```
/// use asp_core::Duration;
///
/// let lesson: Duration = serde_json::from_str("\"90min\"")?;
/// assert_eq!(serde_json::to_string(&lesson)?, "\"1h30min\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text::of("a duration, as 1h30min")).map(|Signed(duration)| duration)
    }
}

/// A duration as it is printed: what the run says may be negative, what users write may not.
struct Signed(Duration);

impl FromStr for Signed {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix('-') {
            None => text.parse().map(Signed),
            // Its size is one too many for a positive one.
            Some(_) if text == Duration::MIN.to_string() => Ok(Signed(Duration::MIN)),
            Some(size) => size.parse().map(|size: Duration| Signed(Duration::ZERO - size)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round<T: Serialize + for<'de> Deserialize<'de> + PartialEq + fmt::Debug>(value: T, text: &str) {
        let json = serde_json::to_string(&value).expect("it is text");
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<T>(&json).expect("it is read back"), value);
    }

    #[test]
    fn times_come_back_from_text() {
        round(Timestamp::MIN, "1677-09-21T00:12:43.145224192Z");
        round(Timestamp::from_nanos(1), "1970-01-01T00:00:00.000000001Z");
        round(Timestamp::MAX, "2262-04-11T23:47:16.854775807Z");
    }

    #[test]
    fn durations_come_back_from_text() {
        round(Duration::ZERO, "0s");
        round(Duration::from_millis(1500), "1s500ms");
        round(Duration::from_millis(-1500), "-1s500ms");
        for duration in [Duration::MIN, Duration::MIN + Duration::from_nanos(1), Duration::MAX] {
            round(duration, &duration.to_string());
        }
    }

    #[test]
    fn what_is_no_time_says_so() {
        let error = serde_json::from_str::<Timestamp>("\"noon\"").unwrap_err().to_string();
        assert!(error.starts_with("\"noon\" is not a time"), "{error}");
        let error = serde_json::from_str::<Duration>("5").unwrap_err().to_string();
        assert!(error.contains("expected a duration, as 1h30min"), "{error}");
    }
}
