//! A command-line program of one strategy: it watches a week of earthquakes and raises an alert for the strong ones.
//!
//! `#[asp::main]` reads the file, feeds the stream and parses the command line. Try
//!
//! ```text
//! cargo run --release --features app,csv --example app -- --help
//! cargo run --release --features app,csv --example app -- --end 2018-02-02 --record alerts=alerts.csv
//! cargo run --release --features app,csv --example app -- streams
//! cargo run --release --features app,csv --example app -- check
//! ```
//!
//! Look at the last line: it comes from `#[on_stop]`, and the summary after it, on standard error, is the program's.
//!
//! Data: U.S. Geological Survey, see `examples/data/README.md`.

use asp::prelude::*;
use serde::{Deserialize, Serialize};

/// A row of the file, as far as it is of use here.
#[derive(Clone, Debug, Deserialize)]
struct Quake {
    magnitude: Option<f64>,
    kind: String,
    place: String,
}

#[derive(Clone, Debug, Serialize)]
struct Alert {
    magnitude: f64,
    place: String,
}

#[derive(Default)]
struct Watch {
    today: u32,
    alerts: u32,
}

#[strategy(emits(alerts: Alert))]
impl Watch {
    /// Alerts for earthquakes of magnitude 6 and more.
    #[on_event(stream = "quakes")]
    fn quake(&mut self, cx: &Context<Self>, Quake { magnitude, kind, place }: Quake) {
        self.today += 1;
        if let Some(magnitude) = magnitude.filter(|&magnitude| kind == "earthquake" && magnitude >= 6.0) {
            self.alerts += 1;
            println!("{} M{magnitude:.1} {place}", cx.event_time());
            cx.emit(Self::ALERTS, Alert { magnitude, place });
        }
    }

    /// Counts the day that ends.
    #[every("1d", aligned)]
    fn midnight(&mut self, cx: &Context<Self>) {
        let past_day = cx.now() - Duration::from_days(1);
        // At the start there is no day yet.
        if self.today > 0 {
            // Ten characters of a timestamp are its date.
            println!("{past_day:10.10} {} events", std::mem::take(&mut self.today));
        }
    }

    #[on_stop]
    fn total(&mut self) {
        println!("alerts: {}", self.alerts);
    }
}

/// Watches a week of earthquakes, as recorded by the U.S. Geological Survey.
#[asp::main(
    start = "2018-01-31",
    feed(Watch::QUAKES = "examples/data/earthquakes.csv"),
    record(Watch::ALERTS)
)]
fn main() -> Watch {
    Watch::default()
}
