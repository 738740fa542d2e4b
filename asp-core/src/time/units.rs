//! Lengths of time as text: whole numbers of units, the largest unit first.

use std::fmt;

/// Nanoseconds of each unit, under the name the duration grammar has for it.
const UNITS: [(u64, &str); 7] = [
    (86_400_000_000_000, "d"),
    (3_600_000_000_000, "h"),
    (60_000_000_000, "min"),
    (1_000_000_000, "s"),
    (1_000_000, "ms"),
    (1_000, "us"),
    (1, "ns"),
];

/// A signed length in nanoseconds that prints like a [`Duration`](super::Duration), whatever its size: values
/// that are out of range have to be named in errors.
pub(super) struct Units(pub(super) i128);

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        for (nanos, name) in UNITS {
            let nanos = u128::from(nanos);
            if rest >= nanos {
                write!(f, "{}{name}", rest / nanos)?;
                rest %= nanos;
            }
        }
        Ok(())
    }
}

/// Writes `text` and honours the width and the alignment that `f` asks for.
pub(super) fn pad(f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>) -> fmt::Result {
    match f.width() {
        None => f.write_fmt(text),
        Some(_) => f.pad(&text.to_string()),
    }
}
