#![deny(warnings)]
#![allow(unexpected_cfgs)]
//! Handlers that are there under a condition: row, constant and call go with them.

use asp::prelude::*;

#[derive(Default)]
struct Partly {
    log: Vec<(&'static str, u16)>,
}

#[strategy]
impl Partly {
    #[cfg(all())]
    #[on_event(stream = "here")]
    fn here(&mut self, cx: &Context<Self>, number: u8) {
        let _ = cx.after(Duration::from_secs(1)).later(number);
        self.log.push(("here", number.into()));
    }

    #[cfg(any())]
    #[on_event(stream = "gone")]
    fn gone(&mut self, _: Missing) {}

    #[cfg(any())]
    #[on_event(stream = "shared")]
    #[after]
    fn shared_gone(&mut self, _: u16) {}

    #[cfg(all())]
    #[on_event(stream = "shared")]
    fn shared(&mut self, number: u16) {
        self.log.push(("shared", number));
    }

    #[cfg(all())]
    #[cfg(not(any()))]
    #[after]
    fn later(&mut self, number: u8) {
        self.log.push(("later", number.into()));
    }

    #[cfg(any())]
    #[every("1s")]
    fn never(&mut self) {}
}

struct Switched;

#[strategy(emits(out: u8))]
#[cfg(any())]
impl Switched {
    #[every("1s")]
    fn never(&mut self, cx: &Context<Self>) {
        cx.emit(Self::OUT, 1);
    }
}

fn main() {
    let _ = Switched;
    let start = Timestamp::EPOCH;
    let runner = Runner::new().feed(Partly::HERE, [(start, 1)]).feed(Partly::SHARED, [(start, 2)]);
    let partly: Partly = runner.add(Partly::default()).run().unwrap().take().unwrap();
    assert_eq!(partly.log, [("here", 1), ("shared", 2), ("later", 1)]);
}
