//! How the cost of an event grows: `cargo bench -p asp-growth [-- --filter streams]`.
//!
//! Each curve is measured at several sizes, in turn, several times; a line gives the medians of process CPU time per
//! event. What a run costs apart from its events is left out: a run of an eighth of the events is taken off. `setup_us` is
//! a run without events. Under each curve stands how it grows, and what was expected. `--plot DIR` makes pictures of the
//! curves, `--history EVENTS` is [`history`].

mod curves;
mod history;
mod plot;

#[path = "../ratio/handwritten.rs"]
mod handwritten;
#[path = "../ratio/inputs.rs"]
mod inputs;
#[expect(dead_code, reason = "for the workloads that are not measured here")]
#[path = "../ratio/tokio.rs"]
mod tokio;
#[expect(dead_code, reason = "some of the workloads are not measured here")]
#[path = "../ratio/workloads.rs"]
mod workloads;

use std::hint::black_box;
use std::path::PathBuf;

use cpu_time::ProcessTime;
use curves::{Curve, Expected, Point, Run};

/// As in `benches/ratio`, whose workloads are made of it.
#[expect(dead_code, reason = "the curves are made of points")]
struct Workload {
    name: &'static str,
    events: u64,
    asp: Run,
    hand: Run,
    target: Option<f64>,
}

/// How often each point is measured.
const ROUNDS: usize = 5;

/// A curve that is to be level may grow with this power of the size.
const LEVEL: f64 = 0.1;

/// A doubling of the size costs the same all along a logarithm; the last ones may cost so many times what the first did.
const STEADY: f64 = 2.0;

#[derive(Default)]
struct Options {
    filter: Option<String>,
    plot: Option<PathBuf>,
    history: Option<u64>,
}

fn main() {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}; there are `--filter NAME`, `--plot DIR` and `--history EVENTS`");
            std::process::exit(2);
        }
    };
    if let Some(events) = options.history {
        return history::run(events);
    }
    let mut measured = Vec::new();
    for curve in curves::all() {
        if options.filter.as_ref().is_none_or(|filter| curve.name.contains(filter.as_str())) {
            measured.push(measure(curve));
        }
    }
    if let Some(folder) = &options.plot
        && let Err(error) = plot::draw(folder, &measured)
    {
        eprintln!("no pictures in {}: {error}", folder.display());
        std::process::exit(1);
    }
}

fn options(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(arg) = args.next() {
        // Given by cargo.
        if arg == "--bench" {
            continue;
        }
        let value = args.next().ok_or_else(|| format!("`{arg}` has no value"))?;
        match arg.as_str() {
            "--filter" => options.filter = Some(value),
            "--plot" => options.plot = Some(value.into()),
            "--history" => {
                options.history = Some(value.parse().map_err(|_| format!("`{value}` is no number"))?)
            }
            _ => return Err(format!("`{arg} {value}` is not known")),
        }
    }
    Ok(options)
}

/// A curve with its figures: size and nanoseconds per event.
struct Measured {
    curve: Curve,
    asp: Vec<(u64, f64)>,
    /// Empty where there is no loop for it.
    hand: Vec<(u64, f64)>,
}

fn measure(curve: Curve) -> Measured {
    let mut samples: Vec<Samples> = curve.points.iter().map(|_| Samples::default()).collect();
    for _ in 0..ROUNDS {
        for (point, samples) in curve.points.iter().zip(&mut samples) {
            samples.take(point);
        }
    }
    let (mut asp, mut hand) = (Vec::new(), Vec::new());
    for (point, samples) in curve.points.iter().zip(&mut samples) {
        let ns = median(&mut samples.asp);
        let mut line = format!("growth {} {} asp_ns={ns:.2}", curve.name, point.size);
        asp.push((point.size, ns));
        if point.hand.is_some() {
            let ns = median(&mut samples.hand);
            line += &format!(" hand_ns={ns:.2}");
            hand.push((point.size, ns));
        }
        println!("{line} setup_us={:.0}", median(&mut samples.setup) / 1000.0);
    }
    let measured = Measured { curve, asp, hand };
    println!("growth {} {}", measured.curve.name, read("asp", &measured.asp, measured.curve.expected));
    if !measured.hand.is_empty() {
        println!("growth {} {}", measured.curve.name, read("hand", &measured.hand, measured.curve.expected));
    }
    measured
}

#[derive(Default)]
struct Samples {
    asp: Vec<f64>,
    hand: Vec<f64>,
    setup: Vec<f64>,
}

impl Samples {
    fn take(&mut self, point: &Point) {
        self.setup.push(time(point.asp, 0));
        self.asp.push(per_event(point.asp, point.events));
        if let Some(hand) = point.hand {
            self.hand.push(per_event(hand, point.events));
        }
    }
}

/// CPU nanoseconds that an event costs once a run is under way.
fn per_event(run: Run, events: u64) -> f64 {
    let some = events / 8;
    // Short runs are repeated, to be as long as others.
    let runs = (2_000_000 / events).max(1);
    let whole: f64 = (0..runs).map(|_| time(run, events) - time(run, some)).sum();
    whole / (runs * (events - some)) as f64
}

/// CPU nanoseconds of a run.
fn time(run: Run, events: u64) -> f64 {
    let begun = ProcessTime::now();
    black_box(run(events));
    begun.elapsed().as_nanos() as f64
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// How a curve grows: the power of the size that fits it best, and for a logarithm what a doubling costs at either end.
fn read(side: &str, figures: &[(u64, f64)], expected: Expected) -> String {
    let logs: Vec<(f64, f64)> = figures.iter().map(|&(size, ns)| ((size as f64).log2(), ns)).collect();
    let end = logs.len() - 1;
    let power = slope(logs.iter().map(|&(size, ns)| (size, ns.log2())));
    let shape = format!("{side} power={power:.3} ends={:.2}", logs[end].1 / logs[0].1);
    match expected {
        Expected::Level => format!("{shape}: {} level", verdict(power <= LEVEL)),
        Expected::Logarithm => {
            let (first, last) = (slope(logs[..2].iter().copied()), slope(logs[end - 1..].iter().copied()));
            let verdict = verdict(last <= STEADY * first || power <= LEVEL);
            format!("{shape} doubling_ns={first:.2} at first, {last:.2} at last: {verdict} a logarithm")
        }
    }
}

fn verdict(holds: bool) -> &'static str {
    if holds { "as expected," } else { "NOT as expected," }
}

/// Of the line of least squares.
fn slope(points: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let count = points.clone().count() as f64;
    let (x, y) = points.clone().fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x / count, sum.1 + y / count));
    let (over, under) =
        points.fold((0.0, 0.0), |sum, (a, b)| (sum.0 + (a - x) * (b - y), sum.1 + (a - x) * (a - x)));
    over / under
}
