#![deny(warnings, dead_code, missing_docs, unnameable_types, unreachable_pub, unused_qualifications)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![allow(clippy::wildcard_imports)]
#![forbid(unsafe_code)]
//! All that `main` may return, and all forms of its options.

use asp::prelude::*;
use serde::{Deserialize, Serialize};

/// A reading.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Level {
    value: f64,
}

#[derive(Default)]
struct Meter<T>(T);

#[strategy(emits(sums: f64))]
impl<T: Send + 'static> Meter<T> {
    #[on_event(stream = "levels")]
    fn level(&mut self, cx: &Context<Self>, level: Level) {
        cx.emit(Self::SUMS, level.value);
    }
}

struct Other;

#[strategy]
impl Other {
    #[on_event(stream = Meter::<u8>::SUMS)]
    fn sum(&mut self, _sum: f64) {}
}

const BEGIN: Timestamp = Timestamp::EPOCH;
const FILE: &str = "levels.csv";

mod strategy {
    use super::*;

    #[::asp::main(start = BEGIN, end = "2025-01-01", feed(Meter::<u8>::LEVELS = FILE,), record(Meter::<u8>::SUMS))]
    pub(crate) fn main() -> Meter<u8> {
        Meter(1)
    }
}

mod tuple {
    use super::*;

    #[asp::main(feed(Meter::<u8>::LEVELS = concat!("levels", ".csv")), record(Meter::<u8>::SUMS = "sums.csv"))]
    pub(crate) fn main() -> (Meter<u8>, Other) {
        (Meter(1), Other)
    }
}

mod keyed {
    use super::*;

    #[asp::main(feed(Meter::<u8>::LEVELS = FILE))]
    pub(crate) fn main() -> (Keyed<Meter<u8>, bool>, Other) {
        (Keyed::new(|_| Meter(1)).by(Meter::<u8>::LEVELS, |level| level.value > 0.0), Other)
    }
}

mod live {
    use super::*;

    const PLACE: &str = "tail:levels.csv?poll=10ms";

    #[asp::main(live(Meter::<u8>::LEVELS = PLACE), live(Meter::<u8>::SUMS = "tail:sums.csv"))]
    pub(crate) fn main() -> (Meter<u8>, Other) {
        (Meter(1), Other)
    }
}

mod swept {
    use super::*;

    /// It has parameters.
    #[derive(Default, Params)]
    struct Limit {
        #[param(range = 1..=5)]
        limit: u8,
        count: u32,
    }

    #[strategy]
    impl Limit {
        #[on_event(stream = "levels")]
        fn level(&mut self, _level: &Level) {
            self.count += 1;
        }
    }

    impl Limit {
        const fn count(&self) -> u32 {
            self.count
        }
    }

    #[asp::main(feed(Limit::LEVELS = FILE), sweep(count = Limit::count, r#in = |limit: &Limit| limit.limit))]
    pub(crate) fn main() -> Limit {
        Limit::default()
    }
}

mod runner {
    use super::*;

    #[asp::main(crate = ::asp)]
    pub(crate) fn main() -> Runner {
        Runner::new()
    }
}

mod result {
    use super::*;

    #[asp::main]
    pub(crate) fn main() -> Result<(Meter<u8>,), Box<dyn std::error::Error + Send + Sync>> {
        Ok((Meter("5".parse()?),))
    }
}

mod result_of_asp {
    use super::*;

    #[asp::main]
    pub(crate) async fn main() -> asp::Result<Runner> {
        let start = "2025-01-01".parse()?;
        Ok(Runner::new().start(start))
    }
}

mod opaque {
    use super::*;

    #[asp::main]
    pub(crate) fn main() -> impl Strategy {
        Other
    }

    use asp::Strategy;
}

/// Reads levels.
#[asp::main]
async fn main() -> Result<Runner, std::convert::Infallible> {
    // Nothing is run: these are here to be compiled.
    let _ = [strategy::main, tuple::main, live::main, runner::main, result::main];
    let _ = [result_of_asp::main, opaque::main, keyed::main, swept::main];
    Ok(Runner::new())
}
