//! A computation that takes long, at its own pace.

use crate::kit::shows;

// ANCHOR: recipe
use asp::prelude::*;
use asp::window::CountWindow;

/// The median of the last hundred prices: too slow for each of them, so it is taken every ten seconds.
struct Median {
    prices: CountWindow<u32>,
    has_news: bool,
}

#[strategy(emits(medians: u32))]
impl Median {
    #[on_event(stream = "prices")]
    fn price(&mut self, price: u32) {
        self.prices.push(price); // cheap
        self.has_news = true;
    }

    #[every("10s", aligned, missed = "skip")]
    fn median(&mut self, cx: &Context<Self>) {
        if !std::mem::take(&mut self.has_news) {
            return; // nothing new, nothing to do
        }
        let mut sorted: Vec<u32> = self.prices.iter().copied().collect();
        sorted.sort_unstable();
        cx.emit(Self::MEDIANS, sorted[sorted.len() / 2]);
    }
}

#[test]
fn a_median_each_ten_seconds() -> asp::Result<()> {
    // Ten prices a second, for half a minute.
    let start = "2025-01-02T09:00:00Z".parse()?;
    let prices = timestamps(start, "100ms".parse()?).zip((0..300).map(|step| 1000 + step * 7 % 40));
    let median = Median { prices: CountWindow::new(100), has_news: false };
    let runner = Runner::new().end(start + Duration::from_mins(2)).feed(Median::PRICES, prices).add(median);
    shows("sampling", runner, Median::MEDIANS);
    Ok(())
}
// ANCHOR_END: recipe
