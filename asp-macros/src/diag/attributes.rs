//! Texts about where attributes stand, and about their keys and values.

use super::{listed, shown, similar};
use crate::model::constant_name;
use crate::words::{self, Kind, Word};
use proc_macro2::TokenStream;

fn quoted(word: &str) -> String {
    format!("`{word}`")
}

pub(crate) fn not_an_impl(what: &str, name: Option<&str>) -> String {
    let text = format!("`#[strategy]` goes on an `impl` block, not on {what}");
    match name {
        Some(name) => format!(
            "{text}\n= help: leave {} as it is and write `#[strategy] impl {name} {{ .. }}`",
            what.replacen("an ", "the ", 1).replacen("a ", "the ", 1)
        ),
        None => {
            format!("{text}\n= help: put it on an `impl` of the type that holds the state")
        }
    }
}

pub(crate) fn trait_impl(of: &str, ty: &str) -> String {
    format!(
        "`#[strategy]` cannot be used on an impl of trait `{of}`\n\
         = help: move the handlers into an inherent block: `impl {ty} {{ .. }}`"
    )
}

pub(crate) fn odd_self_type(ty: &str, inner: Option<&str>) -> String {
    let help = match inner {
        Some(inner) => format!("write the block for the type itself: `impl {inner}`"),
        None => "write the block for a struct that holds the state".to_owned(),
    };
    format!("a strategy is a struct or enum of yours, found `{ty}`\n= help: {help}")
}

pub(crate) fn unreadable_block(reason: &syn::Error) -> String {
    format!("`#[strategy]` cannot read this block: {reason}")
}

pub(crate) fn no_handlers() -> &'static str {
    "this strategy has no handlers\n\
     = help: mark a method, for example with `#[on_event(stream = \"..\")]` or `#[every(\"1s\")]`, or remove `#[strategy]`"
}

pub(crate) fn handler_outside(word: &str) -> String {
    format!(
        "`#[{word}]` has no meaning outside a strategy\n\
         = help: add `#[strategy]` above the `impl` block"
    )
}

pub(crate) fn handler_in_cfg_attr(condition: &str) -> String {
    format!(
        "handler attributes cannot be hidden in `cfg_attr`\n\
         = help: put `#[cfg({condition})]` on the method, or write two methods"
    )
}

pub(crate) fn handler_on_item(word: &Word, what: &str) -> String {
    format!("`#[{}]` goes on a method, not on {what}", word.name)
}

pub(crate) fn macro_in_block() -> &'static str {
    "handlers written by a macro cannot be seen by `#[strategy]`\n\
     = help: let the macro produce the whole `#[strategy] impl` block"
}

pub(crate) fn strategy_twice() -> &'static str {
    "`#[strategy]` is given twice\n= help: remove one"
}

pub(crate) fn unknown_option(option: &str) -> String {
    let help = match similar(option, words::OPTIONS.iter().copied()) {
        Some(near) => format!("an option with a similar name exists: `{near}`"),
        None => {
            let options: Vec<String> = words::OPTIONS.iter().map(|option| format!("`{option}`")).collect();
            format!("options are {}", options.join(", "))
        }
    };
    format!("`#[strategy]` has no option `{option}`\n= help: {help}")
}

pub(crate) fn fuse_value() -> &'static str {
    "`fuse` takes no value\n= help: write `fuse`; which strategies form a chain is said by `.fuse::<(First, Second)>()`"
}

pub(crate) fn crate_value() -> &'static str {
    "`crate` takes the path of asp\n= help: write `crate = ::asp`, with the name it has for you"
}

pub(crate) fn relative_crate_path(first: &str) -> String {
    format!(
        "`crate` needs a path that is the same everywhere\n\
         = help: write `::{first}` for a dependency, or `crate::..` for a re-export of your own"
    )
}

pub(crate) fn emits_form(name: &str, ty: &str) -> String {
    format!("an emitted stream is written `name: Type`\n= help: write `{name}: {ty}`")
}

