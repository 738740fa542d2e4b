//! The book's page "How the macros work" shows an expansion, piece by piece: it is the real one.
//!
//! Where it has changed, `ASP_EXPAND=Doorbell cargo check -p asp-tests --test cookbook` prints what is to be shown.

use quote::ToTokens;
use syn::Item;

use crate::pipeline;
use crate::show::code;

const STRATEGY: &str = include_str!("../../../tests/cookbook/doorbell.rs");
const SHOWN: &str = include_str!("../../../tests/cookbook/expanded.rs");

#[test]
fn the_book_shows_what_is_written() {
    let file = syn::parse_file(STRATEGY).expect("a module");
    let blocks = file.items.into_iter().filter_map(|item| match item {
        Item::Impl(block) => Some(block),
        _ => None,
    });
    let mut block = blocks.last().expect("the block of the strategy");
    let attribute = block.attrs.remove(0);
    let arguments = attribute.meta.require_list().expect("it has options").tokens.clone();
    let written = code(&pipeline::strategy(arguments, block.into_token_stream()));

    let (_, shown) = SHOWN.split_once("// ANCHOR: expansion\n").expect("where it begins");
    let (shown, _) = shown.split_once("// ANCHOR_END: expansion\n").expect("where it ends");
    let (shown, written) = (lines(shown), lines(&written));
    let (variable, written) = written.split_last().expect("lines");
    assert!(variable.contains("ASP_EXPAND"), "the last line is for cargo: {variable}");
    for (shown, written) in shown.iter().zip(written) {
        assert_eq!(shown, written);
    }
    assert_eq!(shown.len(), written.len());
}

/// Without the marks by which the book finds the pieces.
fn lines(code: &str) -> Vec<&str> {
    code.lines().filter(|line| !line.is_empty() && !line.trim_start().starts_with("// ANCHOR")).collect()
}
