#![deny(warnings)]
//! `#[after("0s")]` runs at the instant of the start, in its round 0, after the events that sources have there and
//! before what those emit.

use asp::prelude::*;

#[derive(Default)]
struct Greeter {
    log: Vec<(Timestamp, &'static str)>,
}

#[strategy(emits(echo: u8))]
impl Greeter {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.log.push((cx.now(), "start"));
    }

    #[after("0s")]
    fn at_once(&mut self, cx: &Context<Self>) {
        self.log.push((cx.now(), "after 0s"));
    }

    #[on_event(stream = "numbers")]
    fn number(&mut self, cx: &Context<Self>, number: u8) {
        self.log.push((cx.now(), "event"));
        cx.emit(Self::ECHO, number);
    }

    #[on_event(stream = "echo")]
    fn echo(&mut self, cx: &Context<Self>, _: u8) {
        self.log.push((cx.now(), "round 1"));
    }
}

fn main() {
    let (start, later) = (Timestamp::from_secs(5), Timestamp::from_secs(6));
    let runner = Runner::new().feed(Greeter::NUMBERS, [(start, 1), (later, 2)]).add(Greeter::default());
    let greeter: Greeter = runner.run().unwrap().take().unwrap();
    let expected = [
        (start, "start"),
        (start, "event"),
        (start, "after 0s"),
        (start, "round 1"),
        (later, "event"),
        (later, "round 1"),
    ];
    assert_eq!(greeter.log, expected);
}
