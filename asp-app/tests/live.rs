//! Live programs as their users see them: a file grows, the program follows it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use asp::app::{Finished, Program};
use asp::prelude::*;
use serde::Deserialize;
use tempfile::TempDir;

#[derive(Clone, Debug, Deserialize)]
struct Level {
    celsius: f64,
    sensor: String,
}

/// Adds up what it sees, and stops when it is told to.
struct Watch {
    sum: f64,
    live: Sender<()>,
}

#[strategy(emits(sums: f64))]
impl Watch {
    #[on_event(stream = "levels")]
    fn level(&mut self, cx: &Context<Self>, level: Level) {
        self.sum += level.celsius;
        match level.sensor.as_str() {
            "stop" => cx.stop(),
            _ => cx.emit(Self::SUMS, self.sum),
        }
    }

    #[on_live]
    fn live(&mut self) {
        let _ = self.live.send(());
    }
}

const ROWS: &str = "time,celsius,sensor\n2025-01-01T06:00:00Z,1,roof\n2025-01-02T06:00:00Z,2,roof\n";

/// A folder with a file to follow.
struct Case(TempDir);

impl Case {
    fn new(rows: &str) -> Self {
        let case = Case(tempfile::tempdir().expect("a folder"));
        fs::write(case.path("levels.csv"), rows).expect("a file can be written");
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn uri(&self, name: &str) -> String {
        format!("tail:{}?poll=2ms", self.path(name).display())
    }

    fn fed(&self) -> Program {
        Program::new("watch")
            .feed(Watch::LEVELS, self.path("levels.csv").display().to_string())
            .recordable(Watch::SUMS)
    }

    fn followed(&self) -> Program {
        Program::new("watch").live(Watch::LEVELS, self.uri("levels.csv")).recordable(Watch::SUMS)
    }

    /// What a program does, with the folder's name cut out of its words.
    fn run(&self, program: Program, arguments: &[&str]) -> Finished {
        let (live, _) = channel();
        self.shown(program.try_main(arguments.iter().copied(), || Watch { sum: 0.0, live }))
    }

    /// The same; this is appended when all history was handled.
    fn grows(&self, program: Program, arguments: &[&str], rows: &'static str) -> Finished {
        let (live, is_live) = channel();
        let path = self.path("levels.csv");
        let writer = thread::spawn(move || append_when(&is_live, &path, rows));
        let finished = program.try_main(arguments.iter().copied(), || Watch { sum: 0.0, live });
        writer.join().expect("the file can be written");
        self.shown(finished)
    }

    fn shown(&self, finished: Finished) -> Finished {
        let folder = format!("{}{}", self.0.path().display(), std::path::MAIN_SEPARATOR);
        let Finished { code, out, err } = finished;
        Finished { code, out: out.replace(&folder, ""), err: err.replace(&folder, "") }
    }

    fn fails(&self, program: Program, arguments: &[&str], code: u8, text: &str) {
        let finished = self.run(program, arguments);
        assert_eq!((finished.code, finished.err.as_str()), (code, text), "{arguments:?}");
    }
}

fn append_when(is_live: &Receiver<()>, path: &PathBuf, rows: &str) {
    // An error is a run that failed.
    if is_live.recv().is_ok() {
        let mut file = OpenOptions::new().append(true).open(path).expect("a file");
        // In two pieces, cut where it hurts.
        let (first, second) = rows.as_bytes().split_at(rows.len() / 2);
        file.write_all(first).expect("a write");
        file.write_all(second).expect("a write");
    }
}

/// The lines of a summary that do not depend on the clock.
fn figures(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with("  took") && !line.contains(" at 20")).collect()
}

