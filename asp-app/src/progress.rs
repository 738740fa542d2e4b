//! How far a run has come, shown while it goes on.
//!
//! All of it is learnt from what the sources leave behind as they read, so the run itself pays nothing.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use asp_core::Timestamp;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::feeds::{Clock, Open};
use crate::names::{counted, grouped};

/// A line that another thread draws on standard error.
#[derive(Debug)]
pub(crate) struct Progress {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// Runs that are over before this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(200);
const FULL: u64 = 1000;

impl Progress {
    /// Begins to show what comes out of these feeds.
    pub(crate) fn show(feeds: Vec<Open>, start: Option<Timestamp>, end: Option<Timestamp>) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            let begun = Instant::now();
            let mut wait = PATIENCE;
            let mut bar = None;
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(wait) {
                wait = STEP;
                let look = Look::at(&feeds, start, end);
                let bar = bar.get_or_insert_with(new_bar);
                let share = if look.is_live { 1.0 } else { look.share.unwrap_or(0.0) };
                bar.set_position((share * FULL as f64) as u64);
                bar.set_message(look.message(begun.elapsed()));
            }
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
        });
        Progress { stop, thread }
    }

    /// Takes the line away.
    pub(crate) fn clear(self) {
        drop(self.stop);
        // Should drawing have panicked, the run is none the worse for it.
        let _ = self.thread.join();
    }
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(FULL), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("[{bar:24}] {msg}") {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

/// The state of the feeds at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Look {
    now: Option<Timestamp>,
    /// Between 0 and 1, if that can be told.
    share: Option<f64>,
    rows: u64,
    /// History is behind; `now` is the time of the latest row.
    is_live: bool,
}

impl Look {
    fn at(feeds: &[Open], start: Option<Timestamp>, end: Option<Timestamp>) -> Look {
        // The engine is where the source is that lags behind: it waits for that one.
        let clocks = || feeds.iter().filter_map(|open| open.clock.as_ref());
        let rows = feeds.iter().map(|open| open.report.rows()).sum();
        let is_live =
            clocks().any(Clock::is_live) && clocks().all(|clock| clock.is_live() || clock.has_ended());
        if is_live {
            return Look { now: clocks().filter_map(Clock::time).max(), share: None, rows, is_live };
        }
        let past = clocks().filter(|clock| !clock.is_live());
        let now = past.filter_map(Clock::time).min().max(start);
        let read: u64 = feeds.iter().map(|open| open.report.bytes_read()).sum();
        let total: u64 = feeds.iter().filter_map(|open| open.report.bytes_total()).sum();
        let of_bytes = (total > 0).then(|| read as f64 / total as f64);
        let of_time = match (start, now, end) {
            (Some(start), Some(now), Some(end)) => Some(share_of(start, now, end)),
            _ => None,
        };
        // The run ends with its files or at its end, whatever comes first.
        let share = of_bytes.into_iter().chain(of_time).reduce(f64::max);
        Look { now, share: share.map(|share| share.clamp(0.0, 1.0)), rows, is_live }
    }

    fn message(self, passed: Duration) -> String {
        let seconds = passed.as_secs_f64();
        let mut parts = Vec::new();
        // To the second: the rest changes too fast to be read.
        let now = self.now.map(|now| now.to_string().chars().take(19).collect::<String>());
        if self.is_live {
            let latest = now.map_or_else(String::new, |now| format!("  latest {now}"));
            return format!("live  {}{latest}", counted(self.rows, "event"));
        }
        if let Some(share) = self.share {
            parts.push(format!("{:3.0} %", share * 100.0));
        }
        parts.extend(now);
        parts.push(format!("{} events/s", grouped((self.rows as f64 / seconds.max(1e-9)) as u64)));
        if let Some(share) = self.share.filter(|&share| share > 0.0) {
            parts.push(format!("{} left", rough(seconds * (1.0 - share) / share)));
        }
        parts.join("  ")
    }
}

fn share_of(start: Timestamp, now: Timestamp, end: Timestamp) -> f64 {
    let nanos = |time: Timestamp| time.as_nanos() as f64;
    (nanos(now) - nanos(start)) / (nanos(end) - nanos(start)).max(1.0)
}

/// `5 s`, `3 min 20 s`, `2 h 5 min`.
fn rough(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn the_line_says_where_the_run_is() {
        let look = Look {
            now: Some(time("2018-02-01T10:00:00.5Z")),
            share: Some(0.25),
            rows: 3_000_000,
            is_live: false,
        };
        let message = look.message(Duration::from_secs(2));
        assert_eq!(message, " 25 %  2018-02-01T10:00:00  1,500,000 events/s  6 s left");
        let blind = Look { now: None, share: None, rows: 10, is_live: false };
        assert_eq!(blind.message(Duration::from_secs(1)), "10 events/s");
        let live = Look { is_live: true, share: None, ..look };
        assert_eq!(
            live.message(Duration::from_secs(2)),
            "live  3,000,000 events  latest 2018-02-01T10:00:00"
        );
        assert_eq!(Look { now: None, ..live }.message(Duration::from_secs(2)), "live  3,000,000 events");
    }

    #[test]
    fn times_left_are_rough() {
        let table = [(0.4, "0 s"), (59.0, "59 s"), (200.0, "3 min 20 s"), (7_505.0, "2 h 5 min")];
        for (seconds, text) in table {
            assert_eq!(rough(seconds), text);
        }
    }

    #[test]
    fn the_share_of_time_is_linear() {
        let (start, end) = (time("2018-01-01"), time("2018-01-05"));
        assert!((share_of(start, time("2018-01-02"), end) - 0.25).abs() < 1e-12);
    }
}
