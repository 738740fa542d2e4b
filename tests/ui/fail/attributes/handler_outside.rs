#![allow(unused)]

use asp::prelude::*;

struct Greeter;

impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, name: String) {}

    #[every("1s")]
    #[after]
    fn tick(&mut self) {}
}

#[on_start]
fn start() {}

#[on_live]
fn live() {}

#[on_caught_up]
fn trade_now() {}

#[on_notice(stream = "names")]
fn feed_state(notice: Notice) {}

trait Ends {
    #[asp::on_end(stream = "names")]
    fn end(&mut self);
}

fn main() {}
