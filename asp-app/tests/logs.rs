//! Logs on the virtual clock. In a process of its own: a place that logs is switched off for good if a thread that wants no
//! logs comes by it first.

use std::fs;

use asp::app::Program;
use asp::prelude::*;

struct Watch;

#[strategy]
impl Watch {
    #[on_event(stream = "levels")]
    fn level(&mut self, (celsius,): (f64,)) {
        if celsius > 20.0 {
            tracing::warn!(celsius, "hot");
        }
    }
}

#[test]
fn logs_are_stamped_with_virtual_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("levels.csv");
    fs::write(&path, "time,celsius\n2025-01-01T06:00:00Z,19.5\n2025-01-01T12:00:00Z,21.5\n").expect("a file");
    let run = |arguments: &[&str]| {
        let program = Program::new("watch").feed(Watch::LEVELS, path.display().to_string());
        program.try_main(arguments.iter().copied(), || Watch).err
    };
    assert_eq!(run(&["--log", "info", "-q"]), "2025-01-01T12:00:00Z  WARN logs: hot celsius=21.5\n");
    assert_eq!(run(&["--log", "error", "-q"]), "");
    assert_eq!(run(&["-q"]), "");
}
