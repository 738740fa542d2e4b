//! Live programs in a process of their own, which Ctrl-C stops. Started with a folder in `ASP_PROCESS`, it is such
//! a program; otherwise it is the test.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitCode, Stdio};

use asp::prelude::*;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
struct Level {
    sensor: String,
}

/// Says what it sees.
#[derive(Default)]
struct Herald;

#[strategy]
impl Herald {
    #[on_event(stream = "levels")]
    fn level(&mut self, level: &Level) {
        println!("seen {}", level.sensor);
    }

    #[on_event(stream = "beats")]
    fn beat(&mut self, beat: u64) {
        if beat == 1000 {
            println!("seen 1000 beats");
        }
    }

    #[on_live]
    fn live(&mut self) {
        println!("live");
    }

    #[on_stop]
    fn stop(&mut self) {
        println!("stopped");
    }
}

// ANCHOR: follow
/// Follows a file.
#[asp::main(live(Herald::LEVELS = "tail:levels.csv?poll=2ms"))]
fn follow() -> Runner {
    Runner::new().opens(Herald::BEATS).add(Herald)
}
// ANCHOR_END: follow

/// Goes over history that has no end.
#[asp::main(feed(Herald::LEVELS = "levels.csv"))]
fn count() -> Runner {
    let beats = (0..).map(|beat: u64| (Timestamp::from_secs(beat as i64), beat));
    Runner::new().feed(Herald::BEATS, beats).add(Herald)
}

/// Reads a file and shows the run in a browser, as its command line says.
#[asp::main(feed(Herald::LEVELS = "levels.csv"))]
fn show() -> Runner {
    Runner::new().opens(Herald::BEATS).add(Herald)
}

const ROWS: &str = "time,sensor\n2025-01-01,roof\n2025-01-02,roof\n2025-01-0";

fn main() -> ExitCode {
    match std::env::var("ASP_PROCESS").as_deref() {
        Ok("follow") => return follow(),
        Ok("count") => return count(),
        Ok("show") => return show(),
        _ => {}
    }
    // There are no single tests to list.
    if cfg!(unix) && std::env::args().all(|argument| argument != "--list") {
        ctrl_c_ends_a_live_run_with_its_summary();
        ctrl_c_ends_a_run_that_a_hang_up_does_not_end();
        a_run_over_history_is_stopped_by("INT");
        a_run_over_history_is_stopped_by("TERM");
        if !hang_ups_are_ignored() {
            a_run_over_history_is_stopped_by("HUP");
        }
        a_page_is_served_behind_the_end_of_the_run_until_ctrl_c();
        a_page_does_not_hold_up_a_script();
    }
    ExitCode::SUCCESS
}

fn ctrl_c_ends_a_live_run_with_its_summary() {
    let text = interrupted(&mut program("follow"), "INT", "seen later\n", |out, folder, _| {
        if out.ends_with("live\n") {
            add_row(folder);
        }
    });
    is_followed_and_stopped(&text);
}

/// Under `nohup` a terminal may be closed.
fn ctrl_c_ends_a_run_that_a_hang_up_does_not_end() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP && exec \"$0\""]).arg(std::env::current_exe().expect("this test"));
    let text =
        interrupted(shell.env("ASP_PROCESS", "follow"), "INT", "seen later\n", |out, folder, child| {
            if out.ends_with("live\n") {
                signal("HUP", child);
                add_row(folder);
            }
        });
    is_followed_and_stopped(&text);
}

/// What comes live, and half a row behind it. The seam is in the middle of a row, too.
fn add_row(folder: &Path) {
    let mut file = OpenOptions::new().append(true).open(folder.join("levels.csv")).expect("a file");
    file.write_all(b"3,later\n2025").expect("a write");
}

fn is_followed_and_stopped(text: &str) {
    assert!(
        text.starts_with("seen roof\nseen roof\nlive\nseen later\nstopped\nstopped on request at 20"),
        "{text}"
    );
    assert!(text.contains("  levels  3 rows from tail:levels.csv?poll=2ms, 1 of them live\n"), "{text}");
    assert!(
        text.ends_with("levels: levels.csv:5: the last row has no line end, and was not read\n"),
        "{text}"
    );
}

