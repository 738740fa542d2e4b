//! Ctrl-C as a request to stop (S46).

use std::sync::{Mutex, PoisonError};

use super::StopHandle;

/// The runs of this process that stop on Ctrl-C; none as long as no handler is installed.
static RUNS: Mutex<Option<Vec<StopHandle>>> = Mutex::new(None);

/// What a shell makes of a process that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// Has a run stopped by the next Ctrl-C.
pub(crate) fn stops(run: &StopHandle) {
    let mut runs = RUNS.lock().unwrap_or_else(PoisonError::into_inner);
    if runs.is_none() {
        // It fails if the program has a handler of its own, which then knows what to do.
        let _ = ctrlc::try_set_handler(interrupt);
    }
    let runs = runs.get_or_insert_default();
    runs.retain(|other| !other.is_last());
    runs.push(run.clone());
}

fn interrupt() {
    let mut runs = RUNS.lock().unwrap_or_else(PoisonError::into_inner);
    let waiting: Vec<StopHandle> =
        runs.iter_mut().flatten().filter(|run| !run.is_last()).map(|run| run.clone()).collect();
    if waiting.is_empty() || waiting.iter().all(StopHandle::is_requested) {
        std::process::exit(INTERRUPTED);
    }
    waiting.iter().for_each(StopHandle::stop);
}
