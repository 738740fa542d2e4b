//! Logs on the virtual clock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use asp_core::{Runner, Timestamp};
use tracing::Dispatch;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

use crate::terminal::Target;

/// What `tracing` macros say, stamped with the time that the handler sees.
///
/// The time comes from an observer of the run, which takes it off the fastest path: so there are logs only for those
/// who ask for them.
#[derive(Debug)]
pub(crate) struct Logs {
    now: Arc<AtomicI64>,
    subscriber: Dispatch,
}

impl Logs {
    pub(crate) fn new(filter: Targets, err: &Target) -> Self {
        let now = Arc::new(AtomicI64::new(BEFORE));
        let layer = tracing_subscriber::fmt::layer()
            .with_timer(VirtualTime(Arc::clone(&now)))
            .with_ansi(err.is_coloured())
            .with_writer(err.clone())
            .with_filter(filter);
        Logs { now, subscriber: Dispatch::new(Registry::default().with(layer)) }
    }

    /// Lets the runner tell the time.
    pub(crate) fn watch(&self, runner: Runner) -> Runner {
        let now = Arc::clone(&self.now);
        runner.observe(move |dispatch| now.store(dispatch.now.as_nanos(), Relaxed))
    }

    /// Logs what `work` says.
    pub(crate) fn during<R>(logs: Option<&Logs>, work: impl FnOnce() -> R) -> R {
        match logs {
            Some(logs) => tracing::dispatcher::with_default(&logs.subscriber, work),
            None => work(),
        }
    }
}

/// No run yet.
const BEFORE: i64 = i64::MIN;

struct VirtualTime(Arc<AtomicI64>);

impl FormatTime for VirtualTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        match self.0.load(Relaxed) {
            BEFORE => writer.write_str("before the run"),
            nanos => write!(writer, "{}", Timestamp::from_nanos(nanos)),
        }
    }
}
