//! A program with parameters: how many swarms of earthquakes were there in a week? That depends on what a swarm is.
//! It prints the time of each, as CSV.
//!
//! ```text
//! cargo run --release --features app,csv,sweep --example tuning
//! cargo run --release --features app,csv,sweep --example tuning -- run --set magnitude=4 --set within=1h
//! cargo run --release --features app,csv,sweep --example tuning -- sweep --by swarms --top 5
//! ```
//!
//! Data: U.S. Geological Survey, see `examples/data/README.md`.

// ANCHOR: program
use asp::prelude::*;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
struct Quake {
    magnitude: Option<f64>,
}

/// A swarm is when five quakes come together.
#[derive(Params)]
struct Swarms {
    #[param(range = 2.5..=4.5, step = 0.5)]
    magnitude: f64,
    #[param(range = "1h"..="12h", step = "1h")]
    within: Duration,
    recent: u32,
    most: u32,
    swarms: u32,
}

impl Default for Swarms {
    fn default() -> Self {
        Swarms { magnitude: 4.5, within: Duration::from_hours(4), recent: 0, most: 0, swarms: 0 }
    }
}

#[strategy(emits(found: u32))]
impl Swarms {
    #[on_event(stream = "quakes")]
    fn quake(&mut self, cx: &Context<Self>, Quake { magnitude }: Quake) {
        if magnitude.is_some_and(|magnitude| magnitude >= self.magnitude) {
            self.recent += 1;
            self.most = self.most.max(self.recent);
            if self.recent == 5 {
                self.swarms += 1;
                cx.emit(Self::FOUND, self.swarms);
            }
            cx.after(self.within).forget();
        }
    }

    #[after]
    fn forget(&mut self) {
        self.recent -= 1;
    }
}

/// Counts swarms of earthquakes.
#[asp::main(
    feed(Swarms::QUAKES = "examples/data/earthquakes.csv"),
    record(Swarms::FOUND = "-?format=csv"),
    sweep(swarms = |it: &Swarms| it.swarms, most = |it: &Swarms| it.most)
)]
fn main() -> Swarms {
    Swarms::default()
}
// ANCHOR_END: program
