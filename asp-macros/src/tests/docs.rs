//! The docs of the attributes say what `words.rs` says.

use crate::words::{OPTIONS, WORDS, Word};

pub(super) fn docs_of(function: &str) -> String {
    let source = include_str!("../lib.rs");
    let end = source.find(&format!("pub fn {function}(")).expect("every attribute is exported");
    let lines: Vec<&str> = source[..end].lines().rev().collect();
    let docs = lines.iter().take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let mut docs: Vec<&str> = docs.map(|line| line.trim_start_matches("///").trim()).collect();
    docs.reverse();
    docs.join("\n")
}

#[test]
fn each_attribute_begins_with_its_meaning() {
    for Word { name, meaning, .. } in WORDS {
        assert!(docs_of(name).starts_with(meaning), "{name}");
    }
}

#[test]
fn each_table_lists_the_keys() {
    for word in WORDS {
        let docs = docs_of(word.name);
        let rows: Vec<&str> = docs.lines().filter(|line| line.starts_with("| `")).collect();
        let keys = word.keys.iter().map(|key| format!("| `{}` | {} |", key.name, key.meaning));
        assert_eq!(rows, keys.collect::<Vec<_>>(), "{}", word.name);
        assert_eq!(docs.contains("It has no keys."), word.keys.is_empty(), "{}", word.name);
    }
}

#[test]
fn the_options_are_listed() {
    let docs = docs_of("strategy");
    for option in OPTIONS {
        assert!(docs.contains(&format!("| `{option}")), "{option}");
    }
}

#[test]
fn each_attribute_shows_typical_errors() {
    for name in WORDS.iter().map(|word| word.name).chain(["strategy"]) {
        let docs = docs_of(name);
        let (_, errors) = docs.split_once("# Typical errors").expect(name);
        assert!(errors.matches("error").count() >= 2, "{name}");
    }
}
