//! A daily schedule.

use crate::kit::printed;

// ANCHOR: recipe
use asp::prelude::*;
use chrono::{DateTime, Datelike, Utc, Weekday};

const HALF_PAST_FOUR: Duration = Duration::from_mins(16 * 60 + 30);

/// Works at half past four in the afternoon, UTC, from Monday to Friday.
struct Closing;

#[strategy(emits(closed: Weekday))]
impl Closing {
    #[on_start]
    fn begin(&mut self, cx: &Context<Self>) {
        let grid = Timestamp::EPOCH + HALF_PAST_FOUR; // of some day; those before now are left out
        cx.every(Every::new(Duration::from_days(1)).from(grid)).close();
    }

    #[after]
    fn close(&mut self, cx: &Context<Self>) {
        let today = DateTime::<Utc>::from(cx.now()).weekday();
        if !matches!(today, Weekday::Sat | Weekday::Sun) {
            cx.emit(Self::CLOSED, today);
        }
    }
}

#[test]
fn closes_from_monday_to_friday() -> asp::Result<()> {
    let week = Runner::new().start("2025-01-02T09:00:00Z".parse()?).end("2025-01-08".parse()?);
    let mut outcome = week.add(Closing).collect(Closing::CLOSED).run()?;
    printed("daily", outcome.collected(Closing::CLOSED)?.iter().map(ToString::to_string));
    Ok(())
}
// ANCHOR_END: recipe
