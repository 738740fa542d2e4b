//! A live run on the clock of the machine, for as long as it is told to (T14): `scripts/soak`.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration as StdDuration, Instant};

use asp::prelude::*;
use asp::{Report, StopReason};
use tokio::sync::mpsc;

/// Events a second, in batches of one a millisecond.
const RATE: u64 = 50_000;
/// Calls that are pending at any time, once the first are due.
const CALLS: u64 = 10_000;
const TIMERS: i64 = 1_000;

/// How late things were, in classes of a sixteenth of a power of two: bounded memory for any number of them.
#[derive(Clone)]
struct Lateness {
    classes: Vec<u64>,
    count: u64,
    early: u64,
}

impl Lateness {
    fn new() -> Self {
        Lateness { classes: vec![0; 64 * 16], count: 0, early: 0 }
    }

    fn add(&mut self, late: Duration) {
        let nanos = late.as_nanos();
        self.early += u64::from(nanos < 0);
        let nanos = nanos.max(16) as u64;
        let exponent = nanos.ilog2();
        let class = exponent as usize * 16 + ((nanos >> (exponent - 4)) & 15) as usize;
        self.classes[class] += 1;
        self.count += 1;
    }

    /// In microseconds; the upper end of its class.
    fn percentile(&self, part: f64) -> f64 {
        let mut left = (self.count as f64 * part) as u64;
        for (class, &count) in self.classes.iter().enumerate() {
            if count > left {
                let (exponent, sixteenth) = (class / 16, class % 16);
                return (17 + sixteenth) as f64 * f64::powi(2.0, exponent as i32 - 4) / 1e3;
            }
            left -= count;
        }
        0.0
    }

    fn line(&self) -> String {
        let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|part| self.percentile(part));
        format!(
            "{} late by p50={p50:.0}us p99={p99:.0}us p99.9={p999:.0}us, {} early",
            self.count, self.early
        )
    }
}

/// Defers a call for each fifth event, so that `CALLS` are pending, and has `TIMERS` timers.
struct Soaked {
    sum: u64,
    events: Lateness,
    calls: Lateness,
    ticks: Lateness,
    pending: Arc<AtomicU64>,
}

impl Soaked {
    fn new() -> Self {
        let lateness = Lateness::new();
        let pending = Arc::default();
        Soaked { sum: 0, events: lateness.clone(), calls: lateness.clone(), ticks: lateness, pending }
    }
}

#[strategy]
impl Soaked {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        for timer in 0..TIMERS {
            cx.every(Every::new(Duration::from_millis(100 + timer))).tick();
        }
    }

    #[on_event(stream = "load")]
    fn event(&mut self, cx: &Context<Self>, number: u64) {
        self.sum = self.sum.wrapping_mul(31).wrapping_add(number);
        if cx.is_live() {
            // From its arrival to here.
            self.events.add(cx.behind());
        }
        if number.is_multiple_of(5) {
            // 10 000 a second, each a second ahead.
            cx.after(Duration::from_secs(1)).call(number);
            self.pending.store(cx.pending() as u64, Ordering::Relaxed);
        }
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>, number: u64) {
        self.sum = self.sum.wrapping_mul(33).wrapping_add(number);
        if cx.is_live() {
            self.calls.add(cx.behind());
        }
    }

    #[after]
    fn tick(&mut self, cx: &Context<Self>) {
        self.sum = self.sum.wrapping_mul(35).wrapping_add(cx.now().as_nanos() as u64);
        if cx.is_live() {
            self.ticks.add(cx.behind());
        }
    }
}

/// In KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The slope of the second half, in MiB an hour.
fn slope(readings: &[(f64, u64)]) -> f64 {
    let readings = &readings[readings.len() / 2..];
    let count = readings.len().max(1) as f64;
    let (x, y) =
        readings.iter().fold((0.0, 0.0), |(x, y), &(at, kib)| (x + at / count, y + kib as f64 / count));
    let (above, below) = readings.iter().fold((0.0, 0.0), |(above, below), &(at, kib)| {
        (above + (at - x) * (kib as f64 - y), below + (at - x).powi(2))
    });
    if below == 0.0 { 0.0 } else { above / below * 3600.0 / 1024.0 }
}

/// Sends until it is told to stop; a batch a millisecond, or what is overdue of them.
fn load(going: Arc<AtomicBool>, sent: Arc<AtomicU64>) -> mpsc::Receiver<u64> {
    let (sender, receiver) = mpsc::channel(65_536);
    std::thread::spawn(move || {
        let begun = Instant::now();
        let mut number = 0;
        while going.load(Ordering::Relaxed) {
            let due = (begun.elapsed().as_secs_f64() * RATE as f64) as u64;
            while number < due {
                if sender.try_send(number).is_err() {
                    break;
                }
                number += 1;
            }
            sent.store(number, Ordering::Relaxed);
            let (turn, is_over) = (Mutex::new(()), std::sync::Condvar::new());
            drop(is_over.wait_timeout(turn.lock().unwrap(), StdDuration::from_millis(1)));
        }
    });
    receiver
}

