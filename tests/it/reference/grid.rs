//! The instants of a timer by the text of rule S22.

use crate::properties::scenario::Timer;

/// Later than anything a scenario asks for.
const HORIZON: i64 = 600;

#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// The first tick to come and all after it.
    ticks: Vec<i64>,
    bounded: bool,
}

impl Grid {
    /// The grid of a timer that is set at `now`: every candidate in turn, and the rule's conditions on it.
    pub(super) fn new(timer: &Timer, now: i64) -> Self {
        let from = timer.from.unwrap_or(now);
        let least = if timer.immediate { 0 } else { 1 };
        let is_on_grid = |time: i64| match timer.aligned {
            true => time % timer.step == 0 || timer.immediate && time == now,
            false => (time - from) % timer.step == 0 && (time - from) / timer.step >= least,
        };
        let mut ticks: Vec<i64> = (now..HORIZON).filter(|&time| time >= from && is_on_grid(time)).collect();
        ticks.retain(|&time| timer.until.is_none_or(|until| time <= until));
        ticks.truncate(timer.times.map_or(usize::MAX, |times| times as usize));
        Grid { ticks, bounded: timer.until.is_some() || timer.times.is_some() }
    }

    pub(super) fn next(&self) -> Option<i64> {
        self.ticks.first().copied()
    }

    pub(super) fn advance(&mut self) {
        self.ticks.remove(0);
    }

    pub(super) fn is_bounded(&self) -> bool {
        self.bounded
    }
}
