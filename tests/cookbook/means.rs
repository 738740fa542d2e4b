//! The job of the pages "Coming from ..": the mean price of each second.

use crate::kit::{shows, times};

// ANCHOR: strategy
use asp::prelude::*;

#[derive(Default)]
struct Means {
    sum: f64,
    count: u32,
}

#[strategy(emits(means: f64))]
impl Means {
    #[on_event(stream = "prices")]
    fn price(&mut self, price: f64) {
        self.sum += price;
        self.count += 1;
    }

    #[every("1s")]
    fn second(&mut self, cx: &Context<Self>) {
        if self.count > 0 {
            cx.emit(Self::MEANS, self.sum / f64::from(self.count));
        }
        *self = Means::default();
    }
}
// ANCHOR_END: strategy

// ANCHOR: run
#[test]
fn the_mean_of_each_second() {
    let prices = times([
        ("09:00:00.200", 10.0),
        ("09:00:00.700", 12.0),
        ("09:00:01.900", 20.0),
        ("09:00:03.100", 30.0),
    ]);
    let (start, end) = ("2025-01-02T09:00:00Z".parse().unwrap(), "2025-01-02T09:00:05Z".parse().unwrap());
    let runner = Runner::new().start(start).end(end).feed(Means::PRICES, prices).add(Means::default());
    shows("means", runner, Means::MEANS);
}
// ANCHOR_END: run
