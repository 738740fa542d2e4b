//! Texts about streams, and about handlers that do not fit together.

use super::similar;
use crate::model::constant_name;

/// A name as it may be written, made from one that may not.
fn repaired(name: &str) -> Option<String> {
    let name: String = name
        .trim()
        .chars()
        .map(|c| if c.is_whitespace() || c == '/' || c == ':' { '_' } else { c })
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .collect();
    let first = name.find(|c: char| c.is_ascii_alphabetic())?;
    Some(name[first..].to_owned())
}

pub(crate) fn empty_stream_name() -> &'static str {
    "a stream name cannot be empty\n= help: for example `stream = \"names\"`"
}

pub(crate) fn reserved_stream_name() -> &'static str {
    "stream names beginning with `asp.` are reserved\n= help: choose another first word"
}

pub(crate) fn quoted_constant(name: &str) -> String {
    format!(
        "{name:?} is the path of a constant, found as the name of a stream\n\
         = help: write it without quotes: `stream = {name}`"
    )
}

pub(crate) fn stream_name_form(name: &str, strategy: &str) -> String {
    let strange = name.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.'));
    let what = match strange {
        Some(' ') => "contains a space".to_owned(),
        Some(c) => format!("contains `{}`", c.escape_debug()),
        None => format!("begins with `{}`", name.chars().next().unwrap_or('_')),
    };
    let rule = "use ascii letters, digits, `_`, `-` and `.`, a letter first";
    match repaired(name) {
        Some(better) => format!(
            "stream name {name:?} {what}\n= help: {rule}: \"{better}\"\n\
             = note: it also names the constant `{strategy}::{}`",
            constant_name(&better)
        ),
        None => format!(
            "stream name {name:?} {what}\n= help: {rule}\n\
             = note: it also names a constant of `{strategy}`"
        ),
    }
}

pub(crate) fn one_constant_two_streams(first: &str, second: &str, strategy: &str, constant: &str) -> String {
    format!(
        "streams \"{first}\" and \"{second}\" would both be `{strategy}::{constant}`\n\
         = help: rename one"
    )
}

pub(crate) fn mixed_triggers(method: &str) -> String {
    format!(
        "`{method}` would be called with and without a payload\n\
         = help: write two handlers that call one method"
    )
}

pub(crate) fn same_trigger_twice(method: &str, what: &str) -> String {
    format!("`{method}` is already {what}\n= help: remove one of the attributes")
}

pub(crate) fn stream_type_unknown(name: &str) -> String {
    format!(
        "nothing here says what stream \"{name}\" carries\n\
         = help: take the payload, or name the stream where it is declared: `stream = Other::{}`",
        constant_name(name)
    )
}

pub(crate) fn end_of_unknown_stream<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let help = match similar(name, known) {
        Some(near) => format!("a stream with a similar name exists: \"{near}\""),
        None => format!(
            "name another strategy's stream by its constant: `stream = Other::{}`",
            constant_name(name)
        ),
    };
    format!("no handler of this strategy reads stream \"{name}\"\n= help: {help}")
}

pub(crate) fn reserved_method_name() -> &'static str {
    "names beginning with `__asp` are reserved\n= help: choose another name"
}

pub(crate) fn missing_bound(param: &str, bounds: &str) -> String {
    format!("`{param}` may be a type that no stream carries\n= help: add `{param}: {bounds}` to the block")
}

pub(crate) fn missing_bound_of_strategy(param: &str) -> String {
    format!(
        "`{param}` may be a type that no strategy holds\n= help: add `{param}: Send + 'static` to the block"
    )
}

pub(crate) fn lifetime_on_strategy(ty: &str) -> String {
    format!(
        "a strategy owns its data, found `{ty}`\n\
         = help: use `Arc`, or collect results in the strategy and take it from the outcome"
    )
}
