//! [`Notice`]: what befalls a live source, apart from its events (S40).

use std::fmt;

/// What a handler of `#[on_notice]` is told about the source of a stream.
///
/// Notices are ordered as events of their stream: what came before the connection was lost is dispatched before the
/// notice of it.
///
/// ```
/// use asp_core::Notice;
///
/// let notice = Notice::Disconnected { error: "connection reset by peer".to_owned() };
/// assert_eq!(notice.to_string(), "disconnected: connection reset by peer");
/// assert_eq!(Notice::Reconnected { attempts: 2 }.to_string(), "connected again, at attempt 2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The source failed, or ended before its time; it is being connected again.
    Disconnected {
        /// What it failed with.
        error: String,
    },
    /// The source is connected again.
    Reconnected {
        /// How often that was tried.
        attempts: u32,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::Disconnected { error } => write!(f, "disconnected: {error}"),
            Notice::Reconnected { attempts } => write!(f, "connected again, at attempt {attempts}"),
        }
    }
}
