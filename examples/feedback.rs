//! Feedback with a delay: an algorithm sends orders to an exchange, which acknowledges each 0.7 s later.
//!
//! Two strategies read each other's streams, by their constants. An event that is emitted with a delay has a time of its
//! own: the exchange is done with an order at once, and takes the next one while the answer is on its way. The run ends
//! when nothing is on its way any more.

use asp::prelude::*;

#[derive(Default)]
struct Algo {
    sent: u32,
    open: Vec<u32>,
}

#[strategy(emits(orders: u32))]
impl Algo {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.every(Every::new(Duration::from_millis(300)).times(10)).send();
    }

    #[after]
    fn send(&mut self, cx: &Context<Self>) {
        self.sent += 1;
        self.open.push(self.sent);
        println!("{} order {:2} sent, {} open", cx.now(), self.sent, self.open.len());
        cx.emit(Self::ORDERS, self.sent);
    }

    #[on_event(stream = Exchange::ACKS)]
    fn acknowledged(&mut self, cx: &Context<Self>, order: u32) {
        self.open.retain(|&open| open != order);
        println!("{} order {order:2} acknowledged, {} open", cx.now(), self.open.len());
    }
}

struct Exchange;

#[strategy(emits(acks: u32))]
impl Exchange {
    #[on_event(stream = Algo::ORDERS)]
    fn accept(&mut self, cx: &Context<Self>, order: u32) {
        cx.emit_after(Duration::from_millis(700), Self::ACKS, order);
    }
}

fn main() -> asp::Result<()> {
    Runner::new().start("2025-01-01T09:00:00Z".parse()?).add(Algo::default()).add(Exchange).run()?;
    Ok(())
}
