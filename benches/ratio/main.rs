//! ASP beside plain loops for the same work: `cargo bench --bench ratio [-- --filter W2]`.
//!
//! For counting instructions, `--only asp` or `--only hand` runs one side once, on `--events N` events.
//!
//! Each workload is run by both sides in turn, several times in one process. A line gives the medians of process
//! CPU time per event and their ratio; the ratio is the figure to compare, absolute times move with the machine.
//! Both sides must come to the same checksum, which depends on the order of the events where order matters.

mod handwritten;
mod inputs;
mod tokio;
mod workloads;

use std::hint::black_box;

use cpu_time::ProcessTime;

/// One workload: the same job done by ASP and by hand, each giving its checksum.
struct Workload {
    name: &'static str,
    /// Events counted for the figures per event.
    events: u64,
    asp: fn(u64) -> u64,
    hand: fn(u64) -> u64,
    /// The ratio to reach; none for what is measured for information.
    target: Option<f64>,
}

const ROUNDS: usize = 5;

#[derive(Default)]
struct Options {
    filter: Option<String>,
    only: Option<String>,
    events: Option<u64>,
}

fn main() {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}; there are `--filter NAME`, `--only asp|hand` and `--events N`");
            std::process::exit(2);
        }
    };
    if options.only.is_none() {
        println!("on the paused clock of tokio a sleep of 1 ns takes {} ns", tokio::shortest());
    }
    for mut workload in workloads::all() {
        if options.filter.as_ref().is_some_and(|filter| !workload.name.contains(filter.as_str())) {
            continue;
        }
        workload.events = options.events.unwrap_or(workload.events);
        match options.only.as_deref() {
            None => measure(&workload),
            Some(side) => {
                let run = if side == "asp" { workload.asp } else { workload.hand };
                println!("{} {side} checksum={:016x}", workload.name, run(workload.events));
            }
        }
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
            "--only" if value == "asp" || value == "hand" => options.only = Some(value),
            "--events" => {
                options.events = Some(value.parse().map_err(|_| format!("`{value}` is no number"))?)
            }
            _ => return Err(format!("`{arg} {value}` is not known")),
        }
    }
    Ok(options)
}

fn measure(workload: &Workload) {
    let (mut asp, mut hand) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (by_asp, asp_sum) = time(|| (workload.asp)(workload.events));
        let (by_hand, hand_sum) = time(|| (workload.hand)(workload.events));
        assert_eq!(asp_sum, hand_sum, "{}: both sides do the same work", workload.name);
        asp.push(by_asp / workload.events as f64);
        hand.push(by_hand / workload.events as f64);
    }
    let mut ratios: Vec<f64> = asp.iter().zip(&hand).map(|(asp, hand)| asp / hand).collect();
    let ((asp, asp_min), (hand, hand_min)) = (median(&mut asp), median(&mut hand));
    let target = workload.target.map_or_else(|| "none".to_owned(), |target| format!("{target:.2}"));
    println!(
        "{} asp_ns={asp:.2} hand_ns={hand:.2} ratio={:.2} target={target} (minima {asp_min:.2} {hand_min:.2})",
        workload.name,
        median(&mut ratios).0,
    );
}

/// CPU nanoseconds and checksum of one run.
fn time(run: impl FnOnce() -> u64) -> (f64, u64) {
    let begun = ProcessTime::now();
    let sum = black_box(run());
    (begun.elapsed().as_nanos() as f64, sum)
}

/// Median and minimum.
fn median(figures: &mut [f64]) -> (f64, f64) {
    figures.sort_by(f64::total_cmp);
    (figures[figures.len() / 2], figures[0])
}
