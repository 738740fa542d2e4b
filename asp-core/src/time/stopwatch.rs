//! How long the engine has been at work, in real time, so that a live run leaves the others on its thread their turn.

use std::time::{Duration, Instant};

/// How long a live run works before it yields (S31), with some room for the turn in progress.
const SHARE: Duration = Duration::from_millis(5);

/// How long a run that spins goes on before it yields.
const SPIN: Duration = Duration::from_micros(200);

/// The most turns that are taken between two looks at the clock, which costs as much as a short one.
const UNSEEN: u32 = 64;

/// A run's share of the time of its thread, and how much it dispatches at a time so as not to overdraw it.
#[derive(Debug)]
pub(crate) struct Share {
    begun: Instant,
    seen: Duration,
    turns: u32,
    /// How many turns are taken before the clock is looked at.
    unseen: u32,
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
    pub(crate) fn start() -> Self {
        Share { begun: Instant::now(), seen: Duration::ZERO, turns: 0, unseen: 1 }
    }

    /// Called after each turn: true if it is time to let others work, and how long turns should be.
    pub(crate) fn turn(&mut self) -> (bool, Pulse) {
        self.turns += 1;
        if self.turns < self.unseen {
            return (false, Pulse::Same);
        }
        self.turns = 0;
        let now = self.begun.elapsed();
        let took = now - self.seen;
        self.seen = now;
        let pulse = if took > SHARE / 2 {
            self.unseen = 1;
            Pulse::Less
        } else if took < SHARE / 16 {
            self.unseen = (self.unseen * 2).min(UNSEEN);
            Pulse::More
        } else {
            Pulse::Same
        };
        (now >= SHARE, pulse)
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