#[test]
fn a_program_follows_a_file_and_sums_up() {
    let case = Case::new(ROWS);
    let sums = case.path("sums.csv").display().to_string();
    let record = format!("sums={sums}");
    let arguments = ["--record", &record];
    let finished = case.grows(
        case.followed(),
        &arguments,
        "2025-01-03T06:00:00Z,4,roof\n2025-01-01T06:00:00Z,8,\"stop\"\n2025-01-05,",
    );
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert_eq!(
        figures(&finished.err),
        [
            "  events  4 handled",
            "  levels  4 rows from tail:levels.csv?poll=2ms, 2 of them live",
            "  sums    3 events to sums.csv",
            "levels: levels.csv:6: the last row has no line end, and was not read",
        ]
    );
    assert!(finished.err.starts_with("stopped on request at 20"), "{}", finished.err);
    let sums = fs::read_to_string(sums).expect("a recording");
    let values: Vec<&str> = sums.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(values, ["1.0", "3.0", "7.0"]);
}

#[test]
fn the_command_line_makes_a_stream_live_or_past() {
    let case = Case::new(ROWS);
    let live = format!("levels={}", case.uri("levels.csv"));
    let finished = case.grows(case.fed(), &["--json", "--drain", "--live", &live], "2025-01-03,4,stop\n");
    assert_eq!(finished.code, 0, "{}", finished.err);
    let json: serde_json::Value = serde_json::from_str(&finished.out).expect("an object");
    assert_eq!(json["status"], "stopped on request");
    assert_eq!(json["feeds"][0]["uri"], "tail:levels.csv?poll=2ms");
    assert_eq!((&json["feeds"][0]["rows"], &json["feeds"][0]["unfinished_row"]), (&3.into(), &().into()));
    assert_eq!(json["live"]["streams"][0]["received"], 1);
    assert_eq!(json["live"]["streams"][0]["last_past"], "2025-01-02T06:00:00Z");

    let feed = format!("levels={}", case.path("levels.csv").display());
    let finished = case.run(case.followed(), &["--feed", &feed, "--pace", "max"]);
    assert!(finished.err.contains("  levels  3 rows from levels.csv\n"), "{}", finished.err);
}

#[test]
fn an_end_that_is_behind_leaves_history_up_to_there() {
    let case = Case::new(ROWS);
    let finished = case.run(case.followed(), &["--end", "2025-01-02"]);
    assert_eq!(
        finished.err.lines().next(),
        Some("finished at 2025-01-02T00:00:00Z, from 2025-01-01T06:00:00Z")
    );
    assert_eq!(figures(&finished.err)[0], "  events  1 handled");
}

#[test]
fn a_bad_row_stops_a_live_run_or_is_skipped() {
    let case = Case::new(ROWS);
    let rows = "2025-01-03,warm,roof\n2025-01-03,4,stop\n";
    let finished = case.grows(case.followed(), &["-q"], rows);
    assert_eq!(
        (finished.code, finished.err.as_str()),
        (
            1,
            "error: the source of stream \"levels\" failed at index 2: \
             levels.csv:4: column \"celsius\": \"warm\" is not a number (f64)\n"
        )
    );
    let case = Case::new(ROWS);
    let finished = case.grows(case.followed(), &["--bad-rows", "skip"], rows);
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert!(finished.err.contains("levels: 1 of 4 rows skipped\n"), "{}", finished.err);
}

#[test]
fn the_commands_know_live_streams() {
    let case = Case::new(&format!("{ROWS}2025-01-03,4"));
    let finished = case.run(case.followed(), &["streams"]);
    assert!(finished.out.contains("tail:levels.csv?poll=2ms  Watch::level"), "{}", finished.out);
    let finished = case.run(case.followed(), &["graph"]);
    assert!(finished.out.contains("    fed live from tail:levels.csv?poll=2ms\n"), "{}", finished.out);
    let finished = case.run(case.followed(), &["check"]);
    assert_eq!(
        (finished.code, finished.out.as_str()),
        (
            0,
            "graph: ok, 1 strategy, 2 streams\nlevels: ok, 2 first rows of 1 file, \
             from 2025-01-01T06:00:00Z to 2025-01-02T06:00:00Z, then live\n"
        )
    );
    let finished = case.run(case.fed(), &["-h"]);
    assert!(finished.out.contains("Streams from files (--feed, --live):\n"), "{}", finished.out);
}

