//! A state for each key.

use crate::kit::{shows, times};

// ANCHOR: recipe
use asp::prelude::*;
use asp::window::CountWindow;

/// Compares one machine with its own past: every machine is different.
struct Machine {
    name: &'static str,
    last: CountWindow<f64, 1>,
}

#[strategy(emits(odd: String))]
impl Machine {
    #[on_event(stream = "vibration")]
    fn measured(&mut self, cx: &Context<Self>, (_, now): (&'static str, f64)) {
        if let Some(usual) = self.last.mean().filter(|usual| self.last.is_full() && now > 2.0 * usual) {
            cx.emit(Self::ODD, format!("{}: {now}, usually {usual:.1}", self.name));
        }
        self.last.push(now);
    }
}

#[test]
fn each_machine_against_its_own_past() {
    let vibration = times([
        ("09:00:00", ("lathe", 1.0)),
        ("09:00:01", ("press", 8.0)),
        ("09:01:00", ("lathe", 1.2)),
        ("09:01:01", ("press", 9.0)),
        ("09:02:00", ("lathe", 1.1)),
        ("09:02:01", ("press", 8.5)),
        ("09:03:00", ("lathe", 2.9)),
        ("09:03:01", ("press", 9.5)), // usual for a press
    ]);
    let machines = Keyed::new(|name| Machine { name, last: CountWindow::of_numbers(3) })
        .by(Machine::VIBRATION, |(name, _)| *name);
    shows("per_key", Runner::new().feed(Machine::VIBRATION, vibration).add(machines), Machine::ODD);
}
// ANCHOR_END: recipe