pub(crate) fn list_separator(option: &str, entries: &str) -> String {
    format!("the streams in `{option}` are separated by commas\n= help: write `{option}({entries})`")
}

pub(crate) fn latest_form(name: &str, ty: &str) -> String {
    format!(
        "a stream in `latest` is written `name: Type`\n\
         = help: write `{name}: {ty}`, or name another strategy's stream by its constant: `Other::{}`",
        constant_name(name)
    )
}

pub(crate) fn latest_constant_typed(constant: &str) -> String {
    format!("a constant says what its stream carries\n= help: write `latest({constant})`")
}

pub(crate) fn list_brackets(option: &str) -> String {
    let example = if option == "latest" { "quotes: Quote" } else { "greetings: String" };
    format!("`{option}` takes its streams in round brackets\n= help: write `{option}({example})`")
}

pub(crate) fn listed_twice(option: &str, name: &str) -> String {
    format!("stream `{name}` is listed twice in `{option}`\n= help: remove one")
}

pub(crate) fn listed_reference(found: &str, name: &str, instead: &str) -> String {
    format!("a stream carries owned values, found `{found}`\n= help: write `{name}: {instead}`")
}

pub(crate) fn option_twice(option: &str) -> String {
    format!("`{option}` is given twice\n= help: write all in one")
}

pub(crate) fn unknown_key(word: &Word, key: &str) -> String {
    let keys: Vec<&str> = word.keys.iter().map(|key| key.name).collect();
    let help = match (similar(key, keys.iter().copied()), keys.as_slice()) {
        (Some(near), _) => format!("a key with a similar name exists: `{near}`"),
        (None, []) => "it takes a duration at most".to_owned(),
        (None, [only]) => format!("its only key is `{only}`"),
        (None, keys) => format!("its keys are {}", listed(keys, quoted)),
    };
    format!("`#[{}]` has no key `{key}`\n= help: {help}", word.name)
}

pub(crate) fn length_by_key(word: &Word, key: &str, length: &str) -> String {
    let what = if word.kind == Kind::Every { "interval" } else { "delay" };
    format!(
        "`#[{name}]` has no key `{key}`, its {what} stands without one\n= help: write `#[{name}(\"{length}\")]`",
        name = word.name
    )
}

pub(crate) fn key_of_another(word: &Word, key: &str) -> String {
    let owners = listed(&words::owners(key), |owner| format!("`#[{owner}]`"));
    format!("`{key}` belongs to {owners}, not to `#[{}]`", word.name)
}

pub(crate) fn duplicate_key(key: &str, equal: bool) -> String {
    let help = match (key, equal) {
        ("stream", false) => "for two streams write two attributes on the method",
        _ => "keep one",
    };
    format!("`{key}` is given twice\n= help: {help}")
}

pub(crate) fn missing_stream(word: &Word, method: &str) -> String {
    let name = word.name;
    let help = match word.kind {
        Kind::OnEvent => format!("write `#[{name}(stream = \"{method}\")]`"),
        // The method is not named after the stream, and the stream is one that others name too.
        _ => format!("write `#[{name}(stream = \"..\")]`, with a stream that this strategy reads"),
    };
    format!("`#[{name}]` needs a stream\n= help: {help}")
}

pub(crate) fn positional_stream(word: &Word, literal: &str) -> String {
    format!("the stream of `#[{}]` is given by key\n= help: write `stream = {literal}`", word.name)
}

pub(crate) fn stream_value(found: &str) -> String {
    format!(
        "`stream` takes a name or a stream constant, found `{found}`\n\
         = help: write `stream = \"names\"` or `stream = Exchange::ACKS`"
    )
}

pub(crate) fn bare_word_stream(word: &str) -> String {
    format!("`{word}` is not a stream constant\n= help: write `stream = \"{word}\"`")
}

