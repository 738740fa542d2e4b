//! What the server, its connections and the program have in common.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use asp_core::{Monitor, RunGraph};

use crate::events::Taps;
use crate::history::{History, Look};

/// A run that is served.
pub(crate) struct Shared {
    pub(crate) title: String,
    /// Tells this run from others that were served at the same address.
    pub(crate) run: String,
    pub(crate) graph: RunGraph,
    pub(crate) monitor: Monitor,
    pub(crate) taps: Taps,
    /// How many pages are open.
    pub(crate) viewers: AtomicUsize,
    /// What is said of the end of the run, once it has come.
    summary: Mutex<Option<Arc<str>>>,
    history: Mutex<History>,
}

/// Somebody who looks, as long as it lives.
pub(crate) struct Viewer(pub(crate) Arc<Shared>);

impl Shared {
    pub(crate) fn new(title: String, run: String, graph: RunGraph, monitor: Monitor, taps: Taps) -> Self {
        Shared {
            title,
            run,
            graph,
            monitor,
            taps,
            viewers: AtomicUsize::new(0),
            summary: Mutex::default(),
            history: Mutex::default(),
        }
    }

    pub(crate) fn summary(&self) -> Option<Arc<str>> {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what the run has shown, for pages that are opened later.
    pub(crate) fn remember(&self) {
        if let Some(latest) = self.monitor.latest() {
            self.history.lock().unwrap_or_else(PoisonError::into_inner).push(&latest);
        }
    }

    /// What it had shown before that snapshot.
    pub(crate) fn before(&self, number: u64) -> Vec<Look> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner).before(number)
    }

    pub(crate) fn set_summary(&self, text: String) {
        *self.summary.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.into());
    }
}

impl Viewer {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        shared.viewers.fetch_add(1, Ordering::Relaxed);
        shared.monitor.ask();
        Viewer(shared)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.0.viewers.fetch_sub(1, Ordering::Relaxed);
    }
}
