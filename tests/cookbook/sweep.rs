//! One history, many parameters.

use crate::kit::{at, printed};

// ANCHOR: recipe
use std::sync::Arc;
use std::thread;

use asp::prelude::*;
use asp::window::CountWindow;

/// Holds one share while the price is above its average.
struct Trend {
    last: CountWindow<f64, 1>,
    bought: Option<f64>,
    gain: f64,
}

#[strategy]
impl Trend {
    #[on_event(stream = "prices")]
    fn price(&mut self, price: f64) {
        self.last.push(price);
        let is_up = self.last.mean().is_some_and(|mean| price > mean);
        if let Some(paid) = self.bought.take_if(|_| !is_up) {
            self.gain += price - paid;
        } else if is_up {
            self.bought.get_or_insert(price);
        }
    }
}

fn gain(prices: Arc<[(Timestamp, f64)]>, length: usize) -> asp::Result<f64> {
    let trend = Trend { last: CountWindow::of_numbers(length), bought: None, gain: 0.0 };
    let mut outcome = Runner::new().feed(Trend::PRICES, Source::shared(prices)).add(trend).run()?;
    Ok(outcome.take::<Trend>()?.gain)
}

#[test]
fn the_gain_of_each_length() -> asp::Result<()> {
    let waves = (0..4800).map(|step: i32| f64::from((step % 480 - 240).abs() + step % 7));
    let prices: Arc<[_]> = timestamps(at("09:00:00"), "1s".parse()?).zip(waves).collect();

    // One thread for each length; all of them read the same prices.
    let lengths = [5, 20, 80, 160, 320];
    let threads = lengths.map(|length| {
        let prices = Arc::clone(&prices);
        thread::spawn(move || gain(prices, length))
    });
    let mut lines = Vec::new();
    for (length, thread) in lengths.into_iter().zip(threads) {
        let gain = thread.join().expect("no panic")?;
        lines.push(format!("length {length:3}: {gain:7.2}"));
    }
    printed("sweep", lines);
    Ok(())
}
// ANCHOR_END: recipe