pub(crate) fn key_without_value(key: &str, example: &str) -> String {
    format!("`{key}` needs a value\n= help: write `{key} = \"{example}\"`")
}

pub(crate) fn value_not_wanted(key: &str) -> String {
    format!("`{key}` takes no value\n= help: write `{key}`, or leave it out")
}

pub(crate) fn arguments_not_wanted(word: &Word) -> String {
    let name = word.name;
    let help = match word.kind {
        Kind::OnStart => "for a call some time after the start use `#[after(\"1s\")]`".to_owned(),
        Kind::OnLive | Kind::OnCaughtUp => {
            format!("write `#[{name}]`; it is called once, for all streams together")
        }
        Kind::OnSettled => {
            "it is called after the events of any stream; read what changed from the struct".to_owned()
        }
        _ => format!("write `#[{name}]`"),
    };
    format!("`#[{name}]` takes no arguments\n= help: {help}")
}

pub(crate) fn wrong_delimiters(word: &Word, arguments: &TokenStream) -> String {
    let name = word.name;
    format!("`#[{name}]` takes round brackets\n= help: write `#[{name}({})]`", shown(arguments))
}

pub(crate) fn equals_form(word: &Word, value: &str) -> String {
    let name = word.name;
    let (what, inside) = match word.kind {
        Kind::Every => ("interval", value.to_owned()),
        Kind::After => ("delay", value.to_owned()),
        _ => ("stream", format!("stream = {value}")),
    };
    format!("`#[{name}]` takes its {what} in brackets\n= help: write `#[{name}({inside})]`")
}

pub(crate) fn missing_comma(before: &str) -> String {
    format!("a comma is missing before `{before}`")
}

pub(crate) fn literal_suffix(suffix: &str) -> String {
    format!("the string has a suffix `{suffix}`\n= help: remove it")
}

pub(crate) fn unknown_choice(key: &str, found: &str, choices: &[&str]) -> String {
    let mut quoted: Vec<String> = choices.iter().map(|choice| format!("\"{choice}\"")).collect();
    if let Some(default) = quoted.first_mut() {
        default.push_str(" (default)");
    }
    let note = match (key, found) {
        ("missed", "delay") => "\n= note: a delayed timer would drift from its grid",
        _ => "",
    };
    format!("`{key}` has no choice \"{found}\"\n= help: choices are {}{note}", quoted.join(" and "))
}

pub(crate) fn choice_value(key: &str, found: &str, default: &str) -> String {
    format!("`{key}` takes a word in quotes, found `{found}`\n= help: write `{key} = \"{default}\"`")
}

pub(crate) fn no_duration() -> &'static str {
    "`#[every]` needs an interval\n= help: write `#[every(\"1s\")]`"
}

pub(crate) fn second_duration(word: &Word) -> String {
    format!("`#[{}]` takes one duration\n= help: for two write two attributes on the method", word.name)
}

pub(crate) fn zero_interval() -> &'static str {
    "an interval of zero would stop time\n\
     = help: for each event use `#[on_event]`, for once at the start `#[on_start]`"
}

pub(crate) fn unquoted_duration(word: &Word, written: &str) -> String {
    format!("durations are written as strings\n= help: write `#[{}(\"{written}\")]`", word.name)
}

pub(crate) fn bare_number(word: &Word, number: &str) -> String {
    let what = if word.kind == Kind::Every { "interval" } else { "delay" };
    format!("the {what} has no unit\n= help: write \"{number}s\" or \"{number}ms\"")
}

pub(crate) fn duration_expression(word: &Word) -> String {
    let help = if word.kind == Kind::Every {
        "write \"1s\"; for an interval known only at run time use `cx.every(..)` in `#[on_start]`"
    } else {
        "write \"1s\"; for a delay known only at run time use `cx.after(..)` in `#[on_start]`"
    };
    format!("`#[{}]` takes a literal\n= help: {help}", word.name)
}
