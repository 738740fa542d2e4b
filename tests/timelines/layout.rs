//! Where what a scenario did stands in its picture.
//!
//! Each instant is as wide as what happens at it, one column a call; what is between instants is roughly to scale.

use std::collections::{BTreeMap, BTreeSet};

use asp::prelude::*;
use asp::{Class, Place};

use crate::seen::{Call, short};
use crate::timeline::Timeline;

/// The widest picture: texts stay legible where a page shows it.
const WIDEST: f64 = 700.0;
const LEFT_OF_ALL: f64 = 8.0;
const NARROWEST_GAP: f64 = 10.0;
const WIDEST_GAP: f64 = 64.0;

/// From where to where an instant reaches.
#[derive(Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) left: f64,
    pub(crate) right: f64,
}

impl Span {
    pub(crate) fn middle(self) -> f64 {
        f64::midpoint(self.left, self.right)
    }
}

/// An event, in the row of its stream.
pub(crate) struct EventMark {
    pub(crate) stream: String,
    pub(crate) x: f64,
    /// The calls that it makes.
    pub(crate) calls: Vec<usize>,
    pub(crate) place: Option<Place>,
}

pub(crate) struct Layout {
    pub(crate) width: f64,
    /// Where the rows begin.
    pub(crate) left: f64,
    pub(crate) streams: Vec<String>,
    pub(crate) strategies: Vec<String>,
    pub(crate) instants: BTreeMap<Timestamp, Span>,
    /// The middle of each call's column.
    pub(crate) columns: Vec<f64>,
    pub(crate) events: Vec<EventMark>,
}

impl Layout {
    pub(crate) fn of(timeline: &Timeline) -> Self {
        let calls = &timeline.calls;
        let streams = distinct(
            calls.iter().filter_map(stream).chain(timeline.fed.iter().map(|(stream, _)| stream.as_str())),
        );
        let strategies = distinct(calls.iter().map(|call| call.strategy.as_str()));
        let titles = streams.iter().chain(&strategies).map(|name| text_width(name));
        let left = LEFT_OF_ALL + titles.fold(text_width("round"), f64::max) + 14.0;

        let widths = widths(timeline);
        let instants = spread(&widths, left);
        let columns = columns(calls, &instants);
        let width = instants.values().last().map_or(left, |span| span.right) + 16.0;
        assert!(width <= WIDEST, "the picture is {width} wide, so its texts would be too small");
        let mut layout = Layout { width, left, streams, strategies, instants, columns, events: Vec::new() };
        layout.events = layout.events_of(timeline);
        layout
    }

    fn events_of(&self, timeline: &Timeline) -> Vec<EventMark> {
        let mut events: Vec<EventMark> = Vec::new();
        for (index, call) in timeline.calls.iter().enumerate() {
            let Some(stream) = stream(call) else { continue };
            if let Some(event) = events.iter_mut().find(|event| event.place == Some(call.place)) {
                event.calls.push(index);
                continue;
            }
            let is_on_time = call.event_time == call.now;
            let x = if is_on_time { self.columns[index] } else { self.instants[&call.event_time].middle() };
            let place = Some(call.place);
            events.push(EventMark { stream: stream.to_owned(), x, calls: vec![index], place });
        }
        for (stream, time) in &timeline.fed {
            let is_handled = |call: &Call| call.stream.as_ref() == Some(stream) && call.event_time == *time;
            if !timeline.calls.iter().any(is_handled) {
                let x = self.instants[time].middle();
                events.push(EventMark { stream: stream.clone(), x, calls: Vec::new(), place: None });
            }
        }
        events
    }
}

/// How wide each instant has to be.
fn widths(timeline: &Timeline) -> BTreeMap<Timestamp, f64> {
    let mut widths: BTreeMap<Timestamp, f64> = BTreeMap::new();
    for call in &timeline.calls {
        *widths.entry(call.now).or_default() += width(call);
    }
    let late = timeline.calls.iter().filter(|call| stream(call).is_some()).map(|call| call.event_time);
    let fed = timeline.fed.iter().map(|(_, time)| *time);
    let covers = timeline.covers.into_iter().flat_map(|(start, end)| [start, end]);
    for time in late.chain(fed).chain(covers).chain(timeline.handover).chain(timeline.failed) {
        widths.entry(time).or_default();
    }
    widths.into_iter().map(|(time, width)| (time, width.max(text_width(&short(time)) + 6.0))).collect()
}

/// Gives each instant its place, with gaps that grow with the time between.
fn spread(widths: &BTreeMap<Timestamp, f64>, left: f64) -> BTreeMap<Timestamp, Span> {
    let times: Vec<Timestamp> = widths.keys().copied().collect();
    let between = |pair: &[Timestamp]| (pair[1].as_nanos() - pair[0].as_nanos()) as f64;
    let longest = times.windows(2).map(between).fold(1.0, f64::max);
    let free = WIDEST - left - 24.0 - widths.values().sum::<f64>();
    let widest = (free / times.len() as f64).clamp(NARROWEST_GAP, WIDEST_GAP);
    let mut spans = BTreeMap::new();
    let mut x = left + 8.0;
    for (index, (time, width)) in widths.iter().enumerate() {
        if index > 0 {
            x += (widest * between(&times[index - 1..=index]) / longest).max(NARROWEST_GAP);
        }
        spans.insert(*time, Span { left: x, right: x + width });
        x += width;
    }
    spans
}

/// One column a call, in the order in which they were made.
fn columns(calls: &[Call], instants: &BTreeMap<Timestamp, Span>) -> Vec<f64> {
    let mut next: BTreeMap<Timestamp, f64> = BTreeMap::new();
    for (time, span) in instants {
        let all: f64 = calls.iter().filter(|call| call.now == *time).map(width).sum();
        next.insert(*time, span.middle() - all / 2.0);
    }
    let column = |call: &Call| {
        let left = next.get_mut(&call.now).expect("each instant has its place");
        *left += width(call);
        *left - width(call) / 2.0
    };
    calls.iter().map(column).collect()
}

/// The stream, if an event is what the call is about.
fn stream(call: &Call) -> Option<&str> {
    call.stream.as_deref().filter(|_| call.place.class == Class::Event)
}

/// What stands at a call.
pub(crate) fn label(call: &Call) -> String {
    if call.said.is_empty() { call.handler.clone() } else { call.said.join(", ") }
}

fn width(call: &Call) -> f64 {
    (text_width(&label(call)) + 10.0).max(24.0)
}

/// About how wide a text is.
pub(crate) fn text_width(text: &str) -> f64 {
    text.chars().map(|c| if ".,:il1 ()".contains(c) { 4.6 } else { 7.4 }).sum()
}

/// Each name once, in the order of appearance.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).map(str::to_owned).collect()
}
