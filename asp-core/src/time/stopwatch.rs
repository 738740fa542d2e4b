//! How long the engine has been at work, in real time, so that a live run leaves the others on its thread their turn.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_timer::Delay;

/// How long a live run works before it yields (S31), with some room for the turn in progress.
const SHARE: Duration = Duration::from_millis(5);

/// How long a run that spins goes on before it yields.
const SPIN: Duration = Duration::from_micros(200);

/// The most turns that are taken between two looks at the clock, which costs as much as a short one.
const UNSEEN: u32 = 64;

/// A run's share of the time of its thread, and how much it dispatches at a time so as not to overdraw it.
#[derive(Debug)]
pub(crate) struct Share {
    /// False under a clock that has nothing to do with real time: then real time decides nothing.
    is_real: bool,
    /// When the first turn was over. As a rule no other follows, and to look at the clock would take as long as the turn.
    begun: Option<Instant>,
    /// When the clock was looked at last, and how many dispatches had been made by then.
    seen: Duration,
    dispatches: u64,
    /// Turns since then.
    turns: u32,
}

/// What a look at the clock suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// Take less at a time.
    Less,
    Same,
    /// More may be taken at a time.
    More,
}

impl Share {
    /// The share of a run that has made so many dispatches, measured in real time or else in dispatches.
    pub(crate) fn start(is_real: bool, dispatches: u64) -> Self {
        Share { is_real, begun: None, seen: Duration::ZERO, dispatches, turns: 0 }
    }

    /// Called after each turn, with the number of all dispatches made, and of those that may be made at a time: true if it
    /// is time to let others work, and whether less or more should be done at a time.
    pub(crate) fn turn(&mut self, dispatches: u64, portion: usize) -> (bool, Pulse) {
        self.turns += 1;
        let is_done = dispatches.saturating_sub(self.dispatches) >= portion as u64 || self.turns >= UNSEEN;
        let has_begun = self.begun.is_some();
        if self.is_real && !has_begun && (is_done || self.turns > 1) {
            self.begun = Some(Instant::now());
        }
        if !is_done {
            return (false, Pulse::Same);
        }
        (self.turns, self.dispatches) = (0, dispatches);
        let Some(begun) = self.begun else { return (true, Pulse::Same) };
        if !has_begun {
            return (false, Pulse::Same);
        }
        let now = begun.elapsed();
        let took = now - self.seen;
        self.seen = now;
        let pulse = match took {
            _ if took > SHARE / 2 => Pulse::Less,
            _ if took < SHARE / 16 => Pulse::More,
            _ => Pulse::Same,
        };
        (now >= SHARE, pulse)
    }
}

/// How long a runtime has to show that it goes on.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a run has waited for a sign of life.
#[derive(Debug)]
pub(crate) struct Patience(Instant);

impl Patience {
    pub(crate) fn start() -> Self {
        Patience(Instant::now())
    }

    /// What is left of it; none if it is over.
    pub(crate) fn left(&self) -> Option<Duration> {
        PATIENCE.checked_sub(self.0.elapsed()).filter(|left| !left.is_zero())
    }
}

/// How long sinks have at the end of a live run, or of one that was stopped (S46).
const GRACE: Duration = Duration::from_secs(5);

/// What is left of that.
#[derive(Debug)]
pub(crate) struct Respite {
    begun: Instant,
    delay: Delay,
}

impl Respite {
    pub(crate) fn start() -> Self {
        Respite { begun: Instant::now(), delay: Delay::new(GRACE) }
    }

    /// Ready when it is over.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.delay).poll(cx)
    }

    /// How long that is; none if it is over.
    pub(crate) fn left(&self) -> Option<Duration> {
        GRACE.checked_sub(self.begun.elapsed()).filter(|left| !left.is_zero())
    }
}

/// How long something has taken.
#[derive(Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Stopwatch(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> super::Duration {
        super::Duration::from_nanos(i64::try_from(self.0.elapsed().as_nanos()).unwrap_or(i64::MAX))
    }
}

/// How long a run has spun.
#[derive(Debug)]
pub(crate) struct Spin(Instant);

impl Spin {
    pub(crate) fn start() -> Self {
        Spin(Instant::now())
    }

    /// True if there is no use in spinning on.
    pub(crate) fn is_over(&self) -> bool {
        self.0.elapsed() >= SPIN
    }
}
