//! Names in messages.

/// The known name most like `name`: at most two edits away, one for names under five letters.
pub(crate) fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = if name.chars().count() < 5 { 1 } else { 2 };
    known
        .into_iter()
        .map(|other| (strsim::osa_distance(name, other), other))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, other)| other)
}

/// What to say of a name that is none of these.
pub(crate) fn help(what: &str, name: &str, known: &[&str]) -> String {
    match similar(name, known.iter().copied()) {
        Some(near) => format!("a {what} with a similar name exists: `{near}`"),
        None if known.is_empty() => format!("there are no {what}s"),
        None => {
            let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("{what}s are {}", known.join(", "))
        }
    }
}
