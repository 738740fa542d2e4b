//! `--view` of programs: what it says, refuses, and that it does not hold up scripts. How it stays until Ctrl-C is tested in
//! a process of its own, in `process.rs`.

use std::net::TcpListener;

use asp::app::{Finished, Program};
use asp::prelude::*;

#[derive(Default)]
struct Counter {
    count: u32,
}

#[strategy(emits(counts: u32))]
impl Counter {
    #[on_event(stream = "levels")]
    fn level(&mut self, cx: &Context<Self>, _level: f64) {
        self.count += 1;
        cx.emit(Self::COUNTS, self.count);
    }
}

fn run(arguments: &[&str]) -> Finished {
    let levels = [(Timestamp::from_secs(1), 0.5), (Timestamp::from_secs(2), 0.7)];
    let program = Program::new("counter").recordable(Counter::COUNTS);
    program.try_main(arguments.iter().copied(), || {
        Runner::new().feed(Counter::LEVELS, levels).add(Counter::default())
    })
}

#[test]
fn it_says_where_the_page_is_and_ends_with_the_run() {
    let finished = run(&["--view"]);
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert!(finished.err.starts_with("view: http://127.0.0.1:"), "{}", finished.err);
    assert!(finished.err.contains("/\nfinished at 1970-01-01T00:00:02Z"), "{}", finished.err);
}

#[test]
fn it_changes_nothing_of_the_summary() {
    let (with, without) = (run(&["run", "--view", "127.0.0.1:0"]), run(&["run"]));
    let rest = with.err.split_once('\n').expect("a first line").1;
    let counts = |text: &str| text.lines().filter(|line| !line.contains(" took ")).count();
    assert_eq!((counts(rest), with.out, with.code), (counts(&without.err), without.out, without.code));
}

#[test]
fn addresses_that_cannot_be_served_are_refused_before_the_run() {
    let refused = run(&["--view", "0.0.0.0:8080"]);
    assert_eq!(
        (refused.code, refused.err.as_str()),
        (
            2,
            "error: --view: other machines reach 0.0.0.0:8080, and whoever reaches it sees the run\n  \
             = help: write `--view 127.0.0.1:8080`, or add `--view-anyone` if all who reach it may see the run\n"
        )
    );
    let refused = run(&["--view", "here"]);
    assert_eq!(
        (refused.code, refused.err.as_str()),
        (
            2,
            "error: --view: `here` is not an address\n  \
             = help: write a port, `8080`, or an address with one, `127.0.0.1:8080`\n"
        )
    );
    let other = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = other.local_addr().expect("an address").port().to_string();
    let refused = run(&["--view", &port]);
    assert_eq!(
        (refused.code, refused.err),
        (
            1,
            format!(
                "error: --view: another program has port {port}\n  \
                 = help: name another one, or write `--view` alone for one that is free\n"
            )
        )
    );
}

#[test]
fn everybody_may_look_if_that_is_asked_for() {
    let finished = run(&["--view", "0.0.0.0:0", "--view-anyone"]);
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert!(finished.err.starts_with("view: http://0.0.0.0:"), "{}", finished.err);
    let refused = run(&["--view-anyone"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("--view"), "{}", refused.err);
}
