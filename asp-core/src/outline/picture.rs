//! The graph as boxes and arrows, which the pictures have in common.
//!
//! A strategy is one box, with its handlers as lines: an emission belongs to a strategy, not to one of its methods, and
//! feedback is an arrow back to a box that is already there. Each arrow is a stream, from one that brings its events to
//! one that takes them.

use super::{HandlerInfo, RunGraph, StrategyInfo, StreamInfo};

/// Boxes and arrows.
#[derive(Debug, Default)]
pub(super) struct Picture {
    pub(super) boxes: Vec<PictureBox>,
    pub(super) arrows: Vec<Arrow>,
}

/// A box.
#[derive(Debug)]
pub(super) struct PictureBox {
    pub(super) kind: Kind,
    /// The first is its title.
    pub(super) lines: Vec<String>,
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A source, over history or live, or one that may come later.
    Source,
    Strategy,
    Coroutine,
    /// `collect`, `sink` or `forward`.
    Sink,
    /// What is not there: nothing feeds a stream, or nobody reads it, at least not yet.
    Missing,
}

/// An arrow from a box to another one, or to itself, by their places in the list.
#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Stream and payload.
    pub(super) label: String,
    /// True if no event comes along it: an end is missing, or comes later.
    pub(super) is_loose: bool,
}

impl Picture {
    pub(super) fn of(graph: &RunGraph) -> Self {
        let mut picture = Picture::default();
        // What brings events stands before the strategies, and what takes them behind.
        let brought: Vec<Vec<usize>> = graph.streams.iter().map(|stream| picture.sources(stream)).collect();
        let first = picture.boxes.len();
        for strategy in &graph.strategies {
            picture.add(Kind::Strategy, strategy_lines(strategy));
        }
        for coroutine in &graph.coroutines {
            picture.add(Kind::Coroutine, vec![coroutine.clone(), "coroutine".to_owned()]);
        }
        for (stream, mut from) in graph.streams.iter().zip(brought) {
            let is_emitter = |strategy: &&StrategyInfo| stream.emitted_by.contains(&strategy.name);
            from.extend(places(graph, first, is_emitter));
            let is_reader = |strategy: &&StrategyInfo| {
                let mut streams = strategy.handlers.iter().filter_map(|handler| handler.stream.as_ref());
                streams.any(|name| *name == stream.name) || strategy.latest.contains(&stream.name)
            };
            let mut to: Vec<usize> = places(graph, first, is_reader).collect();
            to.extend(picture.sinks(stream));
            if from.is_empty() {
                from.push(picture.add(Kind::Missing, vec!["nothing feeds it".to_owned()]));
            }
            if to.is_empty() && !graph.is_open_to_coroutines() {
                to.push(picture.add(Kind::Missing, vec![no_reader(stream).to_owned()]));
            }
            let label = format!("{}: {}", stream.name, stream.payload);
            for &from in &from {
                for &to in &to {
                    let is_missing = |place: usize| picture.boxes[place].kind == Kind::Missing;
                    let is_later = stream.opened && !stream.fed && from < first;
                    let is_loose = is_missing(from) || is_missing(to) || is_later;
                    picture.arrows.push(Arrow { from, to, label: label.clone(), is_loose });
                }
            }
        }
        picture
    }

    fn add(&mut self, kind: Kind, lines: Vec<String>) -> usize {
        self.boxes.push(PictureBox { kind, lines });
        self.boxes.len() - 1
    }

    fn sources(&mut self, stream: &StreamInfo) -> Vec<usize> {
        if !stream.fed && !stream.opened {
            return Vec::new();
        }
        let title = match &stream.origin {
            Some(origin) => origin.clone(),
            None => format!("source of {}", stream.name),
        };
        let state = match (stream.fed, stream.live) {
            (false, _) => "may come later",
            (true, true) => "live",
            (true, false) => "history",
        };
        vec![self.add(Kind::Source, vec![title, state.to_owned()])]
    }

    fn sinks(&mut self, stream: &StreamInfo) -> Vec<usize> {
        let collect = stream.collected.then_some("collect");
        let words: Vec<&str> = collect.into_iter().chain(std::iter::repeat_n("sink", stream.sinks)).collect();
        words.into_iter().map(|word| self.add(Kind::Sink, vec![word.to_owned()])).collect()
    }
}

/// What stands in the place of readers.
pub(super) fn no_reader(stream: &StreamInfo) -> &'static str {
    if stream.opened { "may be read later" } else { "nobody reads it" }
}

/// The boxes of some strategies.
fn places<'a>(
    graph: &'a RunGraph,
    first: usize,
    of: impl Fn(&&'a StrategyInfo) -> bool,
) -> impl Iterator<Item = usize> {
    let strategies = graph.strategies.iter().enumerate();
    strategies.filter(move |(_, strategy)| of(strategy)).map(move |(place, _)| first + place)
}

fn strategy_lines(strategy: &StrategyInfo) -> Vec<String> {
    let mut lines = vec![title(strategy)];
    lines.extend(strategy.handlers.iter().map(handler_line));
    lines.extend(strategy.latest.iter().map(|stream| format!("latest \"{stream}\"")));
    lines
}

/// The instance, and its type where that has another name; of a keyed one, the streams that have the key.
pub(super) fn title(strategy: &StrategyInfo) -> String {
    let StrategyInfo { name, type_name, keyed_by, .. } = strategy;
    let instance = match name.strip_prefix(type_name.as_str()) {
        Some(rest) if rest.is_empty() || rest.starts_with('#') => name.clone(),
        _ => format!("{name} ({type_name})"),
    };
    let quoted: Vec<String> = keyed_by.iter().map(|stream| format!("\"{stream}\"")).collect();
    match &quoted[..] {
        [] => instance,
        [only] => format!("{instance}, one for each key of {only}"),
        [others @ .., last] => format!("{instance}, one for each key of {} and {last}", others.join(", ")),
    }
}

/// A handler with what it is called for, and what for.
pub(super) fn handler_line(handler: &HandlerInfo) -> String {
    let HandlerInfo { method, trigger, is_async, doc, .. } = handler;
    let waits = if *is_async { "async " } else { "" };
    let doc = doc.as_ref().map(|doc| format!(" ({doc})")).unwrap_or_default();
    format!("{waits}{method}: {trigger}{doc}")
}
