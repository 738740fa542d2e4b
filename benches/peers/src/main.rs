//! ASP beside its peers: `scripts/peers [--filter W2] [--events N]`.
//!
//! The workloads are those of `benches/ratio` and `benches/live`, with their inputs and checksums. All sides run in turn,
//! several times in one process; a line gives the medians of process CPU time per event, with the minima in brackets,
//! and how many times faster than the best peer ASP is. A dash is what a peer cannot express.

mod by_asp;
mod by_nexosim;
mod by_tokio;
mod by_wingfoil;
#[path = "../../ratio/handwritten.rs"]
mod handwritten;
#[path = "../../ratio/inputs.rs"]
mod inputs;
#[expect(dead_code, reason = "its program is not this one")]
#[path = "../../live/main.rs"]
mod live;
mod table;
#[expect(dead_code, reason = "the shortest sleep is for the other program")]
#[path = "../../ratio/tokio.rs"]
mod tokio;
#[path = "../../ratio/workloads.rs"]
mod workloads;

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ProcessTime;
use table::{Contest, Side};

/// As in `benches/ratio`: its workloads are made of it.
struct Workload {
    name: &'static str,
    events: u64,
    asp: fn(u64) -> u64,
    #[expect(dead_code, reason = "the loop by hand takes no part")]
    hand: fn(u64) -> u64,
    #[expect(dead_code, reason = "the target is one beside that loop")]
    target: Option<f64>,
}

const ROUNDS: usize = 5;

#[derive(Default)]
struct Options {
    filter: Option<String>,
    events: Option<u64>,
}

impl Options {
    fn picks(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }
}

fn main() {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}; there are `--filter NAME` and `--events N`");
            std::process::exit(2);
        }
    };
    let workloads = workloads::all();
    for contest in table::all() {
        if options.picks(contest.title) {
            let of_ratio = workloads.iter().find(|workload| workload.name == contest.name);
            let workload = of_ratio.expect("the name is one of theirs");
            measure(&contest, workload.asp, options.events.unwrap_or(workload.events));
        }
    }
    let events = options.events.unwrap_or(10_000) as usize;
    for (title, sides) in live_sides() {
        if options.picks(title) {
            measure_live(title, events, sides);
        }
    }
}

fn options(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(arg) = args.next() {
        let value = args.next().ok_or_else(|| format!("`{arg}` has no value"))?;
        match arg.as_str() {
            "--filter" => options.filter = Some(value),
            "--events" => {
                options.events = Some(value.parse().map_err(|_| format!("`{value}` is no number"))?)
            }
            _ => return Err(format!("`{arg} {value}` is not known")),
        }
    }
    Ok(options)
}

/// ASP first.
const NAMES: [&str; 4] = ["asp", "wingfoil", "nexosim", "tokio"];

fn measure(contest: &Contest, asp: fn(u64) -> u64, events: u64) {
    let sides = [Side::Ordered(asp), contest.wingfoil, contest.nexosim, contest.tokio];
    let ordered = asp(events);
    let has_unordered = sides.iter().any(|side| matches!(side, Side::Unordered(_)));
    let unordered = if has_unordered { (contest.unordered)(events) } else { 0 };
    let mut figures = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        for ((side, figures), name) in sides.iter().zip(&mut figures).zip(NAMES) {
            let (run, expected) = match *side {
                Side::Ordered(run) => (run, ordered),
                Side::Unordered(run) => (run, unordered),
                Side::Cannot(_) | Side::AsBefore => continue,
            };
            let (nanos, sum) = time(|| run(events));
            assert_eq!(sum, expected, "{}: {name} does the same work as ASP", contest.title);
            figures.push(nanos / events as f64);
        }
    }
    let mut line = contest.title.to_owned();
    for (name, figures) in NAMES.iter().zip(&figures) {
        line += &match figures.is_empty() {
            true => format!(" {name}_ns=-"),
            false => format!(" {name}_ns={:.1} [{:.1}]", median(figures), minimum(figures)),
        };
    }
    println!("{line} best_peer/asp={} target={:.2}", ratio(&figures), contest.target);
    for (name, side) in NAMES.iter().zip(&sides) {
        if let Side::Cannot(reason) = side {
            println!("    {name}: {reason}");
        }
    }
}

/// CPU nanoseconds and checksum of one run.
fn time(run: impl FnOnce() -> u64) -> (f64, u64) {
    let begun = ProcessTime::now();
    let sum = black_box(run());
    (begun.elapsed().as_nanos() as f64, sum)
}

/// How late each event is.
type Live = fn(usize) -> Vec<Duration>;

fn live_sides() -> [(&'static str, [Option<Live>; 4]); 2] {
    let parked: [Option<Live>; 4] =
        [Some(|n| live::asp(n, false)), Some(by_wingfoil::live_parked), None, Some(|n| live::hand(n, false))];
    let spin: [Option<Live>; 4] = [
        Some(by_asp::live_spinning),
        Some(by_wingfoil::live_spinning),
        Some(by_nexosim::live_spinning),
        None,
    ];
    [("W7 live parked", parked), ("W7 live spin", spin)]
}

/// Of p50 and p99, each a line, in microseconds.
fn measure_live(title: &str, events: usize, sides: [Option<Live>; 4]) {
    let mut figures = [const { [const { Vec::new() }; 4] }; 2];
    for _ in 0..ROUNDS {
        for (side, run) in sides.iter().enumerate() {
            let Some(run) = run else { continue };
            let late = live::percentiles(run(events));
            for (figures, late) in figures.iter_mut().zip(late) {
                figures[side].push(late);
            }
        }
    }
    for (figures, part) in figures.iter().zip(["p50", "p99"]) {
        let mut line = format!("{title} {part}");
        for (name, figures) in NAMES.iter().zip(figures) {
            line += &match figures.is_empty() {
                true => format!(" {name}_us=-"),
                false => format!(" {name}_us={:.2} [{:.2}]", median(figures), minimum(figures)),
            };
        }
        println!("{line} best_peer/asp={} target=0.80", ratio(figures));
    }
}

/// The median over the rounds of how many times as long as ASP the best peer takes, and the same of the minima.
fn ratio([asp, peers @ ..]: &[Vec<f64>; 4]) -> String {
    let took_part = peers.iter().filter(|figures| !figures.is_empty());
    let best =
        took_part.clone().min_by(|a, b| median(a).total_cmp(&median(b))).expect("a workload has a peer");
    let ratios: Vec<f64> = best.iter().zip(asp).map(|(peer, asp)| peer / asp).collect();
    let least = took_part.map(|figures| minimum(figures)).fold(f64::INFINITY, f64::min);
    format!("{:.2} [{:.2}]", median(&ratios), least / minimum(asp))
}

fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn minimum(figures: &[f64]) -> f64 {
    figures.iter().copied().fold(f64::INFINITY, f64::min)
}
