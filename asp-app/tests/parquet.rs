//! Programs over Parquet. `.ci/run` runs these with the feature on: were it on in all tests, those of compile errors would build
//! its crates once more.

use asp::app::{Finished, Program};
use asp::prelude::*;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Level {
    celsius: f64,
    sensor: String,
}

struct Watch;

#[strategy(emits(alerts: Level))]
impl Watch {
    #[on_event(stream = "levels")]
    fn level(&mut self, cx: &Context<Self>, level: Level) {
        if level.celsius > 20.0 {
            cx.emit(Self::ALERTS, level);
        }
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
        std::fs::write(case.path("levels.csv"), rows).expect("a file can be written");
        case
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// What the program does, with the folder's name cut out of its words.
    fn run(&self, arguments: &[&str]) -> Finished {
        let program = Program::new("watch").feed(Watch::LEVELS, self.path("levels.csv"));
        let Finished { code, out, err } = program.recordable(Watch::ALERTS).try_main(arguments, || Watch);
        let folder = format!("{}{}", self.0.path().display(), std::path::MAIN_SEPARATOR);
        Finished { code, out: out.replace(&folder, ""), err: err.replace(&folder, "") }
    }
}

#[test]
fn a_stream_is_recorded_as_parquet_and_reads_back() {
    let case = Case::new(ROWS);
    let uri = case.path("alerts.parquet");
    let finished = case.run(&["--record", &format!("alerts={uri}")]);
    assert!(finished.err.contains("  alerts  3 events to alerts.parquet\n"), "{}", finished.err);
    let feed = format!("levels={uri}");
    let again = case.run(&["--feed", &feed]);
    assert!(again.err.contains("  levels  3 rows from alerts.parquet\n"), "{}", again.err);
    let streams = case.run(&["streams", "--feed", &feed]);
    assert!(streams.out.contains("alerts.parquet"), "{}", streams.out);
    let check = case.run(&["check", "--feed", &feed]);
    assert_eq!((check.code, check.err.as_str()), (0, ""));
    assert!(
        check.out.contains(
            "levels: ok, 3 first rows of 1 file, from 2025-01-01T12:00:00Z to 2025-01-03T12:00:00Z\n"
        ),
        "{}",
        check.out
    );
    let wrong = case.run(&["check", "--feed", &format!("levels={uri}?unit=s")]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.out.contains("is a timestamp that counts nanoseconds"), "{}{}", wrong.out, wrong.err);
    let input = case.run(&["--feed", "levels=-?format=parquet"]);
    assert_eq!(
        input.err,
        "error: stream \"levels\": cannot open standard input: it is Parquet, whose table of contents is at the end; \
         write it to a file and read that\n"
    );
}
