//! What waits for a suspended handler of a strategy (S41).

use std::collections::VecDeque;
use std::sync::Arc;

use super::tasks::TaskKey;
use crate::desk::Soon;
use crate::live::Notice;
use crate::node::Step;
use crate::observe::Place;

/// The most items that wait for one handler.
pub(crate) const BACKLOG: usize = 1_048_576;

/// An item that waits, at the place in the order that it keeps.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) place: Place,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    /// An event, which its stream keeps under that number, for that part of the reader in that seat.
    Event {
        stream: u32,
        number: u64,
        seat: u32,
        part: u32,
    },
    /// The call in that slot of the agenda.
    Call {
        slot: u32,
        sequence: u64,
    },
    /// The next tick that the agenda has put aside.
    Tick,
    End {
        hook: u32,
    },
    Notice {
        stream: Arc<str>,
        hook: u32,
        notice: Notice,
    },
    Step(Step),
    /// A wake of another task of the strategy.
    Wake {
        what: Soon,
        sequence: u64,
    },
}

/// What a strategy has missed while one of its handlers had it.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// The task that has the strategy, and its method.
    holder: Option<(TaskKey, &'static str)>,
    items: VecDeque<Waiting>,
    /// True if it was due to settle.
    settles: bool,
}

impl Backlog {
    /// The task that has the strategy.
    #[inline]
    pub(crate) fn holder(&self) -> Option<(TaskKey, &'static str)> {
        self.holder
    }

    pub(crate) fn set_holder(&mut self, holder: Option<(TaskKey, &'static str)>) {
        self.holder = holder;
    }

    /// False if that is one too many.
    pub(crate) fn push(&mut self, waiting: Waiting) -> bool {
        self.items.push_back(waiting);
        self.items.len() <= BACKLOG
    }

    pub(crate) fn pop(&mut self) -> Option<Waiting> {
        self.items.pop_front()
    }

    /// What waits, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Waiting> {
        self.items.iter()
    }

    pub(crate) fn settle_later(&mut self) {
        self.settles = true;
    }

    pub(crate) fn take_settles(&mut self) -> bool {
        std::mem::take(&mut self.settles)
    }
}
