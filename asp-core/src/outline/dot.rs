//! The graph in the language of Graphviz.

use super::RunGraph;
use super::picture::{Kind, Picture};

impl RunGraph {
    /// A digraph for [Graphviz](https://graphviz.org): `dot -Tsvg run.dot`.
    ///
    /// It shows what [`RunGraph::to_mermaid`] shows.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// let graph = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).graph();
    /// let digraph = graph.to_dot();
    /// assert!(digraph.starts_with("digraph run {\n"));
    /// assert!(digraph.contains("n0 -> n1 [label=\"names: String\"];\n"));
    /// ```
    pub fn to_dot(&self) -> String {
        let Picture { boxes, arrows } = Picture::of(self);
        let mut digraph = "digraph run {\n    graph [rankdir=LR];\n".to_owned();
        for (place, drawn) in boxes.iter().enumerate() {
            let look = match drawn.kind {
                Kind::Source => "shape=ellipse",
                Kind::Strategy => "shape=box",
                Kind::Coroutine => "shape=box, style=rounded",
                Kind::Sink => "shape=cylinder",
                Kind::Missing => "shape=plaintext",
            };
            let lines: Vec<String> = drawn.lines.iter().map(|line| escaped(line)).collect();
            digraph += &format!("    n{place} [{look}, label=\"{}\"];\n", lines.join("\\n"));
        }
        for arrow in &arrows {
            let style = if arrow.is_loose { ", style=dashed" } else { "" };
            let label = escaped(&arrow.label);
            digraph += &format!("    n{} -> n{} [label=\"{label}\"{style}];\n", arrow.from, arrow.to);
        }
        digraph + "}\n"
    }
}

/// Text between quotes. An `&` stays one where Graphviz would take it for the beginning of an entity.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, c) in text.char_indices() {
        match c {
            '"' => escaped += "\\\"",
            '\\' => escaped += "\\\\",
            '&' if begins_entity(&text[index + 1..]) => escaped += "&amp;",
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

fn begins_entity(rest: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#');
    rest.split_once(';').is_some_and(|(name, _)| is_name(name))
}
