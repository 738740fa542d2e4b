//! The instants of a timer by the text of rule S22.

use crate::properties::scenario::Timer;

/// Later than anything a scenario asks for.
const HORIZON: i64 = 1_000;

#[derive(Clone, Debug)]
pub(super) struct Grid {
    timer: Timer,
    set_at: i64,
    left: u64,
    next: Option<i64>,
}

impl Grid {
    /// The grid of a timer that is set at `now`.
    pub(super) fn new(timer: &Timer, now: i64) -> Self {
        let left = timer.times.unwrap_or(u64::MAX);
        let mut grid = Grid { timer: timer.clone(), set_at: now, left, next: None };
        grid.next = grid.first_from(now);
        grid
    }

    pub(super) fn next(&self) -> Option<i64> {
        self.next
    }

    pub(super) fn advance(&mut self) {
        self.left -= 1;
        self.next = self.next.and_then(|tick| self.first_from(tick + 1));
    }

    pub(super) fn is_bounded(&self) -> bool {
        self.timer.until.is_some() || self.timer.times.is_some()
    }

    /// Naive as well: instant by instant.
    fn first_from(&self, time: i64) -> Option<i64> {
        let last = self.timer.until.map_or(HORIZON, |until| HORIZON.min(until + 1));
        (time..last).find(|&time| self.left > 0 && self.has(time))
    }

    fn has(&self, time: i64) -> bool {
        let Timer { step, immediate, aligned, from, .. } = self.timer;
        let from = from.unwrap_or(self.set_at);
        let since = time - from;
        match aligned {
            true => since >= 0 && (time % step == 0 || immediate && time == self.set_at),
            false => since % step == 0 && since / step >= i64::from(!immediate),
        }
    }
}
