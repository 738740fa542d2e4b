//! An aftershock watch over a week of recorded earthquakes, one source per seismic network.
//!
//! Every earthquake of magnitude 5 and more opens a watch for 24 hours, which counts the events within 100 km. The
//! networks are read as separate sources, and the engine merges them into one stream by time. Look at the `closed`
//! lines among the daily counts: they come in the order of virtual time, the last ones hours after the data have
//! ended. The whole week takes some milliseconds.
//!
//! At the edges: an event does not count for the watch that it opens. It counts to every other watch that is open,
//! so it may count twice; one that comes at the very instant at which a watch closes still counts, since events go
//! before calls of the same time. An event without a magnitude opens no watch. Events of one instant come by the
//! name of their network.
//!
//! Data: U.S. Geological Survey, see `examples/data/README.md`.

use std::collections::BTreeMap;
use std::error::Error;

use asp::prelude::*;
use serde::{Deserialize, Deserializer};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/earthquakes.csv");
const DAY: Duration = Duration::from_days(1);

/// A row of the file, as far as it is of use here.
#[derive(Clone, Debug, Deserialize)]
struct Quake {
    #[serde(deserialize_with = "timestamp")]
    time: Timestamp,
    id: String,
    network: String,
    magnitude: Option<f64>,
    latitude: f64,
    longitude: f64,
    /// An explosion has a magnitude too.
    kind: String,
    place: String,
}

fn timestamp<'de, D: Deserializer<'de>>(field: D) -> Result<Timestamp, D::Error> {
    String::deserialize(field)?.parse().map_err(serde::de::Error::custom)
}

impl Quake {
    /// The magnitude, if it is one that opens a watch.
    fn opening_magnitude(&self) -> Option<f64> {
        self.magnitude.filter(|&magnitude| self.kind == "earthquake" && magnitude >= 5.0)
    }

    /// The great-circle distance, by the haversine formula.
    fn km_to(&self, other: &Quake) -> f64 {
        const EARTH_RADIUS_KM: f64 = 6371.0;
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_north = (to - from) / 2.0;
        let half_east = (other.longitude - self.longitude).to_radians() / 2.0;
        let haversine = half_north.sin().powi(2) + from.cos() * to.cos() * half_east.sin().powi(2);
        2.0 * EARTH_RADIUS_KM * haversine.sqrt().min(1.0).asin()
    }
}

struct Watch {
    opened_by: Quake,
    magnitude: f64,
    aftershocks: u32,
}

#[derive(Default)]
struct AftershockWatch {
    /// The open watches, by the id of the event that opened them.
    open: BTreeMap<String, Watch>,
    /// Events per network, by the midnight with which their day began.
    days: BTreeMap<Timestamp, BTreeMap<String, u32>>,
    watches: u32,
    aftershocks: u32,
    events: u32,
}

#[strategy]
impl AftershockWatch {
    #[on_event(stream = "quakes")]
    fn quake(&mut self, cx: &Context<Self>, quake: Quake) {
        self.events += 1;
        let day = self.days.entry(midnight_before(quake.time)).or_default();
        *day.entry(quake.network.clone()).or_default() += 1;

        for watch in self.open.values_mut().filter(|watch| watch.opened_by.km_to(&quake) <= 100.0) {
            watch.aftershocks += 1;
        }
        // Comes last, so that the event does not count for its own watch.
        if let Some(magnitude) = quake.opening_magnitude() {
            self.watches += 1;
            cx.at(quake.time + DAY).close(quake.id.clone());
            self.open.insert(quake.id.clone(), Watch { opened_by: quake, magnitude, aftershocks: 0 });
        }
    }

    #[after]
    fn close(&mut self, id: String) {
        if let Some(Watch { opened_by, magnitude, aftershocks }) = self.open.remove(&id) {
            self.aftershocks += aftershocks;
            println!("closed {id} M{magnitude:.1} {}: {aftershocks} aftershocks", opened_by.place);
        }
    }

    // An event stamped midnight comes before this tick but belongs to the new day: hence the counts by day.
    #[every("1d", aligned)]
    fn midnight(&mut self, cx: &Context<Self>) {
        let past_day = cx.now() - DAY;
        let networks = self.days.remove(&past_day).unwrap_or_default();
        let counts: Vec<String> =
            networks.iter().map(|(network, count)| format!("{network} {count}")).collect();
        // Ten characters of a timestamp are its date.
        println!(
            "{past_day:10.10} {}",
            if counts.is_empty() { "no events".to_owned() } else { counts.join(", ") }
        );
    }

    #[on_stop]
    fn totals(&mut self) {
        println!("watches: {}, aftershocks: {}, events: {}", self.watches, self.aftershocks, self.events);
    }
}

fn midnight_before(time: Timestamp) -> Timestamp {
    time - Duration::from_nanos(time.as_nanos().rem_euclid(DAY.as_nanos()))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut networks: BTreeMap<String, Vec<(Timestamp, Quake)>> = BTreeMap::new();
    for row in csv::Reader::from_path(DATA)?.deserialize() {
        let quake: Quake = row?;
        networks.entry(quake.network.clone()).or_default().push((quake.time, quake));
    }
    let outcome = Runner::new()
        .feed(AftershockWatch::QUAKES, Source::merge(networks.into_values().map(Source::past)))
        .add(AftershockWatch::default())
        .run()?;
    println!("{}", outcome.report());
    Ok(())
}
