//! The book: its links lead somewhere, its code is included from files that are compiled, each page is in the summary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The text of a file of the repository, by its path from the root.
type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

const SOURCES: &str = "book/src";
const SUMMARY: &str = "book/src/SUMMARY.md";

#[test]
fn the_book_holds_together() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &Path| {
        fs::read(root.join(path)).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let pages = pages_below(&root, Path::new(SOURCES));
    assert!(pages.len() > 20, "they are found");
    assert_eq!(faults(&pages, &read), [""; 0]);
}

#[test]
fn each_recipe_is_in_the_book_with_what_it_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let pages = pages_below(&root, Path::new(SOURCES));
    let included: BTreeSet<PathBuf> =
        pages.iter().flat_map(|(page, text)| includes(page, text)).map(|include| include.file).collect();
    for folder in ["tests/cookbook", "tests/cookbook/output"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder of recipes") {
            let name = entry.expect("it can be read").file_name();
            let file = Path::new(folder).join(&name);
            let is_recipe = file.extension().is_some() && name != "main.rs" && name != "kit.rs";
            assert!(!is_recipe || included.contains(&file), "{} is not in the book", file.display());
        }
    }
}

#[test]
fn what_does_not_hold_together_is_a_fault() {
    let page = "# One page\n\n[a](two.md#what-it-costs) [b](two.md#gone) [c](three.md) [d](#one-page) `[e](f.md)`\n\n\
                ```rust\nfn main() {}\n```\n\n```rust\n{{#include ../../code.rs:there}}\n```\n\n\
                ```rust\n{{#include ../../code.rs:gone}}\n{{#include ../../no.rs}}\n```\n\n\
                ```text\n{{#include ../../code.rs:2:9}}\n{{#include ../../code.rs:1:2}}\n```\n";
    let pages = [
        ("SUMMARY.md", "[One](one.md) [Gone](gone.md)"),
        ("one.md", page),
        ("two.md", "## What `it` costs\n\n### Own { #own_id }\n[f](one.md) [g](two.md#own_id)"),
    ];
    let pages = pages.map(|(name, text)| (Path::new(SOURCES).join(name), text.to_owned())).into();
    let code = "// ANCHOR: there\nfn main() {}\n// ANCHOR_END: there\n// ANCHOR: gone\n";
    let found = faults(&pages, &|path| (path == Path::new("code.rs")).then(|| code.to_owned()));
    let expected = [
        "SUMMARY.md: there is no gone.md",
        "one.md: two.md has no heading #gone",
        "one.md: there is no three.md",
        "one.md: code.rs has no lines gone",
        "one.md: there is no file no.rs",
        "one.md: code.rs has no lines 2:9",
        "one.md: this code is not included from a file that is compiled: fn main() {}",
        "two.md: it is not in the summary",
    ];
    assert_eq!(found, expected);
}

