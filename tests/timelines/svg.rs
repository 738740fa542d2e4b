//! Draws a timeline. Colours are of middle brightness, legible on a light and on a dark page.

use std::fmt::{Display, Write};

use asp::{Class, Place};

use crate::layout::{EventMark, Layout, Span, label, text_width};
use crate::seen::short;
use crate::timeline::Timeline;

const GREY: &str = "#7d7d7d";
const BLUE: &str = "#3d85c6";
const ORANGE: &str = "#cc7a29";
const GREEN: &str = "#4a9a5c";
const VIOLET: &str = "#9a6fc4";
const RED: &str = "#d04a4a";

const STREAM_ROW: f64 = 30.0;
const STRATEGY_ROW: f64 = 58.0;

/// The rows, from top to bottom.
struct Rows {
    top: f64,
    streams: f64,
    strategies: f64,
    rounds: f64,
    axis: f64,
}

impl Rows {
    fn of(timeline: &Timeline, layout: &Layout) -> Self {
        let top = if timeline.handover.is_some() { 24.0 } else { 8.0 };
        let strategies = top + STREAM_ROW * layout.streams.len() as f64;
        let rounds = strategies + STRATEGY_ROW * layout.strategies.len() as f64;
        let has_rounds = timeline.calls.iter().any(|call| call.place.round > 0);
        let axis = rounds + if has_rounds { 26.0 } else { 4.0 };
        Rows { top, streams: top, strategies, rounds, axis }
    }

    fn stream(&self, layout: &Layout, name: &str) -> f64 {
        let row = layout.streams.iter().position(|stream| stream == name).unwrap_or_default();
        self.streams + STREAM_ROW * (row as f64 + 0.5)
    }

    fn strategy(&self, layout: &Layout, name: &str) -> f64 {
        let row = layout.strategies.iter().position(|strategy| strategy == name).unwrap_or_default();
        self.strategies + STRATEGY_ROW * row as f64 + 29.0
    }
}

/// The picture, as SVG.
pub(crate) fn draw(timeline: &Timeline, layout: &Layout) -> String {
    let rows = Rows::of(timeline, layout);
    let mut page = Page::default();
    phases(&mut page, timeline, layout, &rows);
    titles(&mut page, layout, &rows);
    for event in &layout.events {
        fan_out(&mut page, timeline, layout, &rows, event);
    }
    arrows(&mut page, timeline, layout, &rows);
    for event in &layout.events {
        let colour = if event.place.is_some() { BLUE } else { "none" };
        let y = rows.stream(layout, &event.stream);
        page.add(format_args!(
            "<circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4.5\" fill=\"{colour}\" stroke=\"{BLUE}\" stroke-width=\"1.5\"/>",
            event.x
        ));
    }
    for (call, x) in timeline.calls.iter().zip(&layout.columns) {
        let y = rows.strategy(layout, &call.strategy);
        mark(&mut page, call.place.class, *x, y);
        page.text(*x, y + 19.0, "middle", &label(call));
    }
    rounds(&mut page, timeline, layout, &rows);
    axis(&mut page, timeline, layout, &rows);
    page.close(layout.width, rows.axis + 26.0)
}

/// What the run covers, and its live part.
fn phases(page: &mut Page, timeline: &Timeline, layout: &Layout, rows: &Rows) {
    if let Some((start, end)) = timeline.covers {
        let left = layout.instants[&start].left;
        let right = layout.instants.get(&end).map_or(layout.width, |span| span.left);
        shade(page, (left, right), rows, GREY);
    }
    let Some(handover) = timeline.handover else { return };
    let Span { left: x, .. } = layout.instants[&handover];
    shade(page, (x, layout.width), rows, GREEN);
    page.line((x, 2.0), (x, rows.axis), GREEN, "stroke-dasharray=\"4 3\"");
    page.text(x + 6.0, 16.0, "start", "live");
    if x - layout.left > text_width("history") {
        page.text(x - 6.0, 16.0, "end", "history");
    }
}

fn shade(page: &mut Page, (left, right): (f64, f64), rows: &Rows, colour: &str) {
    let (width, height) = (right - left, rows.axis - 2.0);
    page.add(format_args!(
        "<rect x=\"{left:.1}\" y=\"2\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\" fill-opacity=\"0.15\"/>"
    ));
}

fn titles(page: &mut Page, layout: &Layout, rows: &Rows) {
    let (from, to) = (layout.left, layout.width - 4.0);
    for (names, is_stream) in [(&layout.streams, true), (&layout.strategies, false)] {
        for name in names {
            let y = if is_stream { rows.stream(layout, name) } else { rows.strategy(layout, name) };
            page.line((from, y), (to, y), GREY, "stroke-opacity=\"0.35\"");
            page.text(8.0, y + 4.5, "start", name);
        }
    }
}

/// From an event to the calls that it makes.
fn fan_out(page: &mut Page, timeline: &Timeline, layout: &Layout, rows: &Rows, event: &EventMark) {
    let y = rows.stream(layout, &event.stream);
    for &index in &event.calls {
        let to = (layout.columns[index], rows.strategy(layout, &timeline.calls[index].strategy));
        page.line((event.x, y), to, BLUE, "stroke-opacity=\"0.5\"");
    }
}

