//! Two streams, joined where their events are close.

use crate::kit::{shows, times};

// ANCHOR: recipe
use asp::prelude::*;

const TOLERANCE: Duration = Duration::from_secs(2);

/// Power and flow of a pump, where both were measured within two seconds of each other.
#[derive(Default)]
struct Pump {
    power: Option<(Timestamp, f64)>,
    flow: Option<(Timestamp, f64)>,
}

#[strategy(emits(pairs: String))]
impl Pump {
    #[on_event(stream = "power")]
    fn power(&mut self, cx: &Context<Self>, kilowatts: f64) {
        self.power = Some((cx.now(), kilowatts));
        self.pair(cx);
    }

    #[on_event(stream = "flow")]
    fn flow(&mut self, cx: &Context<Self>, litres: f64) {
        self.flow = Some((cx.now(), litres));
        self.pair(cx);
    }

    fn pair(&mut self, cx: &Context<Self>) {
        if let (Some((one, kilowatts)), Some((other, litres))) = (self.power, self.flow)
            && (one - other).abs() <= TOLERANCE
        {
            cx.emit(Self::PAIRS, format!("{kilowatts} kW for {litres} l/s"));
            (self.power, self.flow) = (None, None); // each is used once
        }
    }
}

#[test]
fn what_was_measured_within_two_seconds() {
    let power = times([("09:00:00", 4.0), ("09:01:00", 4.2), ("09:02:03", 4.4), ("09:02:04", 4.5)]);
    let flow = times([("09:00:01", 31.0), ("09:01:05", 32.0), ("09:02:02", 33.0)]);
    let runner = Runner::new().feed(Pump::POWER, power).feed(Pump::FLOW, flow).add(Pump::default());
    shows("pairs", runner, Pump::PAIRS);
}
// ANCHOR_END: recipe
