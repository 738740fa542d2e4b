//! The command `sweep` and `run --set` as their users see them.

use std::fs;

use asp::app::{Finished, Program};
use asp::prelude::*;
use serde::Deserialize;
use tempfile::TempDir;

#[derive(Clone, Debug, Deserialize)]
struct Level {
    celsius: f64,
    sensor: String,
}

#[derive(Default, Params)]
struct Watch {
    #[param(range = 19.0..=23.0, step = 1.0)]
    limit: f64,
    #[param(values = [1, 2])]
    each: u32,

    seen: u32,
    alerts: u32,
}

#[strategy]
impl Watch {
    #[on_event(stream = "levels")]
    fn level(&mut self, level: &Level) -> Result<(), String> {
        self.seen += 1;
        if level.sensor == "broken" && self.limit > 21.5 {
            return Err("a broken sensor".to_owned());
        }
        if level.celsius > self.limit && self.seen.is_multiple_of(self.each) {
            self.alerts += 1;
        }
        Ok(())
    }

    #[on_stop]
    fn total(&mut self) {
        assert!(self.limit < 99.0, "limit {} with {} alerts", self.limit, self.alerts);
    }
}

impl Watch {
    fn alerts(&self) -> u32 {
        self.alerts
    }
}

const ROWS: &str = "time,celsius,sensor\n\
    2025-01-01T06:00:00Z,19.5,roof\n\
    2025-01-01T12:00:00Z,21.5,roof\n\
    2025-01-02T12:00:00Z,22,roof\n\
    2025-01-03T12:00:00Z,23,roof\n";

/// A folder with `levels.csv`.
struct Case(TempDir);

impl Case {
    fn new(rows: &str) -> Self {
        let case = Case(tempfile::tempdir().expect("a folder"));
        fs::write(case.path("levels.csv"), rows).expect("a file can be written");
        case
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        Program::new("watch")
            .feed_shared(Watch::LEVELS, self.path("levels.csv"))
            .sweep(Watch::default, |sweep| {
                sweep.figure("alerts", Watch::alerts).figure("seen", |watch: &Watch| watch.seen)
            })
            .try_main(arguments, Watch::default)
    }

    /// What it writes to standard error, which ends it with this code.
    fn fault(&self, code: u8, arguments: &[&str]) -> String {
        let finished = self.run(arguments);
        assert_eq!(finished.code, code, "{arguments:?}: {}", finished.err);
        assert_eq!(finished.out, "", "{arguments:?}");
        finished.err
    }
}

#[test]
fn the_best_cells_are_listed() {
    let case = Case::new(ROWS);
    let finished = case.run(&["sweep", "--top", "3"]);
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert_eq!(
        finished.out,
        "limit  each  alerts  seen\n   19     1       4     4\n   20     1       3     4\n   21     1       3     4\n"
    );
    assert!(
        finished.err.starts_with("10 cells in ") && finished.err.ends_with("threads\n"),
        "{}",
        finished.err
    );
}

#[test]
fn flags_choose_cells_figures_and_times() {
    let case = Case::new(ROWS);
    let arguments =
        ["sweep", "--set", "limit=20,21.75", "--by", "alerts", "--lowest", "--threads", "1", "-q"];
    let finished = case.run(&arguments);
    assert_eq!(finished.err, "");
    assert_eq!(
        finished.out,
        "limit  each  alerts  seen\n\
         21.75     2       1     4\n   20     2       2     4\n\
         21.75     1       2     4\n   20     1       3     4\n"
    );
    let limited = case.run(&["sweep", "--start", "2025-01-02", "--end", "2025-01-03", "--top", "1", "-q"]);
    assert_eq!(limited.out, "limit  each  alerts  seen\n   19     1       1     1\n");
}

#[test]
fn all_rows_go_to_csv_and_to_a_page() {
    let case = Case::new(ROWS);
    let (csv, page) = (case.path("out.csv"), case.path("out.html"));
    let finished = case.run(&["sweep", "--top", "1", "--csv", &csv, "--report", &page]);
    assert_eq!(finished.code, 0, "{}", finished.err);
    let csv = fs::read_to_string(csv).expect("it is written");
    assert_eq!(csv.lines().count(), 11);
    assert!(csv.starts_with("limit,each,alerts,seen\n19,1,4,4\n"), "{csv}");
    let page = fs::read_to_string(page).expect("it is written");
    assert!(page.contains("<h1>Sweep of watch</h1>"), "{page}");
    assert!(page.contains("<title>limit=19 each=1: alerts 4</title>"), "{page}");
}

