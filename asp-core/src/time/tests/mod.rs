//! Unit tests of the time types, and what they share.

mod convert;
mod duration;
mod rfc3339;
mod timestamp;

use std::cell::Cell;
use std::panic;
use std::sync::Once;

/// A panic as its user sees it.
pub(crate) struct Panic {
    pub(crate) message: String,
    file: String,
    pub(crate) line: u32,
}

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static SEEN: Cell<Option<Panic>> = const { Cell::new(None) };
}

/// Runs `act`, which panics, and tells with what words and where.
pub(crate) fn panic_of<T>(act: impl FnOnce() -> T + panic::UnwindSafe) -> Panic {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !WATCHED.get() {
                return previous(info);
            }
            let at = info.location().expect("a panic has a location");
            let message = info.payload_as_str().unwrap_or_default().to_owned();
            SEEN.set(Some(Panic { message, file: at.file().to_owned(), line: at.line() }));
        }));
    });
    WATCHED.set(true);
    let done = panic::catch_unwind(act);
    WATCHED.set(false);
    assert!(done.is_err(), "nothing panicked");
    SEEN.take().expect("the hook saw the panic")
}

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The low bits of such a generator repeat soon; the high ones are folded over them.
        (self.0 ^ (self.0 >> 32)) as i64
    }

    fn below(&mut self, end: i64) -> i64 {
        self.next().rem_euclid(end)
    }
}

/// Counts of nanoseconds worth trying: the limits, both sides of each unit, and many of every magnitude.
fn counts() -> impl Iterator<Item = i64> {
    let units = [1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000, 3_600_000_000_000, 86_400_000_000_000];
    let edges = [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX, 0];
    let near = units.into_iter().flat_map(|unit| [unit - 1, unit, unit + 1, -unit - 1, -unit, 1 - unit]);
    let mut numbers = Numbers(7);
    let many = (0..20_000).map(move |turn| numbers.next() >> (turn % 63));
    let mut numbers = Numbers(11);
    let round = (0..7_000).map(move |turn| {
        let unit = units[turn % units.len()];
        (numbers.next() / unit) * unit
    });
    edges.into_iter().chain(near).chain(many).chain(round)
}
