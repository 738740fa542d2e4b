//! The charts of a page, as data for its script.

use serde::Serialize;

use super::Beside;
use crate::data::RunData;
use crate::format::{grouped, long};
use crate::page::Html;
use crate::rates::Rates;
use crate::sample::Series;

/// The most lines of one chart, which are as many colours.
const MOST_LINES: usize = 6;

/// What the script draws: charts one under the other, with one time axis.
#[derive(Debug, Serialize)]
struct Charts {
    /// Where times count from, in seconds since 1970.
    base: f64,
    /// The time that all charts show, from there.
    from: f64,
    to: f64,
    charts: Vec<Chart>,
}

#[derive(Debug, Serialize)]
struct Chart {
    title: String,
    note: String,
    /// Values hold for a while, and begin at zero.
    is_rate: bool,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    label: String,
    /// The number of the colour.
    colour: usize,
    /// It is of the other run.
    is_other: bool,
    times: Vec<f64>,
    values: Vec<f64>,
}

pub(super) fn section(run: &RunData, beside: Beside<'_>) -> Html {
    let base = run.report.start.as_nanos();
    let ends = |run: &RunData| {
        (seconds(run.report.start.as_nanos(), base), seconds(run.report.now.as_nanos(), base))
    };
    let (mut from, mut to) = ends(run);
    if let Some((other, _)) = beside {
        let (other_from, other_to) = ends(other);
        (from, to) = (from.min(other_from), to.max(other_to));
    }
    let mut charts = number_charts(run, beside, base);
    charts.extend(rate_charts(run, beside, base));
    charts.extend(behind_chart(run, beside, base));
    if charts.is_empty() {
        return Html::paragraph("There is nothing to draw: no event was seen.");
    }
    let charts = Charts { base: base as f64 / 1e9, from, to, charts };
    let mut help = "Drag over a chart to zoom in, double-click to see the whole run again. All charts show the same time, \
                    in UTC."
        .to_owned();
    if run
        .series
        .iter()
        .chain(beside.iter().flat_map(|(other, _)| &other.series))
        .any(|series| series.merged > 1)
    {
        help += " Of long series neighbouring values are merged; of those, the first, the least, the greatest and the last \
                 are drawn, each at its time.";
    }
    // All of it is text and finite numbers.
    let data = Html::data("chart-data", &charts).unwrap_or_default();
    Html::raw(
        "<div class=\"tools\"><button type=\"button\" data-zoom=\"0.5\">Zoom in</button>\
         <button type=\"button\" data-zoom=\"2\">Zoom out</button>\
         <button type=\"button\" data-zoom=\"all\">Whole run</button></div>",
    )
    .and(Html::note(help))
    .and(Html::raw(
        "<noscript><p>The charts are drawn by a script, and scripts are switched off.</p></noscript>",
    ))
    .and(Html::raw("<div id=\"charts\"></div>"))
    .and(data)
}

fn seconds(nanos: i64, base: i64) -> f64 {
    (i128::from(nanos) - i128::from(base)) as f64 / 1e9
}

/// Fields whose values are of the same size share a chart; those of one stream, or of one name, sooner.
fn number_charts(run: &RunData, beside: Beside<'_>, base: i64) -> Vec<Chart> {
    let mut groups: Vec<Vec<&Series>> = Vec::new();
    let most = if beside.is_some() { MOST_LINES / 2 } else { MOST_LINES };
    for series in &run.series {
        let group = groups
            .iter_mut()
            .find(|group| group.len() < most && group.iter().all(|other| belong_together(series, other)));
        match group {
            Some(group) => group.push(series),
            None => groups.push(vec![series]),
        }
    }
    groups.iter().map(|group| number_chart(run, group, beside, base)).collect()
}

fn belong_together(one: &Series, other: &Series) -> bool {
    let is_akin = one.stream == other.stream || (!one.field.is_empty() && one.field == other.field);
    let common = one.max.min(other.max) - one.min.max(other.min);
    let whole = one.max.max(other.max) - one.min.min(other.min);
    common > 0.0 && common >= if is_akin { 0.3 } else { 0.6 } * whole
}

fn number_chart(run: &RunData, group: &[&Series], beside: Beside<'_>, base: i64) -> Chart {
    let mut lines = Vec::new();
    let mut notes: Vec<String> = group.iter().filter_map(|series| merged(series)).collect();
    let colours = colours(beside);
    for (colour, series) in group.iter().enumerate() {
        let start = seconds(run.report.start.as_nanos(), base);
        lines.push(line(series, series.name(), colours * colour, start));
        let Some((other, name)) = beside else { continue };
        let other_start = seconds(other.report.start.as_nanos(), base);
        let found =
            other.series.iter().find(|other| other.stream == series.stream && other.field == series.field);
        let is_same = |found: &Series| {
            start == other_start && (&found.times, &found.values) == (&series.times, &series.values)
        };
        if found.is_some_and(is_same) {
            notes.push(format!("{}: the same in both runs.", series.name()));
        } else if let Some(found) = found {
            let label = format!("{}, {name}", series.name());
            lines.push(Line { is_other: true, ..line(found, label, colours * colour + 1, other_start) });
            if found.merged != series.merged || found.count != series.count {
                notes.extend(merged(found).map(|note| format!("In {name}, {note}")));
            }
        }
    }
    let names: Vec<String> = group.iter().map(|series| series.name()).collect();
    Chart { title: names.join(", "), note: notes.join(" "), is_rate: false, lines }
}

