//! What a run tells about each of its forwards.

use std::fmt;

use crate::time::Duration;

/// What became of the events of one [`Runner::forward`](crate::Runner::forward); in
/// [`Report::forwards`](crate::Report::forwards).
///
/// ```
/// use asp_core::{Runner, Stream, timestamps};
///
/// const PRICES: Stream<f64> = Stream::new("prices");
/// let prices = timestamps("2025-01-01".parse()?, "1s".parse()?).zip([20.5, 20.7]);
/// let outcome = Runner::new().feed(PRICES, prices).forward(PRICES, futures::sink::drain()).run()?;
/// let prices = &outcome.report().forwards[0];
/// assert_eq!((prices.stream.as_str(), prices.sent, prices.dropped), ("prices", 2, 0));
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ForwardReport {
    /// The stream.
    pub stream: String,
    /// Events that the sink has taken.
    pub sent: u64,
    /// Events that it did not get: since the buffer was full, or since the sink had failed, or gave no room at the end.
    pub dropped: u64,
    /// The most events that waited in the buffer.
    pub peak: usize,
    /// How long the run has waited for room in the buffer, in real time.
    pub blocked: Duration,
}

impl ForwardReport {
    /// True if the sink was too slow for the run: it has lost events, or held the run back.
    ///
    /// ```
    /// use asp_core::ForwardReport;
    ///
    /// assert!(!ForwardReport::default().was_slow());
    /// ```
    pub fn was_slow(&self) -> bool {
        self.dropped > 0 || self.blocked > Duration::ZERO
    }
}

impl fmt::Display for ForwardReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ForwardReport { stream, sent, dropped, peak, blocked } = self;
        write!(f, "{stream}: {sent} forwarded")?;
        if *dropped > 0 {
            write!(f, ", {dropped} dropped")?;
        }
        write!(f, ", at most {peak} waiting")?;
        if *blocked > Duration::ZERO { write!(f, ", the run held back for {blocked}") } else { Ok(()) }
    }
}
