//! `check`: the graph and the first rows of each file, without a run.

use std::path::Path;

use asp_core::{ErrorKind, GraphFault, Runner, Stream, Timestamp};
use asp_io::{Format, IoError, LiveUri, ReadOptions, Uri};

use crate::cli::Feeds;
use crate::describe::outline;
use crate::fault::Fault;
use crate::feeds::FromFile;
use crate::names::counted;
use crate::program::Program;
use crate::returned::Made;
use crate::terminal::Terminal;

/// How many rows of each file are read.
const ROWS: usize = 1000;

/// How many faults of a feed are shown.
const SHOWN: usize = 10;

/// What the first rows of the files of a feed look like.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    files: u64,
    rows: u64,
    times: Option<(Timestamp, Timestamp)>,
    faults: Vec<String>,
    is_live: bool,
}

/// Checks the program and says what it found.
pub(crate) fn check(
    mut program: Program,
    made: Made<'_>,
    feeds: Feeds,
    terminal: &Terminal,
) -> Result<(), Fault> {
    let (runner, graph) = outline(&mut program, made, feeds)?;
    let strategies = match graph.strategies.len() {
        1 => "1 strategy".to_owned(),
        count => format!("{count} strategies"),
    };
    let size = format!("{strategies}, {}", counted(graph.streams.len() as u64, "stream"));
    let mut count = say(terminal, "graph", &size, &graph_faults(runner));
    for feed in &program.feeds {
        let checked = match feed.place() {
            Ok(place) => feed.check(&place).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        count += match checked {
            Ok(checked) => say(terminal, &feed.stream, &checked.figures(), &checked.faults),
            Err(error) => say(terminal, &feed.stream, &feed.uri, &[error]),
        };
    }
    match count {
        0 => Ok(()),
        count => Err(Fault::failed(format_args!("the check found {}", counted(count, "fault")))),
    }
}

/// Writes a line, and one for each of the first faults; how many there are.
fn say(terminal: &Terminal, what: &str, figures: &str, faults: &[String]) -> u64 {
    let state = if faults.is_empty() { "ok, " } else { "" };
    let mut text = format!("{what}: {state}{figures}\n");
    for fault in faults.iter().take(SHOWN) {
        text += &format!("  {}\n", fault.replace('\n', "\n    "));
    }
    if faults.len() > SHOWN {
        text += &format!("  and {} more\n", faults.len() - SHOWN);
    }
    terminal.out.write(&text);
    faults.len() as u64
}

/// What is wrong with the graph. A stream that is collected but never fed keeps the run from beginning, so that its
/// faults come back and no handler is called; that one is left out.
fn graph_faults(runner: Runner) -> Vec<String> {
    const NEVER_FED: &str = "asp.check";
    let is_own =
        |fault: &GraphFault| matches!(fault, GraphFault::NeverFed { stream, .. } if stream == NEVER_FED);
    match runner.collect(Stream::<()>::named(NEVER_FED)).run() {
        Ok(_) => Vec::new(),
        Err(error) => match error.kind() {
            ErrorKind::Graph(faults) => {
                faults.iter().filter(|fault| !is_own(fault)).map(ToString::to_string).collect()
            }
            other => vec![other.to_string()],
        },
    }
}

/// Reads the first rows of each file that a URI names.
pub(crate) fn first_rows<T: FromFile>(uri: &Uri) -> Result<Checked, IoError> {
    let mut checked = Checked::default();
    // Of Parquet it is an error.
    if uri.is_standard_stream() && uri.format() != Format::Parquet {
        return Ok(checked);
    }
    for uri in each_file(uri) {
        checked.take_file(uri.path(), asp_io::rows::<T>(&uri, &ReadOptions::new())?);
    }
    Ok(checked)
}

/// Reads the first rows that are history to a file that is followed.
pub(crate) fn first_live_rows<T: FromFile>(uri: &LiveUri) -> Result<Checked, IoError> {
    let mut checked = Checked { is_live: true, ..Checked::default() };
    let (past, _) = asp_io::live_rows::<T>(uri, &ReadOptions::new())?;
    checked.take_file(uri.path(), past);
    Ok(checked)
}

impl Checked {
    fn take_file<T>(&mut self, path: &str, rows: impl Iterator<Item = Result<(Timestamp, T), IoError>>) {
        self.files += 1;
        let mut row_in_file = 0_u64;
        for row in rows.take(ROWS) {
            self.rows += 1;
            row_in_file += 1;
            match row {
                Ok((time, _)) => self.take(time, path, row_in_file),
                Err(error) => self.faults.push(error.to_string()),
            }
        }
    }

    fn take(&mut self, time: Timestamp, path: &str, row: u64) {
        let (first, last) = *self.times.get_or_insert((time, time));
        if time < last {
            self.faults
                .push(format!("{path}: row {row} goes back in time: {time} after {last}; sort the rows"));
        }
        self.times = Some((first, last.max(time)));
    }

    fn figures(&self) -> String {
        let live = if self.is_live { ", then live" } else { "" };
        self.history() + live
    }

    fn history(&self) -> String {
        match self.times {
            _ if self.files == 0 => "standard input, which is read by a run alone".to_owned(),
            None => format!("{} of {}", counted(self.rows, "row"), counted(self.files, "file")),
            Some((first, last)) => {
                let (rows, files) = (counted(self.rows, "first row"), counted(self.files, "file"));
                format!("{rows} of {files}, from {first} to {last}")
            }
        }
    }
}

/// A URI for each file, or the one given where that does not work.
fn each_file(uri: &Uri) -> Vec<Uri> {
    let text = uri.to_string();
    let (path, keys) = text.split_at(uri.path().len());
    if Path::new(path).exists() {
        return vec![uri.clone()];
    }
    let mut paths: Vec<_> = glob::glob(path).into_iter().flatten().filter_map(Result::ok).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let uris = paths.iter().map(|path| format!("{}{keys}", path.display()).parse());
    match uris.collect::<Result<Vec<Uri>, _>>() {
        Ok(uris) if !uris.is_empty() => uris,
        _ => vec![uri.clone()],
    }
}
