//! What the live examples have in common: they run in real time, or with `--fast` in milliseconds.
//!
//! `--fast`, or `ASP_EXAMPLE_FAST=1`, runs the same program over the paused clock of tokio, which jumps from timer to
//! timer and begins at a fixed time. So what it prints can be compared with `examples/output`.

use asp::{Runner, TokioClock};
use tokio::runtime::{Builder, Runtime};

/// A runtime of one thread. With `--fast` its clock is paused.
pub(crate) fn runtime() -> asp::Result<Runtime> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(is_fast()).build();
    Ok(runtime.expect("a runtime without I/O asks nothing of the system"))
}

/// The clock of the machine, which a live run has by itself; with `--fast` that of tokio, a minute into 2025.
pub(crate) fn on_clock(runner: Runner) -> Runner {
    if !is_fast() {
        return runner;
    }
    let start = "2025-01-01T00:01:00Z".parse().expect("it is a time");
    runner.clock(TokioClock::starting_at(start))
}

fn is_fast() -> bool {
    std::env::args().any(|argument| argument == "--fast")
        || std::env::var_os("ASP_EXAMPLE_FAST").is_some_and(|choice| choice != "0")
}
