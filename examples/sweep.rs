//! A thousand aftershock watches over a week of recorded earthquakes: which one is best?
//!
//! Every earthquake of at least some magnitude opens a watch over its surroundings for some hours, and the watch expects
//! further ones of magnitude 4 and more. How strong, how far, how long? The three are parameters, ten values each; all
//! thousand combinations are run over the same data in memory, on all cores. A large watch catches more by chance alone,
//! so the score counts each event that is caught the more, the smaller the part of the earth's surface is that was watched
//! at a time.
//!
//! Look at the table: it is the same on any number of threads. How long it took goes to standard error.
//!
//! ```text
//! cargo run --release --features sweep --example sweep
//! cargo run --release --features sweep --example sweep -- --threads 1
//! ```
//!
//! Data: U.S. Geological Survey, see `examples/data/README.md`.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;

use asp::prelude::*;
use serde::{Deserialize, Deserializer};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/earthquakes.csv");
const EARTH_RADIUS_KM: f64 = 6371.0;

/// A row of the file, as far as it is of use here.
#[derive(Deserialize)]
struct Row {
    #[serde(deserialize_with = "timestamp")]
    time: Timestamp,
    magnitude: Option<f64>,
    latitude: f64,
    longitude: f64,
    kind: String,
}

fn timestamp<'de, D: Deserializer<'de>>(field: D) -> Result<Timestamp, D::Error> {
    String::deserialize(field)?.parse().map_err(serde::de::Error::custom)
}

#[derive(Clone, Copy)]
struct Quake {
    magnitude: f64,
    /// On a sphere of radius 1.
    place: [f64; 3],
}

impl Quake {
    fn new(magnitude: f64, latitude: f64, longitude: f64) -> Self {
        let (north, east) = (latitude.to_radians(), longitude.to_radians());
        Quake { magnitude, place: [north.cos() * east.cos(), north.cos() * east.sin(), north.sin()] }
    }
}

// ANCHOR: strategy
#[derive(Default, Params)]
struct Watch {
    /// The magnitude that opens a watch.
    #[param(range = 4.1..=5.0, step = 0.1)]
    opens: f64,
    /// How far it looks, in kilometres.
    #[param(range = 20..=200, step = 20)]
    radius: u32,
    #[param(range = "6h"..="60h", step = "6h")]
    lasts: Duration,

    /// The places of the open watches, the oldest first.
    open: VecDeque<[f64; 3]>,
    watches: u32,
    events: u32,
    caught: u32,
}
// ANCHOR_END: strategy

#[strategy]
impl Watch {
    #[on_event(stream = "quakes")]
    fn quake(&mut self, cx: &Context<Self>, quake: Quake) {
        if quake.magnitude < 4.0 {
            return;
        }
        self.events += 1;
        let nearest = (f64::from(self.radius) / EARTH_RADIUS_KM).cos();
        let cosine = |place: &[f64; 3]| (0..3).map(|k| place[k] * quake.place[k]).sum::<f64>();
        if self.open.iter().any(|place| cosine(place) >= nearest) {
            self.caught += 1;
        }
        if quake.magnitude >= self.opens {
            self.watches += 1;
            self.open.push_back(quake.place);
            cx.after(self.lasts).close();
        }
    }

    /// All watches last equally long, so the oldest is the first to close.
    #[after]
    fn close(&mut self) {
        self.open.pop_front();
    }
}

impl Watch {
    /// The part of the earth's surface that was watched, on the average over the week.
    fn watched(&self) -> f64 {
        let cap = (1.0 - (f64::from(self.radius) / EARTH_RADIUS_KM).cos()) / 2.0;
        f64::from(self.watches) * cap * self.lasts.as_secs() as f64 / Duration::from_days(7).as_secs() as f64
    }

    /// How many events were caught beyond what chance explains: each counts by the logarithm of the gain over chance.
    fn score(&self) -> f64 {
        let by_chance = f64::from(self.events) * self.watched();
        if self.caught == 0 {
            0.0
        } else {
            f64::from(self.caught) * (f64::from(self.caught) / by_chance).ln()
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut quakes: Vec<(Timestamp, Quake)> = Vec::new();
    for row in csv::Reader::from_path(DATA)?.deserialize() {
        let Row { time, magnitude, latitude, longitude, kind } = row?;
        if let Some(magnitude) = magnitude.filter(|_| kind == "earthquake") {
            quakes.push((time, Quake::new(magnitude, latitude, longitude)));
        }
    }

    // ANCHOR: sweep
    let quakes: Arc<[(Timestamp, Quake)]> = quakes.into();
    let table = asp::sweep(Watch::grid(), |runner, watch| {
        runner.feed(Watch::QUAKES, Source::shared(Arc::clone(&quakes))).add(watch)
    })
    .figure("caught", |watch: &Watch| watch.caught)
    .figure("watches", |watch: &Watch| watch.watches)
    .figure("score", Watch::score)
    .threads(threads())
    .run()?
    .highest_first("score")?;

    println!("{} cells over {} events, the best by score:", table.rows().len(), quakes.len());
    print!("{}", table.top(10));
    // ANCHOR_END: sweep
    eprintln!("{:.6} s on {} threads", table.took().as_secs_f64(), table.threads());
    if let Some(path) = argument("--svg") {
        std::fs::write(path, table.heat_map("score")?.to_svg())?;
    }
    Ok(())
}

/// Of the command line; 0 stands for as many as there are cores.
fn threads() -> usize {
    argument("--threads").and_then(|count| count.parse().ok()).unwrap_or(0)
}

fn argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}
