//! Files that grow while they are read.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration as StdDuration;

use asp_core::{Context, ErrorKind, Outcome, Runner, Stream, Timestamp};
use asp_io::{BadRows, LiveUri, PastRows, ReadOptions, RowReport};
use futures_util::StreamExt;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::kit::{Files, at};

/// A row, numbered, with a text that is hard to cut.
#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Note {
    number: u64,
    text: String,
}

const NOTES: Stream<Note> = Stream::new("notes");

fn live_uri(files: &Files, uri: &str) -> LiveUri {
    let uri = files.path(uri).display().to_string();
    let mark = if uri.contains('?') { '&' } else { '?' };
    format!("tail:{uri}{mark}poll=1ms").parse().unwrap()
}

fn past<T: DeserializeOwned>(files: &Files, uri: &str) -> PastRows<T> {
    asp_io::live_rows(&live_uri(files, uri), &ReadOptions::new()).unwrap().0
}

fn append(path: &PathBuf, text: impl AsRef<[u8]>) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(text.as_ref()).unwrap();
}

/// Waits for what will come.
fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(future)
}

const TEXTS: [&str; 6] = ["plain", "a, b", "two\nlines\n", "\"quoted\"", "æøå €", "\r\n\u{1f30b}"];

/// The bytes of a row as a writer of the format would write it.
fn row(name: &str, number: u64, end: &str) -> String {
    let text = TEXTS[number as usize % TEXTS.len()];
    let time = Timestamp::from_secs(number as i64);
    if name.ends_with(".csv") {
        format!("{time},{number},\"{}\"{end}", text.replace('"', "\"\""))
    } else {
        let text = text.replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
        format!("{{\"time\": \"{time}\", \"number\": {number}, \"text\": \"{text}\"}}{end}")
    }
}

fn content(name: &str, rows: u64, end: &str) -> Vec<u8> {
    let header = if name.ends_with(".csv") { format!("time,number,text{end}") } else { String::new() };
    (0..rows).fold(header, |text, number| text + &row(name, number, end)).into_bytes()
}

/// Stops the run with the event of this number, and sees that they come one after the other.
struct Reader {
    next: u64,
    last: u64,
}

impl asp_core::Strategy for Reader {
    const NAME: &'static str = "Reader";
    type Call = std::convert::Infallible;
    type Calls<Q: asp_core::Slot<Self::Call>> = ();
    type Emits = ();

    fn wire(wiring: &mut asp_core::Wiring<Self>) {
        wiring.on_event(NOTES, "note", Self::note);
    }

    fn calls<Q: asp_core::Slot<Self::Call>>(_: Q) {}

    fn call(&mut self, _: &Context<Self>, call: Self::Call) -> asp_core::HandlerResult {
        match call {}
    }

    fn call_name(call: &Self::Call) -> &'static str {
        match *call {}
    }
}

impl Reader {
    fn note(&mut self, cx: &Context<Self>, note: Note) {
        assert_eq!(note.number, self.next, "rows are lost, doubled or moved");
        assert_eq!(note.text, TEXTS[note.number as usize % TEXTS.len()]);
        assert_eq!(cx.event_time(), Timestamp::from_secs(note.number as i64));
        self.next += 1;
        if self.next == self.last {
            cx.stop();
        }
    }
}

/// Writes a file in these pieces while it is followed, the first so many of them before the run begins.
fn followed(name: &str, end: &str, rows: u64, cuts: &[u16], before: usize) -> (u64, u64) {
    let bytes = content(name, rows, end);
    let mut cuts: Vec<usize> = cuts.iter().map(|&cut| usize::from(cut) % bytes.len()).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    let pieces: Vec<Vec<u8>> = cuts.windows(2).map(|cut| bytes[cut[0]..cut[1]].to_vec()).collect();
    let (first, later) = pieces.split_at(before.min(pieces.len()));
    let files = Files::with(name, first.concat());
    let path = files.path(name);
    let later = later.to_vec();
    let source = asp_io::live::<Note>(&live_uri(&files, name), &ReadOptions::new()).unwrap();
    let runner = Runner::new().feed(NOTES, source).add(Reader { next: 0, last: rows });
    let writer = std::thread::spawn(move || {
        for (k, piece) in later.iter().enumerate() {
            append(&path, piece);
            // Sometimes before, sometimes behind a look; what is asserted depends on neither.
            if k % 3 == 0 {
                std::thread::sleep(StdDuration::from_micros(700));
            }
        }
    });
    let outcome = run(runner.run_live());
    writer.join().unwrap();
    let outcome = outcome.unwrap();
    let live = outcome.report().live[0].received;
    (outcome.report().dispatched.events, live)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn each_row_comes_once_and_in_order_whenever_it_is_written(
        is_csv in any::<bool>(),
        is_crlf in any::<bool>(),
        rows in 1_u64..60,
        cuts in prop::collection::vec(any::<u16>(), 0..40),
        before in 0_usize..40,
    ) {
        let name = if is_csv { "n.csv" } else { "n.jsonl" };
        let end = if is_crlf { "\r\n" } else { "\n" };
        let (events, _) = followed(name, end, rows, &cuts, before);
        prop_assert_eq!(events, rows);
    }
}

