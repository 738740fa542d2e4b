//! The example of the book for sinks that may be slow.

use std::thread;

use asp::prelude::*;
use asp::{Forward, Stream, WhenFull};
use futures::channel::mpsc;
use futures::executor::block_on_stream;

const ORDERS: Stream<u32> = Stream::new("orders");
const PRICES: Stream<f64> = Stream::new("prices");

#[test]
fn s39_the_example_of_the_book() {
    let orders = timestamps(Timestamp::EPOCH, Duration::from_secs(1)).zip(1..=2_000);
    let prices = timestamps(Timestamp::EPOCH, Duration::from_secs(1)).zip([20.5, 20.7]);
    let runner = Runner::new().feed(ORDERS, orders).feed(PRICES, prices);
    let (gateway, wire) = mpsc::channel::<Event<u32>>(1);
    let (screen, shown) = mpsc::channel::<Event<f64>>(1);
    let wire = thread::spawn(|| block_on_stream(wire).count());
    let shown = thread::spawn(|| block_on_stream(shown).last());
    // ANCHOR: forward
    let runner = runner
        .forward(ORDERS, gateway) // not one is lost: the run waits
        .forward(PRICES, Forward::new(screen).buffer(1, WhenFull::Latest));
    // ANCHOR_END: forward
    let outcome = runner.run().unwrap();
    assert_eq!(wire.join().unwrap(), 2_000);
    assert_eq!(shown.join().unwrap().map(|event| event.value), Some(20.7));
    let orders = &outcome.report().forwards[0];
    assert_eq!((orders.stream.as_str(), orders.sent, orders.dropped), ("orders", 2_000, 0));
}
