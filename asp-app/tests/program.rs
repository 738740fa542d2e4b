//! Programs as their users see them: arguments in; exit code, output and files out.

use std::fs;
use std::path::Path;

use asp::app::{Finished, Program};
use asp::prelude::*;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Level {
    celsius: f64,
    sensor: String,
}

#[derive(Default)]
struct Watch {
    count: u32,
}

#[strategy(emits(alerts: Level, counts: u32))]
impl Watch {
    /// Alerts above 20 degrees.
    #[on_event(stream = "levels")]
    fn level(&mut self, cx: &Context<Self>, level: Level) -> Result<(), String> {
        self.count += 1;
        if level.sensor == "broken" {
            return Err("a broken sensor".to_owned());
        }
        if level.celsius > 20.0 {
            tracing::warn!(celsius = level.celsius, "hot");
            cx.emit(Self::ALERTS, level);
        }
        Ok(())
    }

    #[every("1d")]
    fn day(&mut self, cx: &Context<Self>) {
        cx.emit(Self::COUNTS, self.count);
    }
}

struct Other;

#[strategy]
impl Other {
    #[on_event(stream = Watch::ALERTS)]
    fn alert(&mut self, _alert: &Level) {}
}

const ROWS: &str = "time,celsius,sensor\n\
    2025-01-01T06:00:00Z,19.5,roof\n\
    2025-01-01T12:00:00Z,21.5,roof\n\
    2025-01-02T12:00:00Z,22,roof\n\
    2025-01-03T12:00:00Z,23,roof\n";

/// A folder with `levels.csv`, and a program that reads it.
struct Case(TempDir);

