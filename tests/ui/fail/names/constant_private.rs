// A stream that its module keeps to itself cannot be read from elsewhere.

mod exchange {
    use asp::{Stream, prelude::*};

    pub struct Ack;
    pub struct Exchange;

    impl Exchange {
        const INTERNAL: Stream<Ack> = Stream::new("internal");
    }

    #[strategy]
    impl Exchange {
        #[on_event(stream = Self::INTERNAL)]
        fn internal(&mut self, _: &Ack) {}
    }
}

mod market {
    use asp::prelude::*;

    struct Market;

    #[strategy(emits(prices: f64))]
    impl Market {
        #[every("1s")]
        fn tick(&mut self, cx: &Context<Self>) {
            cx.emit(Self::PRICES, 1.0);
        }
    }
}

use asp::prelude::*;

struct Algo;

#[strategy]
impl Algo {
    #[on_event(stream = exchange::Exchange::INTERNAL)]
    fn ack(&mut self, _: &exchange::Ack) {}

    #[on_event(stream = market::Market::PRICES)]
    fn price(&mut self, _: f64) {}
}

fn main() {}
