//! Sensors that fall silent: an alarm after fifteen minutes without a reading, and hourly means.
//!
//! Each reading puts the alarm of its sensor off with `cx.reschedule`; one that finds none pending begins a new one.
//! `#[every("1h", aligned)]` closes each hour. Look at the `silent` lines: they stand where time has come to, between
//! the readings of the other sensors, though no reading says so. A sensor that was repaired comes `back`.
//!
//! `examples/data/sensors.csv` is made up, by this program in Python 3:
//!
//! ```text
//! import random
//! from datetime import datetime, timedelta
//! random.seed(7)
//! start = datetime(2025, 3, 1)
//! gaps = {"boiler": [(5.5, 6.2)], "roof": [(2.1, 3.9), (9.0, 9.4)], "cellar": []}
//! rows = []
//! for sensor, level in (("boiler", 62.0), ("roof", 4.0), ("cellar", 11.5)):
//!     at = timedelta(seconds=random.uniform(0, 300))
//!     while at < timedelta(hours=12):
//!         hour = at / timedelta(hours=1)
//!         level += random.gauss(0, 0.2)
//!         if not any(begin < hour < end for begin, end in gaps[sensor]):
//!             rows.append((start + at, sensor, level))
//!         at += timedelta(seconds=random.uniform(240, 360))
//! print("time,sensor,celsius")
//! for time, sensor, level in sorted(rows):
//!     print(f"{time:%Y-%m-%dT%H:%M:%S}Z,{sensor},{level:.2f}")
//! ```

use std::collections::BTreeMap;

use asp::prelude::*;
use serde::{Deserialize, Serialize};

const SILENCE: Duration = Duration::from_mins(15);

#[derive(Clone, Debug, Deserialize)]
struct Reading {
    sensor: String,
    celsius: f64,
}

#[derive(Clone, Debug, Serialize)]
struct Mean {
    sensor: String,
    celsius: f64,
    readings: u32,
}

#[derive(Default)]
struct Sensor {
    /// Rings if nothing puts it off.
    alarm: Option<CallKey>,
    is_silent: bool,
    sum: f64,
    readings: u32,
}

#[derive(Default)]
struct Plant {
    sensors: BTreeMap<String, Sensor>,
}

#[strategy(emits(means: Mean))]
impl Plant {
    /// Puts the alarm of the sensor off.
    #[on_event(stream = "readings")]
    fn reading(&mut self, cx: &Context<Self>, Reading { sensor: name, celsius }: Reading) {
        let sensor = self.sensors.entry(name.clone()).or_default();
        sensor.sum += celsius;
        sensor.readings += 1;
        if std::mem::take(&mut sensor.is_silent) {
            println!("{} {name} is back", cx.now());
        }
        let rings = cx.now() + SILENCE;
        let is_put_off = sensor.alarm.is_some_and(|alarm| cx.reschedule(alarm, rings));
        if !is_put_off {
            sensor.alarm = Some(cx.at(rings).silent(name));
        }
    }

    /// Rings.
    #[after]
    fn silent(&mut self, cx: &Context<Self>, name: String) {
        println!("{} {name} is silent", cx.now());
        if let Some(sensor) = self.sensors.get_mut(&name) {
            sensor.alarm = None;
            sensor.is_silent = true;
        }
    }

    /// Closes the hour.
    #[every("1h", aligned)]
    fn hour(&mut self, cx: &Context<Self>) {
        let mut means = Vec::new();
        for (name, sensor) in &mut self.sensors {
            let (sum, readings) = (std::mem::take(&mut sensor.sum), std::mem::take(&mut sensor.readings));
            if readings > 0 {
                let celsius = sum / f64::from(readings);
                means.push(format!("{name} {celsius:.2}"));
                cx.emit(Self::MEANS, Mean { sensor: name.clone(), celsius, readings });
            }
        }
        if !means.is_empty() {
            println!("{} {}", cx.now(), means.join(", "));
        }
    }

    /// The log is over, which is no silence of the sensors.
    #[on_end(stream = "readings")]
    fn log_ends(&mut self, cx: &Context<Self>) {
        for alarm in self.sensors.values_mut().filter_map(|sensor| sensor.alarm.take()) {
            cx.cancel(alarm);
        }
    }
}

/// Watches three sensors of a plant over half a day.
#[asp::main(
    start = "2025-03-01",
    end = "2025-03-01T12:30:00Z",
    feed(Plant::READINGS = "examples/data/sensors.csv"),
    record(Plant::MEANS)
)]
fn main() -> Plant {
    Plant::default()
}