impl Case {
    fn new(rows: &str) -> Self {
        let case = Case(tempfile::tempdir().expect("a folder"));
        case.write("levels.csv", rows);
        case
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file can be written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    fn program(&self) -> Program {
        Program::new("watch")
            .version("1.2.3")
            .about("Watches levels.\n\nAnd more.")
            .start("2025-01-01")
            .feed(Watch::LEVELS, self.path("levels.csv"))
            .recordable(Watch::ALERTS)
    }

    /// What the program does, with the folder's name cut out of its words.
    fn run(&self, arguments: &[&str]) -> Finished {
        self.shown(self.program().try_main(arguments.iter().copied(), Watch::default))
    }

    fn shown(&self, finished: Finished) -> Finished {
        let folder = format!("{}{}", self.0.path().display(), std::path::MAIN_SEPARATOR);
        let Finished { code, out, err } = finished;
        Finished { code, out: out.replace(&folder, ""), err: err.replace(&folder, "") }
    }

    fn fails(&self, arguments: &[&str], code: u8, text: &str) {
        let finished = self.run(arguments);
        assert_eq!((finished.code, finished.err.as_str()), (code, text), "{arguments:?}");
    }
}

/// The lines of a summary but the last one, which depends on the clock.
fn figures(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    assert!(lines.pop().is_some_and(|line| line.starts_with("  took ")), "{text}");
    lines
}

#[test]
fn a_run_ends_with_a_summary_on_standard_error() {
    let finished = Case::new(ROWS).run(&[]);
    assert_eq!((finished.code, finished.out.as_str()), (0, ""));
    assert_eq!(
        figures(&finished.err),
        [
            "finished at 2025-01-03T12:00:00Z, from 2025-01-01T00:00:00Z",
            "  events  4 handled",
            "  ticks   2",
            "  levels  4 rows from levels.csv",
        ]
    );
    assert_eq!(
        Case::new(ROWS).run(&["--quiet"]),
        Finished { code: 0, out: String::new(), err: String::new() }
    );
}

#[test]
fn start_and_end_filter() {
    let case = Case::new(ROWS);
    let finished = case.run(&["run", "--start", "2025-01-02", "--end", "2025-01-03T12:00:00Z"]);
    assert_eq!(
        figures(&finished.err)[..3],
        [
            "finished at 2025-01-03T12:00:00Z, from 2025-01-02T00:00:00Z",
            "  events    1 handled",
            "  ticks     1",
        ]
    );
    assert!(finished.err.contains("  left out  2 events before the start\n"), "{}", finished.err);
}

#[test]
fn json_is_one_line_on_standard_output() {
    let case = Case::new(ROWS);
    let alerts = case.path("alerts.jsonl");
    let finished = case.run(&["--json", "--record", &format!("alerts={alerts}")]);
    assert_eq!((finished.code, finished.err.as_str()), (0, ""));
    assert_eq!(finished.out.matches('\n').count(), 1);
    let summary: serde_json::Value = serde_json::from_str(&finished.out).expect("JSON");
    assert_eq!(summary["status"], "finished");
    assert_eq!(summary["error"], serde_json::Value::Null);
    assert_eq!(summary["now"], "2025-01-03T12:00:00Z");
    assert_eq!(summary["dispatched"]["events"], 4);
    assert_eq!(summary["feeds"][0]["rows"], 4);
    assert_eq!(summary["recorded"][0]["stream"], "alerts");
    assert_eq!(summary["recorded"][0]["events"], 3);
    assert!(summary["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0));
    assert_eq!(case.read("alerts.jsonl").lines().count(), 3);

    case.write("levels.csv", "time,celsius,sensor\n2025-01-01,hot,roof\n");
    let finished = case.run(&["--json"]);
    let summary: serde_json::Value = serde_json::from_str(&finished.out).expect("JSON");
    assert_eq!((finished.code, summary["status"].as_str()), (1, Some("failed")));
    assert!(summary["error"].as_str().is_some_and(|error| error.contains("\"hot\" is not a number (f64)")));
}

#[test]
fn an_emitted_stream_is_recorded_and_reads_back() {
    let case = Case::new(ROWS);
    let finished = case.run(&["--record", &format!("alerts={}", case.path("alerts.csv"))]);
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert!(finished.err.contains("  alerts  3 events to alerts.csv\n"), "{}", finished.err);
    assert_eq!(
        case.read("alerts.csv"),
        "time,celsius,sensor\n2025-01-01T12:00:00Z,21.5,roof\n2025-01-02T12:00:00Z,22.0,roof\n\
         2025-01-03T12:00:00Z,23.0,roof\n"
    );
    let again = case.run(&["--feed", &format!("levels={}", case.path("alerts.csv"))]);
    assert!(again.err.contains("  levels  3 rows from alerts.csv\n"), "{}", again.err);
}

#[test]
fn a_recording_of_the_program_itself_can_be_moved() {
    let case = Case::new(ROWS);
    let program = || case.program().record(Watch::COUNTS, case.path("counts.csv"));
    let finished = program().try_main(["-q"], Watch::default);
    assert_eq!((finished.code, finished.err.as_str()), (0, ""));
    assert_eq!(case.read("counts.csv"), "time,value\n2025-01-02T00:00:00Z,2\n2025-01-03T00:00:00Z,3\n");
    fs::remove_file(case.path("counts.csv")).expect("it is there");
    let other = format!("counts={}", case.path("other.csv"));
    assert_eq!(program().try_main(["--record", &other], Watch::default).code, 0);
    assert!(Path::new(&case.path("other.csv")).exists() && !Path::new(&case.path("counts.csv")).exists());
}

#[test]
fn a_run_that_fails_leaves_recordings_as_they_were() {
    let case = Case::new(&(ROWS.to_owned() + "2025-01-04,1,broken\n"));
    case.write("alerts.csv", "before");
    let finished = case.run(&["--record", &format!("alerts={}", case.path("alerts.csv"))]);
    assert_eq!(finished.code, 1);
    assert_eq!(case.read("alerts.csv"), "before");
    let files = fs::read_dir(case.0.path()).expect("a folder").count();
    assert_eq!(files, 2, "no temporary file is left");
    let (summary, error) = finished.err.split_once("error: ").expect("an error");
    assert!(summary.starts_with("failed at 2025-01-04T00:00:00Z, from 2025-01-01T00:00:00Z\n"), "{summary}");
    assert!(error.contains("Watch") && error.contains("a broken sensor"), "{error}");
}

#[test]
fn a_bad_row_stops_the_run_or_is_skipped() {
    let case = Case::new(&(ROWS.to_owned() + "2025-01-04,warm,roof\n"));
    let finished = case.run(&["-q"]);
    assert_eq!(finished.code, 1);
    assert!(
        finished.err.contains("levels.csv:6: column \"celsius\": \"warm\" is not a number (f64)"),
        "{}",
        finished.err
    );
    let finished = case.run(&["--bad-rows", "skip"]);
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert!(
        finished.err.ends_with(
            "levels: 1 of 5 rows skipped\n  levels.csv:6: column \"celsius\": \"warm\" is not a number (f64)\n"
        ),
        "{}",
        finished.err
    );
}

#[test]
fn wrong_names_say_what_exists() {
    let case = Case::new(ROWS);
    case.fails(
        &["--feed", "level=x.csv"],
        2,
        "error: --feed: stream \"level\" does not exist\n  \
         = help: a stream with a similar name exists: \"levels\"\n  \
         = note: streams from files: \"levels\"\n",
    );
    case.fails(
        &["streams", "--feed", "alerts=x.csv"],
        2,
        "error: --feed: stream \"alerts\" is not fed from a file\n  \
         = help: name it in `feed(..)` of `#[asp::main]`, which says what its rows are\n  \
         = note: streams from files: \"levels\"\n",
    );
    case.fails(
        &["--record", "noise=x.csv"],
        2,
        "error: --record: stream \"noise\" does not exist\n  \
         = help: `streams` lists all of them\n  \
         = note: streams that can be recorded: \"alerts\"\n",
    );
    case.fails(
        &["--record", "counts=x.csv"],
        2,
        "error: --record: stream \"counts\" cannot be recorded\n  \
         = help: name it in `record(..)` of `#[asp::main]`\n  \
         = note: streams that can be recorded: \"alerts\"\n",
    );
    assert!(case.run(&["--strat", "5"]).err.contains("a similar argument exists: '--start'"));
    assert!(case.run(&["chekc"]).err.contains("a similar subcommand exists: 'check'"));
}

#[test]
fn wrong_values_say_what_is_right() {
    let case = Case::new(ROWS);
    case.fails(
        &["--start", "yesterday"],
        2,
        "error: --start: \"yesterday\" is not a time\n  \
         = help: write it as \"2025-01-01T00:00:00Z\" or \"2025-01-01\"\n",
    );
    case.fails(
        &["--end", "2024-01-01"],
        2,
        "error: the run would end at 2024-01-01T00:00:00Z, before it starts at 2025-01-01T00:00:00Z\n  \
         = help: change `--start` or `--end`\n",
    );
    case.fails(
        &["--pace", "fast"],
        2,
        "error: --pace: \"fast\" is not a pace\n  = help: write `max`, or a number above zero: `1` is real time\n",
    );
    case.fails(
        &["--feed", "data/levels.csv?time=ts"],
        2,
        "error: --feed: \"data/levels.csv?time=ts\" does not say which stream it is for\n  \
         = help: write `--feed NAME=data/levels.csv?time=ts`\n",
    );
    case.fails(
        &["--feed", "levels=levels.csv?tmie=ts"],
        2,
        "error: --feed: unknown key `tmie` in \"levels.csv?tmie=ts\"\n  \
         = help: a key with a similar name exists: `time`\n  \
         = note: the keys are `format`, `time`, `unit`, `tz`, `value`\n",
    );
    case.fails(
        &["--feed", "levels=a.csv", "--feed", "levels=b.csv"],
        2,
        "error: --feed: stream \"levels\" is given twice\n  \
         = help: name all files with a pattern, as in `data/*.csv`\n",
    );
    case.fails(
        &["--log", "watch=debg"],
        2,
        "error: --log: `debg` is not a level\n  = help: a level with a similar name exists: `debug`\n",
    );
    case.fails(
        &["--json", "--record", "alerts=-?format=csv"],
        2,
        "error: the summary and stream \"alerts\" would both go to standard output\n  \
         = help: leave out `--json`, or record to a file\n",
    );
}

#[test]
fn a_missing_file_fails_before_anything_runs() {
    let case = Case::new(ROWS);
    let finished = case.run(&["--feed", &format!("levels={}", case.path("level.csv"))]);
    assert_eq!(
        (finished.code, finished.err.as_str()),
        (
            1,
            "error: stream \"levels\": cannot open level.csv: there is no such file; \
             a file with a similar name exists: `levels.csv`\n"
        )
    );
}

#[test]
fn streams_and_graph_need_no_files() {
    let program = || Program::new("watch").feed(Watch::LEVELS, "nowhere/*.csv").recordable(Watch::ALERTS);
    let made = || (Watch::default(), Other);
    let streams = program().try_main(["streams"], made);
    assert_eq!(
        (streams.code, streams.err.as_str(), streams.out.as_str()),
        (
            0,
            "",
            "STREAM  CARRIES  COMES FROM     READ BY       RECORDED\n\
             levels  Level    nowhere/*.csv  Watch::level  no\n\
             alerts  Level    Watch          Other::alert  on request\n\
             counts  u32      Watch          nobody        no\n"
        )
    );
    let graph = program().try_main(["graph"], made);
    assert_eq!(
        (graph.code, graph.err.as_str(), graph.out.as_str()),
        (
            0,
            "",
            "streams\n  \
             levels: Level\n    fed from nowhere/*.csv\n    read by Watch::level\n  \
             alerts: Level\n    emitted by Watch\n    read by Other::alert\n  \
             counts: u32\n    emitted by Watch\n    nobody reads it\n\
             strategies\n  \
             Watch\n    level: on_event \"levels\" (Alerts above 20 degrees.)\n    day: every 1d\n    \
             emits alerts: Level\n    emits counts: u32\n  \
             Other\n    alert: on_event \"alerts\"\n"
        )
    );
}

#[test]
fn a_graph_has_several_formats() {
    let case = Case::new(ROWS);
    let outline = case.run(&["graph"]);
    assert_eq!(case.run(&["graph", "--format", "outline"]), outline);
    let mermaid = case.run(&["graph", "--format", "mermaid"]);
    assert_eq!(
        (mermaid.code, mermaid.out.as_str()),
        (
            0,
            "flowchart LR\n    \
             n0([\"levels.csv<br/>history\"])\n    \
             n1[\"Watch<br/>level: on_event #quot;levels#quot; (Alerts above 20 degrees.)<br/>day: every 1d\"]\n    \
             n2{{\"nobody reads it\"}}\n    \
             n3{{\"nobody reads it\"}}\n    \
             n0 -->|\"levels: Level\"| n1\n    \
             n1 -.->|\"alerts: Level\"| n2\n    \
             n1 -.->|\"counts: u32\"| n3\n"
        )
    );
    let dot = case.run(&["graph", "--format", "dot"]);
    assert!(dot.out.contains("n0 -> n1 [label=\"levels: Level\"];\n"), "{}", dot.out);

    if cfg!(feature = "svg") {
        let picture = case.run(&["graph", "--format", "svg"]);
        assert!(picture.out.starts_with("<svg ") && picture.out.contains("levels: Level"), "{}", picture.out);
    }

    let path = case.path("graph.mmd");
    let written = case.run(&["graph", "--format", "mermaid", "--output", &path]);
    assert_eq!(written, Finished { code: 0, out: String::new(), err: String::new() });
    assert_eq!(case.read("graph.mmd").replace(&case.path(""), ""), mermaid.out);
}

#[test]
fn a_graph_that_cannot_be_shown_says_why() {
    let case = Case::new(ROWS);
    let wrong = case.run(&["graph", "--format", "mermiad"]);
    assert_eq!(wrong.code, 2);
    let formats = if cfg!(feature = "svg") { "outline, mermaid, dot, svg" } else { "outline, mermaid, dot" };
    assert!(wrong.err.contains(&format!("[possible values: {formats}]")), "{}", wrong.err);
    assert!(wrong.err.contains("a similar value exists: 'mermaid'"), "{}", wrong.err);
    let nowhere = case.run(&["graph", "--output", &case.path("no/where.txt")]);
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.err.starts_with("error: --output: cannot write no/where.txt: "), "{}", nowhere.err);
}

#[test]
fn check_reads_the_first_rows_and_runs_nothing() {
    let case = Case::new(ROWS);
    let good = case.run(&["check"]);
    assert_eq!(
        (good.code, good.err.as_str(), good.out.as_str()),
        (
            0,
            "",
            "graph: ok, 1 strategy, 3 streams\n\
             levels: ok, 4 first rows of 1 file, from 2025-01-01T06:00:00Z to 2025-01-03T12:00:00Z\n"
        )
    );
    case.write(
        "levels.csv",
        "time,celsius,sensor\n2025-01-02,1,roof\n2025-01-01,2,roof\n2025-01-03,hot,roof\n",
    );
    let bad = case.run(&["check"]);
    assert_eq!(
        (bad.code, bad.err.as_str(), bad.out.as_str()),
        (
            1,
            "error: the check found 2 faults\n",
            "graph: ok, 1 strategy, 3 streams\n\
             levels: 3 first rows of 1 file, from 2025-01-02T00:00:00Z to 2025-01-02T00:00:00Z\n  \
             levels.csv: row 2 goes back in time: 2025-01-01T00:00:00Z after 2025-01-02T00:00:00Z; sort the rows\n  \
             levels.csv:4: column \"celsius\": \"hot\" is not a number (f64)\n"
        )
    );
}

#[test]
fn check_reports_faults_of_the_graph() {
    let case = Case::new(ROWS);
    let finished = case.shown(case.program().try_main(["check"], || Other));
    assert_eq!((finished.code, finished.err.as_str()), (1, "error: the check found 2 faults\n"));
    let graph = finished.out.split("levels: ").next().unwrap_or_default();
    assert!(graph.contains("\"alerts\"") && graph.contains("\"levels\""), "{graph}");
    assert!(!graph.contains("asp.check"), "{graph}");
}

#[test]
fn check_looks_into_each_file_of_a_pattern() {
    let case = Case::new(ROWS);
    case.write("more.csv", "time,celsius,sensor\n2025-02-01,,roof\n");
    let finished = case.run(&["check", "--feed", &format!("levels={}?time=time", case.path("*.csv"))]);
    assert_eq!(finished.code, 1);
    assert!(finished.out.contains("levels: 5 first rows of 2 files, "), "{}", finished.out);
    assert!(finished.out.contains("  more.csv:2: column \"celsius\""), "{}", finished.out);
}

#[test]
fn main_may_fail() {
    let case = Case::new(ROWS);
    let failed = || -> Result<Watch, std::num::ParseIntError> {
        let count = "many".parse()?;
        Ok(Watch { count })
    };
    for arguments in [&[][..], &["streams"], &["check"]] {
        let finished = case.program().try_main(arguments.iter().copied(), failed);
        assert_eq!((finished.code, finished.err.as_str()), (1, "error: invalid digit found in string\n"));
    }
    // It is not called where only help is wanted.
    assert_eq!(case.program().try_main(["--help"], || -> Watch { panic!("called") }).code, 0);
}

#[test]
fn a_runner_keeps_what_it_has() {
    let case = Case::new(ROWS);
    let made = || Runner::new().end("2025-01-02".parse().expect("a time")).add_as("east", Watch::default());
    let finished = case.program().try_main([""; 0], made);
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert!(finished.err.starts_with("finished at 2025-01-02T00:00:00Z, from 2025-01-01T00:00:00Z\n"));
    let streams = case.program().try_main(["streams"], made);
    assert!(streams.out.contains("east::level"), "{}", streams.out);
}

#[test]
fn the_help_names_what_this_program_has() {
    let case = Case::new(ROWS);
    let short = case.run(&["-h"]);
    assert_eq!((short.code, short.err.as_str()), (0, ""));
    assert!(short.out.starts_with("Watches levels.\n\nUsage: watch [OPTIONS]\n"), "{}", short.out);
    assert!(
        short.out.contains("Streams from files (--feed, --live):\n  levels=levels.csv\n"),
        "{}",
        short.out
    );
    assert!(short.out.contains("Streams that can be recorded (--record):\n  alerts\n"), "{}", short.out);
    assert!(case.run(&["--help"]).out.starts_with("Watches levels.\n\nAnd more.\n"));
    assert_eq!(case.run(&["--version"]).out, "watch 1.2.3\n");
}

#[test]
fn one_stream_alone_reads_standard_input() {
    let program = Program::new("watch")
        .feed(Watch::LEVELS, "-?format=csv")
        .feed(asp::Stream::<f64>::new("others"), "-?format=jsonl");
    let finished = program.try_main([""; 0], Watch::default);
    assert_eq!(finished.code, 2);
    assert_eq!(
        finished.err,
        "error: streams \"levels\" and \"others\" would both read standard input\n  \
         = help: read one of them from a file\n"
    );
}

#[test]
fn a_bad_time_of_the_program_is_reported() {
    let finished = Program::new("watch").start("soon").try_main(["check"], Watch::default);
    assert_eq!(finished.code, 1);
    assert!(finished.err.starts_with("error: `start` of the program: \"soon\" is not a time\n"));
}

#[test]
fn gzipped_json_lines_are_written_and_read() {
    let case = Case::new(ROWS);
    let path = case.path("alerts.jsonl.gz");
    assert_eq!(case.run(&["--record", &format!("alerts={path}")]).code, 0);
    let again = case.run(&["--feed", &format!("levels={path}")]);
    assert!(again.err.contains("  levels  3 rows from alerts.jsonl.gz\n"), "{}", again.err);
}
