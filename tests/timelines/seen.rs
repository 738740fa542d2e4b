//! What a scenario shows of itself: each handler call, and what the handler says in it.

use std::cell::RefCell;
use std::fmt::Display;
use std::task::Poll;
use std::thread;

use asp::prelude::*;
use asp::{Dispatch, Place};
use asp_tests::seconds;

/// One handler call.
pub(crate) struct Call {
    pub(crate) place: Place,
    pub(crate) now: Timestamp,
    pub(crate) event_time: Timestamp,
    pub(crate) strategy: String,
    pub(crate) handler: String,
    pub(crate) stream: Option<String>,
    pub(crate) said: Vec<String>,
}

#[derive(Default)]
struct Seen {
    calls: Vec<Call>,
    lines: Vec<String>,
}

thread_local! {
    static SEEN: RefCell<Seen> = RefCell::default();
}

/// A line with the time, for the page; in the picture it stands at the call of the handler.
pub(crate) fn say(text: impl Display) {
    let text = text.to_string();
    SEEN.with_borrow_mut(|seen| {
        seen.lines.push(format!("{:<5} {text}", short(asp::now())));
        if let Some(call) = seen.calls.last_mut() {
            call.said.push(text);
        }
    });
}

/// What another thread comes to, as the answer of a database. It is never there when it is first asked for.
pub(crate) async fn in_another_thread<T: Copy + Send + 'static>(answer: T) -> T {
    let mut is_asked = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut is_asked, true) {
            return Poll::Ready(answer);
        }
        let waker = cx.waker().clone();
        thread::spawn(move || waker.wake());
        Poll::Pending
    })
    .await
}

/// The runner, with someone who notes each call.
pub(crate) fn watched(runner: Runner) -> Runner {
    runner.observe(|&Dispatch { place, now, event_time, strategy, handler, stream, .. }| {
        let call = Call {
            place,
            now,
            event_time,
            strategy: strategy.to_owned(),
            handler: handler.to_owned(),
            stream: stream.map(str::to_owned),
            said: Vec::new(),
        };
        SEEN.with_borrow_mut(|seen| seen.calls.push(call));
    })
}

/// All that was seen and said on this thread, and forgets it.
pub(crate) fn take() -> (Vec<Call>, Vec<String>) {
    let Seen { calls, lines } = SEEN.take();
    (calls, lines)
}

/// A time in seconds; a nanosecond more is said so.
pub(crate) fn short(time: Timestamp) -> String {
    let nanos = time.as_nanos().rem_euclid(1_000_000_000) % 1_000;
    match nanos {
        0 => seconds(time),
        _ => format!("{}+{nanos}ns", seconds(Timestamp::from_nanos(time.as_nanos() - nanos))),
    }
}
