//! Figures as people read them.

use asp_core::Duration;

/// Digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of six digits, or of as many as its whole part has.
pub(crate) fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs();
    if !(1e-4..1e15).contains(&size) {
        return format!("{value:.4e}");
    }
    let decimals = (5 - size.log10().floor() as i32).clamp(0, 9) as usize;
    let text = format!("{size:.decimals$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest = rest.trim_end_matches('0');
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// A number of three digits, or of as many as its whole part has.
pub(crate) fn rough(value: f64) -> String {
    match value.abs() {
        size if size >= 99.95 => grouped(value.round() as u64),
        size if size >= 9.995 => format!("{value:.1}"),
        size if size >= 0.01 => format!("{value:.2}"),
        _ => number(value),
    }
}

/// A number with its sign.
pub(crate) fn signed(value: f64) -> String {
    if value > 0.0 { format!("+{}", number(value)) } else { number(value) }
}

/// A length of real time, in three digits: `830 ns`, `1.24 ms`, `3.10 s`.
pub(crate) fn brief(seconds: f64) -> String {
    let (scale, unit) = match seconds.abs() {
        size if size < 0.999_5e-6 => (1e9, "ns"),
        size if size < 0.999_5e-3 => (1e6, "µs"),
        size if size < 0.999_5 => (1e3, "ms"),
        size if size < 600.0 => (1.0, "s"),
        _ => return long(Duration::from_nanos((seconds * 1e9) as i64)),
    };
    let value = seconds * scale;
    let decimals = match value.abs() {
        size if unit == "ns" || size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.decimals$} {unit}")
}

/// A length of time in its two greatest units: `6 d 23 h`.
pub(crate) fn long(duration: Duration) -> String {
    const SECOND: u64 = 1_000_000_000;
    let units = [
        ("d", 86_400 * SECOND),
        ("h", 3600 * SECOND),
        ("min", 60 * SECOND),
        ("s", SECOND),
        ("ms", 1_000_000),
        ("µs", 1000),
        ("ns", 1),
    ];
    let nanos = duration.as_nanos().unsigned_abs();
    let sign = if duration.as_nanos() < 0 { "\u{2212}" } else { "" };
    let Some(k) = units.iter().position(|&(_, size)| nanos >= size) else { return "0 s".to_owned() };
    let (unit, size) = units[k];
    let first = format!("{sign}{} {unit}", grouped(nanos / size));
    match units.get(k + 1) {
        Some((next, small)) if nanos % size / small > 0 => format!("{first} {} {next}", nanos % size / small),
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_digits() {
        let table = [
            (0.0, "0"),
            (1.0, "1"),
            (-2.5, "\u{2212}2.5"),
            (1234.5678, "1,234.57"),
            (0.012_345_678, "0.0123457"),
            (1_234_567.8, "1,234,568"),
            (1.5e-9, "1.5000e-9"),
            (1e21, "1.0000e21"),
        ];
        for (value, text) in table {
            assert_eq!(number(value), text);
        }
        assert_eq!(signed(2.0), "+2");
    }

    #[test]
    fn real_time_has_three_digits() {
        let table = [
            (0.0, "0 ns"),
            (830e-9, "830 ns"),
            (1.24e-3, "1.24 ms"),
            (0.9999, "1.00 s"),
            (12.345, "12.3 s"),
            (150.0, "150 s"),
            (3600.0, "1 h"),
        ];
        for (seconds, text) in table {
            assert_eq!(brief(seconds), text);
        }
    }

    #[test]
    fn virtual_time_has_two_units() {
        let table = [
            ("0s", "0 s"),
            ("1d", "1 d"),
            ("6d23h59min", "6 d 23 h"),
            ("1h0min1s", "1 h"),
            ("1500ms", "1 s 500 ms"),
        ];
        for (text, expected) in table {
            assert_eq!(long(text.parse().expect("a duration")), expected);
        }
        assert_eq!(long(Duration::from_secs(-90)), "\u{2212}1 min 30 s");
    }
}
