//! Looks at what the next wakes will need, so that memory brings it while others are served.
//!
//! Among many sleepers each wake meets cold memory: the sleep, its task, its future. One after the other they cost a trip
//! to memory each; looked at for several tasks at a time, the trips are made together. It changes nothing but the time.

use std::hint::black_box;

use super::sleeps::Sleeps;
use super::tasks::Tasks;

/// How many tasks are looked at together.
const AHEAD: usize = 16;

/// Fewer sleepers are in the cache anyway.
const MANY: usize = 1024;

impl Sleeps {
    /// Looks at the tasks that wake next; how many those are, which need not be looked at again until they have woken.
    #[inline(never)]
    fn look_ahead(&self, tasks: &Tasks) -> usize {
        if self.len() < MANY {
            return AHEAD;
        }
        let (mut next, mut count, mut live) = ([0; AHEAD], 0, 0);
        for (place, (task, is_sleep)) in next.iter_mut().zip(self.next_tasks(AHEAD)) {
            *place = task;
            count += 1;
            // Neither waits for the other.
            live += u32::from(is_sleep) + u32::from(tasks.is_live(task));
        }
        black_box(live);
        tasks.look_at(&next[..count]);
        count
    }
}

impl Tasks {
    /// A sleep was taken out of the queue: looks at the next ones, if it was the last one of those that were looked at.
    #[inline]
    pub(crate) fn look_ahead(&mut self, sleeps: &Sleeps) {
        if self.looked_ahead == 0 {
            self.looked_ahead = sleeps.look_ahead(self).saturating_sub(1);
        } else {
            self.looked_ahead -= 1;
        }
    }

    /// Reads of each task what its poll reads of its future.
    fn look_at(&self, tasks: &[u32]) {
        let begun = tasks.iter().filter(|task| self.look_at_future(**task)).count();
        black_box(begun);
    }
}