/// Ctrl-C, and whoever ends processes or closes their terminal.
fn a_run_over_history_is_stopped_by(name: &str) {
    let text = interrupted(&mut program("count"), name, "seen 1000 beats\n", |_, _, _| {});
    assert!(text.starts_with("seen 1000 beats\nstopped\nstopped on request at "), "{name}: {text}");
}

/// The programs are started without this signal if this test was.
fn hang_ups_are_ignored() -> bool {
    let shell = Command::new("sh").args(["-c", "trap 'exit 3' HUP; kill -HUP $$; exit 0"]).status();
    shell.expect("a shell").code() != Some(3)
}

/// This test, started as one of its programs.
fn program(name: &str) -> Command {
    let mut program = Command::new(std::env::current_exe().expect("this test"));
    program.env("ASP_PROCESS", name);
    program
}

/// The program `show` with these arguments, over one row.
fn shown(folder: &Path, arguments: &[&str]) -> (Child, BufReader<ChildStderr>) {
    fs::write(folder.join("levels.csv"), "time,sensor\n2025-01-01,roof\n").expect("a file");
    let mut child = program("show")
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    let lines = BufReader::new(child.stderr.take().expect("its errors"));
    (child, lines)
}

fn a_page_is_served_behind_the_end_of_the_run_until_ctrl_c() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut child, mut lines) = shown(folder.path(), &["--view", "--view-until", "ctrl-c"]);
    let mut err = String::new();
    while !err.ends_with(" goes on showing it until Ctrl-C.\n") {
        assert!(lines.read_line(&mut err).expect("text") > 0, "it ended by itself: {err}");
    }
    let (_, rest) = err.split_once("view: http://").expect("an address");
    let address = rest.split('/').next().expect("an address");
    let mut page = TcpStream::connect(address).expect("it is served");
    write!(page, "GET /events HTTP/1.0\r\nHost: {address}\r\n\r\n").expect("it listens");
    let mut messages = BufReader::new(page).lines().map(|line| line.expect("UTF-8"));
    let message = messages.find(|line| line.starts_with("data: ")).expect("a message");
    assert!(
        message.contains("\"phase\":\"finished\"") && message.contains("1 row from levels.csv"),
        "{message}"
    );
    signal("INT", &child);
    let status = child.wait().expect("an end");
    assert!(status.success(), "{status}: {err}");
}

fn a_page_does_not_hold_up_a_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut child, mut lines) = shown(folder.path(), &["--view"]);
    let mut err = String::new();
    lines.read_to_string(&mut err).expect("text");
    assert!(child.wait().expect("an end").success(), "{err}");
    assert!(err.starts_with("view: http://127.0.0.1:") && !err.contains("goes on showing"), "{err}");
}

/// Begins a program and sends it a signal when it has said this; all that it writes.
fn interrupted(
    program: &mut Command,
    name: &str,
    until: &str,
    mut heard: impl FnMut(&str, &Path, &Child),
) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("levels.csv"), ROWS).expect("a file");
    let mut child = program
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut lines = BufReader::new(child.stdout.take().expect("its output"));
    let mut out = String::new();
    while !out.ends_with(until) {
        if lines.read_line(&mut out).expect("text") == 0 {
            panic!("it ended by itself: {out}{}", errors(&mut child));
        }
        heard(&out, folder.path(), &child);
    }
    signal(name, &child);
    lines.read_to_string(&mut out).expect("text");
    let text = out + &errors(&mut child);
    let status = child.wait().expect("an end");
    assert!(status.success(), "{status}: {text}");
    text
}

fn signal(name: &str, child: &Child) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("`kill`").success(), "{name}");
}

fn errors(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().expect("its errors").read_to_string(&mut text).expect("text");
    text
}