/// How many colours a line has: one for each run.
fn colours(beside: Beside<'_>) -> usize {
    if beside.is_some() { 2 } else { 1 }
}

/// How much of a series is drawn.
fn merged(series: &Series) -> Option<String> {
    (series.merged > 1).then(|| {
        let (count, merged) = (grouped(series.count), grouped(series.merged));
        format!("{}: {count} values, merged by {merged}.", series.name())
    })
}

fn line(series: &Series, label: String, colour: usize, start: f64) -> Line {
    let times = series.times.iter().map(|&nanos| start + nanos as f64 / 1e9).collect();
    Line { label, colour, is_other: false, times, values: series.values.clone() }
}

/// Streams that are about as busy share a chart.
fn rate_charts(run: &RunData, beside: Beside<'_>, base: i64) -> Vec<Chart> {
    let mut streams: Vec<(&str, f64)> = run
        .rates
        .streams
        .iter()
        .map(|rate| (rate.stream.as_str(), peak(&run.rates, &rate.stream)))
        .filter(|&(_, peak)| peak > 0.0)
        .collect();
    streams.sort_by(|one, other| other.1.total_cmp(&one.1));
    let most = if beside.is_some() { MOST_LINES / 2 } else { MOST_LINES };
    // Beyond these the table has them.
    streams.truncate(3 * most);
    let mut groups: Vec<Vec<(&str, f64)>> = Vec::new();
    for (stream, peak) in streams {
        match groups.last_mut() {
            Some(group) if group.len() < most && group[0].1 <= 20.0 * peak => group.push((stream, peak)),
            _ => groups.push(vec![(stream, peak)]),
        }
    }
    groups.iter().map(|group| rate_chart(run, group, beside, base)).collect()
}

/// The most events in a second, over a bucket.
fn peak(rates: &Rates, stream: &str) -> f64 {
    let rate = rates.streams.iter().find(|rate| rate.stream == stream);
    let most = rate.and_then(|rate| rate.counts.iter().copied().max()).unwrap_or(0);
    most as f64 / rates.width.as_secs_f64()
}

fn rate_chart(run: &RunData, group: &[(&str, f64)], beside: Beside<'_>, base: i64) -> Chart {
    let peak = group.first().map_or(0.0, |first| first.1);
    let (unit, size) = unit_of(peak);
    let article = if unit == "hour" { "an" } else { "a" };
    let mut lines = Vec::new();
    let colours = colours(beside);
    for (colour, (stream, _)) in group.iter().enumerate() {
        let colour = colours * colour;
        lines.extend(rate_line(&run.rates, stream, (*stream).to_owned(), colour, size, base));
        if let Some((other, name)) = beside {
            let label = format!("{stream}, {name}");
            let line = rate_line(&other.rates, stream, label, colour + 1, size, base);
            lines.extend(line.map(|line| Line { is_other: true, ..line }));
        }
    }
    let names: Vec<&str> = group.iter().map(|(stream, _)| *stream).collect();
    Chart {
        title: format!("{}: events {article} {unit}", names.join(", ")),
        note: format!("Means over {}.", long(run.rates.width)),
        is_rate: true,
        lines,
    }
}

/// The shortest unit of time, with its seconds, in which that many events a second are at least one.
pub(super) fn unit_of(a_second: f64) -> (&'static str, f64) {
    let units = [("second", 1.0), ("minute", 60.0), ("hour", 3600.0)];
    let fits = units.into_iter().find(|(_, size)| a_second * size >= 1.0);
    fits.unwrap_or(("day", 86_400.0))
}

/// Events in a unit of time, a step for each bucket.
fn rate_line(
    rates: &Rates,
    stream: &str,
    label: String,
    colour: usize,
    unit: f64,
    base: i64,
) -> Option<Line> {
    let rate = rates.streams.iter().find(|rate| rate.stream == stream)?;
    let (start, width) = (seconds(rates.start.as_nanos(), base), rates.width.as_secs_f64());
    // The last step ends where the next bucket would begin.
    let times = (0..=rate.counts.len()).map(|k| start + k as f64 * width).collect();
    let counts = rate.counts.iter().copied().chain(std::iter::once(0));
    let values = counts.map(|count| count as f64 / width * unit).collect();
    Some(Line { label, colour, is_other: false, times, values })
}

fn behind_chart(run: &RunData, beside: Beside<'_>, base: i64) -> Option<Chart> {
    let milliseconds = |series: &Series| Series {
        values: series.values.iter().map(|value| value * 1000.0).collect(),
        ..series.clone()
    };
    let behind = run.behind.as_ref().map(milliseconds)?;
    let mut lines = vec![line(&behind, "behind".to_owned(), 0, seconds(run.report.start.as_nanos(), base))];
    if let Some((other, name)) = beside
        && let Some(behind) = other.behind.as_ref().map(milliseconds)
    {
        let start = seconds(other.report.start.as_nanos(), base);
        lines.push(Line { is_other: true, ..line(&behind, format!("behind, {name}"), 1, start) });
    }
    let note = merged(&behind).unwrap_or_default();
    Some(Chart { title: "behind the clock, ms".to_owned(), note, is_rate: false, lines })
}
