//! Texts about `#[asp::main]`.

use super::similar;
use crate::words::MAIN_OPTIONS;

pub(crate) fn main_on_item() -> &'static str {
    "`#[asp::main]` goes on a function\n\
     = help: write `fn main() -> Greeter { Greeter::default() }` under it"
}

pub(crate) fn main_returns_nothing(strategy: &str) -> String {
    format!(
        "`#[asp::main]` runs what `main` returns, and it returns nothing\n\
         = help: return the strategy: `fn main() -> {strategy} {{ {strategy}::default() }}`"
    )
}

pub(crate) fn main_with_arguments() -> &'static str {
    "`main` has no parameters\n\
     = help: the generated program parses the command line; write `#[derive(asp::Params)]` on the strategy for `--set \
     name=value`, or read an environment variable inside"
}

pub(crate) fn main_is_generic(parameters: &str) -> String {
    format!("`main` has no type parameters, found `{parameters}`\n= help: name the types")
}

pub(crate) fn main_feed_form(word: &str, stream: &str, uri: &str) -> String {
    match word {
        "record" => format!(
            "a recorded stream is written `Strategy::STREAM` or `Strategy::STREAM = \"uri\"`\n\
             = help: write `{stream} = {uri:?}`"
        ),
        "live" => {
            let uri = if uri.starts_with("tail:") { uri.to_owned() } else { format!("tail:{uri}") };
            format!(
                "a live stream is written `Strategy::STREAM = \"tail:FILE\"`\n\
                 = help: write `{stream} = {uri:?}`"
            )
        }
        _ => format!(
            "a feed is written `Strategy::STREAM = \"uri\"`\n\
             = help: write `{stream} = {uri:?}`"
        ),
    }
}

pub(crate) fn feed_brackets(word: &str, strategy: &str) -> String {
    let scheme = if word == "live" { "tail:" } else { "" };
    format!(
        "`{word}` takes its streams in round brackets\n\
         = help: write `{word}({strategy}::NAMES = \"{scheme}names.csv\")`"
    )
}

pub(crate) fn stream_twice(word: &str, stream: &str) -> String {
    format!("`{stream}` is listed twice in `{word}`\n= help: remove one")
}

pub(crate) fn main_live_and_fed(stream: &str) -> String {
    format!(
        "`{stream}` is in `feed` and in `live`\n\
         = help: remove one; `live` begins with what the file holds already"
    )
}

pub(crate) fn main_no_scheme(uri: &str) -> String {
    format!("{uri:?} does not say how to follow it\n= help: write \"tail:{uri}\" for a file that grows")
}

pub(crate) fn main_live_parquet(stream: &str, uri: &str) -> String {
    let path = uri.strip_prefix("tail:").unwrap_or(uri);
    format!(
        "{uri:?} is Parquet, of which nothing can be read before it is complete\n\
         = help: write `feed({stream} = {path:?})`"
    )
}

pub(crate) fn main_unknown_scheme(scheme: &str, rest: &str) -> String {
    let is_file = [".csv", ".jsonl", ".ndjson"].iter().any(|ending| rest.contains(ending));
    let help = if is_file && !rest.starts_with("//") {
        format!("write \"tail:{rest}\"")
    } else {
        "the only one is `tail`, for a file that grows: \"tail:quakes.csv\"".to_owned()
    };
    format!("`live` has no scheme `{scheme}`\n= help: {help}")
}

pub(crate) fn main_live_in_files(word: &str, stream: &str, path: &str) -> String {
    let help = match word {
        "feed" => {
            format!("write `live({stream} = \"tail:{path}\")`, or {path:?} for what the file holds now")
        }
        _ => format!("write {path:?}"),
    };
    format!("`{word}` takes files, and \"tail:{path}\" is a live source\n= help: {help}")
}

pub(crate) fn main_sweep_form(name: &str, figure: &str) -> String {
    format!(
        "a figure of the sweep is written `name = Strategy::method`\n\
         = help: write `sweep({name} = {figure})`"
    )
}

pub(crate) fn figure_twice(name: &str) -> String {
    format!("the sweep has two figures `{name}`\n= help: rename one")
}

pub(crate) fn main_sweep_waits() -> &'static str {
    "`main` is called for each cell of the sweep, and cannot wait\n\
     = help: remove `async`, or `sweep(..)`"
}

pub(crate) fn time_form(key: &str) -> String {
    format!(
        "`{key}` takes a time\n\
         = help: write `{key} = \"2025-01-01T00:00:00Z\"` or `{key} = \"2025-01-01\"`"
    )
}

pub(crate) fn option_twice(option: &str) -> String {
    format!("`{option}` is given twice\n= help: remove one")
}

pub(crate) fn unknown_option(option: &str) -> String {
    let names = MAIN_OPTIONS.iter().map(|option| option.name);
    let help = match similar(option, names.clone()) {
        Some(near) => format!("an option with a similar name exists: `{near}`"),
        None => {
            let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            format!("options are {}", names.join(", "))
        }
    };
    format!("`#[asp::main]` has no option `{option}`\n= help: {help}")
}
