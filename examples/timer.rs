//! Timers: one with a bound, one that is cancelled, one whose method waits, and one that an attribute declares.
//!
//! The bounded timer ticks ten times, its last tick at its bound included, and keeps the run alive that long. The
//! other timers have no bound and do not: the beat of second 12 is never heard. `immediate` adds the beat at the
//! start, which timers leave out otherwise. Ticks of one instant come in the order of the methods.
//!
//! `chime` is an `async fn`, and is called as the others are. It sleeps between its two strokes, and the seconds go on
//! beside it, since it takes `this: Shared<Self>`. The run waits for its last stroke.

#[path = "shared/mod.rs"]
mod shared;

use asp::TimerKey;
use asp::prelude::*;
use shared::say;

#[derive(Default)]
struct Clock {
    seconds: u32,
    blinks: u32,
    blinking: Option<TimerKey>,
}

#[strategy]
impl Clock {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        let ten_seconds = cx.now() + Duration::from_secs(10);
        cx.every(Every::new(Duration::from_secs(1)).until(ten_seconds)).second();
        self.blinking = Some(cx.every(Duration::from_millis(1500)).blink());
        cx.every(Duration::from_secs(5)).chime();
    }

    #[after]
    fn second(&mut self, cx: &Context<Self>) {
        self.seconds += 1;
        say(cx, format_args!("second {}", self.seconds));
    }

    #[after]
    fn blink(&mut self, cx: &Context<Self>) {
        self.blinks += 1;
        say(cx, format_args!("blink {}", self.blinks));
        if self.blinks == 3
            && let Some(blinking) = self.blinking.take()
        {
            cx.cancel(blinking);
        }
    }

    #[after]
    async fn chime(this: Shared<Self>) {
        this.with(|_, cx| say(cx, "ding"));
        this.sleep(Duration::from_millis(1250)).await;
        this.with(|clock, cx| say(cx, format_args!("dong, {} seconds", clock.seconds)));
    }

    #[every("4s", immediate)]
    fn beat(&mut self, cx: &Context<Self>) {
        say(cx, "beat");
    }
}

fn main() -> asp::Result<()> {
    Runner::new().start("2025-01-01".parse()?).add(Clock::default()).run()?;
    Ok(())
}
