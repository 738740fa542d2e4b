//! Live data: sources that yield when the world does.
//!
//! A source is polled through a [`feed::Feed`] into an [`inbox::Inbox`], a bounded queue in which each item stands with
//! the time of its arrival. From there a [`side::Side`], the live side of a stream, shows one item at a time to the
//! engine. When the run looks, waits and dispatches is the business of `crate::engine::live`.

pub(crate) mod connect;
#[cfg(feature = "ctrl-c")]
pub(crate) mod ctrl_c;
pub(crate) mod feed;
pub(crate) mod inbox;
mod notice;
pub(crate) mod options;
mod queue;
mod report;
pub(crate) mod side;
pub(crate) mod splice;
mod stop;
pub(crate) mod wake;

pub use connect::Reconnect;
pub use notice::Notice;
pub use options::WhenLate;
pub use queue::WhenFull;
pub use report::{Gap, StreamReport};
pub use stop::StopHandle;
