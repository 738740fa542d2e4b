//! Session windows.

use crate::kit::{shows, texts};

// ANCHOR: recipe
use asp::prelude::*;

const GAP: Duration = Duration::from_mins(30);

/// What one user does until half an hour without a click.
struct Session {
    user: String,
    clicks: u32,
    begins: Timestamp,
    closes: Option<CallKey>,
}

#[strategy(emits(sessions: String))]
impl Session {
    #[on_start]
    fn open(&mut self, cx: &Context<Self>) {
        self.begins = cx.now();
    }

    #[on_event(stream = "clicks")]
    fn click(&mut self, cx: &Context<Self>, _user: String) {
        self.clicks += 1;
        if let Some(earlier) = self.closes.take() {
            cx.cancel(earlier);
        }
        self.closes = Some(cx.after(GAP).close());
    }

    #[after]
    fn close(&mut self, cx: &Context<Self>) {
        let Session { user, clicks, begins, .. } = self;
        let lasted = cx.now() - GAP - *begins;
        cx.emit(Self::SESSIONS, format!("{user}: lasted {lasted}, clicks {clicks}"));
        cx.retire(); // the next click of this user makes another one
    }
}

#[test]
fn a_session_ends_after_half_an_hour_without_a_click() {
    let clicks = texts([
        ("09:00:00", "ann"),
        ("09:10:00", "bob"),
        ("09:25:00", "ann"),
        ("09:54:59", "ann"),
        ("11:00:00", "ann"),
    ]);
    let session = |user| Session { user, clicks: 0, begins: Timestamp::EPOCH, closes: None };
    let sessions = Keyed::new(session).by(Session::CLICKS, String::clone);
    shows("sessions", Runner::new().feed(Session::CLICKS, clicks).add(sessions), Session::SESSIONS);
}
// ANCHOR_END: recipe