#[test]
fn wrong_live_streams_say_what_is_right() {
    let case = Case::new(ROWS);
    let table = [
        (
            ["--live", "levels=levels.csv"],
            "error: --live: \"levels.csv\" does not say how to follow it\n  \
             = help: write \"tail:levels.csv\" for a file that grows\n",
        ),
        (
            ["--live", "levels=tial:levels.csv"],
            "error: --live: unknown scheme `tial` in \"tial:levels.csv\"\n  = help: write \"tail:levels.csv\"\n",
        ),
        (
            ["--live", "tail:levels.csv"],
            "error: --live: \"tail:levels.csv\" does not say which stream it is for\n  \
             = help: write `--live NAME=tail:levels.csv`\n",
        ),
        (
            ["--live", "level=tail:levels.csv"],
            "error: --live: stream \"level\" does not exist\n  \
             = help: a stream with a similar name exists: \"levels\"\n  \
             = note: streams from files: \"levels\"\n",
        ),
        (
            ["--live", "sums=tail:levels.csv"],
            "error: --live: stream \"sums\" is not fed from a file\n  \
             = help: name it in `live(..)` of `#[asp::main]`, which says what its rows are\n  \
             = note: streams from files: \"levels\"\n",
        ),
        (
            ["--feed", "levels=tail:levels.csv"],
            "error: --feed: \"tail:levels.csv\" is a live source, and this is for files\n  \
             = help: write \"levels.csv\" for what the file holds now\n  \
             = note: live sources go into `live(..)` of `#[asp::main]`, or behind `--live`\n",
        ),
        (
            ["--pace", "10"],
            "error: --pace: a live run goes by the clock\n  \
             = help: remove it, or read the streams with `--feed`\n",
        ),
    ];
    for (arguments, text) in table {
        case.fails(case.followed(), &arguments, 2, text);
    }
    case.fails(
        case.fed(),
        &["--drain"],
        2,
        "error: --drain: no stream is live\n  \
         = help: remove it, or feed a stream with `--live NAME=tail:FILE`\n",
    );
    case.fails(
        case.fed(),
        &["--live", "levels=tail:a.csv", "--feed", "levels=b.csv"],
        2,
        "error: stream \"levels\" is given to `--feed` and to `--live`\n  \
         = help: remove one; `--live` begins with what the file holds already\n",
    );
    let missing = Program::new("watch").live(Watch::LEVELS, case.uri("level.csv"));
    case.fails(
        missing,
        &[],
        1,
        "error: stream \"levels\": cannot open level.csv: there is no such file; \
         a file with a similar name exists: `levels.csv`; if it is still to come, create it empty\n",
    );
    let wrong = Program::new("watch").live(Watch::LEVELS, "levels.csv");
    case.fails(
        wrong,
        &[],
        1,
        "error: feed of stream \"levels\": \"levels.csv\" does not say how to follow it\n  \
         = help: write \"tail:levels.csv\" for a file that grows\n",
    );
}

#[test]
fn a_program_that_feeds_a_live_source_itself_goes_live() {
    let (live, _lives) = channel();
    let levels = [1.0, 2.0].map(|celsius| Level { celsius, sensor: "roof".to_owned() });
    let made = move || {
        let levels = Source::live(futures_util::stream::iter(levels.clone()));
        Runner::new().feed(Watch::LEVELS, levels).add(Watch { sum: 0.0, live: live.clone() })
    };
    let finished = Program::new("watch").recordable(Watch::SUMS).try_main([""; 0], made);
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert!(finished.err.contains("2 handled"), "{}", finished.err);
}
