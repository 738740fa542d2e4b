//! What went wrong, as a sentence with its remedy.

use std::borrow::Borrow;
use std::fmt;

use super::{ErrorKind, HandlerFailure, Reason, Request};
use crate::graph_fault::GraphFault;
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
            ErrorKind::EmptyInterval { start, end } if start == end => {
                write!(
                    f,
                    "the run would end at {end}, where it starts, and nothing at its end is dispatched; "
                )?;
                f.write_str("set a later `.end(..)`")
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
            ErrorKind::SameInstantLoop { time, rounds, path, .. } => {
                write!(f, "{rounds} rounds at {time} without time moving on: {path}; ")?;
                f.write_str("delay one of them, as with `cx.after(..)` or `cx.emit_after(..)`, or raise `.max_rounds(..)`")
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
            ErrorKind::NotInOutcome(text) | ErrorKind::NotInTest(text) => f.write_str(text),
            ErrorKind::InjectedInPast { stream, time, now } => {
                write!(
                    f,
                    "an event at {time} comes too late for stream \"{stream}\": the run is at {now}; "
                )?;
                f.write_str("inject it before the run is taken there, or give it that time or a later one")
            }
            ErrorKind::Time(error) => error.fmt(f),
            ErrorKind::Duration(error) => error.fmt(f),
            ErrorKind::OutOfRange(error) => error.fmt(f),
        }
    }
}

/// A fault of a strategy that has been spawned, for whose streams there is one more way out.
fn of_newcomer(fault: &GraphFault) -> String {
    match fault {
        GraphFault::NeverFed { stream, constant, similar: None, .. } => {
            let constant = constant.clone().unwrap_or_else(|| format!("Stream::named(\"{stream}\")"));
            format!("{fault}, or `.opens({constant})` if that comes later")
        }
        fault => fault.to_string(),
    }
}

/// How many names a sentence lists.
const FEW: usize = 8;

/// The first of the names, and how many more there are.
pub(crate) struct Few<'a, S>(pub(crate) &'a [S]);

impl<S: Borrow<str>> fmt::Display for Few<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Few(names) = self;
        f.write_str(&names[..names.len().min(FEW)].join(", "))?;
        match names.len().saturating_sub(FEW) {
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
                write!(f, "{requested} was asked for but it is {now}; ")?;
                f.write_str("use `cx.after(..)` or `cx.emit_after(..)` for a delay")
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
            Request::NotLatest { stream } => {
                write!(f, "it looks at the latest event of stream \"{stream}\", which it does not list; ")?;
                f.write_str("add it to `#[strategy(latest(..))]`")
            }
            Request::LatestOfOther { stream, given } => {
                write!(f, "it looks at {given} on stream \"{stream}\", which carries another type; ")?;
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
            Request::NotOpened { stream, similar } => {
                write!(f, "it feeds stream \"{stream}\", which was not announced; ")?;
                match similar {
                    Some(similar) => write!(f, "a stream with a similar name was: \"{similar}\""),
                    None => f.write_str("add `.opens(stream)` to the runner"),
                }
            }
            Request::FedTwice { stream } => {
                write!(f, "it feeds stream \"{stream}\", whose source has not ended; ")?;
                f.write_str(
                    "wait for its end with `#[on_end]`, or join the sources with `Source::merge([a, b])`",
                )
            }
            Request::LiveSource { stream } => {
                write!(f, "it feeds stream \"{stream}\" from a live source; use `.run_live().await`, ")?;
                f.write_str("or in a replay keep the stream in the recording")
            }
            Request::OtherSource { stream, given } => {
                write!(f, "it feeds stream \"{stream}\" with {given}, which carries another type; ")?;
                f.write_str("use the generated constant of the stream")
            }
            Request::Misuse { stream, what } => {
                write!(f, "the source it feeds stream \"{stream}\" from: {what}")
            }
            Request::Join { faults } => {
                f.write_str("the strategy it spawned does not fit the run: ")?;
                let faults: Vec<String> = faults.iter().map(of_newcomer).collect();
                f.write_str(&faults.join("\n"))
            }
        }
    }
}
