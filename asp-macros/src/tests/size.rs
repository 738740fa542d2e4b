//! How much is written for a handler, which is what the compiler has to read: the page about performance has the figures.

use proc_macro2::{TokenStream, TokenTree};

use super::tokens;
use crate::pipeline;

const PAGE: &str = include_str!("../../../book/src/performance.md");

/// Each adds to a strategy that has handlers of the streams already.
const HANDLERS: &[(&str, &str)] = &[
    (
        "`#[on_event]`, by value, with context",
        r#"#[on_event(stream = "names")] fn more(&mut self, cx: &Context<Self>, name: String) {}"#,
    ),
    ("`#[on_event]`, by reference", r#"#[on_event(stream = "names")] fn more(&mut self, name: &String) {}"#),
    (
        "`#[on_event]`, as `Event<T>`",
        r#"#[on_event(stream = "names")] fn more(&mut self, name: Event<String>) {}"#,
    ),
    (
        "`#[on_event]`, of another strategy's stream",
        r#"#[on_event(stream = Other::NAMES)] fn more(&mut self, name: String) {}"#,
    ),
    (
        "`#[on_event]`, `async` with `&mut self`",
        r#"#[on_event(stream = "names")] async fn more(&mut self, cx: &TaskContext<Self>, name: String) {}"#,
    ),
    (
        "`#[on_event]`, `async` with `Shared`",
        r#"#[on_event(stream = "names")] async fn more(this: Shared<Self>, name: String) {}"#,
    ),
    ("`#[every(..)]`", r#"#[every("1s")] fn more(&mut self) {}"#),
    ("`#[after]` with a payload", r#"#[after] fn more(&mut self, cx: &Context<Self>, name: String) {}"#),
    (
        "`#[after]` with a payload, returns a `Result`",
        r#"#[after] fn more(&mut self, name: String) -> Result<(), Failed> {}"#,
    ),
    ("`#[after(..)]`", r#"#[after("1s")] fn more(&mut self) {}"#),
    ("`#[on_start]`", r#"#[on_start] fn more(&mut self, cx: &Context<Self>) {}"#),
];

const BASE: &str =
    r#"#[on_event(stream = "names")] fn first(&mut self, name: String) {} #[after] fn later(&mut self) {}"#;

#[test]
fn the_page_says_how_much_is_written_for_a_handler() {
    let base = written("");
    let rows: Vec<String> = HANDLERS
        .iter()
        .map(|(kind, handler)| {
            let own = count(tokens(&handler[handler.find(']').expect("an attribute") + 1..]));
            format!("| {kind} | {} |", written(handler) - base - own)
        })
        .collect();
    println!("{}", rows.join("\n"));
    let of_page: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| `#[")).collect();
    assert_eq!(of_page, rows, "the figures of book/src/performance.md are others");
}

/// The tokens of an expansion, with this handler in the block.
fn written(handler: &str) -> usize {
    count(pipeline::strategy(tokens(""), tokens(&format!("impl Greeter {{ {BASE} {handler} }}"))))
}

fn count(tokens: TokenStream) -> usize {
    let each = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => 2 + count(group.stream()),
        _ => 1,
    });
    each.sum()
}
