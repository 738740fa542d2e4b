//! Ctrl-C as a request to stop (S46), and on Unix what else asks a process to end.

use std::io;
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
        listen().expect("the system has a thread and a pipe left, to listen for Ctrl-C");
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

/// What a program has installed for a signal goes on being called. What it was started without, it stays without:
/// under `nohup` a terminal that is closed ends nothing, and Ctrl-C does.
#[cfg(unix)]
fn listen() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let is_ignored = ignored();
    let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| !is_ignored(signal));
    let mut signals = signal_hook::iterator::Signals::new(heard)?;
    let listener = std::thread::Builder::new().name("ctrl-c".to_owned());
    listener.spawn(move || signals.forever().for_each(|_| interrupt()))?;
    Ok(())
}

/// Which signals the process ignores. Where the system does not tell, that may be the one of `nohup`.
#[cfg(unix)]
fn ignored() -> impl Fn(i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let mask = mask.unwrap_or(1 << (signal_hook::consts::SIGHUP - 1));
    move |signal| mask & (1 << (signal - 1)) != 0
}

#[cfg(not(unix))]
fn listen() -> io::Result<()> {
    match ctrlc::try_set_handler(interrupt) {
        Err(ctrlc::Error::System(error)) => Err(error),
        // The program has a handler of its own, which knows what to do.
        Err(_) | Ok(()) => Ok(()),
    }
}
