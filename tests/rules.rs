//! Whether each rule of `ui/RULES` has its case, and what holds for the texts of all cases.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folders that hold `fail` and `pass`.
const CASES: [&str; 2] = ["ui", "../asp-app/tests/ui"];

/// Who says what is wrong, and the name of the case.
fn rules() -> Vec<(&'static str, &'static str)> {
    let lines = include_str!("ui/RULES").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').map(|(by, name)| (by, name.trim())).expect("two words")).collect()
}

/// All files with this extension in a folder of the cases.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                collect(&path, extension, files);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    for cases in CASES {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(cases).join(folder), extension, &mut files);
    }
    files
}

fn names(folder: &str, extension: &str) -> BTreeSet<String> {
    let name = |path: &PathBuf| path.file_stem().expect("a file").to_string_lossy().into_owned();
    files(folder, extension).iter().map(name).collect()
}

#[test]
fn each_rule_has_a_case() {
    let (fail, texts, pass) = (names("fail", "rs"), names("fail", "stderr"), names("pass", "rs"));
    let is_tested = |(by, name): &(&str, &str)| match *by {
        "ok" => pass.contains(*name),
        "run" => include_str!("it/mistakes.rs").contains(&format!("fn {name}()")),
        "test" => include_str!("rules.rs").contains(&format!("fn {name}()")),
        _ => fail.contains(*name) && texts.contains(*name),
    };
    let rules = rules();
    let distinct: BTreeSet<&str> = rules.iter().map(|(_, name)| *name).collect();
    assert_eq!(distinct.len(), rules.len(), "a rule stands twice in ui/RULES");
    let untested: Vec<_> = rules.iter().filter(|rule| !is_tested(rule)).collect();
    let tested = rules.len() - untested.len();
    let told = writeln!(std::io::stdout(), "{} rules, {tested} tested", rules.len());
    told.expect("standard output is open");
    assert!(untested.is_empty(), "rules without a case: {untested:?}");
}

/// One message of the compiler, from `error` to the next.
fn messages(text: &str) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with("error") || line.starts_with("warning") || messages.is_empty() {
            messages.push(String::new());
        }
        if let Some(message) = messages.last_mut() {
            message.push_str(line);
            message.push('\n');
        }
    }
    messages
}

/// What is underlined first in a message.
fn underlined(message: &str) -> Option<&str> {
    let lines: Vec<&str> = message.lines().collect();
    let (code, marks) = lines.windows(2).map(|pair| (pair[0], pair[1])).find(|(_, marks)| {
        marks.contains('^') && marks.chars().all(|c| matches!(c, ' ' | '|' | '^') || c.is_alphanumeric())
    })?;
    code.get(marks.find('^')?..=marks.rfind('^')?)
}

#[test]
fn the_macros_speak_where_they_are_said_to() {
    for (by, name) in rules() {
        let path = files("fail", "stderr")
            .into_iter()
            .find(|path| path.file_stem().is_some_and(|stem| stem == name));
        let Some(path) = path else {
            continue;
        };
        let text = fs::read_to_string(&path).expect("it can be read");
        let is_ours = messages(&text).first().is_some_and(|first| first.starts_with("error: "));
        match by {
            "S" | "C" => assert!(is_ours, "{name} is by {by}, but the compiler speaks first:\n{text}"),
            "T" => assert!(text.starts_with("error[E0277]"), "{name} is by {by}, but says:\n{text}"),
            _ => {}
        }
    }
}

/// An error of the macros points at what the user wrote, so the compiler does not add where it comes from; unless it is
/// the attribute itself that is wrong.
#[test]
fn no_macro_note() {
    for path in files("fail", "stderr") {
        let text = fs::read_to_string(&path).expect("it can be read");
        for message in messages(&text) {
            let at = underlined(&message).unwrap_or_default();
            let is_noted = message.contains("this error originates in");
            assert!(!is_noted || at.starts_with("#["), "{} points at `{at}`:\n{message}", path.display());
        }
    }
}