/// From a call to what it has asked for.
fn arrows(page: &mut Page, timeline: &Timeline, layout: &Layout, rows: &Rows) {
    for &(from, to) in &timeline.arrows {
        let target = &timeline.calls[to];
        let (x, y) = (layout.columns[from], rows.strategy(layout, &timeline.calls[from].strategy));
        match layout.events.iter().find(|event| event.place == Some(target.place)) {
            Some(event) => {
                let end = rows.stream(layout, &event.stream);
                let (bend, below) = (f64::midpoint(x, event.x), if y > end { end + 7.0 } else { end - 7.0 });
                let lift = f64::midpoint(y, end);
                page.arrow(format_args!(
                    "M{x:.1} {y:.1} C{bend:.1} {lift:.1} {:.1} {lift:.1} {:.1} {below:.1}",
                    event.x, event.x
                ));
            }
            None => {
                let end = layout.columns[to];
                let rise = y - (10.0 + (end - x) * 0.12).min(28.0);
                page.arrow(format_args!(
                    "M{x:.1} {:.1} C{:.1} {rise:.1} {:.1} {rise:.1} {end:.1} {:.1}",
                    y - 6.0,
                    x + (end - x) * 0.25,
                    x + (end - x) * 0.75,
                    y - 8.0
                ));
            }
        }
    }
}

fn mark(page: &mut Page, class: Class, x: f64, y: f64) {
    match class {
        Class::Event => {
            page.add(format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{BLUE}\"/>"))
        }
        Class::Call => page.shape(x, y, "-6,0 0,-6 6,0 0,6", ORANGE),
        Class::Tick => page.shape(x, y, "-5.5,5 0,-6 5.5,5", GREEN),
        Class::Start | Class::Settled | Class::Stop => page.shape(x, y, "-5,-5 5,-5 5,5 -5,5", VIOLET),
    }
}

/// Brackets below the rounds of an instant that has several.
fn rounds(page: &mut Page, timeline: &Timeline, layout: &Layout, rows: &Rows) {
    let placed: Vec<(Place, f64)> =
        timeline.calls.iter().map(|call| call.place).zip(layout.columns.iter().copied()).collect();
    if placed.iter().all(|(place, _)| place.round == 0) {
        return;
    }
    let y = rows.rounds + 2.0;
    page.text(8.0, y + 14.0, "start", "round");
    let mut rest = placed.as_slice();
    while let Some((first, from)) = rest.first() {
        let is_same = |(place, _): &&(Place, f64)| (place.time, place.round) == (first.time, first.round);
        let count = rest.iter().take_while(is_same).count();
        let (from, to) = (from - 8.0, rest[count - 1].1 + 8.0);
        page.line((from, y), (to, y), GREY, "");
        page.text(f64::midpoint(from, to), y + 15.0, "middle", &first.round.to_string());
        rest = &rest[count..];
    }
}

fn axis(page: &mut Page, timeline: &Timeline, layout: &Layout, rows: &Rows) {
    let y = rows.axis;
    page.line((layout.left, y), (layout.width - 4.0, y), GREY, "");
    page.text(8.0, y + 18.0, "start", "time");
    for (time, span) in &layout.instants {
        let (from, to) = (span.left + 2.0, span.right - 2.0);
        page.add(format_args!(
            "<path d=\"M{from:.1} {:.1} V{:.1} H{to:.1} V{:.1}\" fill=\"none\" stroke=\"{GREY}\"/>",
            y - 1.0,
            y + 4.0,
            y - 1.0
        ));
        page.text(span.middle(), y + 18.0, "middle", &short(*time));
    }
    if let Some(span) = timeline.failed.map(|time| layout.instants[&time]) {
        let x = span.right - 1.0;
        page.line((x, rows.top), (x, y), RED, "stroke-dasharray=\"3 3\"");
        page.add(format_args!(
            "<path d=\"M{:.1} {:.1} l8 8 m0 -8 l-8 8\" stroke=\"{RED}\" stroke-width=\"2\"/>",
            x - 4.0,
            y - 4.0
        ));
    }
}

#[derive(Default)]
struct Page {
    body: String,
}

impl Page {
    fn add(&mut self, element: impl Display) {
        writeln!(self.body, "{element}").expect("a string takes it");
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str, more: &str) {
        self.add(format_args!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" {more}/>",
            from.0, from.1, to.0, to.1
        ));
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        self.add(format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"));
    }

    fn shape(&mut self, x: f64, y: f64, points: &str, colour: &str) {
        self.add(format_args!(
            "<polygon points=\"{points}\" transform=\"translate({x:.1} {y:.1})\" fill=\"{colour}\"/>"
        ));
    }

    fn arrow(&mut self, path: impl Display) {
        self.add(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{ORANGE}\" stroke-width=\"1.4\" marker-end=\"url(#tip)\"/>"
        ));
    }

    fn close(self, width: f64, height: f64) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"{GREY}\">\n\
             <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"{ORANGE}\"/></marker></defs>\n{}</svg>\n",
            self.body
        )
    }
}
