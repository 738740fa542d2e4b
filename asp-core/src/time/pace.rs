//! [`Pace`]: how fast virtual time may pass in a run over history (S59).

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::Instant;

/// How fast virtual time passes, as a multiple of real time.
///
/// A pace changes when things happen, never what happens.
///
/// ```
/// use asp_core::Pace;
///
/// assert_eq!("max".parse(), Ok(Pace::Max));
/// assert_eq!("2.5".parse(), Ok(Pace::Times(2.5)));
/// assert_eq!(Pace::Times(10.0).to_string(), "10");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Pace {
    /// As fast as the machine goes.
    #[default]
    Max,
    /// So many times as fast as real time; 1 is real time. What is not above zero counts as [`Pace::Max`].
    Times(f64),
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pace::Max => f.write_str("max"),
            Pace::Times(times) => times.fmt(f),
        }
    }
}

impl FromStr for Pace {
    type Err = ParsePaceError;

    fn from_str(text: &str) -> Result<Self, ParsePaceError> {
        match text.parse() {
            _ if text == "max" => Ok(Pace::Max),
            Ok(times) if times > 0.0 && f64::is_finite(times) => Ok(Pace::Times(times)),
            _ => Err(ParsePaceError { text: text.to_owned() }),
        }
    }
}

/// A text that is no [`Pace`].
///
/// ```
/// use asp_core::Pace;
///
/// let error = "slow".parse::<Pace>().unwrap_err();
/// assert!(error.to_string().starts_with("\"slow\" is not a pace"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsePaceError {
    text: String,
}

impl fmt::Display for ParsePaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a pace\n= help: write `max`, or a number above zero: `1` is real time",
            self.text
        )
    }
}

impl Error for ParsePaceError {}

/// Holds virtual time back to a pace, counting from its making.
#[derive(Debug)]
pub(crate) struct Pacer {
    begun: Instant,
    start: i64,
    times: f64,
}

impl Pacer {
    /// None if there is nothing to hold back.
    pub(crate) fn new(pace: Pace, start: i64) -> Option<Self> {
        match pace {
            Pace::Times(times) if times > 0.0 => Some(Pacer { begun: Instant::now(), start, times }),
            _ => None,
        }
    }

    /// Sleeps until `time` has come, or until somebody `stops` it; false then.
    pub(crate) fn wait_for(&self, time: i64, stops: impl Fn() -> bool) -> bool {
        let virtual_seconds = (i128::from(time) - i128::from(self.start)) as f64 / 1e9;
        let real = std::time::Duration::try_from_secs_f64((virtual_seconds / self.times).max(0.0));
        loop {
            let passed = self.begun.elapsed();
            match real {
                Ok(real) if real <= passed => return true,
                _ if stops() => return false,
                Ok(real) => std::thread::sleep((real - passed).min(A_WHILE)),
                // Further off than the clock can say.
                Err(_) => std::thread::sleep(A_WHILE),
            }
        }
    }
}

/// How long a request to stop may go unheard.
const A_WHILE: std::time::Duration = std::time::Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pace_is_refused() {
        for text in ["", "0", "-1", "NaN", "inf", "fast", "1x"] {
            let error = text.parse::<Pace>().unwrap_err();
            assert!(error.to_string().starts_with(&format!("{text:?} is not a pace")));
        }
    }

    #[test]
    fn s59_time_is_held_back_in_proportion() {
        let pacer = Pacer::new(Pace::Times(100.0), 5_000_000_000).unwrap();
        let begun = Instant::now();
        assert!(pacer.wait_for(4_000_000_000, || false));
        assert!(pacer.wait_for(6_000_000_000, || false));
        assert!(begun.elapsed() >= std::time::Duration::from_millis(10));
        assert!(!pacer.wait_for(i64::MAX, || true));
        assert!(Pacer::new(Pace::Max, 0).is_none());
    }
}
