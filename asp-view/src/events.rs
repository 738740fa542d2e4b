//! The last events of some streams, as text.
//!
//! The run shows ten of each stream whenever it was asked how it is doing, which is five times a second. So a stream of rare
//! events shows all of them, and one of a million a second is as fast as if nobody looked.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asp_core::{Event, Payload, Runner, Stream};
use serde::Serialize;

/// How many are kept of all streams together, and of one at least.
const LAST: usize = 50;
const LEAST: usize = 5;

/// How much of a payload is shown, in bytes.
const LONGEST: usize = 300;

/// The streams whose events are shown.
#[derive(Default)]
pub(crate) struct Taps(Vec<Arc<Tap>>);

/// One of them.
struct Tap {
    stream: String,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    events: VecDeque<LastEvent>,
    /// How many there have been.
    count: u64,
}

/// An event as text.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LastEvent {
    pub(crate) time: String,
    pub(crate) stream: String,
    pub(crate) payload: String,
    #[serde(skip)]
    nanos: i64,
}

impl Taps {
    /// Looks at a stream, after all of its readers.
    pub(crate) fn tap<T: Payload + Serialize>(&mut self, runner: Runner, stream: Stream<T>) -> Runner {
        let tap = Arc::new(Tap { stream: stream.name().to_owned(), kept: Mutex::default() });
        self.0.push(Arc::clone(&tap));
        runner.peek(stream, move |event: &Event<T>| tap.keep(event))
    }

    /// A number that grows with each event that is kept.
    pub(crate) fn count(&self) -> u64 {
        self.0.iter().map(|tap| tap.kept().count).sum()
    }

    /// The last ones, by their times, and those of equal times by their streams.
    pub(crate) fn last(&self) -> Vec<LastEvent> {
        let most = (LAST / self.0.len().max(1)).max(LEAST);
        let mut events = Vec::new();
        for tap in &self.0 {
            let kept = tap.kept();
            events.extend(kept.events.iter().skip(kept.events.len().saturating_sub(most)).cloned());
        }
        events.sort_by_key(|event| event.nanos);
        events
    }
}

impl Tap {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep<T: Serialize>(&self, event: &Event<T>) {
        let mut bytes = Vec::new();
        // What does not fit is cut off, what cannot be serialized is not shown.
        let _ = serde_json::to_writer(Short(&mut bytes), &event.value);
        let text = String::from_utf8_lossy(&bytes);
        let mut payload = text.trim_end_matches(char::REPLACEMENT_CHARACTER).to_owned();
        if bytes.len() == LONGEST {
            payload.push('…');
        }
        let (time, nanos) = (event.time.to_string(), event.time.as_nanos());
        let mut kept = self.kept();
        kept.count += 1;
        if kept.events.len() == LAST {
            kept.events.pop_front();
        }
        kept.events.push_back(LastEvent { time, stream: self.stream.clone(), payload, nanos });
    }
}

/// Writes as much as fits.
struct Short<'a>(&'a mut Vec<u8>);

impl Write for Short<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = bytes.len().min(LONGEST - self.0.len());
        self.0.extend_from_slice(&bytes[..fits]);
        // Nothing written says that there is no room: then the rest is not even serialized.
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use asp_core::{Duration, Monitor, Timestamp, timestamps};

    use super::*;

    const LINES: Stream<String> = Stream::new("lines");

    #[test]
    fn of_many_events_some_become_text() {
        let mut taps = Taps::default();
        let times = timestamps(Timestamp::EPOCH, Duration::from_secs(1));
        let lines = times.zip((0..1000).map(|k| format!("{k}")));
        let runner = taps.tap(Runner::new().feed(LINES, lines).collect(LINES), LINES);
        runner.monitor(&Monitor::new()).run().unwrap();
        assert_eq!(taps.count(), 10);
        let last = taps.last();
        assert_eq!((last[9].time.as_str(), last[9].payload.as_str()), ("1970-01-01T00:00:09Z", "\"9\""));
    }

    #[test]
    fn a_long_payload_is_cut() {
        let mut taps = Taps::default();
        let line = [(Timestamp::EPOCH, "é".repeat(1000))];
        taps.tap(Runner::new().feed(LINES, line).collect(LINES), LINES)
            .monitor(&Monitor::new())
            .run()
            .unwrap();
        let payload = &taps.last()[0].payload;
        assert!(payload.ends_with("é…") && payload.len() <= LONGEST + '…'.len_utf8(), "{payload}");
    }
}
