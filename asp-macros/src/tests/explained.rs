//! The book's page of explained errors has an entry for each text, with the words that the user sees.
//!
//! An entry is a heading with an id, `### text { #module-function }`, and what stands below it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Block, Expr, Item, Lit, Pat, Stmt};

use crate::duration::DurationFault;

const PAGE: &str = include_str!("../../../book/src/errors-explained.md");

/// A text that users see: where the page explains it, and its first line, which may come in several forms.
struct Text {
    id: String,
    /// As in a format string, `{name}` for what is filled in.
    first_lines: Vec<String>,
}

struct Entry {
    id: String,
    lines: Vec<String>,
}

impl Entry {
    /// Whether some line has all that is fixed in the text, in order.
    fn shows(&self, first_line: &str) -> bool {
        self.lines.iter().any(|line| {
            let mut rest = line.as_str();
            fixed_parts(first_line).iter().all(|part| match rest.split_once(part.as_str()) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
        })
    }
}

#[test]
fn the_page_explains_each_text_of_the_macros() {
    let mut texts = Vec::new();
    for file in ["attributes", "names", "params", "program", "signatures", "tasks"] {
        texts.extend(texts_of(file, &source(&format!("src/diag/{file}.rs"))));
    }
    let files = fs::read_dir(root().join("src/diag")).expect("the folder of texts");
    assert_eq!(files.count(), 6, "a file of texts is not looked at");
    assert_eq!(
        faults(&texts, &entries(PAGE, &["attributes", "names", "params", "program", "signatures", "tasks"])),
        [""; 0]
    );
}

#[test]
fn the_page_explains_each_fault_of_a_duration() {
    assert_eq!(faults(&of_durations(), &entries(PAGE, &["duration"])), [""; 0]);
}

#[test]
fn the_page_explains_each_fault_of_a_time() {
    let entries = entries(PAGE, &["time"]);
    let texts: Vec<Text> = formats(&source("src/time_text.rs"))
        .into_iter()
        .map(|text| {
            let first_line = first_line(&text);
            let shown = entries.iter().find(|entry| entry.shows(&first_line));
            let id = shown.map_or_else(|| format!("time: {first_line}"), |entry| entry.id.clone());
            Text { id, first_lines: vec![first_line] }
        })
        .collect();
    assert_eq!(faults(&texts, &entries), [""; 0]);
}

#[test]
fn the_page_explains_each_rule_about_types() {
    let mut traits: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in ["../asp-core/src", "../asp-app/src", "../asp-sweep/src"] {
        rules_below(&root().join(folder), &mut traits);
    }
    let entries = entries(PAGE, &["trait"]);
    let texts: Vec<Text> = traits
        .into_iter()
        .map(|(message, ids)| {
            // Several traits may say the same, about which one entry is enough.
            let explained = ids.iter().find(|id| entries.iter().any(|entry| entry.id == **id));
            let id = explained.or(ids.first()).cloned().unwrap_or_default();
            Text { id, first_lines: vec![message] }
        })
        .collect();
    assert!(texts.len() > 20, "they are found by their attribute");
    assert_eq!(faults(&texts, &entries), [""; 0]);
}

#[test]
fn what_is_missing_left_over_or_said_otherwise_is_a_fault() {
    let source = r#"
        pub(crate) fn typo(key: &str) -> String {
            format!("no key `{key}`, {{}} or other\n= help: {key}")
        }

        pub(crate) fn forgotten() -> &'static str {
            "forgotten\n= help: none"
        }

        pub(crate) fn two_forms(word: &str) -> String {
            let text = format!("`{word}` cannot wait");
            match word {
                "stop" => format!("{text}\n= help: remove it"),
                _ => { let why = "time"; format!("`{word}` has ended: {why}") }
            }
        }
    "#;
    let texts = texts_of("keys", source);
    assert_eq!(texts[0].first_lines, ["no key `{key}`, {{}} or other"]);
    assert_eq!(texts[2].first_lines, ["`{word}` cannot wait", "`{word}` has ended: {why}"]);
    let page = "# Errors\n\n### no key `{key}`, {} or others { #keys-typo }\n\nWhy.\n\n\
                ### `{word}` cannot wait { #keys-two_forms }\n\n`{word}` has ended\n\n\
                ### gone { #keys-gone }\n\n### elsewhere { #other-gone }\n";
    let expected = [
        "keys-forgotten: no entry for \"forgotten\"",
        "keys-two_forms: the entry does not have \"`{word}` has ended: {why}\"",
        "keys-gone: no text has this name",
    ];
    assert_eq!(faults(&texts, &entries(page, &["keys"])), expected);
}

