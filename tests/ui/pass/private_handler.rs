#![deny(warnings, missing_docs, private_bounds, private_interfaces, unreachable_pub, unnameable_types)]
//! A public strategy with private handlers and private payloads, and strategies inside functions.

use asp::prelude::*;

/// Public.
pub mod inner {
    use asp::prelude::*;

    #[derive(Clone)]
    struct Secret(u8);

    /// A strategy.
    #[derive(Default)]
    pub struct Open {
        sum: u8,
    }

    #[strategy(emits(secrets: Secret))]
    impl Open {
        /// What it has seen.
        pub fn sum(&self) -> u8 {
            self.sum
        }

        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            cx.emit(Self::SECRETS, Secret(3));
        }

        #[on_event(stream = "secrets")]
        fn secret(&mut self, cx: &Context<Self>, secret: Secret) {
            self.sum += secret.0;
            let _ = cx.after(Duration::from_secs(1)).later(secret);
        }

        #[after]
        fn later(&mut self, secret: Secret) {
            self.sum += secret.0;
        }
    }
}

fn main() {
    #[derive(Clone)]
    struct Local;

    struct Inside;

    #[strategy]
    impl Inside {
        #[on_event(stream = "locals")]
        fn local(&mut self, cx: &Context<Self>, local: Local) {
            let _ = cx.after(Duration::from_secs(1)).later(local);
        }

        #[after]
        fn later(&mut self, _: Local) {}
    }

    let start = Timestamp::EPOCH;
    let runner = Runner::new().feed(Inside::LOCALS, [(start, Local)]).add(inner::Open::default()).add(Inside);
    let mut outcome = runner.run().unwrap();
    assert_eq!(outcome.take::<inner::Open>().unwrap().sum(), 6);
    assert_eq!(outcome.report().dispatched.events, 2);
}
