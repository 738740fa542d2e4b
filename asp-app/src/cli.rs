//! The command line: what there is, and what it says of itself.

mod absent;
#[cfg(feature = "sweep")]
mod sweep;

use std::ffi::OsString;
use std::str::FromStr;

use asp_core::{Pace, Timestamp};
use asp_io::{BadRows, LiveUri, Uri, UriError};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use tracing_subscriber::filter::Targets;

use crate::fault::Fault;
use crate::names::{listed, similar};
use crate::program::Program;
use crate::report;
use crate::terminal::Terminal;
use crate::view;

#[cfg(feature = "sweep")]
pub(crate) use sweep::{Sweep, SweepOptions};

#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run over the files, or live, and show a summary; done also if no command is given
    Run(Run),
    /// List the streams: what they carry, where they come from, who reads them
    Streams(Feeds),
    /// Show the strategies with their handlers, and the streams between them
    Graph(Graph),
    /// Look at the graph and the first rows of each file, without a run
    Check(Feeds),
    /// Run all combinations of the parameters, on all cores, and list the best
    #[cfg(feature = "sweep")]
    Sweep(Sweep),
}

/// Flags of `run`.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// Begin at this time, leaving out earlier events: 2025-01-01, or 2025-01-01T12:00:00Z
    #[arg(long, value_name = "TIME")]
    start: Option<String>,
    /// End before this time
    #[arg(long, value_name = "TIME")]
    end: Option<String>,
    #[command(flatten)]
    feeds: Feeds,
    /// Write a stream to a file: alerts=alerts.csv, alerts=alerts.jsonl.gz, or alerts=-?format=csv for standard output
    ///
    /// A name in `.parquet` is written as Parquet, compressed.
    /// The file appears when the run has ended well; a run that fails leaves what was there before. May be given once
    /// for each stream.
    #[arg(long, value_name = "NAME=URI")]
    record: Vec<String>,
    /// Set a parameter: fast=10. May be given once for each parameter
    #[cfg(feature = "sweep")]
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// How fast time passes: `max`, or a multiple of real time, as 1 or 10
    #[arg(long, value_name = "PACE", default_value = "max", hide_default_value = true)]
    pace: String,
    /// When a live run is stopped, first handle the events that have come until then
    #[arg(long)]
    drain: bool,
    /// What to do with a row that cannot be read
    #[arg(long, value_name = "POLICY", default_value = "stop")]
    bad_rows: BadRowPolicy,
    /// Show log messages from this level on: error, warn, info, debug or trace; also by module: warn,watch=debug
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,
    #[command(flatten)]
    report: report::Flags,
    #[command(flatten)]
    view: view::Flags,
    /// Print the summary as one line of JSON, to standard output
    #[arg(long)]
    json: bool,
    /// Show neither progress nor summary
    #[arg(long, short)]
    quiet: bool,
}

/// Flags of all commands.
#[derive(Args, Debug)]
pub(crate) struct Feeds {
    /// Read a stream from other files: quakes=2025.csv, or quakes=data/*.csv.gz?time=ts&unit=ms
    ///
    /// A URI is a path, a pattern of paths, or `-` for standard input. Keys after a `?` say how it is to be read:
    /// `format` (csv, jsonl, parquet), `time` (the column of the time), `unit` (of times that are numbers: s, ms, us,
    /// ns), `tz` (of times without an offset, as Europe/Paris), `value` (the column of a single value). May be given
    /// once for each stream.
    #[arg(long, value_name = "NAME=URI")]
    feed: Vec<String>,
    /// Feed a stream live: quakes=tail:quakes.csv, for a file that grows
    ///
    /// What the file holds is history, what is appended to it is live; the run lasts until its end or Ctrl-C. Keys are
    /// those of `--feed`, and `poll` (the time between two looks at the file, as 10ms). May be given once for each
    /// stream.
    #[arg(long, value_name = "NAME=URI")]
    live: Vec<String>,
}

/// Flags of `graph`.
#[derive(Args, Debug)]
pub(crate) struct Graph {
    #[command(flatten)]
    pub(crate) feeds: Feeds,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "outline")]
    pub(crate) format: GraphFormat,
    /// Write it to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Text to read
    Outline,
    /// A flowchart of Mermaid, for a page in Markdown
    Mermaid,
    /// A digraph of Graphviz
    Dot,
    /// A picture
    #[cfg(feature = "svg")]
    Svg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum BadRowPolicy {
    /// End the run with an error that shows the row
    Stop,
    /// Leave it out, count it, and show the first ten
    Skip,
}

/// What `run` is to do, read and checked as far as that goes without the program's graph.
#[derive(Debug)]
pub(crate) struct RunOptions {
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) pace: Pace,
    pub(crate) drain: bool,
    pub(crate) records: Vec<Assignment<Uri>>,
    pub(crate) bad_rows: BadRows,
    pub(crate) log: Option<Targets>,
    pub(crate) report: Option<report::Wanted>,
    pub(crate) view: Option<view::Wanted>,
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    #[cfg(feature = "sweep")]
    pub(crate) sets: Vec<(String, String)>,
}

