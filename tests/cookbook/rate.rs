//! A token bucket.

use crate::kit::{shows, texts};

// ANCHOR: recipe
use asp::prelude::*;

const REFILL: Duration = Duration::from_secs(2);
const BUCKET: Duration = Duration::from_secs(6); // three tokens

/// Allows three requests at once, and one every two seconds in the long run.
struct RateLimit {
    /// When the bucket has all its tokens again.
    full_at: Timestamp,
}

#[strategy(emits(answers: String))]
impl RateLimit {
    #[on_event(stream = "requests")]
    fn request(&mut self, cx: &Context<Self>, name: String) {
        let full_at = self.full_at.max(cx.now()) + REFILL;
        let wait = full_at - BUCKET - cx.now();
        if wait <= Duration::ZERO {
            self.full_at = full_at;
            cx.emit(Self::ANSWERS, format!("{name} allowed"));
        } else {
            cx.emit(Self::ANSWERS, format!("{name} refused, try again in {wait}"));
        }
    }
}

#[test]
fn three_at_once_and_then_one_every_two_seconds() {
    let requests = texts([
        ("09:00:00", "a"),
        ("09:00:00", "b"),
        ("09:00:00", "c"),
        ("09:00:00.500", "d"),
        ("09:00:02", "e"),
        ("09:00:03", "f"),
        ("09:00:20", "g"),
    ]);
    let limit = RateLimit { full_at: Timestamp::EPOCH };
    let runner = Runner::new().feed(RateLimit::REQUESTS, requests).add(limit);
    shows("rate", runner, RateLimit::ANSWERS);
}
// ANCHOR_END: recipe
