#![deny(warnings, missing_docs)]
//! The latest events of other streams: named, by constant, beside a handler, beside `emits`, in generics.

use asp::prelude::*;

/// A price.
#[derive(Clone)]
pub struct Quote(f64);

/// Somebody else's stream.
#[derive(Default)]
pub struct Exchange;

#[strategy(emits(acks: u32, order_book: Vec<Quote>))]
impl Exchange {
    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        cx.emit(Self::ACKS, 1);
        cx.emit(Self::ORDER_BOOK, vec![Quote(1.0)]);
    }
}

/// Looks around.
#[derive(Default)]
pub struct Joiner<T> {
    seen: Option<T>,
}

#[strategy(
    latest(quotes: Quote, rates: T, Exchange::ACKS, Exchange::ORDER_BOOK, Self::TRADES),
    emits(rates: T),
)]
impl<T: Clone + Send + 'static> Joiner<T> {
    #[on_event(stream = "quotes")]
    fn quote(&mut self, cx: &Context<Self>, quote: &Quote) {
        assert!(cx.with_latest(Self::QUOTES, |latest| latest.value.0 == quote.0).unwrap_or(false));
    }

    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, trade: u8) {
        assert_eq!(cx.latest(Self::TRADES).map(|latest| latest.value), Some(trade));
        self.seen = cx.latest(Self::RATES).map(|rate| rate.value);
        let _ = cx.with_latest(Exchange::ORDER_BOOK, |book| book.value.len());
    }

    #[on_event(stream = "quotes")]
    async fn later(this: Shared<Self>) {
        this.sleep(Duration::from_secs(1)).await;
        let _ = this.latest(Exchange::ACKS);
    }

    #[on_end(stream = "rates")]
    fn end(&mut self) {}
}

fn main() {
    let start = Timestamp::from_secs(0);
    Runner::new()
        .feed(Joiner::<f64>::QUOTES, [(start, Quote(1.0))])
        .feed(Joiner::<f64>::TRADES, [(start, 1)])
        .add(Joiner::<f64>::default())
        .add(Exchange)
        .end(start + Duration::from_secs(5))
        .run()
        .unwrap();
}
