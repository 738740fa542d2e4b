//! What a strategy for each key costs: `cargo bench --bench keyed`.
//!
//! Each line is a run over events of so many keys, in no order: one instance of a strategy by key that adds up what it hears,
//! beside the same by hand, a loop over the same events with a `HashMap` of sums. It gives CPU time per event, once all keys
//! are known, their ratio, and the resident memory per key. Each figure is of a process of its own.

use std::collections::HashMap;
use std::hint::black_box;
use std::process::Command;

use asp::prelude::*;
use cpu_time::ProcessTime;

const EVENTS: u64 = 5_000_000;
const ROUNDS: usize = 3;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, who, keys] = &args[..]
        && let Ok(keys) = keys.parse()
    {
        return measure(who, keys);
    }
    println!(
        "{:>9} {:>8} {:>8} {:>6} {:>10} {:>10}",
        "keys", "asp ns", "hand ns", "ratio", "asp bytes", "hand bytes"
    );
    for keys in [100, 10_000, 100_000, 1_000_000] {
        let (asp, asp_bytes) = in_a_process("asp", keys);
        let (hand, hand_bytes) = in_a_process("hand", keys);
        println!("{keys:>9} {asp:>8.1} {hand:>8.1} {:>6.2} {asp_bytes:>10.0} {hand_bytes:>10.0}", asp / hand);
    }
}

/// Medians of nanoseconds per event and bytes per key.
fn in_a_process(who: &str, keys: u64) -> (f64, f64) {
    let program = std::env::current_exe().expect("the path of this program");
    let mut figures: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| {
            let output = Command::new(&program).args([who, &keys.to_string()]).output();
            let output = output.expect("this program runs again");
            let text = String::from_utf8(output.stdout).expect("figures");
            let mut figures = text.split_whitespace().map(|figure| figure.parse().expect("a figure"));
            (figures.next().expect("nanoseconds"), figures.next().expect("bytes"))
        })
        .collect();
    figures.sort_by(|a, b| a.0.total_cmp(&b.0));
    figures[ROUNDS / 2]
}

fn measure(who: &str, keys: u64) {
    let (nanos, bytes) = if who == "asp" { by_asp(keys) } else { by_hand(keys) };
    println!("{nanos} {}", bytes / keys as f64);
}

/// Each key once, then keys in no order.
fn events(keys: u64) -> impl Iterator<Item = (Timestamp, (u64, f64))> {
    let key = move |k: u64| if k < keys { k } else { k.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20 };
    (0..keys + EVENTS).map(move |k| (Timestamp::from_nanos(k as i64), (key(k) % keys, 1.0)))
}

fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: Option<f64> = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0.0) * 4096.0
}

#[derive(Default)]
struct Sum(f64);

#[strategy]
impl Sum {
    #[on_event(stream = "values")]
    fn add(&mut self, (_, value): (u64, f64)) {
        self.0 += value;
    }
}

/// Notes time and memory when all keys are known, and at the end.
struct Probe {
    keys: u64,
    before: f64,
    begun: Option<ProcessTime>,
    bytes: f64,
    nanos: f64,
}

#[strategy]
impl Probe {
    #[on_start]
    fn begin(&mut self, cx: &Context<Self>) {
        cx.at(Timestamp::from_nanos(self.keys as i64)).all_known();
    }

    #[after]
    fn all_known(&mut self) {
        self.bytes = resident() - self.before;
        self.begun = Some(ProcessTime::now());
    }

    #[on_stop]
    fn end(&mut self) {
        self.nanos = self.begun.map_or(0.0, |begun| begun.elapsed().as_nanos() as f64);
    }
}

fn by_asp(keys: u64) -> (f64, f64) {
    let probe = Probe { keys, before: resident(), begun: None, bytes: 0.0, nanos: 0.0 };
    let runner = Runner::new().feed(Sum::VALUES, events(keys));
    let sums = Keyed::new(|_: u64| Sum::default()).by(Sum::VALUES, |(key, _)| *key);
    let mut outcome = runner.add(sums).add(probe).run().expect("a run");
    let probe: Probe = outcome.take().expect("the probe");
    (probe.nanos / EVENTS as f64, probe.bytes)
}

fn by_hand(keys: u64) -> (f64, f64) {
    let before = resident();
    let mut sums: HashMap<u64, Sum> = HashMap::new();
    let (mut bytes, mut begun) = (0.0, ProcessTime::now());
    for (k, (_, value)) in events(keys).enumerate() {
        if k as u64 == keys {
            bytes = resident() - before;
            begun = ProcessTime::now();
        }
        sums.entry(value.0).or_default().add(value);
    }
    black_box(&sums);
    (begun.elapsed().as_nanos() as f64 / EVENTS as f64, bytes)
}
