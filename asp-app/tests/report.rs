//! `--report` and `--compare` of programs: files, and what is said where they cannot be.

use std::fs;

use asp::app::{Finished, Program};
use asp::prelude::*;
use asp::report::{Recorder, RunData};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Level {
    celsius: f64,
}

#[derive(Default)]
struct Watch {
    offset: f64,
}

#[strategy(emits(alerts: Level, never: Level))]
impl Watch {
    #[on_event(stream = "levels")]
    fn level(&mut self, cx: &Context<Self>, level: Level) -> Result<(), String> {
        if level.celsius > 99.0 {
            return Err("<boiling>".to_owned());
        }
        cx.emit(Self::ALERTS, Level { celsius: level.celsius + self.offset });
        Ok(())
    }
}

const UNKNOWN: asp::Stream<Level> = asp::Stream::new("unknown");

struct Case(TempDir);

impl Case {
    fn new(rows: &str) -> Self {
        let case = Case(tempfile::tempdir().expect("a folder"));
        fs::write(case.path("levels.csv"), format!("time,celsius\n{rows}")).expect("a file can be written");
        case
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    /// What the program does; `@` in arguments stands for the folder, whose name is cut out of its words.
    fn run(&self, offset: f64, arguments: &[&str]) -> Finished {
        let folder = self.path("");
        let arguments = arguments.iter().map(|argument| argument.replace('@', &folder));
        let program = Program::new("watch")
            .feed(Watch::LEVELS, self.path("levels.csv"))
            .recordable(Watch::ALERTS)
            .recordable(UNKNOWN);
        let finished = program.try_main(arguments, || Watch { offset });
        let Finished { code, out, err } = finished;
        Finished { code, out, err: err.replace(&folder, "") }
    }

    fn fails(&self, arguments: &[&str], code: u8, text: &str) {
        let finished = self.run(0.0, arguments);
        assert_eq!((finished.code, finished.err.as_str()), (code, text), "{arguments:?}");
    }
}

const ROWS: &str = "2025-01-01,19.5\n2025-01-02,21\n2025-01-03,22\n";

#[test]
fn a_page_and_its_data_are_written() {
    let case = Case::new(ROWS);
    let finished = case.run(0.0, &["--report", "@run.html", "--end", "2025-01-03"]);
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert!(finished.err.contains("\n  report  run.html\n"), "{}", finished.err);
    let page = case.read("run.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("<h1>watch</h1>"));
    assert!(page.contains("--end 2025-01-03</code>"), "the command line");

    assert_eq!(case.run(0.0, &["run", "--report", "@run.json"]).code, 0);
    let data = RunData::read(case.path("run.json")).expect("data");
    assert_eq!(data.report.dispatched.events, 3);
    let names: Vec<String> = data.series.iter().map(|series| series.name()).collect();
    assert_eq!(names, ["alerts.celsius"]);
    assert_eq!(data.last_events[2].payload, "{\"celsius\":22.0}");
    assert_eq!((data.parameters[1].name.as_str(), data.error), ("feed levels", None));
    assert!(data.parameters[1].value.ends_with("levels.csv"));
}

#[test]
fn json_says_where_the_report_is() {
    let case = Case::new(ROWS);
    let finished = case.run(0.0, &["--json", "--report", "@run.html"]);
    let summary: serde_json::Value = serde_json::from_str(&finished.out).expect("JSON");
    assert_eq!(summary["report"], case.path("run.html"));
}

#[test]
fn two_versions_are_compared() {
    let case = Case::new(ROWS);
    assert_eq!(case.run(0.0, &["--report", "@before.json"]).code, 0);
    let finished = case.run(1.5, &["--report", "@run.html", "--compare", "@before.json"]);
    assert_eq!(finished.code, 0, "{}", finished.err);
    let page = case.read("run.html");
    assert!(page.contains("<th class=\"number\">before.json</th>"));
    assert!(page.contains("+1.5 (+6.8 %)"), "the last value");
    assert!(page.contains("alerts.celsius, before.json"), "a second line");
}

#[test]
fn a_run_that_fails_has_a_report() {
    let case = Case::new("2025-01-01,19.5\n2025-01-02,100\n");
    assert_eq!(case.run(0.0, &["--report", "@run.html"]).code, 1);
    let page = case.read("run.html");
    assert!(page.contains("<pre class=\"error\">") && page.contains("&lt;boiling&gt;"));
    assert!(page.contains("<span class=\"bad\">failed</span>"));
}

#[test]
fn what_cannot_be_is_said_before_the_run() {
    let case = Case::new(ROWS);
    case.fails(
        &["--report", "@run.txt"],
        2,
        "error: --report: run.txt is neither a page nor data\n  = help: name it run.html, or run.json\n",
    );
    case.fails(
        &["--compare", "@before.json"],
        2,
        "error: --compare: there is no page to show it on\n  = help: add `--report run.html`\n",
    );
    case.fails(
        &["--report", "@run.json", "--compare", "@before.json"],
        2,
        "error: --compare: run.json holds the data of one run\n  = help: compare on a page: `--report run.html`\n",
    );
    case.fails(
        &["--report", "@nowhere/run.html"],
        1,
        "error: --report: there is no folder nowhere\n  = help: make it, or name a file elsewhere\n",
    );
    let none = case.run(0.0, &["--report", "@run.html", "--compare", "@before.json"]);
    assert_eq!(none.code, 1);
    assert!(none.err.starts_with("error: --compare: before.json cannot be read: "), "{}", none.err);
    assert!(
        none.err.ends_with("  = help: a run with `--report \"before.json\"` writes it\n"),
        "{}",
        none.err
    );
    assert!(!fs::exists(case.path("run.html")).expect("the folder is there"), "nothing was run");
}

#[test]
fn data_of_another_version_is_refused() {
    let case = Case::new(ROWS);
    assert_eq!(case.run(0.0, &["--report", "@before.json"]).code, 0);
    let other = case.read("before.json").replacen("\"version\":1", "\"version\":9", 1);
    fs::write(case.path("before.json"), other).expect("a file can be written");
    case.fails(
        &["--report", "@run.html", "--compare", "@before.json"],
        1,
        "error: --compare: before.json is of version 9 of the format, and this program reads 1\n  \
         = help: repeat that run with this version of asp and `--report \"before.json\"`\n",
    );
    fs::write(case.path("before.json"), "{}").expect("a file can be written");
    case.fails(
        &["--report", "@run.html", "--compare", "@before.json"],
        1,
        "error: --compare: before.json is not the data of a run: missing field `version` at line 1 column 2\n  \
         = help: a run with `--report NAME.json` writes such data; a page cannot be read back\n",
    );
}

#[test]
fn a_live_run_says_how_far_it_was_behind() {
    let levels = futures_util::stream::iter([1.0, 2.0].map(|celsius| Level { celsius }));
    let runner = Runner::new().feed(Watch::LEVELS, Source::live(levels)).add(Watch::default());
    let (runner, recorder) = Recorder::new().attach(runner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let data = recorder.finish(&runtime.block_on(runner.run_live()).expect("a run"));
    let behind = data.behind.as_ref().expect("the run was live");
    assert_eq!(behind.count, 2);
    assert!(behind.min >= 0.0 && behind.max <= data.report.max_behind.as_secs_f64(), "{behind:?}");
    let page = data.to_html();
    assert!(page.contains("<p>Live from ") && page.contains("\"behind the clock, ms\""));
    assert!(!page.contains("There is no lag"));
}
