//! The report of a program's run: asked for on the command line, written when the run has ended.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use asp_core::{Outcome, RunGraph, Runner};
use asp_report::{Recorder, RunData, Watching};
use clap::Args;

use crate::fault::Fault;
use crate::program::Program;

/// Flags of `run`.
#[derive(Args, Debug, Default)]
pub(crate) struct Flags {
    /// Write a report of the run: a page (run.html), or its data (run.json) for `--compare`
    ///
    /// The page needs no network: figures, event rates, times of handlers, the graph, and charts of the numbers in all
    /// streams that can be recorded. A run that fails has one, too.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Show on the page what has changed since another run, whose data `--report FILE.json` has written
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// The command line as it was given.
    #[arg(skip)]
    command_line: String,
}

/// A report that is to be made.
#[derive(Debug)]
pub(crate) struct Wanted {
    path: PathBuf,
    is_page: bool,
    beside: Option<(Box<RunData>, String)>,
    command_line: String,
}

/// A report in the making.
#[derive(Debug)]
pub(crate) struct Watched {
    wanted: Wanted,
    watching: Watching,
}

impl Flags {
    /// Keeps the command line, to be shown.
    pub(crate) fn told(&mut self, arguments: &[OsString]) {
        let words = arguments.iter().map(|word| {
            let word = word.to_string_lossy();
            if word.is_empty() || word.contains(char::is_whitespace) {
                format!("{word:?}")
            } else {
                word.into()
            }
        });
        self.command_line = words.collect::<Vec<String>>().join(" ");
    }

    /// What is wrong is said before the run.
    pub(crate) fn read(self) -> Result<Option<Wanted>, Fault> {
        let Flags { report, compare, command_line } = self;
        let Some(path) = report else {
            return match compare {
                None => Ok(None),
                Some(_) => Err(Fault::usage(
                    "--compare: there is no page to show it on\n= help: add `--report run.html`",
                )),
            };
        };
        let is_page = is_page(&path)?;
        if let Some(folder) =
            path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
        {
            return Err(Fault::failed(format_args!(
                "--report: there is no folder {}\n= help: make it, or name a file elsewhere",
                folder.display()
            )));
        }
        if compare.is_some() && !is_page {
            return Err(Fault::usage(format_args!(
                "--compare: {} holds the data of one run\n= help: compare on a page: `--report {}`",
                path.display(),
                path.with_extension("html").display()
            )));
        }
        let beside = compare.map(|other| match RunData::read(&other) {
            Ok(data) => Ok((Box::new(data), name(&other))),
            Err(error) => Err(Fault::failed(format_args!("--compare: {error}"))),
        });
        Ok(Some(Wanted { path, is_page, beside: beside.transpose()?, command_line }))
    }
}

/// A page or data, as the name of the file says.
fn is_page(path: &Path) -> Result<bool, Fault> {
    let is = |ending: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending));
    match (is("html") || is("htm"), is("json")) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(Fault::usage(format_args!(
            "--report: {} is neither a page nor data\n= help: name it {}, or {}",
            path.display(),
            path.with_extension("html").display(),
            path.with_extension("json").display()
        ))),
    }
}

/// A file's own name, for the page.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Has the runner tell what the report needs, if there is to be one.
pub(crate) fn attach(wanted: Option<Wanted>, program: &Program, runner: Runner) -> (Runner, Option<Watched>) {
    match wanted {
        Some(wanted) => {
            let (runner, watched) = wanted.attach(program, runner);
            (runner, Some(watched))
        }
        None => (runner, None),
    }
}

/// Writes the report, if there is one; where to.
///
/// Also of a run that has failed: that is when one looks at it.
pub(crate) fn write(
    watched: Option<Watched>,
    outcome: Option<&Outcome>,
    error: Option<&str>,
    seconds: f64,
) -> Result<Option<String>, Fault> {
    match (watched, outcome) {
        (Some(watched), Some(outcome)) => watched.write(outcome, error, seconds).map(Some),
        _ => Ok(None),
    }
}

impl Wanted {
    fn attach(self, program: &Program, runner: Runner) -> (Runner, Watched) {
        let mut graph = runner.graph();
        for feed in &program.feeds {
            if let Some(stream) = graph.streams.iter_mut().find(|stream| stream.name == feed.stream) {
                stream.origin = Some(feed.uri.clone());
            }
        }
        let mut recorder = Recorder::new().title(program.name).parameter("command line", &self.command_line);
        if let Some(about) = program.about.lines().next() {
            recorder = recorder.parameter("about", about);
        }
        for feed in &program.feeds {
            let flag = if feed.is_live { "live" } else { "feed" };
            recorder = recorder.parameter(format!("{flag} {}", feed.stream), &feed.uri);
        }
        for record in &program.records {
            if has_events(&graph, &record.stream) {
                recorder = record.chart(recorder);
            }
        }
        let (runner, watching) = recorder.graph(graph).attach(runner);
        (runner, Watched { wanted: self, watching })
    }
}

/// A stream that nothing feeds or emits cannot have a sink.
fn has_events(graph: &RunGraph, stream: &str) -> bool {
    let info = graph.streams.iter().find(|info| info.name == stream);
    info.is_some_and(|info| info.fed || info.opened || !info.emitted_by.is_empty())
}

impl Watched {
    fn write(self, outcome: &Outcome, error: Option<&str>, seconds: f64) -> Result<String, Fault> {
        let Watched { wanted: Wanted { path, is_page, beside, .. }, watching } = self;
        let mut data = watching.finish(outcome);
        data.seconds = seconds;
        data.error = error.map(str::to_owned);
        let written = match beside {
            Some((other, name)) => std::fs::write(&path, data.to_html_beside(&other, &name)),
            None if is_page => data.write_html(&path),
            None => data.write_json(&path),
        };
        match written {
            Ok(()) => Ok(path.display().to_string()),
            Err(error) => {
                Err(Fault::failed(format_args!("--report: cannot write {}: {error}", path.display())))
            }
        }
    }
}
