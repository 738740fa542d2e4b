//! `run`: from the flags to the exit code.

use std::time::Instant;

use asp_core::{Outcome, Pace, Runner, StopReason};
use asp_io::{ReadOptions, RowReport, Uri};

use crate::cli::{self, Run, RunOptions};
use crate::fault::Fault;
use crate::feeds::{Clock, Open};
use crate::logs::Logs;
use crate::program::{Program, fault_of};
use crate::progress::Progress;
use crate::records::Recording;
use crate::report::{self, Wanted, Watched};
use crate::returned::Made;
use crate::summary::{Recorded, Summary};
use crate::terminal::Terminal;
use crate::view;

/// Runs the program and shows what came of it.
pub(crate) fn run(
    mut program: Program,
    made: Made<'_>,
    flags: Run,
    terminal: &Terminal,
) -> Result<(), Fault> {
    let (feeds, mut options) = flags.read()?;
    let unknown_feeds = feeds.replace(&mut program)?;
    let is_recordable = |name: &str| program.records.iter().any(|record| record.stream == name);
    let unknown_record = options.records.iter().find(|record| !is_recordable(&record.stream));
    // What the streams are, only the program's own function knows.
    if let Some(feed) = unknown_feeds.first() {
        let graph = program.build_empty(made)?.graph();
        return Err(cli::unknown_feed(feed, &program, &graph));
    }
    if let Some(record) = unknown_record {
        let graph = program.build_empty(made)?.graph();
        return Err(cli::unknown_record(&record.stream, &program, &graph));
    }
    #[cfg(feature = "sweep")]
    let made =
        if options.sets.is_empty() { made } else { crate::sweep::with_sets(&mut program, &options.sets)? };
    let logs = options.log.clone().map(|filter| Logs::new(filter, &terminal.err));
    let wanted = (options.report.take(), options.view.take());
    Logs::during(logs.as_ref(), || prepared(&program, made, &options, wanted, logs.as_ref(), terminal))
}

/// Opens all files, runs, and shows the summary.
fn prepared(
    program: &Program,
    made: Made<'_>,
    options: &RunOptions,
    (report, view): (Option<Wanted>, Option<view::Wanted>),
    logs: Option<&Logs>,
    terminal: &Terminal,
) -> Result<(), Fault> {
    let (start, end) = (options.start.or(program.start), options.end.or(program.end));
    if let (Some(start), Some(end)) = (start, end)
        && start >= end
    {
        let where_it_starts = if start == end {
            ", where it starts".to_owned()
        } else {
            format!(", before it starts at {start}")
        };
        let what = format!("the run would end at {end}{where_it_starts}");
        return Err(Fault::usage(what + "\n= help: change `--start` or `--end`"));
    }
    let is_live = program.feeds.iter().any(|feed| feed.is_live);
    let shows_progress = !options.quiet && terminal.err.is_terminal();
    let open = opened(program, shows_progress)?;
    let targets = targets(program, options)?;
    let mut runner = made
        .into_runner(|mut runner| {
            for (feed, open) in program.feeds.iter().zip(&open) {
                let read = ReadOptions::new().bad_rows(options.bad_rows);
                runner = feed
                    .open(runner, open, read)
                    .map_err(|error| Fault::failed(format_args!("stream \"{}\": {error}", feed.stream)))?;
            }
            Ok(runner)
        })
        .map_err(fault_of)?;
    let mut recordings = Vec::new();
    for (index, uri) in targets {
        let record = &program.records[index];
        let begun = record.begin(runner, uri);
        let (next, recording) = begun
            .map_err(|error| Fault::failed(format_args!("recording of \"{}\": {error}", record.stream)))?;
        runner = next;
        recordings.push(recording);
    }
    let graph = runner.graph();
    let (runner, watched) = report::attach(report, program, runner);
    let (mut runner, viewed) = view::attach(view, program, graph, runner, terminal)?;
    if let Some(start) = start {
        runner = runner.start(start);
    }
    if let Some(end) = end {
        runner = runner.end(end);
    }
    if let Some(logs) = logs {
        runner = logs.watch(runner);
    }
    if options.drain {
        runner = runner.drain_on_stop();
    }
    if terminal.is_of_process() {
        runner = runner.stop_on_ctrl_c();
    }
    // The program's own code may feed live sources too.
    let is_live = is_live || runner.graph().streams.iter().any(|stream| stream.live);
    fits(options, is_live)?;
    let progress = shows_progress.then(|| Progress::show(open.clone(), start, end));
    let run = timed(runner.pace(options.pace), is_live, progress);
    let finished = finished(run, &open, recordings, watched, options, terminal);
    view::stay(viewed, finished, terminal)
}

/// A run that has ended, well or not.
struct Ended {
    outcome: Option<Outcome>,
    fault: Option<Fault>,
    seconds: f64,
}

fn timed(runner: Runner, is_live: bool, progress: Option<Progress>) -> Ended {
    let begun = Instant::now();
    let (outcome, fault) = if is_live { run_live(runner) } else { parts(runner.run()) };
    let seconds = begun.elapsed().as_secs_f64();
    if let Some(progress) = progress {
        progress.clear();
    }
    Ended { outcome, fault, seconds }
}

