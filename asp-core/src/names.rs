//! Names as messages show them.

/// The type's name without paths: `Vec<String>`, not `alloc::vec::Vec<alloc::string::String>`.
pub(crate) fn type_name<T: ?Sized>() -> String {
    shorten(std::any::type_name::<T>())
}

fn shorten(full: &str) -> String {
    let mut short = String::with_capacity(full.len());
    let mut word = 0;
    let mut rest = full.chars().peekable();
    while let Some(c) = rest.next() {
        if c == ':' && rest.peek() == Some(&':') {
            rest.next();
            short.truncate(word);
        } else {
            short.push(c);
            if !(c.is_alphanumeric() || c == '_') {
                word = short.len();
            }
        }
    }
    short
}

/// `base`, or `base#2` and so on if that is taken.
pub(crate) fn free_name(base: &str, taken: &[&str]) -> String {
    if !taken.contains(&base) {
        return base.to_owned();
    }
    (2..).map(|k| format!("{base}#{k}")).find(|name| !taken.contains(&name.as_str())).unwrap_or_default()
}

/// The known name most like `name`: at most two edits away, one for names under five letters.
pub(crate) fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = if name.chars().count() < 5 { 1 } else { 2 };
    known
        .into_iter()
        .filter(|other| *other != name)
        .map(|other| (strsim::osa_distance(name, other), other))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_shown_without_their_paths() {
        assert_eq!(type_name::<Vec<String>>(), "Vec<String>");
        assert_eq!(
            type_name::<(Option<f64>, &'static str, [std::sync::Arc<str>; 2])>(),
            "(Option<f64>, &str, [Arc<str>; 2])"
        );
        assert_eq!(type_name::<Box<dyn std::error::Error + Send>>(), "Box<dyn Error + Send>");
    }

    #[test]
    fn a_similar_name_is_found() {
        assert_eq!(similar("nmaes", ["orders", "names"]), Some("names"));
        assert_eq!(similar("bid", ["ask", "bids"]), Some("bids"));
        assert_eq!(similar("names", ["orders", "trades"]), None);
    }
}
