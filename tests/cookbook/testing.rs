//! A strategy that depends on time, tested.

use crate::kit::{at, printed};

// ANCHOR: recipe
use asp::prelude::*;
use asp::testing::TestRun;

/// Turns the light off five minutes after the last movement.
#[derive(Default)]
struct Light {
    is_on: bool,
    off: Option<CallKey>,
}

#[strategy]
impl Light {
    #[on_event(stream = "movements")]
    fn movement(&mut self, cx: &Context<Self>, (): ()) {
        self.is_on = true;
        let later = cx.now() + Duration::from_mins(5);
        if !self.off.is_some_and(|off| cx.reschedule(off, later)) {
            self.off = Some(cx.at(later).turn_off());
        }
    }

    #[after]
    fn turn_off(&mut self) {
        self.is_on = false;
    }
}

#[test]
fn the_light_goes_off_five_minutes_after_the_last_movement() -> asp::Result<()> {
    let mut run = TestRun::new(Runner::new().start(at("09:00:00")).add(Light::default()))?;
    run.inject(Light::MOVEMENTS, at("09:00:00"), ())?;
    run.inject(Light::MOVEMENTS, at("09:04:00"), ())?;

    run.run_until(at("09:08:59.999"))?;
    assert!(run.strategy::<Light>()?.is_on);
    printed("testing", run.pending().iter().map(ToString::to_string));

    run.run_until(at("09:09:00"))?;
    assert!(!run.strategy::<Light>()?.is_on);
    Ok(())
}
// ANCHOR_END: recipe
