//! Pictures of random graphs: all is there, nothing covers anything else.

use std::collections::BTreeSet;

use fastrand::Rng;
use roxmltree::{Document, Node};

use super::everything;
use crate::outline::picture::Picture;
use crate::outline::{HandlerInfo, RunGraph, StrategyInfo, StreamInfo};

const NAMES: [&str; 8] =
    ["a", "größe → 日本", "<b>&", "\"q\"", "]]>", "two\nlines", "a\u{0}b", "long enough to be wide"];

/// Streams and strategies, some in circles, some alone.
fn graph(random: &mut Rng) -> RunGraph {
    let streams: Vec<StreamInfo> = (0..random.usize(0..8))
        .map(|index| StreamInfo {
            name: format!("{}{index}", random.choice(NAMES).unwrap_or_default()),
            payload: "Vec<u8>".to_owned(),
            fed: random.bool(),
            opened: random.u8(0..5) == 0,
            collected: random.u8(0..4) == 0,
            sinks: random.usize(0..2),
            ..StreamInfo::default()
        })
        .collect();
    let mut graph = RunGraph { streams, ..RunGraph::default() };
    for number in 0..random.usize(0..7) {
        let name = format!("{}{number}", random.choice(NAMES).unwrap_or_default());
        let mut strategy =
            StrategyInfo { name: name.clone(), type_name: name.clone(), ..StrategyInfo::default() };
        for stream in &mut graph.streams {
            match random.u8(0..6) {
                0 => {
                    let trigger = format!("on_event \"{}\"", stream.name);
                    let stream = Some(stream.name.clone());
                    let method = "read".to_owned();
                    strategy.handlers.push(HandlerInfo {
                        method,
                        trigger,
                        stream,
                        is_async: false,
                        doc: None,
                    });
                }
                1 => strategy.latest.push(stream.name.clone()),
                2 | 3 => stream.emitted_by.push(name.clone()),
                _ => {}
            }
        }
        graph.strategies.push(strategy);
    }
    graph.coroutines = (0..random.usize(0..2)).map(|number| format!("coroutine {number}")).collect();
    graph
}

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).and_then(|text| text.parse().ok()).expect("a number")
}

fn rectangles(document: &Document<'_>, class: &str) -> Vec<[f64; 4]> {
    let ours = document.descendants().filter(|node| node.attribute("class") == Some(class));
    ours.map(|node| ["x", "y", "width", "height"].map(|name| number(&node, name))).collect()
}

/// Looks at a picture, and says how many links it has.
fn look_at(graph: &RunGraph) -> usize {
    let text = graph.to_svg();
    assert_eq!(text, graph.to_svg(), "the same graph gives the same picture");
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let Picture { boxes, arrows } = Picture::of(graph);
    let labels: BTreeSet<&str> = arrows.iter().map(|arrow| arrow.label.as_str()).collect();
    let to = arrows.iter().map(|arrow| (arrow.label.as_str(), arrow.to));
    let to: BTreeSet<(&str, usize)> = to.collect();
    let from: BTreeSet<(usize, &str)> =
        arrows.iter().map(|arrow| (arrow.from, arrow.label.as_str())).collect();

    let mut all = rectangles(&document, "box");
    assert_eq!(all.len(), boxes.len());
    let streams = rectangles(&document, "stream");
    assert_eq!(streams.len(), labels.len());
    all.extend(streams);
    let [width, height] = ["width", "height"].map(|name| number(&document.root_element(), name));
    for (index, [x, y, w, h]) in all.iter().enumerate() {
        assert!(*x >= 0.0 && *y >= 0.0 && x + w <= width && y + h <= height, "{text}");
        for [other_x, other_y, other_w, other_h] in &all[..index] {
            let is_beside = x + w <= *other_x || other_x + other_w <= *x;
            let is_above = y + h <= *other_y || other_y + other_h <= *y;
            assert!(is_beside || is_above, "{text}");
        }
    }
    let texts: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text().map(str::trim))
        .collect();
    for line in boxes.iter().flat_map(|drawn| &drawn.lines).map(String::as_str).chain(labels) {
        let line = line.replace(char::is_control, " ");
        assert!(texts.contains(&line.trim()), "{line} is missing in\n{text}");
    }
    let links = document.descendants().filter(|node| node.attribute("class") == Some("link")).count();
    assert_eq!(links, from.len() + to.len());
    links
}

#[test]
fn a_picture_has_everything_and_nothing_twice() {
    assert_eq!(look_at(&everything()), 20);
    assert_eq!(look_at(&RunGraph::default()), 0);
}

#[test]
fn random_graphs_are_drawn_without_overlap() {
    for seed in 0..150 {
        look_at(&graph(&mut Rng::with_seed(seed)));
    }
}
