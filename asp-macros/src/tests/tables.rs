//! The tables of the book's page on handlers are what `words.rs` and the reader of signatures say.
//!
//! `ASP_TABLES=write cargo test -p asp-macros` writes them anew.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use super::read;
use crate::words::{Length, ValueForm, WORDS, Word};

/// How a handler may be written: the form for readers, and a method of it, as code without its attribute.
const FORMS: &[(&str, &str)] = &[
    ("`fn f(&mut self)`", "fn f(&mut self) {}"),
    ("`fn f(&mut self, cx: &Context<Self>)`", "fn f(&mut self, cx: &Context<Self>) {}"),
    ("`value: T`", "fn f(&mut self, value: u32) {}"),
    ("`value: &T`", "fn f(&mut self, value: &u32) {}"),
    ("`event: Event<T>`", "fn f(&mut self, event: Event<u32>) {}"),
    ("`event: &Event<T>`", "fn f(&mut self, event: &Event<u32>) {}"),
    ("a pattern, `(bid, ask): (f64, f64)`", "fn f(&mut self, (bid, ask): (f64, f64)) {}"),
    ("`-> Result<(), E>`", "fn f(&mut self) -> Result<(), Error> { Ok(()) }"),
    ("`async fn f(&mut self, cx: &TaskContext<Self>)`", "async fn f(&mut self, cx: &TaskContext<Self>) {}"),
    ("`async fn f(this: Shared<Self>)`", "async fn f(this: Shared<Self>) {}"),
];

#[test]
fn the_book_lists_each_attribute_and_key() {
    let mut table = String::from("| attribute and its keys | what it says |\n| --- | --- |\n");
    for word in WORDS {
        writeln!(table, "| `{}` | {} |", attribute(word), word.meaning).expect("a string takes it");
        for key in word.keys {
            let value = match key.value {
                ValueForm::Flag => key.name.to_owned(),
                ValueForm::Stream => format!("{} = \"name\"", key.name),
                ValueForm::Choice(words) => format!("{} = \"{}\"", key.name, words.join("\"` or `\"")),
            };
            writeln!(table, "| &emsp;`{value}` | {} |", key.meaning).expect("a string takes it");
        }
    }
    compare("attributes.md", &table);
}

#[test]
fn the_book_lists_each_form_of_a_handler() {
    let mut table = String::from("| form | attributes |\n| --- | --- |\n");
    for (shown, method) in FORMS {
        let takers: Vec<&Word> = WORDS.iter().filter(|word| is_accepted(word, method)).collect();
        let takers = if takers.len() == WORDS.len() { "all".to_owned() } else { names(&takers) };
        writeln!(table, "| {shown} | {takers} |").expect("a string takes it");
    }
    compare("forms.md", &table);
}

/// The attribute as it has to be written at least, in which `stream` stands for all that a key must say.
fn attribute(word: &Word) -> String {
    let length = match word.length {
        Length::Required => Some("\"1s\""),
        Length::None | Length::Optional => None,
    };
    let stream = word.takes_stream().then_some("stream = \"name\"");
    match length.or(stream) {
        Some(inner) => format!("#[{}({inner})]", word.name),
        None if word.length == Length::Optional => format!("#[{0}]` or `#[{0}(\"60s\")]", word.name),
        None => format!("#[{}]", word.name),
    }
}

/// Whether the macro takes the method under this attribute.
fn is_accepted(word: &Word, method: &str) -> bool {
    let attribute = attribute(word);
    let (attribute, _) = attribute.split_once('`').unwrap_or((&attribute, ""));
    // Who else names the stream says what it carries.
    let (_, faults) = read("latest(name: u32)", &format!("impl Greeter {{ {attribute} {method} }}"));
    faults.is_empty()
}

fn names(words: &[&Word]) -> String {
    let names: Vec<String> = words.iter().map(|word| format!("`{}`", word.name)).collect();
    names.join(", ")
}

fn compare(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/tables").join(name);
    if env::var("ASP_TABLES").is_ok_and(|wish| wish == "write") {
        fs::write(&path, made).expect("it can be written");
    }
    let shown = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(shown, made, "{name} is not up to date; `ASP_TABLES=write` writes it anew");
}
