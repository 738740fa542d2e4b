#![deny(warnings)]
#![allow(unexpected_cfgs)]
//! Handlers that are there under a condition, and blocks without any that is.

use asp::prelude::*;

struct Partly;

#[strategy]
impl Partly {
    #[cfg(all())]
    #[on_event(stream = "here")]
    fn here(&mut self, cx: &Context<Self>, _: u8) {
        let _ = cx.after(Duration::from_secs(1)).later(1);
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
    fn shared(&mut self, _: u16) {}

    #[cfg(all())]
    #[cfg(not(any()))]
    #[after]
    fn later(&mut self, _: u8) {}

    #[cfg(any())]
    #[every("1s")]
    fn never(&mut self) {}
}

struct Wholly;

#[strategy]
impl Wholly {
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
    let _ = (Partly::HERE, Partly::SHARED);
    let _ = Runner::new().add(Partly).add(Wholly);
    let _ = Switched;
}
