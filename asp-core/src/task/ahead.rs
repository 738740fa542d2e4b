//! Looks at what the next wakes will need, so that memory brings it while others are served.
//!
//! Among many sleepers each wake meets cold memory: the sleep, its task, its future. One after the other they cost a trip
//! to memory each; looked at for several tasks at a time, the trips are made together. It changes nothing but the time.

use std::hint::black_box;

use super::sleeps::Sleeps;
use super::tasks::{TaskKey, Tasks};

/// How many tasks are looked at together.
const AHEAD: usize = 16;

/// Fewer sleepers are in the cache anyway.
const MANY: usize = 1024;

impl Sleeps {
    /// Looks at the tasks that wake next; how many those are, which need not be looked at again until they have woken.
    pub(crate) fn look_ahead(&self, tasks: &Tasks) -> usize {
        if self.len() < MANY {
            return AHEAD;
        }
        let mut next = [const { TaskKey { slot: 0, generation: 0 } }; AHEAD];
        let mut count = 0;
        for (task, key) in next.iter_mut().zip(self.next_tasks(AHEAD)) {
            *task = key;
            count += 1;
        }
        tasks.look_at(&next[..count]);
        count
    }
}

impl Tasks {
    /// Reads of each task what its poll reads first.
    fn look_at(&self, tasks: &[TaskKey]) {
        let live = tasks.iter().filter(|key| self.owner(**key).is_some()).count();
        black_box(live);
        let begun = tasks.iter().filter(|key| self.has_future(**key)).count();
        black_box(begun);
    }
}
