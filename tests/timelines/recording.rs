//! S50, S62: a live run, and the same from its recording.

use asp::{ManualClock, Recording};
use asp_tests::{jumping, s, visitors};

use crate::seen::{say, watched};
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Notes;

#[strategy]
impl Notes {
    #[on_event(stream = "names")]
    fn arrive(&mut self, name: String) {
        say(name);
    }

    #[every("1s")]
    fn tick(&mut self) {
        say("tick");
    }

    #[on_live]
    fn live(&mut self) {
        say("on_live");
    }
}

fn live(clock: &ManualClock, recording: &Recording) -> Runner {
    let names = visitors(clock, &[(10.2, "Ann"), (11.0, "Bob")]);
    let runner = Runner::new().start(s(10.0)).feed(Notes::NAMES, names).add(Notes);
    runner.record_to(recording)
}

fn again(recording: &Recording) -> Runner {
    Runner::new().replay(recording).add(Notes)
}
// ANCHOR_END: scenario

#[test]
fn s50_a_replay_is_the_same_run() {
    let recording = Recording::new().keep(Notes::NAMES);
    Timeline::of_live(10.0, |clock| live(clock, &recording)).shown_as("recorded");
    Timeline::of(watched(again(&recording)).run()).shown_as("replayed");
}

#[test]
fn s50_both_say_the_same() {
    let recording = Recording::new().keep(Notes::NAMES);
    let clock = jumping(10.0);
    let runner = live(&clock, &recording).clock(clock);
    futures::executor::block_on(runner.run_live()).unwrap();
    let (_, said) = crate::seen::take();
    again(&recording).run().unwrap();
    assert_eq!(crate::seen::take().1, said);
}
