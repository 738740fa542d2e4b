//! History at ten times its speed.

use crate::kit::{clock, printed};

// ANCHOR: recipe
use asp::Pace;
use asp::prelude::*;

/// Shows each reading on a screen, say.
struct Screen;

#[strategy(emits(shown: u32))]
impl Screen {
    #[on_event(stream = "readings")]
    fn show(&mut self, cx: &Context<Self>, reading: u32) {
        cx.emit(Self::SHOWN, reading);
    }
}

#[test]
fn a_fifth_of_a_second_takes_a_fiftieth() -> asp::Result<()> {
    let run = |pace| {
        let start: Timestamp = "2025-01-02T09:00:00Z".parse()?;
        let readings = timestamps(start, "100ms".parse()?).zip([1, 2, 3]);
        let runner = Runner::new().start(start).feed(Screen::READINGS, readings).add(Screen);
        runner.collect(Screen::SHOWN).digest().pace(pace).run()
    };
    let mut paced = run(Pace::Times(10.0))?; // takes 20 ms

    // When it happens is not what happens.
    assert_eq!(paced.report().digest, run(Pace::Max)?.report().digest);
    let shown = paced.collected(Screen::SHOWN)?;
    printed("pace", shown.iter().map(|event| format!("{} {}", clock(event.time), event.value)));
    Ok(())
}
// ANCHOR_END: recipe