fn stream(receiver: mpsc::Receiver<u64>) -> impl futures::Stream<Item = u64> + Send {
    futures::stream::unfold(receiver, |mut receiver| async {
        let number = receiver.recv().await?;
        Some((number, receiver))
    })
}

fn runner(soaked: Soaked, seconds: u64) -> (Runner, Arc<AtomicBool>, Arc<AtomicU64>) {
    let (going, sent) = (Arc::new(AtomicBool::new(true)), Arc::default());
    let source = Source::live(stream(load(Arc::clone(&going), Arc::clone(&sent))));
    let runner = Runner::new().feed(Soaked::LOAD, source).add(soaked);
    let (stop, running) = (runner.stop_handle(), Arc::clone(&going));
    std::thread::spawn(move || {
        let (turn, is_over) = (Mutex::new(()), std::sync::Condvar::new());
        drop(is_over.wait_timeout(turn.lock().unwrap(), StdDuration::from_secs(seconds)));
        running.store(false, Ordering::Relaxed);
        stop.stop();
    });
    (runner, going, sent)
}

fn run(runner: Runner) -> (Soaked, Report) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut outcome = runtime.block_on(runner.run_live()).unwrap();
    assert_eq!(outcome.report().reason, StopReason::Requested);
    (outcome.take().unwrap(), outcome.report().clone())
}

/// A part that is recorded and replayed, at most so many seconds of it.
fn record_and_replay(seconds: u64) {
    let recording = Recording::new().keep(Soaked::LOAD);
    let (runner, ..) = runner(Soaked::new(), seconds);
    let with_payload = |runner: Runner| runner.digest_with(Soaked::LOAD, |number| number.to_le_bytes());
    let (live, report) = run(with_payload(runner).record_to(&recording));
    let replay = with_payload(Runner::new().replay(&recording)).add(Soaked::new());
    let mut outcome = replay.run().unwrap();
    let again: Soaked = outcome.take().unwrap();
    let dispatched = report.dispatched.total();
    assert_eq!(outcome.report().dispatched.total(), dispatched);
    assert_eq!(outcome.report().digest, report.digest);
    assert_eq!(again.sum, live.sum);
    println!(
        "T14 replay of {seconds} s: {dispatched} dispatches, digest {} both times",
        report.digest.unwrap()
    );
}

#[test]
#[ignore = "takes as long as it is told to: scripts/soak"]
fn t14_soak() {
    let seconds: u64 = std::env::var("ASP_SOAK_SECONDS").map_or(5, |text| text.parse().expect("seconds"));
    let soaked = Soaked::new();
    let pending = Arc::clone(&soaked.pending);
    let (runner, going, sent) = runner(soaked, seconds);
    let watcher = std::thread::spawn(move || {
        let (begun, mut readings) = (Instant::now(), Vec::new());
        let (turn, is_over) = (Mutex::new(()), std::sync::Condvar::new());
        let mut peak = AtomicI64::new(0);
        while going.load(Ordering::Relaxed) {
            let wait = StdDuration::from_secs(10).min(StdDuration::from_secs(seconds) / 8);
            drop(is_over.wait_timeout(turn.lock().unwrap(), wait));
            let (at, kib) = (begun.elapsed().as_secs_f64(), resident());
            *peak.get_mut() = (*peak.get_mut()).max(kib as i64);
            readings.push((at, kib));
            println!(
                "{at:6.1} s: {:.1} MiB resident, {} sent, {} calls pending",
                kib as f64 / 1024.0,
                sent.load(Ordering::Relaxed),
                pending.load(Ordering::Relaxed)
            );
        }
        (slope(&readings), peak.into_inner())
    });
    let (soaked, report) = run(runner);
    let (slope, peak) = watcher.join().unwrap();
    println!("{report}");
    println!("T14 events: {}", soaked.events.line());
    println!("T14 calls:  {}", soaked.calls.line());
    println!("T14 ticks:  {}", soaked.ticks.line());
    println!(
        "T14 memory: at most {:.1} MiB, {slope:+.1} MiB/h over the second half; pending calls expected {CALLS}",
        peak as f64 / 1024.0
    );
    assert_eq!((soaked.events.early, soaked.calls.early, soaked.ticks.early), (0, 0, 0));
    assert_eq!(report.dropped, 0);
    record_and_replay(seconds.min(30));
}
