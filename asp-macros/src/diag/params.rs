//! Texts about `#[derive(Params)]` and `#[param]`.

use super::similar;
use crate::words::PARAM_KEYS;

const RANGE: &str = "#[param(range = 5..=50, step = 5)]";

pub(crate) fn params_on_item(what: &str) -> String {
    format!(
        "`#[derive(Params)]` goes on a struct with named fields, not on {what}\n\
         = help: write `struct Name {{ {RANGE} size: usize, .. }}`"
    )
}

pub(crate) fn params_missing(name: &str) -> String {
    format!("no field of `{name}` is a parameter\n= help: write `{RANGE}` on one")
}

pub(crate) fn param_form() -> String {
    format!(
        "`#[param]` needs the values of the parameter\n\
         = help: write `{RANGE}` or `#[param(values = [1, 2, 5])]`"
    )
}

pub(crate) fn unknown_param_key(key: &str) -> String {
    let help = match similar(key, PARAM_KEYS.iter().map(|key| key.name)) {
        Some(near) => format!("a key with a similar name exists: `{near}`"),
        None => {
            let names: Vec<String> = PARAM_KEYS.iter().map(|key| format!("`{}`", key.name)).collect();
            format!("keys are {}", names.join(", "))
        }
    };
    format!("`#[param]` has no key `{key}`\n= help: {help}")
}

pub(crate) fn param_key_twice(key: &str) -> String {
    format!("`{key}` is given twice for this parameter\n= help: remove one")
}

pub(crate) fn range_and_values() -> &'static str {
    "a parameter has either a range or values\n= help: remove one"
}

pub(crate) fn step_without_range() -> &'static str {
    "`step` goes with `range`\n= help: remove it, or write `range = 5..=50, step = 5`"
}

pub(crate) fn step_form() -> &'static str {
    "`step` takes a number or a duration\n= help: write `step = 5` or `step = \"5s\"`"
}

pub(crate) fn range_form(start: &str, end: &str) -> String {
    format!("`range` takes both ends, which belong to it\n= help: write `range = {start}..={end}`")
}

pub(crate) fn range_is_empty(start: &str, end: &str) -> String {
    format!("range `{start}..={end}` is empty\n= help: write the lower end first: `range = {end}..={start}`")
}

pub(crate) fn step_leads_nowhere(step: &str) -> String {
    format!("`step = {step}` leads nowhere\n= help: write a step above zero; ranges go up")
}

pub(crate) fn step_missing(range: &str, what: &str, step: &str) -> String {
    format!("a range of {what} needs a step\n= help: write `range = {range}, step = {step}`")
}

pub(crate) fn range_is_mixed(what: &str, other: &str, example: &str) -> String {
    format!("this range has {what} and {other}\n= help: write {example}")
}

pub(crate) fn param_type(field: &str, ty: &str, what: &str, example: &str) -> String {
    format!("`{field}` is `{ty}`, its values here are {what}\n= help: write {example}")
}

pub(crate) fn range_of_text(field: &str) -> String {
    format!(
        "there are no ranges of what `{field}` is\n= help: list the values: `values = [\"a\", \"b\"]`, `values = [false, true]`"
    )
}

pub(crate) fn values_form() -> &'static str {
    "`values` takes a list\n= help: write `values = [1, 2, 5]`"
}

pub(crate) fn values_are_empty() -> &'static str {
    "a parameter has at least one value\n= help: write `values = [1, 2, 5]`, or remove `#[param]`"
}

pub(crate) fn params_crate_value() -> &'static str {
    "`#[params]` takes the path of asp\n= help: write `#[params(crate = ::path)]`"
}
