//! S22, S23, S55: the grids of timers.

use asp_tests::s;

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Plain;

#[strategy]
impl Plain {
    #[every("1s")]
    fn tick(&mut self) {
        say("plain");
    }
}

struct Immediate;

#[strategy]
impl Immediate {
    #[every("1s", immediate)]
    fn tick(&mut self) {
        say("immediate");
    }
}

struct Aligned;

#[strategy]
impl Aligned {
    #[every("1s", aligned)]
    fn tick(&mut self) {
        say("aligned");
    }
}

fn runner() -> Runner {
    Runner::new().start(s(0.5)).end(s(3.0)).add(Plain).add(Immediate).add(Aligned)
}
// ANCHOR_END: scenario

#[test]
fn s22_the_grid() {
    Timeline::of_history(runner).shown_as("ticks");
}
