//! Errors: where they are collected, how code is quoted in them, and all their texts.
//!
//! A text is a function with typed arguments; it says what is wrong, then on lines of their own what
//! to write and why.

pub(crate) mod attributes;
pub(crate) mod names;
pub(crate) mod params;
pub(crate) mod program;
pub(crate) mod signatures;
pub(crate) mod tasks;

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Error;

/// The faults of one block, in the order in which they are found.
#[derive(Default)]
#[must_use]
pub(crate) struct Sink {
    faults: Vec<Error>,
}

impl Sink {
    /// Reports `text` under all of `at`.
    pub(crate) fn report(&mut self, at: impl ToTokens, text: impl std::fmt::Display) {
        self.faults.push(Error::new_spanned(at, text));
    }

    /// How many faults there are, to see whether a step added some.
    pub(crate) fn count(&self) -> usize {
        self.faults.len()
    }

    /// All faults as `compile_error!` calls in source order, or `None` if there are none.
    pub(crate) fn into_tokens(mut self) -> Option<TokenStream> {
        // Checks run over the whole block after its parts were read. The sort is stable: where
        // positions are unknown, the order of reports stays.
        self.faults.sort_by_key(|fault| position(fault.span()));
        (!self.faults.is_empty()).then(|| self.faults.iter().map(Error::to_compile_error).collect())
    }

    #[cfg(test)]
    pub(crate) fn texts(&self) -> Vec<String> {
        self.faults.iter().map(ToString::to_string).collect()
    }
}

/// Line and column. Known to the compiler only, not where unit tests run.
fn position(span: Span) -> (usize, usize) {
    if proc_macro::is_available() {
        let span = span.unwrap();
        (span.line(), span.column())
    } else {
        (0, 0)
    }
}

/// The choice that `given` was probably meant to be.
pub(crate) fn similar<'a>(given: &str, choices: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = if given.chars().count() < 5 { 1 } else { 2 };
    choices
        .into_iter()
        .map(|choice| (distance(given, choice), choice))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, choice)| choice)
}

/// Insertions, removals and replacements that lead from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and `c` ``.
fn listed(words: &[&str], form: impl Fn(&str) -> String) -> String {
    let words: Vec<String> = words.iter().map(|word| form(word)).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

/// Code as one would write it: tokens lose their spaces on the way, so they are put back by rule.
pub(crate) fn shown(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    show(tokens.into_token_stream(), &mut text);
    text
}

fn show(tokens: TokenStream, text: &mut String) {
    let mut before: Option<TokenTree> = None;
    let mut joint = false;
    for token in tokens {
        if let Some(before) = &before
            && !joint
            && spaced(before, &token, text)
        {
            text.push(' ');
        }
        joint = matches!(&token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint);
        match &token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                show(group.stream(), text);
                text.push_str(close);
            }
            other => text.push_str(&other.to_string()),
        }
        before = Some(token);
    }
}

fn spaced(before: &TokenTree, token: &TokenTree, text: &str) -> bool {
    let is_word = |token: &TokenTree| matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
    match (before, token) {
        (_, TokenTree::Punct(punct)) => match punct.as_char() {
            '=' | '+' | '|' | '{' => true,
            '-' => true,
            '&' | '\'' | '#' if is_word(before) => true,
            _ => text.ends_with([',', '=', '+']) || (text.ends_with(':') && !text.ends_with("::")),
        },
        (TokenTree::Punct(punct), _) => match punct.as_char() {
            ',' | '=' | '+' | ';' | '|' => true,
            ':' => !text.ends_with("::"),
            '>' => text.ends_with("->") || text.ends_with("=>") || is_word(token),
            _ => false,
        },
        (TokenTree::Group(group), _) => group.delimiter() != Delimiter::None && is_word(token),
        (_, TokenTree::Group(group)) => {
            group.delimiter() == Delimiter::Brace || {
                // `dyn (A)` and `mut (a, b)`, but `f(a)` and `name[0]`.
                matches!(before, TokenTree::Ident(word) if word == "mut" || word == "dyn" || word == "impl")
            }
        }
        _ => is_word(before) && is_word(token),
    }
}
