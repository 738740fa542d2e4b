//! One look per instant: two streams change a sum, on some days one of them, on others both.
//!
//! `#[on_settled]` is called once for each instant that brought an event, when all of its events are in. So the days
//! on which both streams move show one sum each, never a half-updated one; the total counts each day once.

#[path = "shared/mod.rs"]
mod shared;

use asp::prelude::*;
use shared::say;

#[derive(Default)]
struct Sum {
    x: i64,
    y: i64,
    total: i64,
}

#[strategy]
impl Sum {
    #[on_event(stream = "x")]
    fn set_x(&mut self, value: i64) {
        self.x = value;
    }

    #[on_event(stream = "y")]
    fn set_y(&mut self, value: i64) {
        self.y = value;
    }

    #[on_settled]
    fn day(&mut self, cx: &Context<Self>) {
        let sum = self.x + self.y;
        self.total += sum;
        say(cx, format_args!("x {} + y {} = {sum}, total {}", self.x, self.y, self.total));
    }
}

fn main() -> asp::Result<()> {
    let start: Timestamp = "2020-01-01".parse()?;
    let day = |n| start + Duration::from_days(n);
    Runner::new()
        .start(start)
        .feed(Sum::X, [(day(1), 1), (day(2), 2), (day(3), 3)])
        .feed(Sum::Y, [(day(1), -1), (day(3), -1), (day(4), -1)])
        .add(Sum::default())
        .run()?;
    Ok(())
}
