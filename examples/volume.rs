//! A first program of `#[asp::main]`: how much was traded?
//!
//! ```text
//! cargo run --release --features app,csv --example volume
//! cargo run --release --features app,csv --example volume -- --end 2025-01-03
//! cargo run --release --features app,csv --example volume -- check
//! ```

// ANCHOR: program
use asp::prelude::*;

#[derive(Clone, serde::Deserialize)]
struct Trade {
    price: f64,
    quantity: f64,
}

#[derive(Default)]
struct Volume {
    traded: f64,
}

#[strategy]
impl Volume {
    /// Adds up what was paid.
    #[on_event(stream = "trades")]
    fn trade(&mut self, Trade { price, quantity }: Trade) {
        self.traded += price * quantity;
    }

    #[on_stop]
    fn total(&mut self) {
        println!("traded: {:.2}", self.traded);
    }
}

/// How much was traded.
#[asp::main(feed(Volume::TRADES = "examples/data/trades.csv"))]
fn main() -> Volume {
    Volume::default()
}
// ANCHOR_END: program