#[test]
fn digests_are_those_of_single_runs() {
    let case = Case::new(ROWS);
    let all = case.run(&["sweep", "--digest", "-q"]).out;
    for line in all.lines().skip(1) {
        let columns: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(columns[4].len(), 32);
        let (limit, each) = (format!("limit={}", columns[0]), format!("each={}", columns[1]));
        let one = case.run(&["sweep", "--digest", "-q", "--set", &limit, "--set", &each]).out;
        assert_eq!(one.lines().nth(1).map(|line| line.split_whitespace().collect()), Some(columns));
    }
}

#[test]
fn run_sets_parameters() {
    let case = Case::new(ROWS);
    let text = case.fault(1, &["run", "--set", "limit=99.5", "--set", "each=2"]);
    assert!(text.contains("limit 99.5 with 0 alerts"), "{text}");
    let finished = case.run(&["--set", "limit=20"]);
    assert_eq!(finished.code, 0, "{}", finished.err);
}

#[test]
fn a_cell_that_fails_is_named() {
    let case = Case::new(&(ROWS.to_owned() + "2025-01-04,1,broken\n"));
    let text = case.fault(1, &["sweep"]);
    assert!(text.starts_with("error: cell limit=22 each=1: ") && text.contains("a broken sensor"), "{text}");
    let finished = case.run(&["sweep", "--keep-going"]);
    assert_eq!(finished.code, 1);
    assert_eq!(finished.out.lines().count(), 7);
    assert!(finished.err.contains("6 cells in "), "{}", finished.err);
    assert!(finished.err.contains("error: 4 cells failed\ncell limit=22 each=1: "), "{}", finished.err);
    assert!(finished.err.contains("\ncell limit=23 each=2: "), "{}", finished.err);
}

#[test]
fn names_that_are_wrong_are_answered_with_those_that_are_right() {
    let case = Case::new(ROWS);
    assert_eq!(
        case.fault(2, &["sweep", "--by", "alert"]),
        "error: --by: there is no figure `alert`\n  \
         = help: a figure with a similar name exists: `alerts`\n  = note: figures: `alerts`, `seen`\n"
    );
    assert!(case.fault(2, &["sweep", "--by", "limit"]).contains("= help: a parameter is no figure\n"));
    for command in ["sweep", "run"] {
        assert_eq!(
            case.fault(2, &[command, "--set", "limits=5"]),
            "error: there is no parameter `limits`\n  = help: a parameter with a similar name exists: `limit`\n"
        );
        assert_eq!(
            case.fault(2, &[command, "--set", "each=often"]),
            "error: parameter `each`: \"often\" is none of its values\n  \
             = help: write a whole number from 0 to 4294967295\n"
        );
        assert_eq!(
            case.fault(2, &[command, "--set", "limit"]),
            "error: --set: \"limit\" does not say which parameter it is for\n  = help: write `--set NAME=limit`\n"
        );
        let twice = case.fault(2, &[command, "--set", "each=1", "--set", "each=2"]);
        assert!(twice.starts_with("error: --set: parameter `each` is given twice\n"), "{twice}");
    }
    let unknown = case.fault(2, &["sweep", "--feed", "level=levels.csv"]);
    assert!(unknown.contains("a stream with a similar name exists: \"levels\""), "{unknown}");
}

#[test]
fn programs_without_figures_say_how_to_have_some() {
    let plain = |arguments: &[&str]| {
        Program::new("watch").feed(Watch::LEVELS, "levels.csv").try_main(arguments, Watch::default)
    };
    let finished = plain(&["sweep"]);
    assert_eq!(finished.code, 2);
    assert!(finished.err.starts_with("error: this program has no figures to sweep by\n"), "{}", finished.err);
    assert!(
        plain(&["run", "--set", "limit=5"]).err.starts_with("error: --set: this program has no parameters\n")
    );
    assert!(!plain(&["--help"]).out.contains("\n  sweep"));
    let help = Case::new(ROWS).run(&["--help"]).out;
    assert!(help.contains("\n  sweep"), "{help}");
    assert!(
        help.contains("Parameters (sweep, --set):\n  limit, each\nFigures (sweep --by):\n  alerts, seen\n"),
        "{help}"
    );
}

#[test]
fn live_streams_cannot_be_swept() {
    let case = Case::new(ROWS);
    let live = format!("levels=tail:{}", case.path("levels.csv"));
    let text = case.fault(2, &["sweep", "--live", &live]);
    assert!(text.starts_with("error: stream \"levels\" is live, and a sweep is over history\n"), "{text}");
}
