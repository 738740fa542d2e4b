//! What was seen of a run so far, for pages that are opened later: fewer and fewer looks of it as it grows longer.

use std::sync::Arc;

use asp_core::{RunPhase, Snapshot};
use serde::Serialize;

/// How many rows of streams are kept, and how many looks at most and at least.
const ROWS: usize = 60_000;
const MOST: usize = 600;
const LEAST: usize = 60;

/// Snapshots at about equal distances.
#[derive(Default)]
pub(crate) struct History {
    looks: Vec<Arc<Snapshot>>,
    /// Seconds between two of them.
    distance: f64,
}

/// One of them, for a page.
#[derive(Debug, Serialize)]
pub(crate) struct Look {
    elapsed: f64,
    behind: Option<f64>,
    /// Name and events.
    streams: Vec<(String, u64)>,
}

impl History {
    pub(crate) fn push(&mut self, snapshot: &Arc<Snapshot>) {
        let elapsed = snapshot.elapsed.as_secs_f64();
        if let Some(last) = self.looks.last() {
            let is_next = snapshot.number > last.number;
            let is_due = snapshot.is_over() || elapsed - last.elapsed.as_secs_f64() >= self.distance;
            if !is_next || !is_due {
                return;
            }
        }
        self.looks.push(Arc::clone(snapshot));
        let most = (ROWS / snapshot.streams.len().max(1)).clamp(LEAST, MOST);
        if self.looks.len() > most {
            // Every other one goes, the first and the last stay.
            let last = self.looks.len() - 1;
            let mut index = 0;
            self.looks.retain(|_| {
                index += 1;
                (index - 1) % 2 == 0 || index - 1 == last
            });
            let first = self.looks[0].elapsed.as_secs_f64();
            self.distance = (elapsed - first) / self.looks.len() as f64;
        }
    }

    /// The looks before the snapshot of that number.
    pub(crate) fn before(&self, number: u64) -> Vec<Look> {
        let looks = self.looks.iter().take_while(|look| look.number < number);
        looks.map(|look| Look::of(look)).collect()
    }
}

impl Look {
    fn of(snapshot: &Snapshot) -> Self {
        let is_live = snapshot.phase == RunPhase::Live;
        let streams = snapshot.streams.iter();
        Look {
            elapsed: snapshot.elapsed.as_secs_f64(),
            behind: snapshot.behind.filter(|_| is_live).map(|behind| behind.as_secs_f64()),
            streams: streams.map(|stream| (stream.name.clone(), stream.fed + stream.emitted)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use asp_core::{Duration, Monitor, Runner};

    use super::*;

    #[test]
    fn a_long_run_is_kept_in_fewer_looks() {
        let monitor = Monitor::new();
        Runner::new().monitor(&monitor).run().unwrap();
        let look = monitor.latest().unwrap();
        let mut history = History::default();
        for number in 1..100_000 {
            let mut look = Snapshot::clone(&look);
            look.phase = RunPhase::History;
            (look.number, look.elapsed) = (number, Duration::from_millis(200 * number as i64));
            history.push(&look.into());
        }
        let looks = history.before(u64::MAX);
        assert!(looks.len() > MOST / 3 && looks.len() <= MOST, "{}", looks.len());
        let distances: Vec<f64> = looks.windows(2).map(|pair| pair[1].elapsed - pair[0].elapsed).collect();
        let (least, most) = distances.iter().fold((f64::MAX, 0.0), |(least, most): (f64, f64), &distance| {
            (least.min(distance), most.max(distance))
        });
        assert!(most < 4.0 * least, "{least} to {most} s apart");
        assert_eq!((looks[0].elapsed, history.before(1).len()), (0.2, 0));
        assert!(looks[looks.len() - 1].elapsed > 19_900.0);
    }
}
