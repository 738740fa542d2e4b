//! Files that are kept twice, since two crates compile them, are the same file.

#[test]
fn the_duration_grammar_of_the_macros_is_that_of_the_run_time() {
    let macros = include_str!("../../asp-macros/src/duration.rs");
    let run_time = include_str!("../../asp-core/src/time/duration_text.rs");
    let line = macros.lines().zip(run_time.lines()).position(|(a, b)| a != b);
    assert_eq!(line, None, "the files differ in that line, counting from 0");
    assert!(macros == run_time, "one file goes on where the other ends");
}
