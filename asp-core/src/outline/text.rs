//! The graph as an outline.

use std::fmt;

use super::picture::{handler_line, no_reader, title};
use super::{RunGraph, StreamInfo};

impl RunGraph {
    /// True if there are coroutines, which may wait for any stream.
    pub(super) fn is_open_to_coroutines(&self) -> bool {
        !self.coroutines.is_empty()
    }

    fn payload(&self, stream: &str) -> &str {
        let known = self.streams.iter().find(|known| known.name == stream);
        known.map_or("", |known| known.payload.as_str())
    }
}

/// What a stream is fed by, emitted by and read by; one line each.
fn ends(stream: &StreamInfo, graph: &RunGraph) -> Vec<String> {
    let mut lines = Vec::new();
    if stream.fed {
        let live = if stream.live { " live" } else { "" };
        let origin = stream.origin.as_ref().map(|origin| format!(" from {origin}")).unwrap_or_default();
        lines.push(format!("fed{live}{origin}"));
    }
    if stream.opened {
        lines.push("may be fed later".to_owned());
    }
    lines.extend(stream.emitted_by.iter().map(|emitter| format!("emitted by {emitter}")));
    if lines.is_empty() {
        lines.push("nothing feeds it".to_owned());
    }
    let supplied = lines.len();
    lines.extend(stream.read_by.iter().map(|reader| format!("read by {reader}")));
    lines.extend(stream.latest_for.iter().map(|reader| format!("latest for {reader}")));
    if stream.collected {
        lines.push("collected".to_owned());
    }
    match stream.sinks {
        0 => {}
        1 => lines.push("has a sink".to_owned()),
        count => lines.push(format!("has {count} sinks")),
    }
    if lines.len() == supplied && !graph.is_open_to_coroutines() {
        lines.push(no_reader(stream).to_owned());
    }
    lines
}

impl fmt::Display for RunGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.streams.is_empty() {
            writeln!(f, "streams")?;
        }
        for stream in &self.streams {
            writeln!(f, "  {}: {}", stream.name, stream.payload)?;
            for end in ends(stream, self) {
                writeln!(f, "    {end}")?;
            }
        }
        if !self.strategies.is_empty() {
            writeln!(f, "strategies")?;
        }
        for strategy in &self.strategies {
            writeln!(f, "  {}", title(strategy))?;
            for handler in &strategy.handlers {
                writeln!(f, "    {}", handler_line(handler))?;
            }
            for stream in &strategy.latest {
                writeln!(f, "    latest {stream}: {}", self.payload(stream))?;
            }
            for stream in &strategy.emits {
                writeln!(f, "    emits {stream}: {}", self.payload(stream))?;
            }
        }
        if !self.coroutines.is_empty() {
            writeln!(f, "coroutines")?;
        }
        for coroutine in &self.coroutines {
            writeln!(f, "  {coroutine}")?;
        }
        Ok(())
    }
}
