//! The behaviour of ASP as its users see it: everything is in the test targets. What several of these share is here.

use asp::testing::Script;
use asp::{Duration, ManualClock, Payload, Source, Timestamp};

/// That many seconds after 1970.
pub fn s(seconds: f64) -> Timestamp {
    Timestamp::from_nanos((seconds * 1e9).round() as i64)
}

/// That many seconds.
pub fn d(seconds: f64) -> Duration {
    Duration::from_nanos((seconds * 1e9).round() as i64)
}

/// Events at those seconds.
pub fn at<T: Clone>(events: &[(f64, T)]) -> Vec<(Timestamp, T)> {
    events.iter().map(|(seconds, value)| (s(*seconds), value.clone())).collect()
}

/// Texts at those seconds.
pub fn texts(events: &[(f64, &str)]) -> Vec<(Timestamp, String)> {
    events.iter().map(|(seconds, text)| (s(*seconds), (*text).to_owned())).collect()
}

/// A time in seconds, as short as it can be written.
pub fn seconds(time: Timestamp) -> String {
    let nanos = time.as_nanos();
    let (sign, nanos) = (if nanos < 0 { "-" } else { "" }, nanos.unsigned_abs());
    let text = format!("{sign}{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A clock that jumps, for a live run that hands over at that second.
pub fn jumping(handover: f64) -> ManualClock {
    ManualClock::jumping(s(handover))
}

/// A live source that yields these values at these seconds, and ends with the last one.
pub fn script<T: Payload + Clone>(clock: &ManualClock, events: &[(f64, T)]) -> Source<T> {
    let script = events
        .iter()
        .fold(Script::new(clock), |script, (seconds, value)| script.event(s(*seconds), value.clone()));
    let last = events.last().map_or(0.0, |(seconds, _)| *seconds);
    script.end(s(last)).source()
}

/// The same with texts.
pub fn visitors(clock: &ManualClock, events: &[(f64, &str)]) -> Source<String> {
    let events: Vec<(f64, String)> =
        events.iter().map(|(seconds, text)| (*seconds, (*text).to_owned())).collect();
    script(clock, &events)
}
