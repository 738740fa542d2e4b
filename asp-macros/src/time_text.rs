//! Times as text, as far as the compiler can tell: the form of `asp_core::Timestamp`, with its texts.
//!
//! What counts are whole seconds; the range of timestamps is looked at with the year alone, so the program still
//! reads the text itself.

/// Looks at RFC 3339 or a date alone. The error is a whole text with its help.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let Some((date, rest)) = text.split_at_checked(10) else { return Err(not_a_time(text)) };
    let numbers = |text: &str, form: &str| numbers(text, form);
    let Some([year, month, day]) = numbers(date, "dddd-dd-dd").and_then(three) else {
        return Err(not_a_time(text));
    };
    let mut time = [0, 0, 0];
    let mut offset = [0, 0];
    if !rest.is_empty() {
        let Some((clock, rest)) = rest.split_at_checked(9) else { return Err(not_a_time(text)) };
        let clock = clock.replacen(['t', ' '], "T", 1);
        time = numbers(&clock, "Tdd:dd:dd").and_then(three).ok_or_else(|| not_a_time(text))?;
        let zone = match rest.strip_prefix('.') {
            Some(fraction) => {
                let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
                let digits = &fraction[..fraction.len() - zone.len()];
                if digits.is_empty() {
                    return Err(not_a_time(text));
                }
                if digits.trim_end_matches('0').len() > 9 {
                    return Err(format!(
                        "time {text:?} is finer than the clock\n= note: time is counted in whole nanoseconds"
                    ));
                }
                zone
            }
            None => rest,
        };
        match zone {
            "Z" | "z" => {}
            "" => {
                return Err(format!(
                    "time {text:?} has no time zone\n\
                     = help: write \"{text}Z\" for UTC, or add an offset as in \"{text}+02:00\""
                ));
            }
            zone => {
                let zone = zone.replacen('-', "+", 1);
                let found = numbers(&zone, "+dd:dd").ok_or_else(|| not_a_time(text))?;
                offset = found.try_into().map_err(|_| not_a_time(text))?;
            }
        }
    }
    // A leap second counts only at the end of a day, which depends on the offset: left to the program.
    let parts = [
        ("month", month, 1, 12),
        ("day", day, 1, days(year, month)),
        ("hour", time[0], 0, 23),
        ("minute", time[1], 0, 59),
        ("second", time[2], 0, 60),
        ("offset hour", offset[0], 0, 23),
        ("offset minute", offset[1], 0, 59),
    ];
    for (name, found, first, last) in parts {
        if !(first..=last).contains(&found) {
            return Err(format!(
                "there is no {name} {found:02} in {text:?}\n\
                 = help: the {name} is a number from {first:02} to {last:02}"
            ));
        }
    }
    match year {
        1678..2262 => Ok(()),
        _ => Err(format!(
            "{text:?} is outside of time\n\
             = help: a run can lie between the years 1678 and 2261"
        )),
    }
}

fn three(numbers: Vec<u32>) -> Option<[u32; 3]> {
    numbers.try_into().ok()
}

/// The numbers of a text of exactly this form, where each `d` is a digit and the rest stands for itself.
fn numbers(text: &str, form: &str) -> Option<Vec<u32>> {
    if text.len() != form.len() {
        return None;
    }
    let mut numbers = Vec::new();
    let mut before = None;
    for (c, expected) in text.chars().zip(form.chars()) {
        match (expected, c.to_digit(10)) {
            ('d', Some(digit)) if before == Some('d') => {
                let last = numbers.last_mut()?;
                *last = *last * 10 + digit;
            }
            ('d', Some(digit)) => numbers.push(digit),
            _ if c == expected => {}
            _ => return None,
        }
        before = Some(expected);
    }
    Some(numbers)
}

fn days(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn not_a_time(text: &str) -> String {
    format!(
        "{text:?} is not a time\n\
         = help: write it as \"2025-01-01T00:00:00Z\" or \"2025-01-01\""
    )
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn times_are_told_from_other_texts() {
        let good = [
            "2018-01-31",
            "2018-01-31T00:00:00Z",
            "2018-01-31 12:30:00.125+02:00",
            "2018-01-31t00:00:00.123456789z",
            "2020-02-29T23:59:60-11:30",
        ];
        for text in good {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        let bad = [
            ("yesterday", "\"yesterday\" is not a time"),
            ("", "\"\" is not a time"),
            ("2018-1-31", "\"2018-1-31\" is not a time"),
            ("2018-01-31T12:00", "\"2018-01-31T12:00\" is not a time"),
            ("2018-01-31T12:00:00", "time \"2018-01-31T12:00:00\" has no time zone"),
            ("2018-02-30", "there is no day 30 in \"2018-02-30\""),
            ("2018-13-01", "there is no month 13 in \"2018-13-01\""),
            ("2018-01-31T24:00:00Z", "there is no hour 24 in \"2018-01-31T24:00:00Z\""),
            (
                "2018-01-31T00:00:00.0000000001Z",
                "time \"2018-01-31T00:00:00.0000000001Z\" is finer than the clock",
            ),
            ("1500-01-01", "\"1500-01-01\" is outside of time"),
            ("2018-01-3\u{e9}x", "\"2018-01-3\u{e9}x\" is not a time"),
        ];
        for (text, first) in bad {
            let fault = check(text).expect_err(text);
            assert_eq!(fault.lines().next(), Some(first));
        }
    }
}
