//! What the recipes share: times of one day, and the files that the book shows.

use std::fmt::Display;
use std::fs;

use asp::prelude::*;
use asp::{Outcome, Stream};

/// A time of the second of January 2025, a Thursday.
pub(crate) fn at(clock: &str) -> Timestamp {
    format!("2025-01-02T{clock}Z").parse().unwrap()
}

/// The time of the day.
pub(crate) fn clock(time: Timestamp) -> String {
    time.to_string()["2025-01-02T".len()..].trim_end_matches('Z').to_owned()
}

/// Events at times of that day.
pub(crate) fn times<T, const N: usize>(events: [(&str, T); N]) -> [(Timestamp, T); N] {
    events.map(|(clock, value)| (at(clock), value))
}

/// The same with texts.
pub(crate) fn texts<const N: usize>(events: [(&str, &str); N]) -> [(Timestamp, String); N] {
    times(events).map(|(time, text)| (time, text.to_owned()))
}

/// Runs, and compares what the stream had with what the book shows, each event with the time of its day.
pub(crate) fn shows<T: asp::Payload + Clone + Display>(name: &str, runner: Runner, stream: Stream<T>) {
    let outcome = runner.collect(stream.clone()).run();
    had(name, outcome, stream);
}

/// The same of a run that is over.
pub(crate) fn had<T: asp::Payload + Display>(name: &str, outcome: asp::Result<Outcome>, stream: Stream<T>) {
    let events = outcome.unwrap().collected(stream).unwrap();
    printed(name, events.iter().map(|event| format!("{} {}", clock(event.time), event.value)));
}

/// Compares lines with those of a file in `output/`.
pub(crate) fn printed(name: &str, lines: impl IntoIterator<Item = String>) {
    let path = format!("{}/cookbook/output/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let printed: String = lines.into_iter().map(|line| line + "\n").collect();
    let shown = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(printed, shown, "{path} has something else");
}
