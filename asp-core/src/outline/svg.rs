//! The graph as a picture: where everything stands is `layers.rs`, here is how it looks.

use svg::node::Node;
use svg::node::element::path::Data;
use svg::node::element::{Definitions, Group, Marker, Path, Rectangle, Text};

use super::RunGraph;
use super::layers::{Layers, Link, Place, Point};
use super::picture::{Kind, Picture, PictureBox};

/// Of a letter of the fixed-width font, and of a line.
const LETTER: f64 = 7.3;
const LINE: f64 = 17.0;
/// Between the text of a box and its edges.
const PADDING: (f64, f64) = (12.0, 9.0);
/// Around the whole.
const MARGIN: f64 = 24.0;
const FONT: &str = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/// What a strategy, a source and so on look like: fill and stroke.
fn look(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Source => ("#e3f4e6", "#3c8f50"),
        Kind::Strategy => ("#e8eefb", "#4a67b0"),
        Kind::Coroutine => ("#f0e9fa", "#7c54ad"),
        Kind::Sink => ("#fdf1da", "#b3842b"),
        Kind::Missing => ("#ffffff", "#c0392b"),
    }
}

impl RunGraph {
    /// A picture, for a browser or a page.
    ///
    /// It shows what [`RunGraph::to_mermaid`] shows, from left to right, each stream as a label with rounded ends between those
    /// that bring its events and those that take them. With the feature `svg`.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// let graph = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).graph();
    /// let picture = graph.to_svg();
    /// assert!(picture.starts_with("<svg "));
    /// assert!(picture.contains("names: String"));
    /// ```
    pub fn to_svg(&self) -> String {
        let Picture { boxes, arrows } = Picture::of(self);
        let mut streams: Vec<&str> = Vec::new();
        let mut links: Vec<Link> = Vec::new();
        for arrow in &arrows {
            let known = streams.iter().position(|&stream| stream == arrow.label);
            let stream = boxes.len()
                + known.unwrap_or_else(|| {
                    streams.push(&arrow.label);
                    streams.len() - 1
                });
            for (from, to) in [(arrow.from, stream), (stream, arrow.to)] {
                match links.iter_mut().find(|link| (link.from, link.to) == (from, to)) {
                    Some(link) => link.is_loose &= arrow.is_loose,
                    None => links.push(Link { from, to, is_loose: arrow.is_loose }),
                }
            }
        }
        let sizes: Vec<(f64, f64)> = boxes
            .iter()
            .map(|drawn| size(&drawn.lines))
            .chain(streams.iter().map(|&name| size(&[name])))
            .collect();
        let layers = Layers::of(&sizes, &links);
        let mut canvas = Group::new().set("transform", format!("translate({MARGIN} {MARGIN})"));
        for (link, points) in links.iter().zip(&layers.routes) {
            canvas.append(line(link, points));
        }
        for (drawn, place) in boxes.iter().zip(&layers.places) {
            canvas.append(boxed(drawn, place));
        }
        for (name, place) in streams.iter().zip(&layers.places[boxes.len()..]) {
            canvas.append(label(name, place));
        }
        document(canvas, layers.size)
    }
}

