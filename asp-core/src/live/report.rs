//! What a live run tells about each of its live streams (S38, S39, S40).

use std::fmt;

use crate::time::{Duration, Timestamp};

/// A hole in the numbering of a stream; see [`Source::sequence`](crate::Source::sequence).
///
/// ```
/// use asp_core::Gap;
///
/// assert_eq!(Gap { from: 7, to: 9 }.to_string(), "7 to 9");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Gap {
    /// The first number that is missing.
    pub from: u64,
    /// The last number that is missing.
    pub to: u64,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}

/// What came over one live stream, and how it joined its history; in [`Report::live`](crate::Report::live).
///
/// ```
/// use asp_core::StreamReport;
///
/// let report = StreamReport::default();
/// assert_eq!((report.received, report.gap()), (0, None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct StreamReport {
    /// The stream.
    pub stream: String,
    /// Live events that were let through.
    pub received: u64,
    /// Live events that were dropped because the queue was full (S39).
    pub dropped: u64,
    /// Live events that were dropped because history, or the connection before, had brought them (S38).
    pub spliced: u64,
    /// Live events that were dropped because they were too late (S37).
    pub late: u64,
    /// Live events whose time was moved behind an item that was dispatched before they were seen (S32, S51).
    pub restamped: u64,
    /// Numbers that are missing in the sequence of the stream.
    pub missing: u64,
    /// The holes they make, at most the first 1000.
    pub gaps: Vec<Gap>,
    /// How often the source was disconnected.
    pub disconnects: u64,
    /// The time of the last past event.
    pub last_past: Option<Timestamp>,
    /// Its id, if the stream is spliced by id.
    pub last_past_id: Option<String>,
    /// The event time of the first live event that came, be it delivered or known from history.
    pub first_live: Option<Timestamp>,
    /// The most by which an event was dispatched after its own time; negative if all clocks of the source were ahead.
    pub max_lag: Option<Duration>,
}

impl StreamReport {
    /// The time between the last past event and the first live one: what history and feed together do not cover, if
    /// the stream usually has more events than that. Negative if they overlap.
    ///
    /// ```
    /// use asp_core::StreamReport;
    ///
    /// assert_eq!(StreamReport::default().gap(), None);
    /// ```
    pub fn gap(&self) -> Option<Duration> {
        self.first_live?.checked_since(self.last_past?)
    }
}

impl fmt::Display for StreamReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} received", self.stream, self.received)?;
        let counts = [
            (self.dropped, "dropped"),
            (self.spliced, "known already"),
            (self.late, "too late"),
            (self.restamped, "restamped"),
            (self.missing, "missing"),
            (self.disconnects, "disconnects"),
        ];
        for (count, what) in counts.into_iter().filter(|&(count, _)| count > 0) {
            write!(f, ", {count} {what}")?;
        }
        match (self.last_past, self.first_live, self.gap()) {
            (Some(past), Some(live), Some(gap)) => {
                write!(f, "; history to {past}, live from {live} (gap {gap})")
            }
            (Some(past), ..) => write!(f, "; history to {past}"),
            _ => Ok(()),
        }
    }
}