#[test]
fn all_may_be_history_or_live() {
    for name in ["n.csv", "n.jsonl"] {
        assert_eq!(followed(name, "\n", 12, &[], 1), (12, 0), "{name}");
        let files = Files::with(name, "");
        let (mut past, live) =
            asp_io::live_rows::<Note>(&live_uri(&files, name), &ReadOptions::new()).unwrap();
        assert!(past.next().is_none());
        append(&files.path(name), content(name, 12, "\n"));
        let numbers: Vec<u64> = run(live.take(12).map(|row| row.unwrap().1.number).collect());
        assert_eq!(numbers, (0..12).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn many_rows_that_are_appended_while_history_is_read_follow_it() {
    let bytes = content("n.csv", 30_000, "\n");
    let files = Files::with("n.csv", &bytes);
    let uri = live_uri(&files, "n.csv");
    let (mut past, mut live) = asp_io::live_rows::<Note>(&uri, &ReadOptions::new()).unwrap();
    // Before the first row is asked for, it is history still.
    append(&files.path("n.csv"), row("n.csv", 30_000, "\n"));
    for number in 0..=30_000 {
        assert_eq!(past.next().unwrap().unwrap().1.number, number);
        if number == 10 {
            append(&files.path("n.csv"), row("n.csv", 30_001, "\n"));
        }
    }
    assert!(past.next().is_none());
    assert!(past.next().is_none());
    run(async {
        assert_eq!(live.next().await.unwrap().unwrap().1.number, 30_001);
        append(&files.path("n.csv"), row("n.csv", 30_002, "\n"));
        assert_eq!(live.next().await.unwrap().unwrap().1.number, 30_002);
    });
}

#[test]
fn a_row_without_an_end_waits_and_is_told_of() {
    let files = Files::with("n.csv", "time,number,text\n2025-01-01,0,\"one\ntwo");
    let report = RowReport::new();
    let options = ReadOptions::new().report(&report);
    let (past, mut live) = asp_io::live_rows::<Note>(&live_uri(&files, "n.csv"), &options).unwrap();
    assert_eq!(past.count(), 0);
    run(async {
        append(&files.path("n.csv"), "\"\r\n2025-01-02,1,\"\u{20ac}".as_bytes().split_last().unwrap().1);
        assert_eq!(live.next().await.unwrap().unwrap().1.text, "one\ntwo");
        let next = tokio::time::timeout(StdDuration::from_millis(5), live.next());
        assert!(next.await.is_err());
        append(&files.path("n.csv"), [0xac]);
        append(&files.path("n.csv"), "\"\n2025-01-03,2");
        assert_eq!(live.next().await.unwrap().unwrap().1.text, "\u{20ac}");
    });
    assert_eq!(report.unfinished(), None);
    drop(live);
    let unfinished = report.unfinished().map(|row| files.short(&row));
    assert_eq!(unfinished.as_deref(), Some("n.csv:5: the last row has no line end, and was not read"));
    assert_eq!(report.rows(), 2);
}

#[test]
fn the_line_of_column_names_may_be_still_to_come() {
    for first in ["", "ti", "time,num"] {
        let whole = "time,number,text\n2025-01-01,7,x\n";
        let files = Files::with("n.csv", first);
        let (past, mut live) =
            asp_io::live_rows::<Note>(&live_uri(&files, "n.csv"), &ReadOptions::new()).unwrap();
        assert_eq!(past.count(), 0);
        append(&files.path("n.csv"), &whole[first.len()..]);
        assert_eq!(run(live.next()).unwrap().unwrap().1.number, 7);
    }
    let files = Files::with("n.csv", "");
    let (past, mut live) =
        asp_io::live_rows::<Note>(&live_uri(&files, "n.csv"), &ReadOptions::new()).unwrap();
    assert_eq!(past.count(), 0);
    append(&files.path("n.csv"), "tme,number,text\n");
    let error = run(live.next()).unwrap().unwrap_err();
    let text = files.short(&error).replace("DIR/", "");
    assert!(text.starts_with("n.csv: there is no time column `time`; name the one"), "{text}");
    assert!(text.contains("as in `tail:n.csv?time=tme&poll=1ms`"), "{text}");
    assert!(run(live.next()).is_none());
}

#[test]
fn a_byte_order_mark_is_left_out() {
    let files = Files::with("n.csv", b"\xef\xbb");
    let (past, mut live) = asp_io::live_rows::<f64>(&live_uri(&files, "n.csv"), &ReadOptions::new()).unwrap();
    assert_eq!(past.count(), 0);
    append(&files.path("n.csv"), b"\xbf\"time\",\"v\"\n2025-01-01,1.5\n");
    assert_eq!(run(live.next()).unwrap().unwrap(), (at("2025-01-01"), 1.5));
}

#[test]
fn bad_rows_stop_the_run_or_are_counted_live_too() {
    let files = Files::with("v.csv", "time,v\n2025-01-01,1\n2025-01-02,one\n2025-01-03,3\n");
    let report = RowReport::new();
    let options = ReadOptions::new().bad_rows(BadRows::Skip).report(&report);
    let (past, mut live) = asp_io::live_rows::<f64>(&live_uri(&files, "v.csv"), &options).unwrap();
    assert_eq!(past.count(), 2);
    append(&files.path("v.csv"), "2025-01-04,four\n2025-01-05,5\n");
    assert_eq!(run(live.next()).unwrap().unwrap().1, 5.0);
    drop(live);
    assert_eq!((report.rows(), report.skipped()), (5, 2));
    assert_eq!(report.first()[1].line(), 5);

    const VALUES: Stream<f64> = Stream::new("values");
    files.add("v.csv", "time,v\n2025-01-01,1\n");
    let source = asp_io::live::<f64>(&live_uri(&files, "v.csv"), &ReadOptions::new()).unwrap();
    let runner = Runner::new().feed(VALUES, source).collect(VALUES);
    let path = files.path("v.csv");
    let writer = std::thread::spawn(move || append(&path, "2025-01-02,2\n2025-01-03,three\n"));
    let error = run(runner.run_live()).unwrap_err();
    writer.join().unwrap();
    assert_eq!(
        files.short(&error),
        "the source of stream \"values\" failed at index 2: \
         v.csv:4: column \"v\": \"three\" is not a number (f64)"
    );
    let mut outcome: Outcome = error.into_outcome().unwrap();
    assert_eq!(outcome.collected(VALUES).unwrap().len(), 2);
}

#[test]
fn the_order_of_history_is_checked_and_that_of_live_rows_is_not() {
    const VALUES: Stream<f64> = Stream::new("values");
    let files = Files::with("v.csv", "time,v\n2025-01-02,2\n2025-01-01,1\n");
    let source = asp_io::live::<f64>(&live_uri(&files, "v.csv"), &ReadOptions::new()).unwrap();
    let error = run(Runner::new().feed(VALUES, source).collect(VALUES).run_live()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unordered { .. }), "{error}");

    files.add("v.csv", "time,v\n");
    let (past, live) = asp_io::live_rows::<f64>(&live_uri(&files, "v.csv"), &ReadOptions::new()).unwrap();
    assert_eq!(past.count(), 0);
    append(&files.path("v.csv"), "2025-01-02,2\n2025-01-01,1\n");
    let rows: Vec<f64> = run(live.take(2).map(|row| row.unwrap().1).collect());
    assert_eq!(rows, [2.0, 1.0]);
}

/// What the live part says to what is done to the file.
fn error_after(change: impl FnOnce(&Files, &PathBuf)) -> String {
    let files = Files::with("v.csv", "time,v\n2025-01-01,1\n");
    let (past, mut live) = asp_io::live_rows::<f64>(&live_uri(&files, "v.csv"), &ReadOptions::new()).unwrap();
    assert_eq!(past.count(), 1);
    change(&files, &files.path("v.csv"));
    let error = run(async {
        loop {
            match live.next().await.unwrap() {
                Ok((_, value)) => assert_eq!(value, 2.0),
                Err(error) => break error,
            }
        }
    });
    assert!(run(live.next()).is_none());
    files.short(&error)
}

#[test]
fn a_file_that_is_not_appended_to_is_an_error() {
    let error = error_after(|_, path| drop(File::create(path).unwrap()));
    assert_eq!(
        error,
        "v.csv:3: cannot read on: it was cut from 20 bytes to 0 while it was followed; \
         append to it only, or start the program again"
    );
    let error = error_after(|_, path| fs::remove_file(path).unwrap());
    assert_eq!(
        error,
        "v.csv:3: cannot read on: it was removed or renamed while it was followed; \
         start the program again for a new one"
    );
    // What is written before comes first.
    let error = error_after(|files, path| {
        append(path, "2025-01-02,2\n");
        fs::rename(path, files.path("old.csv")).unwrap();
        append(&files.path("old.csv"), "2025-01-02,2\n");
        files.add("v.csv", "time,v\n");
    });
    assert_eq!(
        error,
        "v.csv:5: cannot read on: another file took its place while it was followed; \
         start the program again for that one"
    );
}

#[test]
fn files_that_cannot_be_followed_are_named() {
    let files = Files::with("levels.csv", "time,v\n");
    let error = |uri: &str| {
        let rows = asp_io::live_rows::<f64>(&live_uri(&files, uri), &ReadOptions::new());
        files.short(&rows.err().unwrap())
    };
    assert_eq!(
        error("level.csv"),
        "cannot open level.csv: there is no such file; a file with a similar name exists: `levels.csv`; \
         if it is still to come, create it empty"
    );
    assert_eq!(
        error("*.csv"),
        "cannot open *.csv: it looks like a pattern, and one file is followed; name that file"
    );
    fs::create_dir(files.path("folder")).unwrap();
    assert!(error("folder?format=csv").contains("it is a folder"));
    files.add("zipped.csv", b"\x1f\x8b\x08\x00");
    assert_eq!(
        error("zipped.csv"),
        "cannot open zipped.csv: it is compressed, and followed as plain text; \
         have it written without compression"
    );
    files.add("other.csv", "when,v\n");
    assert!(error("other.csv").starts_with("other.csv: there is no time column `time`"));
}

#[test]
fn live_uris_say_what_is_wrong_with_them() {
    let table = [
        (
            "quakes.csv",
            "does not say how to follow it\n= help: write \"tail:quakes.csv\" for a file that grows",
        ),
        (
            "C:\\quakes.csv",
            "does not say how to follow it\n= help: write \"tail:C:\\quakes.csv\" for a file that grows",
        ),
        ("tial:quakes.csv", "unknown scheme `tial` in"),
        ("ws:quakes", "= help: the only scheme is `tail`, for a file that grows: \"tail:quakes.csv\""),
        ("tail://quakes.csv", "begins with two slashes\n= help: write \"tail:quakes.csv\""),
        ("tail:", "has no path"),
        ("tail:-?format=csv", "names standard input, which is no file"),
        ("tail:quakes.csv.gz", "is compressed, and a file that grows is followed as plain text"),
        ("tail:quakes.txt", "the format of \"tail:quakes.txt\" is not known"),
        (
            "tail:q.csv?pol=1s",
            "a key with a similar name exists: `poll`\n\
             = note: the keys are `format`, `time`, `unit`, `tz`, `value`, `poll`",
        ),
        (
            "tail:q.csv?poll=0ms",
            "is not a time between two looks\n= help: write a duration above zero, as in `poll=10ms`",
        ),
        ("tail:q.csv?poll=10", "is not a time between two looks"),
    ];
    for (uri, expected) in table {
        let error = uri.parse::<LiveUri>().unwrap_err().to_string();
        assert!(error.contains(expected), "{uri}: {error}");
    }
    assert!(
        "tial:q.csv".parse::<LiveUri>().unwrap_err().to_string().ends_with("= help: write \"tail:q.csv\"")
    );
    let error = "tail:q.csv".parse::<asp_io::Uri>().unwrap_err().to_string();
    assert!(
        error.starts_with("\"tail:q.csv\" is a live source, and this is for files\n= help: write \"q.csv\"")
    );
    let error = "q.csv?poll=1s".parse::<asp_io::Uri>().unwrap_err().to_string();
    assert_eq!(
        error,
        "key `poll` in \"q.csv?poll=1s\" is for a live source\n\
         = help: remove it, or write \"tail:q.csv?poll=1s\""
    );
}

#[test]
fn history_longer_than_a_buffer_is_cut_nowhere() {
    for name in ["n.csv", "n.jsonl"] {
        let files = Files::with(name, content(name, 20_000, "\r\n"));
        let numbers: Vec<u64> = past::<Note>(&files, name).map(|row| row.unwrap().1.number).collect();
        assert_eq!(numbers, (0..20_000).collect::<Vec<_>>(), "{name}");
    }
}