/// What is wrong between the texts and their entries.
fn faults(texts: &[Text], entries: &[Entry]) -> Vec<String> {
    let mut faults = Vec::new();
    for Text { id, first_lines } in texts {
        assert!(!first_lines.is_empty(), "{id}: its text is not where this test looks for it");
        let own: Vec<&Entry> = entries.iter().filter(|entry| entry.id == *id).collect();
        for line in first_lines {
            match own.as_slice() {
                [] => faults.push(format!("{id}: no entry for {line:?}")),
                [entry] if entry.shows(line) => {}
                [_] => faults.push(format!("{id}: the entry does not have {line:?}")),
                _ => faults.push(format!("{id}: several entries")),
            }
        }
    }
    let left_over = entries.iter().filter(|entry| texts.iter().all(|text| text.id != entry.id));
    faults.extend(left_over.map(|entry| format!("{}: no text has this name", entry.id)));
    faults
}

/// The entries of these groups: what stands before the `-` of the id.
fn entries(page: &str, groups: &[&str]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in page.lines() {
        let entry = line.strip_prefix("### ").and_then(|line| line.strip_suffix(" }")?.rsplit_once(" { #"));
        match (entry, entries.last_mut()) {
            (Some((heading, id)), _) => {
                entries.push(Entry { id: id.to_owned(), lines: vec![heading.to_owned()] });
            }
            (None, Some(entry)) if !line.starts_with("## ") => entry.lines.push(line.to_owned()),
            _ => {}
        }
    }
    entries.retain(|entry| entry.id.split_once('-').is_some_and(|(group, _)| groups.contains(&group)));
    entries
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn source(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// What stands between the placeholders of a format string.
fn fixed_parts(format: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' | '}' if rest.peek() == Some(&c) => {
                rest.next();
                parts.last_mut().expect("there is one").push(c);
            }
            '{' => {
                rest.by_ref().take_while(|c| *c != '}').for_each(drop);
                parts.push(String::new());
            }
            _ => parts.last_mut().expect("there is one").push(c),
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The texts of a file in `diag/`: each function that others can call returns one.
fn texts_of(module: &str, source: &str) -> Vec<Text> {
    let file = syn::parse_file(source).expect("a module");
    let functions = file.items.iter().filter_map(|item| match item {
        Item::Fn(function) if !matches!(function.vis, syn::Visibility::Inherited) => Some(function),
        _ => None,
    });
    functions
        .map(|function| Text {
            id: format!("{module}-{}", function.sig.ident),
            first_lines: of_block(&function.block, &BTreeMap::new()),
        })
        .collect()
}

/// The first lines of what a block may evaluate to.
fn of_block(block: &Block, outer: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut names = outer.clone();
    let mut last = Vec::new();
    for statement in &block.stmts {
        match statement {
            Stmt::Local(local) => {
                if let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init) {
                    names.insert(name.ident.to_string(), of_expression(&init.expr, &names));
                }
            }
            Stmt::Expr(expression, _) => last = of_expression(expression, &names),
            Stmt::Macro(call) => last = of_format(&call.mac, &names),
            Stmt::Item(_) => {}
        }
    }
    last
}

fn of_expression(expression: &Expr, names: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            // Braces are themselves where nothing is formatted.
            Lit::Str(text) => vec![first_line(&text.value()).replace('{', "{{").replace('}', "}}")],
            _ => Vec::new(),
        },
        Expr::Macro(call) => of_format(&call.mac, names),
        Expr::Match(choice) => choice.arms.iter().flat_map(|arm| of_expression(&arm.body, names)).collect(),
        Expr::If(choice) => {
            let otherwise = choice.else_branch.iter().flat_map(|(_, other)| of_expression(other, names));
            of_block(&choice.then_branch, names).into_iter().chain(otherwise).collect()
        }
        Expr::Block(block) => of_block(&block.block, names),
        Expr::MethodCall(call) => of_expression(&call.receiver, names),
        _ => Vec::new(),
    }
}

fn of_format(call: &syn::Macro, names: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let Some(text) = call.path.is_ident("format").then(|| first_literal(&call.tokens)).flatten() else {
        return Vec::new();
    };
    let line = first_line(&text);
    let inner = line.strip_prefix('{').and_then(|line| line.strip_suffix('}'));
    match inner.and_then(|name| names.get(name)) {
        Some(lines) => lines.clone(),
        None => vec![line],
    }
}

