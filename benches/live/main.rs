//! From arrival to handler (W7): `cargo bench --bench live [-- --events N]`.
//!
//! A thread sends 10 000 events a second through a tokio channel, each with the instant of its sending. On the other
//! side is a live run, or a loop written by hand: a task that awaits the channel, or a thread that asks it over and over.
//! Both are measured in turn, several times in one process; a line gives the medians of p50 and p99, and their ratios.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration as StdDuration, Instant};

use asp::Outcome;
use asp::prelude::*;
use tokio::sync::mpsc::{Receiver, channel, error::TryRecvError};

const EVERY: StdDuration = StdDuration::from_micros(100);
const ROUNDS: usize = 7;

/// Notes how long each event took.
struct Probe {
    late: Vec<StdDuration>,
}

#[strategy]
impl Probe {
    #[on_event(stream = "sent")]
    fn arrive(&mut self, sent: Instant) {
        self.late.push(sent.elapsed());
    }
}

struct Receiving(Receiver<Instant>);

impl futures_core::Stream for Receiving {
    type Item = Instant;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Instant>> {
        self.0.poll_recv(cx)
    }
}

fn send(events: usize) -> Receiver<Instant> {
    let (sender, receiver) = channel(4096);
    pace(events, move |sent| sender.try_send(sent).is_ok());
    receiver
}

/// Sends from a thread of its own, until nobody listens.
pub(crate) fn pace(events: usize, mut deliver: impl FnMut(Instant) -> bool + Send + 'static) {
    std::thread::spawn(move || {
        // The other side gets ready meanwhile.
        std::thread::sleep(StdDuration::from_millis(20));
        let begun = Instant::now();
        for k in 1..=events as u32 {
            std::thread::sleep((EVERY * k).saturating_sub(begun.elapsed()));
            if !deliver(Instant::now()) {
                return;
            }
        }
    });
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}

pub(crate) fn asp(events: usize, spin: bool) -> Vec<StdDuration> {
    let source = Source::live(Receiving(send(events)));
    let runner = Runner::new().feed(Probe::SENT, source).add(Probe { late: Vec::with_capacity(events) });
    let runner = if spin { runner.spin() } else { runner };
    let mut outcome: Outcome = runtime().block_on(runner.run_live()).expect("no error");
    let probe: Probe = outcome.take().expect("it was added");
    probe.late
}

/// The loop by hand with what S5 asks of any live loop: it wakes up once a second at least.
fn hand_with_timer(events: usize) -> Vec<StdDuration> {
    let mut receiver = send(events);
    let mut late = Vec::with_capacity(events);
    runtime().block_on(async {
        let second = StdDuration::from_secs(1);
        let mut timer = std::pin::pin!(tokio::time::sleep(second));
        std::future::poll_fn(|cx| {
            if timer.as_mut().poll(cx).is_ready() {
                timer.as_mut().reset(tokio::time::Instant::now() + second);
                let _ = timer.as_mut().poll(cx);
            }
            loop {
                match receiver.poll_recv(cx) {
                    Poll::Ready(Some(sent)) => late.push(sent.elapsed()),
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await;
    });
    late
}

pub(crate) fn hand(events: usize, spin: bool) -> Vec<StdDuration> {
    let mut receiver = send(events);
    let mut late = Vec::with_capacity(events);
    if spin {
        loop {
            match receiver.try_recv() {
                Ok(sent) => late.push(sent.elapsed()),
                Err(TryRecvError::Empty) => std::hint::spin_loop(),
                Err(TryRecvError::Disconnected) => return late,
            }
        }
    }
    runtime().block_on(async {
        while let Some(sent) = receiver.recv().await {
            late.push(sent.elapsed());
        }
    });
    late
}

/// p50 and p99, in microseconds.
pub(crate) fn percentiles(mut late: Vec<StdDuration>) -> [f64; 2] {
    late.sort_unstable();
    [0.50, 0.99].map(|part| late[(late.len() as f64 * part) as usize].as_secs_f64() * 1e6)
}

pub(crate) fn median(rounds: &[[f64; 2]], which: usize) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(|round| round[which]).collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--events").skip(1);
    let events = arguments.next().map_or(10_000, |text| text.parse().expect("a number of events"));
    for (name, spin, target) in [("parked", false, 1.2), ("spin", true, 1.5)] {
        let (mut asps, mut hands, mut timers) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            asps.push(percentiles(asp(events, spin)));
            hands.push(percentiles(hand(events, spin)));
            if !spin {
                timers.push(percentiles(hand_with_timer(events)));
            }
        }
        let [asp50, asp99, hand50, hand99] =
            [median(&asps, 0), median(&asps, 1), median(&hands, 0), median(&hands, 1)];
        println!(
            "W7 live {name:<6} asp_p50={asp50:.2}us hand_p50={hand50:.2}us ratio={:.2} (target {target}) \
             asp_p99={asp99:.2}us hand_p99={hand99:.2}us ratio={:.2}",
            asp50 / hand50,
            asp99 / hand99
        );
        if !spin {
            let [timer50, timer99] = [median(&timers, 0), median(&timers, 1)];
            println!(
                "W7 live {name:<6} beside a loop that has a timer of a second: hand_p50={timer50:.2}us ratio={:.2} \
                 hand_p99={timer99:.2}us ratio={:.2}",
                asp50 / timer50,
                asp99 / timer99
            );
        }
    }
}
