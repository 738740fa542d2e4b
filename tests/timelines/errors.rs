//! S43, S47: a handler that fails.

use asp_tests::texts;

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Strict;

#[strategy]
impl Strict {
    #[on_event(stream = "numbers")]
    fn number(&mut self, text: &String) -> Result<(), std::num::ParseIntError> {
        say(text);
        let _number: u32 = text.parse()?;
        Ok(())
    }
}

struct Reader;

#[strategy]
impl Reader {
    #[on_event(stream = "numbers")]
    fn number(&mut self, text: &String) {
        say(format_args!("read {text}"));
    }

    #[on_stop]
    fn stop(&mut self) {
        say("stop");
    }
}

fn runner() -> Runner {
    let numbers = texts(&[(1.0, "7"), (2.0, "seven"), (3.0, "8")]);
    Runner::new().feed(Strict::NUMBERS, numbers).add(Strict).add(Reader)
}
// ANCHOR_END: scenario

#[test]
fn s43_errors() {
    Timeline::of_history(runner).fed("numbers", &[1.0, 2.0, 3.0]).shown_as("errors");
}
