//! Faults of the graph, as data and as sentences.

use std::error::Error as StdError;
use std::fmt;

/// A fault of the graph, found before the first event.
///
/// ```
/// use asp_core::{ErrorKind, GraphFault, Runner, Stream, timestamps};
///
/// const NAMES: Stream<&str> = Stream::new("names");
/// let names = timestamps("2025-01-01".parse()?, "1s".parse()?).zip(["Jane", "John"]);
/// let error = Runner::new().feed(NAMES, names).run().unwrap_err();
/// let ErrorKind::Graph(faults) = error.kind() else { panic!("{error}") };
/// assert!(matches!(&faults[..], [GraphFault::NeverRead { stream, .. }] if stream == "names"));
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GraphFault {
    /// A stream is read, but nothing feeds or emits it.
    NeverFed {
        /// The stream.
        stream: String,
        /// One of its readers.
        reader: Option<String>,
        /// Its constant.
        constant: Option<String>,
        /// True if its reader gives this constant by a path, as it does for what another strategy emits.
        by_path: bool,
        /// A known stream with a similar name.
        similar: Option<String>,
    },
    /// A stream is fed, but nobody reads it.
    NeverRead {
        /// The stream.
        stream: String,
        /// A known stream with a similar name.
        similar: Option<String>,
    },
    /// Two sides disagree on what a stream carries.
    TypeClash {
        /// The stream.
        stream: String,
        /// What it carries.
        carries: String,
        /// Who said so.
        stated_by: String,
        /// What it should carry instead.
        other: String,
        /// Who says that.
        other_by: String,
    },
    /// A stream has two sources.
    FedTwice {
        /// The stream.
        stream: String,
    },
    /// A live source in a run over history.
    LiveSource {
        /// The stream.
        stream: String,
    },
    /// A live source in a run that is taken step by step.
    LiveSourceInTest {
        /// The stream.
        stream: String,
    },
    /// A recorded run had a source for a stream that was not kept, so that it cannot be repeated.
    NotKept {
        /// The stream.
        stream: String,
    },
    /// An option of a source that makes no sense for it.
    Misuse {
        /// The stream.
        stream: String,
        /// What is wrong with it, and what to write.
        what: &'static str,
    },
    /// Two instances have one name.
    SameName {
        /// The name.
        name: String,
    },
    /// A rebinding of a stream that the instance does not have.
    RebindUnused {
        /// The instance.
        strategy: String,
        /// The stream.
        stream: String,
    },
    /// A `Keyed` says of no stream what its key is.
    NoKey {
        /// Its name.
        strategy: String,
    },
    /// A `Keyed` says what the key of a stream is that it has no handler for.
    KeyUnused {
        /// Its name.
        strategy: String,
        /// The stream.
        stream: String,
    },
    /// Two strategies are to be fused, but no stream leads from the first one to the second.
    NotFused {
        /// The type of the first one.
        first: String,
        /// That of the second.
        second: String,
    },
    /// A rebinding before any strategy was added.
    RebindNothing {
        /// The stream.
        stream: String,
    },
}

impl fmt::Display for GraphFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GraphFault::NeverFed { stream, reader, constant, by_path, similar } => {
                let reader = reader.as_deref().unwrap_or("`collect`");
                write!(f, "stream \"{stream}\" is read by {reader} but nothing feeds or emits it; ")?;
                match similar {
                    Some(similar) => return write!(f, "a stream with a similar name exists: \"{similar}\""),
                    None if *by_path => f.write_str("add the strategy that emits it, or ")?,
                    None => f.write_str("add ")?,
                }
                match constant {
                    Some(constant) => write!(f, "`.feed({constant}, ..)`"),
                    None => write!(f, "`.feed(Stream::named(\"{stream}\"), ..)`"),
                }
            }
            GraphFault::NeverRead { stream, similar } => {
                write!(f, "stream \"{stream}\" is fed but nobody reads it; ")?;
                match similar {
                    Some(similar) => write!(f, "a stream with a similar name exists: \"{similar}\""),
                    None => f.write_str(
                        "add a strategy with a handler for it, or `.opens(..)` if one comes later, or remove the feed",
                    ),
                }
            }
            GraphFault::TypeClash { stream, carries, stated_by, other, other_by } => write!(
                f,
                "stream \"{stream}\" carries {carries} in {stated_by} and {other} in {other_by}; \
                 rename one or share a constant"
            ),
            GraphFault::FedTwice { stream } => write!(
                f,
                "stream \"{stream}\" is fed twice; to join sources write \
                 `.feed(stream, Source::merge([a, b]))`"
            ),
            GraphFault::LiveSource { stream } => {
                write!(f, "stream \"{stream}\" has a live source; use `.run_live().await`")
            }
            GraphFault::LiveSourceInTest { stream } => write!(
                f,
                "stream \"{stream}\" has a live source, and a `TestRun` is over history; leave the feed out and `inject` \
                 its events, or feed it a `Script` and write `.clock(ManualClock::jumping(..)).run_live().await`"
            ),
            GraphFault::NotKept { stream } => write!(
                f,
                "the recording does not keep stream \"{stream}\", which its run was fed with; record it with \
                 `Recording::new().keep(..)`, or feed the streams one by one from `recording.events(..)`"
            ),
            GraphFault::Misuse { stream, what } => write!(f, "the source of stream \"{stream}\": {what}"),
            GraphFault::SameName { name } => {
                write!(f, "two strategies are named \"{name}\"; give one another name in `add_as`")
            }
            GraphFault::NoKey { strategy } => write!(
                f,
                "{strategy} is keyed, but by no stream; add `.by(stream, |event| key)`, or add the strategy itself"
            ),
            GraphFault::KeyUnused { strategy, stream } => write!(
                f,
                "{strategy} is keyed by stream \"{stream}\", but has no handler for it; remove the `by`"
            ),
            GraphFault::RebindUnused { strategy, stream } => {
                write!(
                    f,
                    "{strategy} is to be rebound on stream \"{stream}\", but does not use it; remove the rebind"
                )
            }
            GraphFault::NotFused { first, second } => write!(
                f,
                "`fuse` names {second} after {first}, but {second} reads no stream that {first} emits; add both, and name \
                 them in the order in which they emit"
            ),
            GraphFault::RebindNothing { stream } => write!(
                f,
                "`rebind` of stream \"{stream}\" stands before any `add`; write it after the strategy that it is for"
            ),
        }
    }
}

impl StdError for GraphFault {}
