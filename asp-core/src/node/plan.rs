//! What all instances of a strategy that are wired alike have in common: methods, streams, hooks.

use std::any::TypeId;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::strategy::Strategy;
use crate::wiring::{Hooks, OneShot, Periodic, Wiring};

/// What a strategy does apart from its handlers of events. One instance has one to itself, those of a
/// [`Keyed`](crate::Keyed) share theirs.
pub(crate) struct Plan<S: Strategy> {
    /// The names of the methods, by rank.
    pub(crate) methods: Vec<&'static str>,
    pub(crate) streams: Streams,
    /// Streams that it has under another name, with the names they have in the run.
    pub(crate) renamed: Vec<(String, String)>,
    pub(crate) periodic: Vec<Periodic<S>>,
    pub(crate) one_shots: Vec<OneShot<S>>,
    /// True if it has a hook for when an instant has settled.
    pub(crate) settles: bool,
    hooks: Mutex<Hooks<S>>,
}

/// The streams that a strategy has to do with apart from its handlers.
pub(crate) struct Streams {
    /// Those that it lists in `emits`, by the names it gives them.
    pub(crate) outlets: Arc<[(Cow<'static, str>, u32)]>,
    /// Those that it lists in `latest`, by these names, and what they carry.
    pub(crate) latest: Vec<(Cow<'static, str>, u32, TypeId)>,
    /// Those for whose ends it has hooks, with these.
    pub(crate) ends: Vec<(u32, u32)>,
}

impl<S: Strategy> Plan<S> {
    pub(crate) fn new(wiring: Wiring<S>, streams: Streams, renamed: Vec<(String, String)>) -> Arc<Self> {
        let Wiring { methods, hooks, periodic, one_shots, .. } = wiring;
        Arc::new(Plan {
            methods: methods.iter().map(|method| method.name).collect(),
            streams,
            renamed,
            periodic,
            one_shots,
            settles: !hooks.settled.is_empty(),
            hooks: Mutex::new(hooks),
        })
    }

    /// The hooks, while one instance runs some of them. A hook that has panicked is as good for others as before.
    pub(super) fn hooks(&self) -> MutexGuard<'_, Hooks<S>> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