/// `NAME=URI`.
#[derive(Debug)]
pub(crate) struct Assignment<U> {
    pub(crate) stream: String,
    pub(crate) uri: U,
}

/// A stream that `--feed` or `--live` names, and that files do not feed.
#[derive(Debug)]
pub(crate) struct Unknown {
    pub(crate) flag: &'static str,
    pub(crate) stream: String,
}

/// Reads the arguments, of which the first is the program. `Err` is an exit code: the answer is written.
pub(crate) fn parse(
    program: &Program,
    arguments: impl IntoIterator<Item: Into<OsString>>,
    terminal: &Terminal,
) -> Result<Command, u8> {
    let command = Cli::command();
    #[cfg(feature = "sweep")]
    let command = {
        let has_none = program.swept.is_none();
        command.mut_subcommand("sweep", |sweep| sweep.hide(has_none))
    };
    let mut command = absent::accepted(command, absent::is_built)
        .name(program.name)
        .bin_name(program.name)
        .version(program.version)
        .after_help(after_help(program));
    if let Some(about) = about(program.about) {
        command = command.about(about).long_about(program.about);
    }
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let matches = command.try_get_matches_from_mut(&arguments);
    if let Some(fault) = matches.as_ref().ok().and_then(|matches| absent::refused(matches, absent::is_built))
    {
        terminal.error(&fault.to_string());
        return Err(fault.code());
    }
    match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => Ok(match cli.command.unwrap_or(Command::Run(cli.run)) {
            Command::Run(mut run) => {
                run.report.told(&arguments);
                Command::Run(run)
            }
            other => other,
        }),
        Err(error) => {
            let error = error.format(&mut command);
            let target = if error.use_stderr() { &terminal.err } else { &terminal.out };
            let text = error.render();
            target.write(&if target.is_coloured() { text.ansi().to_string() } else { text.to_string() });
            Err(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}

/// The first paragraph.
fn about(text: &'static str) -> Option<&'static str> {
    text.split("\n\n").next().filter(|first| !first.is_empty())
}

/// What this program has to offer to the flags.
fn after_help(program: &Program) -> String {
    let mut text = String::new();
    if !program.feeds.is_empty() {
        text += "Streams from files (--feed, --live):\n";
        for feed in &program.feeds {
            text += &format!("  {}={}\n", feed.stream, feed.uri);
        }
    }
    if !program.records.is_empty() {
        text += "Streams that can be recorded (--record):\n";
        for record in &program.records {
            match &record.uri {
                Some(uri) => text += &format!("  {}={uri}\n", record.stream),
                None => text += &format!("  {}\n", record.stream),
            }
        }
    }
    #[cfg(feature = "sweep")]
    if let Some(swept) = &program.swept {
        text += &format!("Parameters (sweep, --set):\n  {}\n", swept.parameters().join(", "));
        text += &format!("Figures (sweep --by):\n  {}\n", swept.figures().join(", "));
    }
    text + "Exit codes: 0 all went well, 1 the run or the check failed, 2 the command line is wrong."
}

impl Run {
    /// The feeds, and the rest read.
    pub(crate) fn read(self) -> Result<(Feeds, RunOptions), Fault> {
        let log = match self.log.as_deref() {
            None => None,
            Some("off") => None,
            Some(filter) => Some(levels(filter)?),
        };
        let options = RunOptions {
            start: time("--start", self.start)?,
            end: time("--end", self.end)?,
            pace: self.pace.parse().map_err(|error| Fault::usage(format_args!("--pace: {error}")))?,
            drain: self.drain,
            records: assignments("record", &self.record)?,
            bad_rows: self.bad_rows.policy(),
            log,
            report: self.report.read()?,
            view: self.view.read()?,
            json: self.json,
            quiet: self.quiet,
            #[cfg(feature = "sweep")]
            sets: crate::sweep::sets(&self.set)?,
        };
        Ok((self.feeds, options))
    }
}

impl BadRowPolicy {
    fn policy(self) -> BadRows {
        match self {
            BadRowPolicy::Stop => BadRows::Stop,
            BadRowPolicy::Skip => BadRows::Skip,
        }
    }
}

fn time(flag: &str, text: Option<String>) -> Result<Option<Timestamp>, Fault> {
    match text {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|error| Fault::usage(format_args!("{flag}: {error}"))),
    }
}

impl Feeds {
    /// Gives the program's feeds their other files. What it does not feed from files is left over.
    pub(crate) fn replace(self, program: &mut Program) -> Result<Vec<Unknown>, Fault> {
        let feeds = assignments::<Uri>("feed", &self.feed)?;
        let lives = assignments::<LiveUri>("live", &self.live)?;
        if let Some(both) = lives.iter().find(|live| feeds.iter().any(|feed| feed.stream == live.stream)) {
            return Err(Fault::usage(format_args!(
                "stream \"{}\" is given to `--feed` and to `--live`\n\
                 = help: remove one; `--live` begins with what the file holds already",
                both.stream
            )));
        }
        let feeds = feeds.into_iter().map(|Assignment { stream, uri }| ("feed", stream, uri.to_string()));
        let lives = lives.into_iter().map(|Assignment { stream, uri }| ("live", stream, uri.to_string()));
        let mut unknown = Vec::new();
        for (flag, stream, uri) in feeds.chain(lives) {
            match program.feeds.iter_mut().find(|feed| feed.stream == stream) {
                Some(feed) => {
                    feed.uri = uri;
                    feed.is_live = flag == "live";
                }
                None => unknown.push(Unknown { flag, stream }),
            }
        }
        Ok(unknown)
    }
}

fn levels(filter: &str) -> Result<Targets, Fault> {
    const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
    let is_level = |part: &str| {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
        level.parse::<tracing::level_filters::LevelFilter>().is_ok()
    };
    match filter.split(',').find(|part| !is_level(part)) {
        None => filter.parse().map_err(|error| Fault::usage(format_args!("--log: {error}"))),
        Some(part) => {
            let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
            let help = match similar(level, LEVELS) {
                Some(near) => format!("a level with a similar name exists: `{near}`"),
                None => {
                    "levels are `error`, `warn`, `info`, `debug`, `trace`; for one module write `watch=debug`"
                        .into()
                }
            };
            Err(Fault::usage(format_args!("--log: `{level}` is not a level\n= help: {help}")))
        }
    }
}

fn assignments<U: FromStr<Err = UriError>>(
    flag: &str,
    texts: &[String],
) -> Result<Vec<Assignment<U>>, Fault> {
    let mut assignments: Vec<Assignment<U>> = Vec::new();
    for text in texts {
        let assignment = assignment(flag, text)?;
        let stream = &assignment.stream;
        if assignments.iter().any(|other| other.stream == *stream) {
            let help = match flag {
                "feed" => "name all files with a pattern, as in `data/*.csv`",
                _ => "remove one",
            };
            return Err(Fault::usage(format_args!(
                "--{flag}: stream \"{stream}\" is given twice\n= help: {help}"
            )));
        }
        assignments.push(assignment);
    }
    Ok(assignments)
}

fn assignment<U: FromStr<Err = UriError>>(flag: &str, text: &str) -> Result<Assignment<U>, Fault> {
    let (stream, uri) =
        text.split_once('=').filter(|(stream, _)| !stream.contains(['/', '?'])).ok_or_else(|| {
            Fault::usage(format_args!(
                "--{flag}: {text:?} does not say which stream it is for\n= help: write `--{flag} NAME={text}`"
            ))
        })?;
    let uri = uri.parse().map_err(|error| Fault::usage(format_args!("--{flag}: {error}")))?;
    Ok(Assignment { stream: stream.to_owned(), uri })
}

/// A stream that files do not feed.
pub(crate) fn unknown_feed(unknown: &Unknown, program: &Program, graph: &asp_core::RunGraph) -> Fault {
    let Unknown { flag, stream: name } = unknown;
    let known = || program.feeds.iter().map(|feed| feed.stream.as_str());
    let info = graph.streams.iter().find(|stream| stream.name == *name);
    let (what, help) = match info {
        Some(info) if info.fed => {
            ("is fed by the program itself", format!("name it in `{flag}(..)` of `#[asp::main]` instead"))
        }
        Some(_) => (
            "is not fed from a file",
            format!("name it in `{flag}(..)` of `#[asp::main]`, which says what its rows are"),
        ),
        None => {
            let all = graph.streams.iter().map(|stream| stream.name.as_str());
            let help = match similar(name, known()).or_else(|| similar(name, all)) {
                Some(near) => format!("a stream with a similar name exists: \"{near}\""),
                None => "`streams` lists all of them".to_owned(),
            };
            ("does not exist", help)
        }
    };
    Fault::usage(format_args!(
        "--{flag}: stream \"{name}\" {what}\n= help: {help}\n= note: streams from files: {}",
        listed(known())
    ))
}

/// A stream that cannot be recorded.
pub(crate) fn unknown_record(name: &str, program: &Program, graph: &asp_core::RunGraph) -> Fault {
    let known = || program.records.iter().map(|record| record.stream.as_str());
    let (what, help) = if graph.streams.iter().any(|stream| stream.name == name) {
        ("cannot be recorded", "name it in `record(..)` of `#[asp::main]`".to_owned())
    } else {
        let all = graph.streams.iter().map(|stream| stream.name.as_str());
        let help = match similar(name, known()).or_else(|| similar(name, all)) {
            Some(near) => format!("a stream with a similar name exists: \"{near}\""),
            None => "`streams` lists all of them".to_owned(),
        };
        ("does not exist", help)
    };
    Fault::usage(format_args!(
        "--record: stream \"{name}\" {what}\n= help: {help}\n= note: streams that can be recorded: {}",
        listed(known())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_are_sound() {
        Cli::command().debug_assert();
    }
}
