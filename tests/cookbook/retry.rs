//! Retry with backoff.

use crate::kit::{shows, times};

// ANCHOR: recipe
use asp::prelude::*;
use futures::future;

/// A server that is busy for its first calls.
struct Server {
    busy: u32,
}

impl Server {
    fn submit(&mut self, order: u32) -> impl Future<Output = Result<u32, &'static str>> + Send + use<> {
        let answer = if self.busy > 0 { Err("busy") } else { Ok(order) };
        self.busy = self.busy.saturating_sub(1);
        future::ready(answer) // a real one asks over a network
    }
}

struct Sender {
    server: Server,
}

#[strategy(emits(lines: String))]
impl Sender {
    #[on_event(stream = "orders")]
    async fn submit(&mut self, cx: &TaskContext<Self>, order: u32) -> Result<(), &'static str> {
        let mut pause = Duration::from_millis(100);
        loop {
            match cx.external(self.server.submit(order)).await {
                Ok(order) => break cx.emit(Self::LINES, format!("order {order} accepted")),
                Err(why) if pause > Duration::from_secs(1) => return Err(why), // stops the run
                Err(why) => cx.emit(Self::LINES, format!("{why}, again in {pause}")),
            }
            cx.sleep(pause).await;
            pause *= 2;
        }
        Ok(())
    }
}

#[test]
fn asks_again_after_a_longer_pause_each_time() {
    let run = |busy| {
        let orders = times([("09:00:00", 7), ("09:00:00.200", 8)]);
        Runner::new().feed(Sender::ORDERS, orders).add(Sender { server: Server { busy } })
    };
    shows("retry", run(3), Sender::LINES);
    let error = run(10).run().unwrap_err();
    assert!(error.to_string().contains("busy"), "{error}");
}
// ANCHOR_END: recipe
