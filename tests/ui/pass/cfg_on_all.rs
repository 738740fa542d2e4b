#![deny(warnings)]
//! Handlers are counted as they are written: a block may end up with none.

use asp::prelude::*;

struct Wholly;

#[strategy]
impl Wholly {
    #[cfg(any())]
    #[every("1s")]
    fn never(&mut self) {}

    #[cfg(any())]
    #[on_event(stream = "gone")]
    fn gone(&mut self, _: Missing) {}
}

fn main() {
    let outcome = Runner::new().add(Wholly).run().unwrap();
    assert_eq!(outcome.report().dispatched.total(), 0);
}