/// All pages, by their path from the root.
fn pages_below(root: &Path, folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(root.join(folder)).expect("a folder of pages") {
        let path = folder.join(entry.expect("it can be read").file_name());
        if root.join(&path).is_dir() {
            pages.extend(pages_below(root, &path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.insert(path.clone(), fs::read_to_string(root.join(&path)).expect("a page"));
        }
    }
    pages
}

/// What is wrong with the pages, page by page.
fn faults(pages: &BTreeMap<PathBuf, String>, read: Read<'_>) -> Vec<String> {
    let listed: BTreeSet<PathBuf> =
        links(Path::new(SUMMARY), &pages[Path::new(SUMMARY)]).into_iter().map(|(file, _)| file).collect();
    let mut faults = Vec::new();
    for (page, text) in pages {
        let mut found = link_faults(page, text, pages, read);
        found.extend(includes(page, text).iter().filter_map(|include| include.fault(read)));
        found.extend(code_faults(text));
        if page != Path::new(SUMMARY) && !listed.contains(page) {
            found.push("it is not in the summary".to_owned());
        }
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", short(page))));
    }
    faults
}

/// A path as the book has it.
fn short(path: &Path) -> String {
    path.strip_prefix(SOURCES).unwrap_or(path).display().to_string()
}

fn link_faults(page: &Path, text: &str, pages: &BTreeMap<PathBuf, String>, read: Read<'_>) -> Vec<String> {
    let fault = |(file, id): (PathBuf, Option<String>)| match (pages.get(&file), id) {
        (Some(target), Some(id)) if !ids(target).contains(&id) => {
            Some(format!("{} has no heading #{id}", short(&file)))
        }
        (None, _) if read(&file).is_none() => Some(format!("there is no {}", short(&file))),
        _ => None,
    };
    links(page, text).into_iter().filter_map(fault).collect()
}

/// The links to files, each with the id behind the `#`; not those to other sites.
fn links(page: &Path, text: &str) -> Vec<(PathBuf, Option<String>)> {
    let mut links = Vec::new();
    let prose: Vec<&str> = prose(text).collect();
    for paragraph in prose.split(|line| line.is_empty()) {
        let text = without_code(&paragraph.join("\n"));
        for (_, rest) in text.match_indices("](").map(|(at, _)| text.split_at(at + 2)) {
            let target = rest.split(')').next().unwrap_or_default();
            if target.contains("://") {
                continue;
            }
            let (file, id) =
                target.split_once('#').map_or((target, None), |(file, id)| (file, Some(id.to_owned())));
            let path = if file.is_empty() { page.to_owned() } else { beside(page, file) };
            links.push((path, id));
        }
    }
    links
}

/// The path of a file that a page names.
fn beside(page: &Path, file: &str) -> PathBuf {
    let mut path = page.parent().map(Path::to_owned).unwrap_or_default();
    for component in Path::new(file).components() {
        match component {
            Component::ParentDir => drop(path.pop()),
            other => path.push(other),
        }
    }
    path
}

/// The ids of the headings, as mdBook makes them.
fn ids(text: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for line in prose(text) {
        let heading = line.trim_start_matches('#');
        if heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        if let Some((_, own)) = heading.split_once("{ #") {
            ids.insert(own.trim_end_matches(['}', ' ']).to_owned());
            continue;
        }
        let id: String = heading.trim().chars().filter_map(id_char).collect();
        let twice = (1..).map(|number| format!("{id}-{number}"));
        let free = std::iter::once(id.clone()).chain(twice).find(|id| !ids.contains(id));
        ids.extend(free);
    }
    ids
}

fn id_char(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() => Some('-'),
        '_' | '-' => Some(c),
        c => c.is_alphanumeric().then(|| c.to_ascii_lowercase()),
    }
}

/// The lines outside of blocks of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_fence && !is_code
    })
}

/// A paragraph without what stands between backticks.
fn without_code(text: &str) -> String {
    text.split('`').step_by(2).collect()
}

/// `{{#include file:what}}`.
struct Include {
    file: PathBuf,
    /// An anchor or a range of lines; nothing for the whole file.
    what: String,
}

impl Include {
    fn fault(&self, read: Read<'_>) -> Option<String> {
        let Include { file, what } = self;
        let Some(text) = read(file) else { return Some(format!("there is no file {}", file.display())) };
        let has_lines = match what.split_once(':') {
            _ if what.is_empty() => true,
            Some((first, last)) => {
                let number = |text: &str| text.parse().unwrap_or(1);
                number(first).max(number(last)) <= text.lines().count()
            }
            None => [format!("ANCHOR: {what}"), format!("ANCHOR_END: {what}")]
                .iter()
                .all(|mark| text.lines().any(|line| line.trim_end().ends_with(mark.as_str()))),
        };
        (!has_lines).then(|| format!("{} has no lines {what}", file.display()))
    }
}

fn includes(page: &Path, text: &str) -> Vec<Include> {
    let inner = text.split("{{#include ").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0.trim()));
    let include = |inner: &str| {
        let (file, what) = inner.split_once(':').unwrap_or((inner, ""));
        Include { file: beside(page, file), what: what.to_owned() }
    };
    inner.map(include).collect()
}

/// Rust that is written into the page.
fn code_faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut lines = text.lines();
    while let Some(fence) = lines.next() {
        let Some(language) = fence.trim_start().strip_prefix("```") else { continue };
        let block: Vec<&str> =
            lines.by_ref().take_while(|line| !line.trim_start().starts_with("```")).collect();
        let own = block.iter().find(|line| !line.is_empty() && !line.starts_with("{{#include "));
        if let Some(line) = own.filter(|_| language.split(',').next() == Some("rust")) {
            faults.push(format!("this code is not included from a file that is compiled: {line}"));
        }
    }
    faults
}
