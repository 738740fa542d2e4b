//! How long the engine has been at work, in real time, so that a live run leaves the others on its thread their turn.

use std::time::{Duration, Instant};

/// How long a live run works before it yields (S31), with some room for the item in progress.
const SHARE: Duration = Duration::from_millis(5);

/// How long a run that spins goes on before it yields.
const SPIN: Duration = Duration::from_micros(200);

/// Real time since it was started.
#[derive(Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Stopwatch(Instant::now())
    }

    /// True if it is time to let others work.
    pub(crate) fn is_over(&self) -> bool {
        self.0.elapsed() >= SHARE
    }

    /// True if there is no use in spinning on.
    pub(crate) fn is_spun(&self) -> bool {
        self.0.elapsed() >= SPIN
    }

    /// The part of a turn's share that has passed; above 1 if it is over.
    pub(crate) fn share(&self) -> f64 {
        self.0.elapsed().as_secs_f64() / SHARE.as_secs_f64()
    }
}
