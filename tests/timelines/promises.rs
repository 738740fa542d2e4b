//! Each rule that the book lists has a test that is named after it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The rules of the page, by their numbers: its items begin with them, as `- **S7, ..` or `- **S24, S28, ..`.
fn listed() -> BTreeSet<u32> {
    let page = include_str!("../../book/src/time.md");
    let items = page.lines().filter_map(|line| line.strip_prefix("- **"));
    items.flat_map(|item| item.split(", ").map_while(|word| word.strip_prefix('S')?.parse().ok())).collect()
}

/// The numbers in the names of all tests below a folder, once for each: `fn s24_s42_a_timer`.
fn tested(folder: &Path) -> Vec<u32> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of tests") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            numbers.extend(tested(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a test");
            let names = text.lines().filter_map(|line| line.trim_start().strip_prefix("fn s"));
            numbers.extend(names.flat_map(|name| {
                format!("s{name}")
                    .split('_')
                    .map_while(|word| word.strip_prefix('s')?.parse().ok())
                    .collect::<Vec<u32>>()
            }));
        }
    }
    numbers
}

#[test]
fn each_promise_has_a_test() {
    let (listed, tested) = (listed(), tested(&Path::new(env!("CARGO_MANIFEST_DIR")).join("it")));
    let missing: Vec<u32> = listed.iter().filter(|rule| !tested.contains(rule)).copied().collect();
    assert!(listed.len() > 55, "they are found: {listed:?}");
    assert_eq!(
        missing,
        Vec::<u32>::new(),
        "rules without a test of their name; {} have {}",
        listed.len(),
        tested.len()
    );
}
