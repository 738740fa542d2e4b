// The constant of another strategy's stream is one that it has.

use asp::prelude::*;

struct Ack;
struct Exchange;

#[strategy(emits(acks: Ack))]
impl Exchange {
    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        cx.emit(Self::ACKS, Ack);
    }
}

struct Algo;

#[strategy]
impl Algo {
    #[on_event(stream = Exchange::ACK)]
    fn ack(&mut self, _: &Ack) {}

    #[on_event(stream = Market::PRICES)]
    fn price(&mut self, _: f64) {}

    #[on_end(stream = Exchange::AKCS)]
    fn ended(&mut self) {}
}

fn main() {
    // What is all right stays quiet.
    let _ = Runner::new().add(Exchange).add(Algo).collect(Exchange::ACKS).run();
}
