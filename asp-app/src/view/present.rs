//! The run in a browser: asked for on the command line, served while it goes on and, for people, after its end.

use std::time::Duration;

use asp_core::{RunGraph, Runner, StopHandle};
use asp_view::{ServeError, Server, View};
use clap::{Args, ValueEnum};

use crate::fault::Fault;
use crate::program::Program;
use crate::terminal::Terminal;

/// Between two looks whether Ctrl-C was pressed.
const PERIOD: Duration = Duration::from_millis(50);

/// Flags of `run`.
#[derive(Args, Debug, Default)]
#[group(skip)]
pub(crate) struct Flags {
    /// Show the run in a browser while it goes on, at 127.0.0.1:8080, 8080, or a port that is free
    ///
    /// The address is printed to standard error. Only programs on this machine reach it.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:0")]
    view: Option<String>,
    /// How long to show it: until the run has ended, or until Ctrl-C, as on a terminal
    #[arg(long, value_name = "WHEN", requires = "view")]
    view_until: Option<Until>,
    /// Let everybody look who reaches the address; there is no password
    #[arg(long, requires = "view")]
    view_anyone: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Until {
    /// The end of the run, as where standard error is no terminal
    Run,
    /// Ctrl-C
    CtrlC,
}

/// A page that is to be served.
#[derive(Debug)]
pub(crate) struct Wanted {
    address: String,
    until: Option<Until>,
    is_for_anyone: bool,
}

/// A page that is served.
#[derive(Debug)]
pub(crate) struct Viewed {
    server: Server,
    stop: StopHandle,
    until: Option<Until>,
}

impl Flags {
    pub(crate) fn read(self) -> Result<Option<Wanted>, Fault> {
        let Flags { view, view_until: until, view_anyone: is_for_anyone } = self;
        Ok(view.map(|address| Wanted { address, until, is_for_anyone }))
    }
}

/// Begins to serve the run, if it is to be served, and says where.
pub(crate) fn attach(
    wanted: Option<Wanted>,
    program: &Program,
    mut graph: RunGraph,
    runner: Runner,
    terminal: &Terminal,
) -> Result<(Runner, Option<Viewed>), Fault> {
    let Some(Wanted { address, until, is_for_anyone }) = wanted else { return Ok((runner, None)) };
    for feed in &program.feeds {
        if let Some(stream) = graph.streams.iter_mut().find(|stream| stream.name == feed.stream) {
            stream.origin = Some(feed.uri.clone());
        }
    }
    let mut view = View::new().title(program.name).at(address);
    if is_for_anyone {
        view = view.anyone();
    }
    for record in &program.records {
        let info = graph.streams.iter().find(|info| info.name == record.stream);
        // A stream that nothing feeds or emits cannot have a sink.
        if info.is_some_and(|info| info.fed || info.opened || !info.emitted_by.is_empty()) {
            view = record.show(view);
        }
    }
    let stop = runner.stop_handle();
    let (runner, server) = view.graph(graph).serve(runner).map_err(|error| refused(&error))?;
    terminal.err.write(&format!("view: {}\n", server.url()));
    Ok((runner, Some(Viewed { server, stop, until })))
}

/// Shows how the run came out, and goes on serving if that is asked for. An error is told before.
pub(crate) fn stay(
    viewed: Option<Viewed>,
    finished: Result<String, Fault>,
    terminal: &Terminal,
) -> Result<(), Fault> {
    let Some(Viewed { server, stop, until }) = viewed else { return finished.map(drop) };
    server.finish_with(match &finished {
        Ok(summary) => summary.clone(),
        Err(fault) => fault.to_string(),
    });
    let is_asked = until.map_or_else(|| terminal.err.is_terminal(), |until| until == Until::CtrlC);
    // Whoever has stopped the run by Ctrl-C has seen enough; and inside of another program there is nobody to press it.
    if !is_asked || stop.is_requested() || !terminal.is_of_process() {
        return finished.map(drop);
    }
    let finished = finished.map(drop).map_err(|fault| {
        terminal.error(&fault.to_string());
        Fault::Told(fault.code())
    });
    terminal.err.write(&format!("The run has ended, {} goes on showing it until Ctrl-C.\n", server.url()));
    while !stop.is_requested() {
        std::thread::sleep(PERIOD);
    }
    finished
}

/// What is wrong, with what to write on the command line.
fn refused(error: &ServeError) -> Fault {
    let what = error.what();
    match error {
        ServeError::NoAddress { .. } => Fault::usage(format_args!(
            "--view: {what}\n= help: write a port, `8080`, or an address with one, `127.0.0.1:8080`"
        )),
        ServeError::NotLoopback { address } => Fault::usage(format_args!(
            "--view: {what}\n\
             = help: write `--view 127.0.0.1:{}`, or add `--view-anyone` if all who reach it may see the run",
            address.port()
        )),
        ServeError::Taken { .. } => Fault::failed(format_args!(
            "--view: {what}\n= help: name another one, or write `--view` alone for one that is free"
        )),
        _ => Fault::failed(format_args!("--view: {what}")),
    }
}
