//! Two versions of a strategy, compared.

use crate::kit::{clock, printed, times};

// ANCHOR: recipe
use std::sync::mpsc;

use asp::Digest;
use asp::prelude::*;

/// Buys below a limit, which is what differs between the versions.
struct Buyer {
    limit: u32,
}

#[strategy(emits(orders: u32))]
impl Buyer {
    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: u32) {
        if price < self.limit {
            cx.after(Duration::from_secs(1)).buy(price);
        }
    }

    #[after]
    fn buy(&mut self, cx: &Context<Self>, price: u32) {
        cx.emit(Self::ORDERS, price);
    }
}

/// A digest for each dispatch, and what each of them was.
fn history_of(limit: u32) -> asp::Result<(Vec<Digest>, Vec<String>)> {
    let prices = times([("09:00:00", 99), ("09:00:05", 104), ("09:00:10", 98)]);
    let (sender, calls) = mpsc::channel();
    let runner = Runner::new().feed(Buyer::PRICES, prices).add(Buyer { limit }).observe(move |call| {
        let _ = sender.send(format!("{} {}", clock(call.place.time), call.handler));
    });
    let outcome = runner.digest_with(Buyer::ORDERS, |price| price.to_le_bytes()).digest_every(1).run()?;
    Ok((outcome.digests().to_vec(), calls.into_iter().collect()))
}

#[test]
fn where_two_versions_part() -> asp::Result<()> {
    let ((old, old_calls), (new, new_calls)) = (history_of(100)?, history_of(105)?);
    let parted = old.iter().zip(&new).position(|(old, new)| old != new).expect("they differ");
    let lines = [
        format!("the same up to dispatch {parted}"),
        format!("old: {}", old_calls[parted]),
        format!("new: {}", new_calls[parted]),
    ];
    printed("versions", lines);
    Ok(())
}
// ANCHOR_END: recipe
