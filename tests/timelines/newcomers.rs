//! S56: strategies that come during a run, and go.

use asp_tests::{at, s};

use crate::seen::say;
use crate::timeline::Timeline;

// ANCHOR: scenario
use asp::prelude::*;

struct Opener;

#[strategy]
impl Opener {
    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, symbol: char) {
        say(format_args!("order {symbol}"));
        cx.spawn(Desk { symbol, ticks: 0 });
    }
}

struct Desk {
    symbol: char,
    ticks: u32,
}

#[strategy]
impl Desk {
    #[on_start]
    fn open(&mut self) {
        say(format_args!("open {}", self.symbol));
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        say(format_args!("tick {}", self.symbol));
        self.ticks += 1;
        if self.ticks == 2 {
            cx.retire();
        }
    }

    #[on_stop]
    fn close(&mut self) {
        say(format_args!("close {}", self.symbol));
    }
}

fn runner() -> Runner {
    let orders = at(&[(1.0, 'A'), (2.0, 'B')]);
    Runner::new().start(s(0.0)).end(s(3.5)).feed(Opener::ORDERS, orders).add(Opener)
}
// ANCHOR_END: scenario

#[test]
fn s56_newcomers() {
    Timeline::of_history(runner).shown_as("newcomers");
}
