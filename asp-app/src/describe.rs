//! `streams` and `graph`: what a program consists of.

use asp_core::{RunGraph, Runner, StreamInfo};

use crate::cli::{self, Feeds, Graph, GraphFormat};
use crate::fault::Fault;
use crate::program::Program;
use crate::returned::Made;
use crate::table::aligned;
use crate::terminal::Terminal;

/// The run without its files, and its graph. A feed of a stream that the program does not have is a fault.
pub(crate) fn outline(
    program: &mut Program,
    made: Made<'_>,
    feeds: Feeds,
) -> Result<(Runner, RunGraph), Fault> {
    let unknown = feeds.replace(program)?;
    let runner = program.build_empty(made)?;
    let graph = runner.graph();
    match unknown.first() {
        Some(feed) => Err(cli::unknown_feed(feed, program, &graph)),
        None => Ok((runner, graph)),
    }
}

/// Lists the streams.
pub(crate) fn streams(
    mut program: Program,
    made: Made<'_>,
    feeds: Feeds,
    terminal: &Terminal,
) -> Result<(), Fault> {
    let (_, graph) = outline(&mut program, made, feeds)?;
    let header = ["STREAM", "CARRIES", "COMES FROM", "READ BY", "RECORDED"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(graph.streams.iter().map(|stream| {
        let readers = if stream.read_by.is_empty() { "nobody".to_owned() } else { stream.read_by.join(", ") };
        let (name, payload) = (stream.name.clone(), stream.payload.clone());
        vec![name, payload, origin(stream, &program), readers, recorded(stream, &program)]
    }));
    terminal.out.write(&aligned(&rows));
    Ok(())
}

/// Shows the graph, with the files that feed its streams.
pub(crate) fn graph(
    mut program: Program,
    made: Made<'_>,
    flags: Graph,
    terminal: &Terminal,
) -> Result<(), Fault> {
    let (_, mut graph) = outline(&mut program, made, flags.feeds)?;
    for feed in &program.feeds {
        if let Some(stream) = graph.streams.iter_mut().find(|stream| stream.name == feed.stream) {
            (stream.origin, stream.live) = (Some(feed.uri.clone()), feed.is_live);
        }
    }
    let text = match flags.format {
        GraphFormat::Outline => graph.to_string(),
        GraphFormat::Mermaid => graph.to_mermaid(),
        GraphFormat::Dot => graph.to_dot(),
        #[cfg(feature = "svg")]
        GraphFormat::Svg => graph.to_svg(),
    };
    match &flags.output {
        None => terminal.out.write(&text),
        Some(path) => std::fs::write(path, text).map_err(|error| {
            Fault::failed(format_args!("--output: cannot write {}: {error}", path.display()))
        })?,
    }
    Ok(())
}

fn origin(stream: &StreamInfo, program: &Program) -> String {
    let file = program.feeds.iter().find(|feed| feed.stream == stream.name);
    let mut origins = Vec::new();
    match file {
        Some(feed) => origins.push(feed.uri.clone()),
        None if stream.fed => origins.push("the program".to_owned()),
        None => {}
    }
    origins.extend(stream.emitted_by.iter().cloned());
    if stream.opened {
        origins.push("opened for later".to_owned());
    }
    if origins.is_empty() { "nothing".to_owned() } else { origins.join(", ") }
}

fn recorded(stream: &StreamInfo, program: &Program) -> String {
    match program.records.iter().find(|record| record.stream == stream.name) {
        Some(record) => record.uri.clone().unwrap_or_else(|| "on request".to_owned()),
        None => "no".to_owned(),
    }
}
