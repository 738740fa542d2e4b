//! What went wrong, as a sentence with its remedy.

use std::fmt;

use super::{ErrorKind, HandlerFailure, Reason, Request};
use crate::time::Timestamp;

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::Graph(faults) => {
                for (k, fault) in faults.iter().enumerate() {
                    write!(f, "{}{fault}", if k == 0 { "" } else { "\n" })?;
                }
                Ok(())
            }
            ErrorKind::EmptyInterval { start, end } => {
                write!(
                    f,
                    "the run would end at {end}, before it starts at {start}; swap `.start(..)` and `.end(..)`"
                )
            }
            ErrorKind::NoEnd => {
                f.write_str("nothing but timers is left and the run has no end; set `.end(..)`")
            }
            ErrorKind::StartsLater { start, now } => {
                write!(
                    f,
                    "the live run would start at {start}, but it is {now}; remove `.start(..)`, or wait"
                )
            }
            ErrorKind::PacedLive => {
                f.write_str("a live run goes at the pace of its clock; remove `.pace(..)`, or use `.run()`")
            }
            ErrorKind::Unordered { stream, position, index, previous, found } => {
                write!(f, "stream \"{stream}\"{} goes back in time at index {index}: ", Position(*position))?;
                write!(f, "{found} after {previous}; sort it, or allow a window with `reorder(..)`")
            }
            ErrorKind::Source { stream, position, index, error } => {
                write!(
                    f,
                    "the source of stream \"{stream}\"{} failed at index {index}: {error}",
                    Position(*position)
                )
            }
            ErrorKind::Sink { stream, time, error } => {
                write!(f, "a sink of stream \"{stream}\" failed at {time}: {error}")
            }
            ErrorKind::Handler(failure) => failure.fmt(f),
            ErrorKind::SameInstantLoop { time, rounds, last } => {
                write!(f, "{rounds} rounds at {time} without time moving on; last: {}", last.join(" -> "))?;
                f.write_str("; delay one of them by at least 1ns")
            }
            ErrorKind::DrainLimit { strategy, method, limit } => {
                write!(f, "{limit} dispatches after the last source event, and {strategy}::{method} still ")?;
                f.write_str("schedules more; set `.end(..)`, or raise `.drain_limit(..)`")
            }
            ErrorKind::ForeignWake { strategy, method, now } => {
                write!(f, "{} was woken at {now} by something outside of the run; ", Who(strategy, method))?;
                f.write_str("wrap what it waits for in `cx.external(..)`")
            }
            ErrorKind::Stuck { tasks, now } => {
                let (s, verb) = if tasks.len() == 1 { ("", "waits") } else { ("s", "wait") };
                write!(f, "stuck at {now}: {} task{s} {verb} and nothing is left that could ", tasks.len())?;
                write!(f, "wake {}: ", if tasks.len() == 1 { "it" } else { "them" })?;
                Few(tasks).fmt(f)?;
                f.write_str(
                    "; set `.end(..)`, or wrap what they wait for in `cx.external(..)` if it is outside",
                )
            }
            ErrorKind::Blocked { tasks, now } => {
                let verb = if tasks.len() == 1 { "waits" } else { "wait" };
                write!(
                    f,
                    "{} {verb} at {now} for the tokio runtime of this very thread, which `run()` ",
                    Few(tasks)
                )?;
                f.write_str("blocks; give the run to `tokio::task::spawn_blocking`, or await `run_live()`")
            }
            ErrorKind::Backlog { strategy, method, limit } => {
                write!(f, "more than {limit} items of {strategy} wait for its handler `{method}` to end; ")?;
                f.write_str("let it wait less, or write it with `this: Shared<Self>` so that others go on")
            }
            ErrorKind::Refused { strategy, method, request } => {
                write!(f, "{}: {request}", Who(strategy, method))
            }
            ErrorKind::NotInOutcome(text) => f.write_str(text),
            ErrorKind::Time(error) => error.fmt(f),
            ErrorKind::Duration(error) => error.fmt(f),
            ErrorKind::OutOfRange(error) => error.fmt(f),
        }
    }
}

/// How many tasks a run that is stuck names.
const STUCK: usize = 8;

/// The first of the names, and how many more there are.
struct Few<'a>(&'a [String]);

impl fmt::Display for Few<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Few(names) = self;
        f.write_str(&names[..names.len().min(STUCK)].join(", "))?;
        match names.len().saturating_sub(STUCK) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// `Strategy::method`, or the name of a coroutine.
struct Who<'a>(&'a str, &'a str);

impl fmt::Display for Who<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Who(strategy, method) = self;
        if method.is_empty() { f.write_str(strategy) } else { write!(f, "{strategy}::{method}") }
    }
}

/// ` (source 2)`, for merged sources.
struct Position(Option<usize>);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |position| write!(f, " (source {position} of the merge)"))
    }
}

impl fmt::Display for HandlerFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HandlerFailure { strategy, method, now, .. } = self;
        let verb = match self.reason {
            Reason::Error(_) => "failed",
            Reason::Panic(_) => "panicked",
        };
        write!(f, "{} {verb} at {now}", Who(strategy, method))?;
        if let (Some(stream), Some(index)) = (&self.stream, self.index) {
            write!(f, " on stream \"{stream}\", event {index}")?;
        }
        match &self.reason {
            Reason::Error(error) => write!(f, ": {error}"),
            Reason::Panic(message) => write!(f, ": {message}"),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::InPast { requested, now } => {
                write!(f, "a call was asked for {requested} but it is {now}; use `cx.after(..)` for a delay")
            }
            Request::Overflow { base, delay } => {
                write!(f, "{base} + {delay} is beyond the last timestamp {}", Timestamp::MAX)
            }
            Request::Interval { method, interval: Some(interval) } => {
                write!(f, "`{method}` was to be called every {interval}; an interval is longer than zero")
            }
            Request::Interval { method, interval: None } => {
                write!(f, "the interval of `{method}` is too long; the longest is about 292 years")
            }
            Request::NotListed { stream } => {
                write!(f, "it emits on stream \"{stream}\", which it does not list; ")?;
                f.write_str("add it to `#[strategy(emits(..))]`")
            }
            Request::Carries { stream, given } => {
                write!(f, "it emits {given} on stream \"{stream}\", which carries another type; ")?;
                f.write_str("use the generated constant of the stream")
            }
            Request::NoStream { stream, similar } => {
                write!(f, "it waits for stream \"{stream}\", which this run does not have; ")?;
                match similar {
                    Some(similar) => write!(f, "a stream with a similar name exists: \"{similar}\""),
                    None => f.write_str("feed it, or add the strategy that emits it"),
                }
            }
            Request::OtherType { stream, given } => {
                write!(f, "it waits for {given} on stream \"{stream}\", which carries another type; ")?;
                f.write_str("use the generated constant of the stream")
            }
        }
    }
}
