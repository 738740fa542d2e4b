//! The graph as a flowchart of Mermaid.

use super::RunGraph;
use super::picture::{Kind, Picture};

impl RunGraph {
    /// A flowchart in the language of [Mermaid](https://mermaid.js.org), for a page in Markdown.
    ///
    /// Each strategy is a box that lists its handlers, each arrow a stream with its payload. What is dashed has an end that
    /// is missing, or that comes later.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// let graph = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).graph();
    /// let chart = graph.to_mermaid();
    /// assert!(chart.starts_with("flowchart LR\n"));
    /// assert!(chart.contains("n0 -->|\"names: String\"| n1\n"));
    /// ```
    pub fn to_mermaid(&self) -> String {
        let Picture { boxes, arrows } = Picture::of(self);
        let mut chart = "flowchart LR\n".to_owned();
        for (place, drawn) in boxes.iter().enumerate() {
            let (open, close) = match drawn.kind {
                Kind::Source => ("([", "])"),
                Kind::Strategy => ("[", "]"),
                Kind::Coroutine => ("[[", "]]"),
                Kind::Sink => ("[(", ")]"),
                Kind::Missing => ("{{", "}}"),
            };
            let lines: Vec<String> = drawn.lines.iter().map(|line| escaped(line)).collect();
            chart += &format!("    n{place}{open}\"{}\"{close}\n", lines.join("<br/>"));
        }
        for arrow in &arrows {
            let line = if arrow.is_loose { "-.->" } else { "-->" };
            chart += &format!("    n{} {line}|\"{}\"| n{}\n", arrow.from, escaped(&arrow.label), arrow.to);
        }
        chart
    }
}

/// Text between quotes. Whatever Mermaid, its Markdown or HTML might read something into is an entity.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped += "#quot;",
            '<' => escaped += "#lt;",
            '>' => escaped += "#gt;",
            '&' => escaped += "#amp;",
            '#' | ';' | '%' | '`' | '\\' | '*' | '$' => escaped += &format!("#{};", u32::from(c)),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
