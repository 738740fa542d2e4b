//! A long history: events of 100 streams, made while the run goes on (`scripts/history`, workload W8).
//!
//! One size a process, since the system keeps the peak of its memory for a process.

use std::time::Instant;

use cpu_time::ProcessTime;

use crate::workloads;

/// Runs so many events, and prints how fast they went and the peak of resident memory.
pub(crate) fn run(events: u64) {
    let (begun, cpu) = (Instant::now(), ProcessTime::now());
    let hash = workloads::merge_many::<100>(events);
    let (wall, cpu) = (begun.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
    let memory = match peak_kib() {
        Some(kib) => format!("{:.1}", kib as f64 / 1024.0),
        None => "not measured on this system".to_owned(),
    };
    println!(
        "history {events} events_per_cpu_s={:.0} cpu_s={cpu:.2} wall_s={wall:.2} peak_mib={memory} checksum={hash:016x}",
        events as f64 / cpu,
    );
}

/// The peak of the process's resident memory, on Linux.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
