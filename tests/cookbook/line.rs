//! A rate limit that lets wait.

use crate::kit::{shows, times};

// ANCHOR: recipe
use asp::prelude::*;

const REFILL: Duration = Duration::from_secs(2);
const BUCKET: Duration = Duration::from_secs(4); // two tokens
const MOST_WAITING: u32 = 2;

/// Lets a customer send two requests at once, and one every two seconds in the long run; the others wait.
struct RateLimit {
    customer: String,
    /// When the bucket has all its tokens again.
    full_at: Timestamp,
    waiting: u32,
}

#[strategy(emits(answers: String))]
impl RateLimit {
    #[on_event(stream = "requests")]
    async fn request(this: Shared<Self>, (_, number): (String, u32)) {
        let turn = this.with(|limit, cx| {
            let full_at = limit.full_at.max(cx.now()) + REFILL;
            let turn = full_at - BUCKET;
            let waits = turn > cx.now();
            if waits && limit.waiting == MOST_WAITING {
                cx.emit(Self::ANSWERS, format!("{} {number} refused", limit.customer));
                return None;
            }
            limit.full_at = full_at;
            limit.waiting += u32::from(waits);
            Some((turn, waits))
        });
        let Some((turn, waits)) = turn else { return };
        if waits {
            this.sleep_until(turn).await;
        }
        this.with(|limit, cx| {
            limit.waiting -= u32::from(waits);
            cx.emit(Self::ANSWERS, format!("{} {number} allowed", limit.customer));
        });
    }
}

// ANCHOR: keyed
fn one_for_each_customer() -> Keyed<RateLimit, String> {
    Keyed::new(|customer| RateLimit { customer, full_at: Timestamp::EPOCH, waiting: 0 })
        .by(RateLimit::REQUESTS, |(customer, _)| customer.clone())
}
// ANCHOR_END: keyed

#[test]
fn two_at_once_two_that_wait_and_no_more() {
    let requests = times([
        ("09:00:00", ("ann", 1)),
        ("09:00:00", ("ann", 2)),
        ("09:00:00", ("ann", 3)),
        ("09:00:00", ("ann", 4)),
        ("09:00:00", ("ann", 5)),
        ("09:00:01", ("bob", 1)),
        ("09:00:02", ("ann", 6)), // at the very instant at which the third goes
        ("09:00:03", ("ann", 7)),
    ]);
    let requests = requests.map(|(time, (customer, number))| (time, (customer.to_owned(), number)));
    let runner = Runner::new().feed(RateLimit::REQUESTS, requests).add(one_for_each_customer());
    shows("line", runner, RateLimit::ANSWERS);
}
// ANCHOR_END: recipe
