//! Windows against lists that are computed anew, and their sums against exact ones.
//!
//! `ASP_WINDOW_PUSHES` sets how many values the test of accuracy pushes; `scripts/windows` pushes ten million.

use asp::prelude::*;
use asp::window::{CountWindow, TimeWindow};
use proptest::prelude::{Just, Strategy as Generator, prop_oneof, proptest};
use watermill::quantile::RollingQuantile;
use watermill::stats::{Revertable, Univariate};
use watermill::variance::Variance;

#[derive(Clone, Debug)]
enum Act {
    /// So many nanoseconds pass, then a value comes.
    Push(i64, f64),
    /// So many nanoseconds pass.
    Evict(i64),
    Clear,
}

fn acts() -> impl Generator<Value = Vec<Act>> {
    let value = prop_oneof![
        // Quarters: any sum of them is exact in whatever order.
        20 => (-1_000_000..1_000_000i32).prop_map(|quarters| f64::from(quarters) / 4.0),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NEG_INFINITY),
    ];
    let act = prop_oneof![
        20 => (0..6i64, value).prop_map(|(pause, value)| Act::Push(pause, value)),
        5 => (0..20i64).prop_map(Act::Evict),
        1 => Just(Act::Clear),
    ];
    proptest::collection::vec(act, 0..120)
}

/// Equal, or both not a number.
fn same(one: f64, other: f64) -> bool {
    one == other || one.is_nan() && other.is_nan()
}

fn mean_of(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn holds(sum: f64, mean: Option<f64>, values: &[f64]) -> bool {
    let means = match (mean, mean_of(values)) {
        (Some(one), Some(other)) => same(one, other),
        (one, other) => one == other,
    };
    means && same(sum, values.iter().sum())
}

fn same_events(one: &[(Timestamp, f64)], other: &[(Timestamp, f64)]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && same(one.1, other.1))
}

proptest! {
    #[test]
    fn a_time_window_is_the_list_of_what_is_young_enough(acts in acts(), length in 1..40i64) {
        let length = Duration::from_nanos(length);
        let mut window = TimeWindow::of_numbers(length);
        let (mut list, mut now) = (Vec::new(), Timestamp::EPOCH);
        for act in acts {
            let evicted: Vec<_> = match act {
                Act::Push(pause, value) => {
                    now += Duration::from_nanos(pause);
                    list.push((now, value));
                    window.push(now, value).collect()
                }
                Act::Evict(pause) => {
                    now += Duration::from_nanos(pause);
                    window.evict(now).collect()
                }
                Act::Clear => {
                    list.clear();
                    window.clear();
                    Vec::new()
                }
            };
            let (young, old): (Vec<_>, Vec<_>) = list.into_iter().partition(|(time, _)| *time > now - length);
            list = young;
            assert!(same_events(&evicted, &old), "evicted {evicted:?}, not {old:?}");
            let held: Vec<_> = window.iter().map(|(time, value)| (time, *value)).collect();
            assert!(same_events(&held, &list), "holds {held:?}, not {list:?}");
            let values: Vec<_> = list.iter().map(|(_, value)| *value).collect();
            assert!(holds(window.sum(), window.mean(), &values), "{} of {values:?}", window.sum());
            assert_eq!((window.len(), window.is_empty()), (list.len(), list.is_empty()));
            assert_eq!(window.oldest().map(|(time, _)| time), list.first().map(|(time, _)| *time));
            assert_eq!(window.latest().map(|(time, _)| time), list.last().map(|(time, _)| *time));
        }
    }

    #[test]
    fn a_count_window_is_the_end_of_the_list(acts in acts(), capacity in 1..30usize) {
        let mut window = CountWindow::of_numbers(capacity);
        let mut list: Vec<f64> = Vec::new();
        for act in acts {
            match act {
                Act::Push(_, value) => {
                    let oldest = (list.len() == capacity).then(|| list.remove(0));
                    list.push(value);
                    assert_eq!(window.push(value).map(f64::to_bits), oldest.map(f64::to_bits));
                }
                Act::Evict(_) => continue,
                Act::Clear => {
                    list.clear();
                    window.clear();
                }
            }
            assert!(window.iter().map(|value| value.to_bits()).eq(list.iter().map(|value| value.to_bits())));
            assert!(holds(window.sum(), window.mean(), &list), "{} of {list:?}", window.sum());
            assert_eq!((window.len(), window.is_full()), (list.len(), list.len() == capacity));
        }
    }
}

/// Values that are hard to add up: large ones that are taken back soon after, and tiny ones between them.
struct Nasty {
    random: u64,
    large: i128,
}

/// What the values are multiples of: 2^-50.
const GRAIN: f64 = 1.0 / (1u64 << 50) as f64;

