//! What ASP does otherwise than in its own benchmarks, where the loop by hand is the measure.

use std::pin::Pin;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, Instant};

use asp::Outcome;
use asp::prelude::*;

use crate::live;

/// Notes how long each event took.
struct Probe {
    late: Vec<Duration>,
}

#[strategy]
impl Probe {
    #[on_event(stream = "spun")]
    fn arrive(&mut self, sent: Instant) {
        self.late.push(sent.elapsed());
    }
}

/// A run that spins asks its sources over and over, so that they need not wake it.
struct Asked(Receiver<Instant>);

impl futures_core::Stream for Asked {
    type Item = Instant;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Instant>> {
        match self.0.try_recv() {
            Ok(sent) => Poll::Ready(Some(sent)),
            Err(TryRecvError::Empty) => Poll::Pending,
            Err(TryRecvError::Disconnected) => Poll::Ready(None),
        }
    }
}

/// The channel of the standard library, as on wingfoil's side.
pub(crate) fn live_spinning(events: usize) -> Vec<Duration> {
    let (sender, receiver) = channel();
    live::pace(events, move |sent| sender.send(sent).is_ok());
    let runner = Runner::new().feed(Probe::SPUN, Source::live(Asked(receiver))).spin();
    let run = runner.add(Probe { late: Vec::with_capacity(events) }).run_live();
    let mut outcome: Outcome = live::runtime().block_on(run).expect("no error");
    let probe: Probe = outcome.take().expect("it was added");
    probe.late
}
