//! A moving average.

use crate::kit::{shows, times};

// ANCHOR: recipe
use asp::prelude::*;
use asp::window::TimeWindow;

/// The mean temperature of the last five minutes, each minute.
struct Average {
    last: TimeWindow<f64, 1>,
}

#[strategy(emits(means: String))]
impl Average {
    #[on_event(stream = "celsius")]
    fn reading(&mut self, cx: &Context<Self>, celsius: f64) {
        self.last.push(cx.now(), celsius);
    }

    #[every("1min", aligned)]
    fn minute(&mut self, cx: &Context<Self>) {
        self.last.evict(cx.now());
        match self.last.mean() {
            Some(mean) => cx.emit(Self::MEANS, format!("{mean:.1}, mean of {}", self.last.len())),
            None => cx.emit(Self::MEANS, "no reading".to_owned()),
        }
    }
}

#[test]
fn the_mean_of_what_is_not_older_than_five_minutes() {
    let celsius = times([
        ("09:00:00", 20.0),
        ("09:01:30", 21.0),
        ("09:02:00", 22.0), // the tick of this instant has it
        ("09:04:59", 30.0),
        ("09:11:00", 24.0),
    ]);
    let average = Average { last: TimeWindow::of_numbers(Duration::from_mins(5)) };
    shows("average", Runner::new().feed(Average::CELSIUS, celsius).add(average), Average::MEANS);
}
// ANCHOR_END: recipe