fn document(canvas: Group, (width, height): (f64, f64)) -> String {
    let (width, height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    let tip = Path::new().set("d", "M 0 0 L 9 4 L 0 8 z").set("fill", "#5a6472");
    let tip = Marker::new()
        .set("id", "tip")
        .set("markerUnits", "userSpaceOnUse")
        .set("viewBox", "0 0 9 8")
        .set("markerWidth", 9)
        .set("markerHeight", 8)
        .set("refX", 9)
        .set("refY", 4)
        .set("orient", "auto")
        .add(tip);
    let ground = Rectangle::new()
        .set("class", "ground")
        .set("width", "100%")
        .set("height", "100%")
        .set("fill", "#ffffff");
    let document = svg::Document::new()
        .set("viewBox", (0.0, 0.0, short(width), short(height)))
        .set("width", short(width))
        .set("height", short(height))
        .set("font-family", FONT)
        .set("font-size", 12)
        .add(Definitions::new().add(tip))
        .add(ground)
        .add(canvas);
    format!("{document}\n")
}

/// The room that these lines take.
fn size<L: AsRef<str>>(lines: &[L]) -> (f64, f64) {
    let longest = lines.iter().map(|line| letters(line.as_ref())).max().unwrap_or(0);
    (longest as f64 * LETTER + 2.0 * PADDING.0, lines.len() as f64 * LINE + 2.0 * PADDING.1)
}

/// Letters of scripts that are written in squares are twice as wide.
fn letters(line: &str) -> usize {
    line.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum()
}

fn boxed(drawn: &PictureBox, place: &Place) -> Group {
    let (fill, stroke) = look(drawn.kind);
    let round = match drawn.kind {
        Kind::Source => 16.0,
        Kind::Sink => 2.0,
        _ => 6.0,
    };
    let mut outer = rectangle("box", place, round).set("fill", fill).set("stroke", stroke);
    if drawn.kind == Kind::Missing {
        outer = outer.set("stroke-dasharray", "5 4");
    }
    let mut group = Group::new().add(outer);
    if drawn.kind == Kind::Strategy {
        // For whoever shows more beside it: the strategies stand in the order of the graph.
        group.assign("class", "strategy");
    }
    if drawn.kind == Kind::Coroutine {
        let inner = Place {
            x: place.x + 3.0,
            y: place.y + 3.0,
            width: place.width - 6.0,
            height: place.height - 6.0,
        };
        group = group.add(rectangle("inner", &inner, 4.0).set("fill", "none").set("stroke", stroke));
    }
    for (row, line) in drawn.lines.iter().enumerate() {
        let mut text = text(line, place.x + PADDING.0, place.y + PADDING.1 + row as f64 * LINE, "#1f2733");
        if row == 0 {
            text.assign("font-weight", "bold");
        }
        group.append(text);
    }
    group
}

fn label(name: &str, place: &Place) -> Group {
    let outline =
        rectangle("stream", place, place.height / 2.0).set("fill", "#f6f7f9").set("stroke", "#8a94a3");
    Group::new().add(outline).add(text(name, place.x + PADDING.0, place.y + PADDING.1, "#3b4552"))
}

fn rectangle(class: &str, place: &Place, round: f64) -> Rectangle {
    Rectangle::new()
        .set("class", class)
        .set("x", short(place.x))
        .set("y", short(place.y))
        .set("width", short(place.width))
        .set("height", short(place.height))
        .set("rx", short(round))
}

/// A line of text whose upper left corner is there. What no document may contain is a space.
fn text(line: &str, x: f64, y: f64, color: &str) -> Text {
    let is_allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let line: String = line.chars().map(|c| if is_allowed(c) { c } else { ' ' }).collect();
    Text::new(line).set("x", short(x)).set("y", short(y + 12.5)).set("fill", color)
}

/// A curve through these points, level wherever it passes one.
fn line(link: &Link, points: &[Point]) -> Path {
    let mut data = Data::new();
    for (index, point) in points.iter().enumerate() {
        data = match index.checked_sub(1).map(|before| points[before]) {
            None => data.move_to((short(point.x), short(point.y))),
            Some(before) if before.y == point.y => data.line_to((short(point.x), short(point.y))),
            Some(before) => {
                let bend = (point.x - before.x) / 2.0;
                data.cubic_curve_to((
                    (short(before.x + bend), short(before.y)),
                    (short(point.x - bend), short(point.y)),
                    (short(point.x), short(point.y)),
                ))
            }
        };
    }
    let mut path = Path::new()
        .set("class", "link")
        .set("d", data)
        .set("fill", "none")
        .set("stroke", "#5a6472")
        .set("stroke-width", 1.3)
        .set("marker-end", "url(#tip)");
    if link.is_loose {
        path.assign("stroke-dasharray", "5 4");
    }
    path
}

/// To a tenth, which is enough and keeps the text short.
fn short(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}