/// What is left of a run, and what is wrong with it.
fn parts(result: asp_core::Result<Outcome>) -> (Option<Outcome>, Option<Fault>) {
    match result {
        Ok(outcome) => (Some(outcome), None),
        Err(error) => {
            let fault = Fault::with_causes(&error);
            (error.into_outcome(), Some(fault))
        }
    }
}

/// Waits for a live run on this thread.
fn run_live(runner: Runner) -> (Option<Outcome>, Option<Fault>) {
    let cannot = |text: String| (None, Some(Fault::failed(text)));
    if tokio::runtime::Handle::try_current().is_ok() {
        return cannot(
            "a live program has a runtime of its own, and this one was begun inside another\n\
             = help: remove `#[tokio::main]`; `#[asp::main]` may be on an `async fn` without it"
                .to_owned(),
        );
    }
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => parts(runtime.block_on(runner.run_live())),
        Err(error) => cannot(format!("the run cannot begin: {error}")),
    }
}

/// What only one kind of run knows.
fn fits(options: &RunOptions, is_live: bool) -> Result<(), Fault> {
    if is_live && options.pace != Pace::Max {
        return Err(Fault::usage(
            "--pace: a live run goes by the clock\n= help: remove it, or read the streams with `--feed`",
        ));
    }
    if options.drain && !is_live {
        return Err(Fault::usage(
            "--drain: no stream is live\n= help: remove it, or feed a stream with `--live NAME=tail:FILE`",
        ));
    }
    Ok(())
}

fn finished(
    ended: Ended,
    open: &[Open],
    recordings: Vec<Recording>,
    watched: Option<Watched>,
    options: &RunOptions,
    terminal: &Terminal,
) -> Result<String, Fault> {
    let Ended { outcome, mut fault, seconds } = ended;
    let report = outcome.as_ref().map(Outcome::report);
    let mut recorded = Vec::new();
    for recording in recordings {
        let (stream, uri) = (recording.stream.clone(), recording.uri.to_string());
        // Files of a run that failed are not kept.
        if fault.is_some() || report.is_none_or(|report| report.reason == StopReason::Failed) {
            break;
        }
        match recording.finish() {
            Ok(events) => recorded.push(Recorded { stream, uri, events }),
            Err(error) => fault = Some(Fault::failed(format_args!("recording of \"{stream}\": {error}"))),
        }
    }
    let mut error = fault.as_ref().map(ToString::to_string);
    let page =
        report::write(watched, outcome.as_ref(), error.as_deref(), seconds).unwrap_or_else(|unwritten| {
            error.get_or_insert_with(|| unwritten.to_string());
            fault.get_or_insert(unwritten);
            None
        });
    let error = error.as_deref();
    let summary = Summary { report, feeds: open, recorded: &recorded, page: page.as_deref(), error, seconds };
    if options.json {
        terminal.out.write(&format!("{}\n", summary.json()));
    } else if !options.quiet && report.is_some() {
        terminal.err.write(&summary.text());
    }
    match fault {
        Some(fault) => Err(fault),
        None => Ok(summary.text()),
    }
}

/// The places of all feeds, none of them opened.
fn opened(program: &Program, shows_progress: bool) -> Result<Vec<Open>, Fault> {
    let mut open: Vec<Open> = Vec::new();
    for feed in &program.feeds {
        let place = feed
            .place()
            .map_err(|error| Fault::failed(format_args!("feed of stream \"{}\": {error}", feed.stream)))?;
        if let Some(other) =
            open.iter().find(|other| place.is_standard_stream() && other.place.is_standard_stream())
        {
            return Err(Fault::usage(format_args!(
                "streams \"{}\" and \"{}\" would both read standard input\n= help: read one of them from a file",
                other.stream, feed.stream
            )));
        }
        let clock = shows_progress.then(Clock::new);
        open.push(Open { stream: feed.stream.clone(), place, report: RowReport::new(), clock });
    }
    Ok(open)
}

/// The streams to be recorded, by their place in the program, and where to.
fn targets(program: &Program, options: &RunOptions) -> Result<Vec<(usize, Uri)>, Fault> {
    let mut targets: Vec<(usize, Uri)> = Vec::new();
    for (index, record) in program.records.iter().enumerate() {
        let flag = options.records.iter().find(|flag| flag.stream == record.stream);
        let uri = match (flag, &record.uri) {
            (Some(flag), _) => flag.uri.clone(),
            (None, Some(uri)) => uri.parse().map_err(|error| {
                Fault::failed(format_args!("recording of \"{}\": {error}", record.stream))
            })?,
            (None, None) => continue,
        };
        let name = |index: usize| &program.records[index].stream;
        if let Some((other, _)) = targets.iter().find(|(_, other)| other.path() == uri.path()) {
            return Err(Fault::usage(format_args!(
                "streams \"{}\" and \"{}\" would both be written to {}\n= help: give each a file of its own",
                name(*other),
                name(index),
                uri.path()
            )));
        }
        if uri.is_standard_stream() && options.json {
            return Err(Fault::usage(format_args!(
                "the summary and stream \"{}\" would both go to standard output\n\
                 = help: leave out `--json`, or record to a file",
                name(index)
            )));
        }
        targets.push((index, uri));
    }
    Ok(targets)
}
