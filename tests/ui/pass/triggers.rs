#![deny(warnings, missing_docs)]
//! Every handler attribute, several on one method, and deferred calls.

use asp::prelude::*;

/// A strategy.
#[derive(Default)]
pub struct Everything {
    greeted: Vec<String>,
}

#[strategy]
impl Everything {
    /// How many were greeted.
    pub fn count(&self) -> usize {
        self.greeted.len()
    }

    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        let _ = cx.after(Duration::from_secs(1)).greet(name);
        let _ = cx.after(Duration::from_secs(1)).remind();
        let _ = cx.every(Duration::from_secs(1)).remind();
    }

    /// Greets.
    ///
    /// At length.
    #[after]
    #[on_event(stream = "regulars")]
    #[asp::on_event(stream = "friends")]
    fn greet(&mut self, name: String) {
        self.greeted.push(name);
    }

    #[after]
    #[every("1h30min", aligned, missed = "skip")]
    #[every("1d", immediate, missed = "all")]
    #[after("60s")]
    #[after("0s")]
    #[on_start]
    #[on_stop]
    #[on_live]
    #[on_caught_up]
    #[on_settled]
    #[on_notice(stream = "names")]
    #[on_end(stream = "names")]
    fn remind(&mut self, cx: &Context<Self>) -> Result<(), std::fmt::Error> {
        let _ = cx.now();
        Ok(())
    }
}

fn main() {
    let everything = Everything::default();
    assert_eq!(everything.count(), 0);
    let _ = Runner::new().add(everything);
}
