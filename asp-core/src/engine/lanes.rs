//! Events of sources: dispatched in their merged order, pulled, ended.

use super::Engine;
use super::rounds::Stage;
use crate::bundle::Stretch;
use crate::channel::Filled;
use crate::desk::{Soon, SoonCall};
use crate::error::ErrorKind;

/// A strategy that has the desk for fewer events than these is not worth it.
const FEW: usize = 4;

/// For so many runs of events it is not tried again then.
const TURNS: u32 = 64;

impl Engine {
    /// Dispatches source events in merged order up to `limit`, or up to what a handler schedules before that.
    pub(super) fn run_lanes(&mut self, limit: i64, outer: i64) -> Result<(), ErrorKind> {
        self.stage.core.desk().set_limit(outer);
        self.stage.core.desk().lower_limit(limit);
        let mut portion = if self.takes_portions() { self.stage.core.desk().burst.get() } else { usize::MAX };
        loop {
            if self.takes_turns == 0
                && self.stage.hubs.has_bundles()
                && !self.is_on()
                && let Some(Stretch { done, filled }) = self.run_together(portion)
            {
                portion -= done;
                if let Some((lane, filled)) = filled {
                    self.was_filled(lane, filled)?;
                    if portion > 0 {
                        continue;
                    }
                }
            }
            self.takes_turns = self.takes_turns.saturating_sub(1);
            let limit = self.stage.core.desk().limit.get();
            let Some((lane, times)) = self.merge.run(limit, portion) else { break };
            if times.is_empty() || self.stage.core.desk().halted() {
                break;
            }
            let stream = self.lanes[lane];
            let is_due = times[0] <= limit;
            let mut count = if is_due { self.stage.feed(lane, stream, times) } else { 0 };
            if count < times.len() {
                count += self.stage.feed_by_instants(lane, stream, &times[count..], outer)?;
            }
            let goes_on = count == times.len();
            let dry = self.merge.took(lane, count);
            if self.stage.core.desk().halted() {
                break;
            }
            if dry {
                // A fault of the source takes effect now, before any other item (S15).
                self.refill(lane)?;
            }
            portion -= count.min(portion);
            if !goes_on || portion == 0 || self.is_on() {
                break;
            }
        }
        Ok(())
    }

    /// Dispatches events of several streams that one strategy reads alone: it has the desk meanwhile, which saves most of
    /// what a dispatch costs beside the handler. None if there is no such strategy.
    #[inline(never)]
    fn run_together(&mut self, most: usize) -> Option<Stretch> {
        let Engine { stage, merge, lanes, .. } = self;
        let Stage { core, nodes, hubs, event, .. } = stage;
        if core.watched || core.has_tasks {
            return None;
        }
        let (first, lane) = merge.first_of_many()?;
        hubs.tie_again(lanes);
        let (bundle, places) = hubs.bundle_of(lane).filter(|_| first <= core.desk().limit.get())?;
        let stretch = bundle.run(merge, most, places, nodes, core, event)?;
        stage.begin_call();
        if stretch.done < most.min(FEW) && stretch.filled.is_none() {
            self.takes_turns = TURNS;
        }
        Some(stretch)
    }

    /// True in the live phase, where each item is chosen anew.
    pub(super) fn is_on(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.is_on())
    }

    /// Pulls the next batch of a lane whose column is dry.
    pub(super) fn refill(&mut self, lane: usize) -> Result<(), ErrorKind> {
        let stream = self.lanes[lane];
        let filled = self.stage.hubs[stream as usize].channel_mut().fill(self.merge.refill(lane));
        self.merge.filled(lane);
        self.was_filled(lane, filled)
    }

    /// A lane was filled, or there was nothing to fill it with.
    fn was_filled(&mut self, lane: usize, filled: Filled) -> Result<(), ErrorKind> {
        match filled {
            Filled::Events | Filled::Nothing => Ok(()),
            Filled::Ended => {
                if !self.goes_on_live(lane) {
                    self.lane_ended(lane, Some(self.stage.now()));
                }
                Ok(())
            }
            Filled::Fault(fault) => Err(self.source_error(self.lanes[lane], fault)),
        }
    }

    /// The last event of a source was dispatched: its readers hear of it in the next round (S54).
    pub(super) fn lane_ended(&mut self, lane: usize, time: Option<i64>) {
        let stream = self.lanes[lane];
        self.fed[lane] = false;
        if !self.stage.graph.is_emitted(stream) {
            self.stage.core.ended.push(stream);
        }
        self.stage.hubs[stream as usize].channel_mut().record_end(time);
        self.open_lanes -= 1;
        if self.open_lanes == 0 && self.limits.end.is_none() && !self.lasts {
            self.stage.core.going = false;
            // What has to wait for its time cannot run away (S29).
            self.stage.core.draining = self.live.is_none();
        }
        let desk = self.stage.core.desk();
        for call in self.ends(stream) {
            desk.joined.calls.push(call);
            desk.hold_instant();
        }
        if !self.stage.graph.is_emitted(stream) {
            self.stage.hubs[stream as usize].channel_mut().set_over();
        }
        if self.stage.core.has_tasks {
            self.stage.core.hear();
        }
    }

    /// The calls that tell the readers of a stream of its end, each with a sequence of its own.
    pub(super) fn ends(&self, stream: u32) -> Vec<SoonCall> {
        if self.stage.graph.is_emitted(stream) {
            return Vec::new();
        }
        let desk = self.stage.core.desk();
        let ends = self.stage.hubs[stream as usize].channel().ends().iter();
        ends.map(|&(node, hook)| SoonCall { node, what: Soon::End(hook), sequence: desk.next_sequence() })
            .collect()
    }
}
