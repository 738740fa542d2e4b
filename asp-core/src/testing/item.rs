//! What one step of a run is.

use std::fmt;

use crate::observe::{Class, Place};

/// One event, call, wake or tick of a [`TestRun`](super::TestRun): one that a step has dispatched, or one that is to come.
///
/// It prints as one line.
///
/// ```
#[doc = include_str!("../../doc/greeter.rs")]
/// let start: Timestamp = "2025-01-01".parse()?;
/// let mut run = testing::TestRun::new(Runner::new().start(start).add(Greeter::default()))?;
/// run.inject(Greeter::NAMES, start, "Jane".to_owned())?;
/// let item = run.step()?.expect("an event");
/// assert_eq!(item.to_string(), "2025-01-01T00:00:00Z event of \"names\": Greeter::arrive");
/// assert_eq!(item.place.class, Class::Event);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// Its place in the order of the run (S7), with its time and class.
    pub place: Place,
    /// The stream of an event.
    pub stream: Option<String>,
    /// Who handled it, as `Strategy::method`; a coroutine by its name. An event that is to come does not say who will, and
    /// one that only waits for a suspended handler (S41) was handled by nobody yet.
    pub handlers: Vec<String>,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.place.class {
            Class::Start => "start",
            Class::Event => "event",
            Class::Call => "call",
            Class::Tick => "tick",
            Class::Settled => "settled",
            Class::Stop => "stop",
        };
        write!(f, "{} {word}", self.place.time)?;
        if let Some(stream) = &self.stream {
            write!(f, " of \"{stream}\"")?;
        }
        if self.handlers.is_empty() { Ok(()) } else { write!(f, ": {}", self.handlers.join(", ")) }
    }
}

/// A strategy and its method; a coroutine has but a name.
pub(crate) fn who(name: &str, method: &str) -> String {
    if method.is_empty() { name.to_owned() } else { format!("{name}::{method}") }
}