impl Nasty {
    /// The next value, as a number of grains. Each of them is exact as an `f64`, and so is any sum as an `i128`.
    fn next(&mut self, index: u64) -> i128 {
        // xorshift64*
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        let random = self.random.wrapping_mul(0x2545_F491_4F6C_DD1D);
        let grains = 1 + i128::from(random >> 12);
        match index % 4 {
            0 => {
                self.large = grains << 50; // up to 2^52
                self.large
            }
            2 => -self.large,
            1 => 1 + (grains >> 20),            // up to 2^-18
            _ => 1 + (grains >> (random % 40)), // up to 4
        }
    }
}

/// What a window of `length` values is off by at most, as a part of the exact sum.
fn worst(pushes: u64, length: usize) -> (f64, f64) {
    let (mut nasty, mut exact) = (Nasty { random: 1, large: 0 }, 0i128);
    let mut by_count = CountWindow::of_numbers(length);
    let mut by_time = TimeWindow::of_numbers(Duration::from_nanos(length as i64));
    let mut grains_held = std::collections::VecDeque::new();
    let (mut window, mut naive, mut running) = (0.0f64, 0.0f64, 0.0f64);
    for index in 0..pushes {
        let grains = nasty.next(index);
        let value = grains as f64 * GRAIN;
        grains_held.push_back(grains);
        exact += grains;
        running += value;
        if grains_held.len() > length {
            let old = grains_held.pop_front().unwrap();
            exact -= old;
            running -= old as f64 * GRAIN;
        }
        by_count.push(value);
        by_time.push(Timestamp::from_nanos(index as i64), value);
        let expected = exact as f64 * GRAIN;
        let off = |sum: f64| if sum == expected { 0.0 } else { (sum - expected).abs() / expected.abs() };
        let count = grains_held.len() as f64;
        window = window.max(off(by_count.sum())).max(off(by_time.sum()));
        window = window.max(off(by_count.mean().unwrap() * count)).max(off(by_time.mean().unwrap() * count));
        naive = naive.max(off(running));
    }
    (window, naive)
}

#[test]
fn sums_stay_accurate_whatever_has_been_in_the_window() {
    let pushes =
        std::env::var("ASP_WINDOW_PUSHES").ok().and_then(|pushes| pushes.parse().ok()).unwrap_or(200_000);
    for length in [1, 4, 20, 1_000] {
        let (window, naive) = worst(pushes, length);
        println!(
            "windows of {length}: {pushes} pushes, off by {window:.1e} at most; one running sum: {naive:.1e}"
        );
        assert!(window < 1e-12, "windows of {length} are off by {window:e}");
    }
}

// ANCHOR: spread
/// How far the prices of the last minute spread: the variance is that of the crate `watermill`, the window says what
/// joins it and what leaves.
struct Spread {
    prices: TimeWindow<f64>,
    variance: Variance<f64>,
}

#[strategy(emits(deviations: f64))]
impl Spread {
    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: f64) {
        self.variance.update(price);
        for (_, old) in self.prices.push(cx.now(), price) {
            self.variance.revert(old).expect("it was added");
        }
        cx.emit(Self::DEVIATIONS, self.variance.get().sqrt());
    }
}
// ANCHOR_END: spread

// ANCHOR: anew
/// The median of the last minute, anew at each tick from what the window holds.
struct Median {
    prices: TimeWindow<f64>,
}

#[strategy(emits(medians: f64))]
impl Median {
    #[on_event(stream = Spread::PRICES)]
    fn price(&mut self, cx: &Context<Self>, price: f64) {
        self.prices.push(cx.now(), price);
    }

    #[every("30s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.prices.evict(cx.now());
        let mut median = RollingQuantile::new(0.5, self.prices.len().max(1)).expect("0.5 is a quantile");
        self.prices.iter().for_each(|(_, price)| median.update(*price));
        if !self.prices.is_empty() {
            cx.emit(Self::MEDIANS, median.get());
        }
    }
}
// ANCHOR_END: anew

#[test]
fn statistics_of_other_crates_follow_a_window() {
    let second = Timestamp::from_secs;
    let minute = Duration::from_mins(1);
    let prices = [(0, 500.0), (20, 2.0), (40, 4.0), (60, 6.0), (75, 8.0)];
    let mut outcome = Runner::new()
        .feed(Spread::PRICES, prices.map(|(time, price)| (second(time), price)))
        .add(Spread { prices: TimeWindow::new(minute), variance: Variance::new(0) })
        .add(Median { prices: TimeWindow::new(minute) })
        .collect(Spread::DEVIATIONS)
        .collect(Median::MEDIANS)
        .end(second(150))
        .run()
        .unwrap();
    let deviations = outcome.collected(Spread::DEVIATIONS).unwrap();
    let last = deviations.last().unwrap();
    assert!((last.value - 5.0f64.sqrt()).abs() < 1e-9, "{last:?}"); // of 2, 4, 6 and 8
    let medians: Vec<_> =
        outcome.collected(Median::MEDIANS).unwrap().iter().map(|event| event.value).collect();
    assert_eq!(medians, [251.0, 4.0, 6.0, 8.0]); // of 500 2, 2 4 6, 4 6 8, 8
}
