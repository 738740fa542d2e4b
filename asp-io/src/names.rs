//! Names in messages: which known one was meant, and how a list of them is written.

/// The known name most like `name`: the same in other letters, or at most two edits away (one for names under
/// five letters).
pub(crate) fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = if name.chars().count() < 5 { 1 } else { 2 };
    let name = name.to_lowercase();
    known
        .into_iter()
        .map(|other| (strsim::osa_distance(&name, &other.to_lowercase()), other))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, other)| other)
}

/// `` `a`, `b` ``, cut after twenty.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let mut text = String::new();
    for (k, name) in names.by_ref().take(20).enumerate() {
        text.push_str(if k == 0 { "`" } else { ", `" });
        text.push_str(name);
        text.push('`');
    }
    match names.count() {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// A value as messages show it: quoted, and cut where it is long.
pub(crate) fn quoted(value: &str) -> String {
    format!("{:?}", cut(value))
}

/// At most sixty characters of `value`.
pub(crate) fn cut(value: &str) -> std::borrow::Cow<'_, str> {
    match value.char_indices().nth(60) {
        Some((end, _)) => format!("{}..", &value[..end]).into(),
        None => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_letters_and_slips_are_similar() {
        assert_eq!(similar("TIME", ["times", "time"]), Some("time"));
        assert_eq!(similar("magntude", ["id", "magnitude"]), Some("magnitude"));
        assert_eq!(similar("ts", ["place", "kind"]), None);
    }

    #[test]
    fn lists_and_values_are_cut() {
        let names: Vec<String> = (0..22).map(|k| k.to_string()).collect();
        assert!(list(names.iter().map(String::as_str)).ends_with("`19` and 2 more"));
        assert_eq!(quoted(&"é".repeat(61)).chars().count(), 64);
        assert_eq!(quoted("a\n"), "\"a\\n\"");
    }
}