fn first_literal(tokens: &TokenStream) -> Option<String> {
    let first = tokens.clone().into_iter().next()?;
    Some(syn::parse2::<syn::LitStr>(first.into_token_stream()).ok()?.value())
}

/// All format strings of a module, but not those of its tests.
fn formats(source: &str) -> Vec<String> {
    let file = syn::parse_file(source).expect("a module");
    let items = file.items.iter().filter(|item| !matches!(item, Item::Mod(_)));
    let mut found = Vec::new();
    formats_in(items.map(ToTokens::to_token_stream).collect(), &mut found);
    found
}

fn formats_in(tokens: TokenStream, found: &mut Vec<String>) {
    let mut is_format = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if is_format => found.extend(first_literal(&group.stream())),
            TokenTree::Group(group) => formats_in(group.stream(), found),
            TokenTree::Ident(word) => is_format = word == "format",
            TokenTree::Punct(punct) if punct.as_char() == '!' => {}
            _ => is_format = false,
        }
    }
}

/// The messages of `diagnostic::on_unimplemented` in a folder, each with the ids of its traits.
fn rules_below(folder: &Path, found: &mut BTreeMap<String, Vec<String>>) {
    for file in fs::read_dir(folder).expect("a folder of sources") {
        let path = file.expect("it can be read").path();
        if path.is_dir() {
            rules_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            for item in syn::parse_file(&source).expect("a module").items {
                let Item::Trait(item) = item else { continue };
                let messages = item.attrs.iter().filter_map(|attr| message(&attr.meta));
                for message in messages {
                    found.entry(message).or_default().push(trait_id(&item.ident.to_string()));
                }
            }
        }
    }
}

fn message(meta: &syn::Meta) -> Option<String> {
    let list = meta.require_list().ok()?;
    if list.path.segments.last()?.ident != "on_unimplemented" {
        return None;
    }
    let mut tokens = list.tokens.clone().into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(word) if word == "message"))?;
    first_literal(&tokens.skip(1).collect())
}

/// `trait-into_delay` for `IntoDelay`.
fn trait_id(name: &str) -> String {
    let mut id = "trait-".to_owned();
    for (index, c) in name.char_indices() {
        if index > 0 && c.is_uppercase() {
            id.push('_');
        }
        id.extend(c.to_lowercase());
    }
    id
}

/// The faults of durations, with the names of what is filled in.
fn of_durations() -> Vec<Text> {
    use DurationFault as Fault;
    let name = |name: &str| format!("{{{name}}}");
    let (text, unit, number) = (|| name("text"), || name("unit"), || name("number"));
    let faults = [
        Fault::Empty,
        Fault::MissingNumber { text: text(), suggestion: None },
        Fault::MissingUnit { text: text(), number: number(), suggestion: text() },
        Fault::MissingUnit { text: text(), number: text(), suggestion: text() },
        Fault::UnknownUnit { text: text(), unit: unit(), suggestion: None },
        Fault::CalendarUnit { text: text(), unit: unit() },
        Fault::AmbiguousUnit { unit: unit(), minutes: text(), millis: text() },
        Fault::Negative { text: text() },
        Fault::Overflow { text: text() },
        Fault::TooFine { text: text() },
        Fault::OutOfOrder { text: text(), suggestion: text() },
        Fault::Stray { text: text(), found: name("found"), suggestion: None },
        Fault::Stray { text: text(), found: " ".into(), suggestion: None },
    ];
    let texts = faults.map(|fault| Text {
        id: format!("duration-{}", fault_id(&fault)),
        first_lines: vec![first_line(&fault.to_string())],
    });
    Vec::from(texts)
}

/// A fault that is new has no arm here; with the arm goes a line in [`of_durations`].
fn fault_id(fault: &DurationFault) -> &'static str {
    match fault {
        DurationFault::Empty => "empty",
        DurationFault::MissingNumber { .. } => "missing_number",
        DurationFault::MissingUnit { .. } => "missing_unit",
        DurationFault::UnknownUnit { .. } => "unknown_unit",
        DurationFault::CalendarUnit { .. } => "calendar_unit",
        DurationFault::AmbiguousUnit { .. } => "ambiguous_unit",
        DurationFault::Negative { .. } => "negative",
        DurationFault::Overflow { .. } => "overflow",
        DurationFault::TooFine { .. } => "too_fine",
        DurationFault::OutOfOrder { .. } => "out_of_order",
        DurationFault::Stray { .. } => "stray",
    }
}
