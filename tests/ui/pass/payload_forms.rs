#![deny(warnings, missing_docs, unreachable_pub, unnameable_types, unused_qualifications)]
#![forbid(unsafe_code)]
//! Every way to take a payload, with and without the context.

use asp::prelude::*;

/// A trade.
#[derive(Clone)]
pub struct Trade {
    /// Price.
    pub price: f64,
    /// Quantity.
    pub qty: u32,
}

/// Counts.
#[derive(Default)]
pub struct Forms {
    seen: u32,
}

/// Why a handler failed.
#[derive(Debug)]
pub struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl std::error::Error for Failed {}

#[strategy(emits(sums: f64, order_book: Vec<Trade>,))]
impl Forms {
    #[on_event(stream = "trades")]
    fn by_value(&mut self, trade: Trade) {
        self.seen += trade.qty;
    }

    #[on_event(stream = "trades")]
    fn by_value_with_context(&mut self, cx: &Context<Self>, trade: Trade) -> Result<(), Failed> {
        cx.emit(Self::SUMS, trade.price);
        Ok(())
    }

    #[on_event(stream = "trades")]
    fn by_reference(&mut self, trade: &Trade) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.seen += trade.qty;
        Ok(())
    }

    #[on_event(stream = "trades")]
    fn by_pattern(&mut self, cx: &Context<Forms>, Trade { price, qty: _, .. }: Trade) {
        cx.emit(Self::SUMS, price);
    }

    #[on_event(stream = "trades")]
    fn with_time(&mut self, event: Event<Trade>) {
        let _: (Timestamp, Trade) = (event.time, event.value);
    }

    #[on_event(stream = "trades")]
    fn with_time_by_reference(&mut self, _: &Context<Self>, event: &Event<Trade>) {
        let _: &Trade = &event.value;
    }

    #[on_event(stream = "trades")]
    fn without(&mut self) {
        self.seen += 1;
    }

    #[on_event(stream = "quotes")]
    fn first_is_a_tuple(&mut self, (bid, mut ask): (f64, f64)) {
        ask += bid;
        let _ = ask;
    }

    #[on_event(stream = "sums")]
    fn what_it_emits(&mut self, sum: &f64) {
        let _ = sum;
    }

    #[on_event(stream = Forms::TRADES)]
    fn by_constant(&mut self, trade: &Trade) {
        self.seen += trade.qty;
    }

    #[on_end(stream = "trades")]
    fn no_more(&mut self, cx: &Context<Self>) {
        cx.stop();
    }

    #[on_end(stream = Forms::QUOTES)]
    fn no_more_quotes(&mut self) {}
}

fn main() {
    let _ = Runner::new().add(Forms::default());
    let _ = Forms::ORDER_BOOK;
}
