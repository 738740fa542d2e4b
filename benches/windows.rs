//! What a window costs: `cargo bench --bench windows`.
//!
//! Each line is a push, with what it evicts, and a look at the sum, beside the same by hand: a `VecDeque` and one running
//! sum, to which each value is added and from which it is taken again. Both are run in turn, several times in one process;
//! the line gives the medians of CPU time per push, and their ratio.

use std::collections::VecDeque;
use std::hint::black_box;

use asp::window::{CountWindow, TimeWindow};
use asp::{Duration, Timestamp};
use cpu_time::ProcessTime;

const PUSHES: u32 = 10_000_000;
const ROUNDS: usize = 7;

fn main() {
    println!("{:<12} {:>8} {:>8} {:>8} {:>6}", "window", "values", "asp", "by hand", "ratio");
    for length in [20, 1_000, 100_000] {
        line("time", length, by_time, by_time_and_hand);
        line("count", length, by_count, by_count_and_hand);
    }
}

fn line(what: &str, length: u32, asp: fn(u32) -> f64, hand: fn(u32) -> f64) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(nanos(asp, length));
        theirs.push(nanos(hand, length));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("{what:<12} {length:>8} {ours:>8.1} {theirs:>8.1} {:>6.2}", ours / theirs);
}

fn nanos(run: fn(u32) -> f64, length: u32) -> f64 {
    let begun = ProcessTime::now();
    black_box(run(black_box(length)));
    begun.elapsed().as_nanos() as f64 / f64::from(PUSHES)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// Numbers from -1000 to 1000 without a pattern.
fn values() -> impl Iterator<Item = f64> {
    (0..PUSHES).map(|k| f64::from(k.wrapping_mul(2_654_435_761)) / 2_147_483.648 - 1000.0)
}

fn events() -> impl Iterator<Item = (Timestamp, f64)> {
    values().enumerate().map(|(k, value)| (Timestamp::from_nanos(k as i64 * 1_000), value))
}

fn by_time(length: u32) -> f64 {
    let mut window = TimeWindow::of_numbers(Duration::from_micros(length.into()));
    let mut seen = 0.0;
    for (time, value) in events() {
        window.push(time, value);
        seen += window.sum();
    }
    seen
}

fn by_time_and_hand(length: u32) -> f64 {
    let length = Duration::from_micros(length.into());
    let (mut window, mut sum, mut seen) = (VecDeque::new(), 0.0, 0.0);
    for (time, value) in events() {
        window.push_back((time, value));
        sum += value;
        while let Some((_, old)) =
            window.pop_front_if(|(then, _): &mut (Timestamp, f64)| *then <= time - length)
        {
            sum -= old;
        }
        seen += sum;
    }
    seen
}

fn by_count(length: u32) -> f64 {
    let mut window = CountWindow::of_numbers(length as usize);
    let mut seen = 0.0;
    for value in values() {
        window.push(value);
        seen += window.sum();
    }
    seen
}

fn by_count_and_hand(length: u32) -> f64 {
    let (mut window, mut sum, mut seen) = (VecDeque::new(), 0.0, 0.0);
    for value in values() {
        if window.len() == length as usize {
            sum -= window.pop_front().unwrap_or(0.0);
        }
        window.push_back(value);
        sum += value;
        seen += sum;
    }
    seen
}
