//! Orders that take their time: a trader awaits the answer of an exchange, but not for longer than 50 ms.
//!
//! `Trader::buy` is written from top to bottom: send, wait, look at what came of it. It runs beside itself, one for
//! each order (`this: Shared<Self>`), so that the next order does not wait for the last one. The answer finds its order
//! through a channel that the trader keeps in its state, under the number of the order.
//!
//! The exchange is simulated: it acknowledges after a random latency, from a generator with a fixed seed, and hence
//! with the same latencies in each run. An answer that comes after the timeout finds nobody who waits for it.

use std::collections::BTreeMap;

use asp::prelude::*;
use fastrand::Rng;
use tokio::sync::oneshot::{self, Sender};

struct Exchange {
    random: Rng,
}

#[strategy(emits(acks: u32))]
impl Exchange {
    #[on_event(stream = Trader::ORDERS)]
    async fn take(this: Shared<Self>, order: u32) {
        let millis = this.with(|exchange, _| exchange.random.i64(5..75));
        this.sleep(Duration::from_millis(millis)).await;
        this.emit(Self::ACKS, order);
    }
}

#[derive(Default)]
struct Trader {
    sent: u32,
    waiting: BTreeMap<u32, Sender<()>>,
    fills: Vec<Duration>,
}

#[strategy(emits(orders: u32))]
impl Trader {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.every(Every::new(Duration::from_millis(20)).times(12)).buy();
    }

    #[after]
    async fn buy(this: Shared<Self>) {
        let sent = this.now();
        let (order, answer) = this.with(|trader, cx| {
            let (sender, answer) = oneshot::channel();
            trader.sent += 1;
            trader.waiting.insert(trader.sent, sender);
            cx.emit(Self::ORDERS, trader.sent);
            (trader.sent, answer)
        });

        let answer = this.timeout(Duration::from_millis(50), answer).await;

        let (now, latency) = (this.now(), this.now() - sent);
        this.with(|trader, _| match answer {
            Ok(_) => {
                println!("{now} order {order:2} filled after {latency}");
                trader.fills.push(latency);
            }
            Err(_) => {
                println!("{now} order {order:2} timed out after {latency}");
                trader.waiting.remove(&order);
            }
        });
    }

    #[on_event(stream = Exchange::ACKS)]
    fn ack(&mut self, cx: &Context<Self>, order: u32) {
        match self.waiting.remove(&order) {
            Some(waits) => drop(waits.send(())),
            None => println!("{} order {order:2} acknowledged too late", cx.now()),
        }
    }

    #[on_stop]
    fn summary(&mut self) {
        let fills = self.fills.len();
        let mean = self.fills.iter().map(|latency| latency.as_nanos()).sum::<i64>() / fills.max(1) as i64;
        println!("{fills} of {} filled, after {} on average", self.sent, Duration::from_nanos(mean));
    }
}

fn main() -> asp::Result<()> {
    Runner::new()
        .start("2025-01-01T09:00:00Z".parse()?)
        .add(Trader::default())
        .add(Exchange { random: Rng::with_seed(5) })
        .run()?;
    Ok(())
}
